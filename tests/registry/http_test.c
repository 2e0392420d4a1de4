/* HTTP against a server of one thread that says what it is told to. */
#include "tests/support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "registry/http.h"

/* Answers each connection with the same bytes, and keeps what the last one asked. */
struct server {
	int listener;
	pthread_t thread;
	char url[64];
	const char *answer;
	unsigned pause_ms; /* between one byte and the next of the answer */
	char asked[4096];
};

static void *serve(void *user)
{
	struct server *server = user;

	for (;;) {
		int peer = accept(server->listener, NULL, NULL);
		size_t len = 0, answer = strlen(server->answer);

		if (peer < 0)
			return NULL;
		while (len + 1 < sizeof(server->asked)) {
			ssize_t got =
				read(peer, server->asked + len, sizeof(server->asked) - 1 - len);

			if (got <= 0)
				break;
			len += (size_t)got;
			server->asked[len] = '\0';
			if (strncmp(server->asked, "POST", 4) == 0
				    ? strstr(server->asked, "the body") != NULL
				    : strstr(server->asked, "\r\n\r\n") != NULL)
				break;
		}
		for (size_t sent = 0; sent < answer;) {
			ssize_t put = send(peer, server->answer + sent,
					   server->pause_ms ? 1 : answer - sent, MSG_NOSIGNAL);

			if (put <= 0)
				break;
			sent += (size_t)put;
			if (server->pause_ms)
				usleep(server->pause_ms * 1000);
		}
		close(peer);
	}
}

static int server_setup(void **state)
{
	struct server *server = calloc(1, sizeof(*server));
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(server->listener, 8), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &len), 0);
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u/x",
		 ntohs(address.sin_port));
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	*state = server;
	return 0;
}

static int server_teardown(void **state)
{
	struct server *server = *state;

	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	free(server);
	return 0;
}

static void what_is_served_comes_back(void **state)
{
	struct server *server = *state;
	CLEANUP(buffer_release) struct buffer body;
	struct context ctx = test_context();
	struct error err = { 0 };

	buffer_init(&body, 64);
	server->answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	assert_done(http_get(&ctx, server->url, &body, &err), &err);
	assert_true(span_equal(buffer_view(&body), span_of("hello")));
	assert_true(strncmp(server->asked, "GET /x HTTP/1.1\r\n", 17) == 0);
}

static void what_is_posted_arrives_and_every_status_is_an_answer(void **state)
{
	struct server *server = *state;
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	struct http_request request = { .url = server->url,
					.content_type = "text/plain",
					.accept = "text/x.tlog.size",
					.body = span_of("the body") };
	struct context ctx = test_context();
	struct error err = { 0 };

	server->answer = "HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\n"
			 "Content-Length: 3\r\n\r\n42\n";
	assert_done(http_send(&ctx, &request, &answer, &err), &err);
	assert_int_equal(answer.status, 409);
	assert_string_equal(answer.content_type, "text/x.tlog.size");
	assert_true(span_equal(buffer_view(&answer.body), span_of("42\n")));
	assert_true(strncmp(server->asked, "POST /x HTTP/1.1\r\n", 18) == 0);
	assert_non_null(strstr(server->asked, "Content-Type: text/plain\r\n"));
	assert_non_null(strstr(server->asked, "Accept: text/x.tlog.size\r\n"));
}

static void what_is_not_there_is_absent(void **state)
{
	struct server *server = *state;
	CLEANUP(buffer_release) struct buffer body;
	struct context ctx = test_context();
	struct error err = { 0 };

	buffer_init(&body, 64);
	server->answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
	assert_fails(http_get(&ctx, server->url, &body, &err), &err, ERROR_ABSENT);
}

static void a_redirect_is_not_followed(void **state)
{
	struct server *server = *state;
	CLEANUP(buffer_release) struct buffer body;
	struct context ctx = test_context();
	struct error err = { 0 };

	buffer_init(&body, 64);
	server->answer = "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
			 "Content-Length: 0\r\n\r\n";
	assert_fails(http_get(&ctx, server->url, &body, &err), &err, ERROR_SYSTEM);
}

static void an_answer_longer_than_wanted_is_refused(void **state)
{
	struct server *server = *state;
	CLEANUP(buffer_release) struct buffer body;
	struct context ctx = test_context();
	struct error err = { 0 };

	buffer_init(&body, 4);
	server->answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	assert_fails(http_get(&ctx, server->url, &body, &err), &err, ERROR_SYSTEM);
	assert_int_equal(body.len, 0);
}

static void an_answer_cut_short_is_refused(void **state)
{
	struct server *server = *state;
	CLEANUP(buffer_release) struct buffer body;
	struct context ctx = test_context();
	struct error err = { 0 };

	buffer_init(&body, 64);
	server->answer = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello";
	assert_fails(http_get(&ctx, server->url, &body, &err), &err, ERROR_SYSTEM);
}

static void other_schemes_are_refused(void **state)
{
	CLEANUP(buffer_release) struct buffer body;
	struct context ctx = test_context();
	struct error err = { 0 };

	(void)state;
	buffer_init(&body, 64);
	assert_fails(http_get(&ctx, "file:///etc/passwd", &body, &err), &err, ERROR_USAGE);
	assert_fails(http_get(&ctx, "ftp://127.0.0.1/", &body, &err), &err, ERROR_USAGE);
}

static bool always(void *user)
{
	(void)user;
	return true;
}

static void a_request_stops_when_it_is_cancelled(void **state)
{
	struct server *server = *state;
	CLEANUP(buffer_release) struct buffer body;
	struct context ctx = test_context();
	struct error err = { 0 };

	buffer_init(&body, 64);
	ctx.cancelled = always;
	server->answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	assert_fails(http_get(&ctx, server->url, &body, &err), &err, ERROR_SYSTEM);
}

static void an_answer_that_trickles_ends_in_time(void **state)
{
	struct server *server = *state;
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	struct http_request request = { .url = server->url, .timeout_s = 1 };
	struct context ctx = test_context();
	struct error err = { 0 };

	/* Never silent for long, and far from its end when the second is over. */
	server->pause_ms = 20;
	server->answer = "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n"
			 "........................................................................";
	assert_int_equal(http_send(&ctx, &request, &answer, &err), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "timed out"));
	server->pause_ms = 0;
}

static void a_machine_that_does_not_listen_is_named(void **state)
{
	CLEANUP(buffer_release) struct buffer body;
	struct context ctx = test_context();
	struct error err = { 0 };

	(void)state;
	buffer_init(&body, 64);
	assert_int_equal(http_get(&ctx, "http://127.0.0.1:1/", &body, &err), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "127.0.0.1:1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_served_comes_back),
		cmocka_unit_test(what_is_posted_arrives_and_every_status_is_an_answer),
		cmocka_unit_test(what_is_not_there_is_absent),
		cmocka_unit_test(a_redirect_is_not_followed),
		cmocka_unit_test(an_answer_longer_than_wanted_is_refused),
		cmocka_unit_test(an_answer_cut_short_is_refused),
		cmocka_unit_test(other_schemes_are_refused),
		cmocka_unit_test(a_request_stops_when_it_is_cancelled),
		cmocka_unit_test(an_answer_that_trickles_ends_in_time),
		cmocka_unit_test(a_machine_that_does_not_listen_is_named),
	};

	return cmocka_run_group_tests(tests, server_setup, server_teardown);
}
