/* HTTP served through libmicrohttpd, the only place that knows it. */
#include "registry/serve.h"

#include <dlfcn.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTION_MEMORY (32u << 10) /* of libmicrohttpd, for a request's head */
#define ANSWER_MAX (1u << 20)
#define TEXT_TYPE "text/plain; charset=utf-8"

/* What we call of libmicrohttpd, each as MHD_NAME there. */
/* clang-format off */
#define MHD_FUNCTIONS(X) \
	X(start_daemon) X(stop_daemon) X(create_response_from_buffer) \
	X(add_response_header) X(queue_response) X(destroy_response) X(lookup_connection_value)
/* clang-format on */

struct server {
	const struct context *ctx;
	struct serve_config config;
	char address[NI_MAXHOST + NI_MAXSERV + 4];
	struct MHD_Daemon *daemon;
	void *library;
#define FUNCTION(name) __typeof__(MHD_##name) *name;
	MHD_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static int library_open(struct server *server, struct error *err)
{
	server->library = dlopen(AKASHI_LIBMICROHTTPD, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!server->library)
		return error_set(err, ERROR_SYSTEM,
				 "other machines are answered with %s, which cannot be loaded "
				 "(install libmicrohttpd): %s",
				 AKASHI_LIBMICROHTTPD, dlerror());
#define FUNCTION(name)                                                                             \
	*(void **)&server->name = dlsym(server->library, "MHD_" #name);                            \
	if (!server->name)                                                                         \
		return error_set(err, ERROR_SYSTEM, "%s has no MHD_" #name ": another version?",   \
				 AKASHI_LIBMICROHTTPD);
	MHD_FUNCTIONS(FUNCTION)
#undef FUNCTION
	return 0;
}

/* ---- Where to listen ---- */

/* "HOST:PORT", "[HOST]:PORT" taken apart into two texts. */
static int address_split(const char *listen, char host[NI_MAXHOST], char port[NI_MAXSERV],
			 struct error *err)
{
	const char *colon = strrchr(listen, ':'), *from = listen;
	size_t len = colon ? (size_t)(colon - listen) : 0, digits;

	if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']') {
		from++;
		len -= 2;
	} else if (len && memchr(listen, ':', len)) {
		len = 0; /* an IPv6 address without brackets */
	}
	digits = colon ? strspn(colon + 1, "0123456789") : 0;
	if (!len || len >= NI_MAXHOST || !digits || digits > 5 || colon[1 + digits])
		return error_set(err, ERROR_USAGE,
				 "'%s' is no address to listen on: they are written "
				 "127.0.0.1:8080, [::1]:8080 or localhost:8080",
				 listen);
	memcpy(host, from, len);
	host[len] = '\0';
	memcpy(port, colon + 1, digits + 1);
	return 0;
}

static int socket_listen(const struct addrinfo *address, int *out_socket, struct error *err)
{
	const int yes = 1;
	int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC,
			address->ai_protocol);

	if (fd < 0)
		return error_system(err, errno, "no socket");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(fd, address->ai_addr, address->ai_addrlen) || listen(fd, SOMAXCONN)) {
		error_system(err, errno, "cannot listen");
		close(fd);
		return -1;
	}
	*out_socket = fd;
	return 0;
}

/* Listen on the first address of the name that can be listened on. */
static int address_listen(const char *listen, int *out_socket, struct error *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	char host[NI_MAXHOST], port[NI_MAXSERV];
	struct addrinfo *found = NULL;
	struct error why = { 0 };
	int code;

	if (address_split(listen, host, port, err))
		return -1;
	code = getaddrinfo(host, port, &hints, &found);
	if (code)
		return error_set(err, ERROR_USAGE, "no address '%s': %s", listen,
				 gai_strerror(code));
	for (const struct addrinfo *at = found; at; at = at->ai_next)
		if (!socket_listen(at, out_socket, &why)) {
			freeaddrinfo(found);
			return 0;
		}
	freeaddrinfo(found);
	return error_set(err, ERROR_SYSTEM, "'%s': %s", listen, why.text);
}

static int address_name(int fd, char out_text[NI_MAXHOST + NI_MAXSERV + 4], struct error *err)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getsockname(fd, (struct sockaddr *)&address, &len) ||
	    getnameinfo((struct sockaddr *)&address, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		return error_system(err, errno, "a socket without an address");
	snprintf(out_text, NI_MAXHOST + NI_MAXSERV + 4, strchr(host, ':') ? "[%s]:%s" : "%s:%s",
		 host, port);
	return 0;
}

/* ---- Requests ---- */

/* One request while its body comes. */
struct exchange {
	struct buffer body;
	int64_t begun_s;
};

static void exchange_free(struct exchange *x)
{
	buffer_release(&x->body);
	free(x);
}

static void on_completed(void *user, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode how)
{
	(void)user, (void)connection, (void)how;
	if (*request)
		exchange_free(*request);
	*request = NULL;
}

static enum MHD_Result send_answer(struct server *server, struct MHD_Connection *connection,
				   const struct serve_answer *answer)
{
	struct span body = buffer_view(&answer->body);
	struct MHD_Response *response;
	enum MHD_Result done;

	/* Copied, and not written to: the type is one of an older time. */
	response = server->create_response_from_buffer(body.len, (void *)(uintptr_t)body.data,
						       MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	done = server->add_response_header(response, "Content-Type",
					   answer->content_type ? answer->content_type : TEXT_TYPE);
	if (done == MHD_YES)
		done = server->add_response_header(response, "Cache-Control", "no-store");
	if (done == MHD_YES && answer->allow)
		done = server->add_response_header(response, "Allow", answer->allow);
	if (done == MHD_YES)
		done = server->queue_response(connection, answer->status, response);
	server->destroy_response(response);
	return done;
}

static enum MHD_Result send_status(struct server *server, struct MHD_Connection *connection,
				   unsigned status, const char *text)
{
	CLEANUP(buffer_release) struct buffer body;
	struct serve_answer answer = { .status = status };
	struct error ignored = { 0 };
	enum MHD_Result done;

	buffer_init(&body, 256);
	if (buffer_add_text(&body, text, &ignored))
		return MHD_NO;
	answer.body = body;
	done = send_answer(server, connection, &answer);
	return done;
}

static enum MHD_Result handle(struct server *server, struct MHD_Connection *connection,
			      const char *method, const char *path, struct span body)
{
	struct serve_request request = { method, path, body };
	struct serve_answer answer = { .status = 200 };
	struct error err = { 0 };
	enum MHD_Result done;

	if (strcmp(method, "HEAD") == 0)
		request.method = "GET";
	buffer_init(&answer.body, ANSWER_MAX);
	if (server->config.handle(server->config.user, &request, &answer, &err)) {
		context_notice(server->ctx, "%s %s: %s", method, path, err.text);
		done = send_status(server, connection, 500, "this server could not do it\n");
	} else {
		done = send_answer(server, connection, &answer);
	}
	buffer_release(&answer.body);
	return done;
}

/* Does the head say already that the body is too long? */
static bool body_too_long(struct server *server, struct MHD_Connection *connection)
{
	const char *text =
		server->lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
	char *end;
	unsigned long long length;

	if (!text)
		return false;
	errno = 0;
	length = strtoull(text, &end, 10);
	return errno || length > server->config.body_bytes;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *bytes,
				  size_t *len, void **request)
{
	struct server *server = user;
	struct exchange *x = *request;
	struct error ignored = { 0 };

	(void)version;
	if (!x) { /* the head has come */
		if (body_too_long(server, connection))
			return send_status(server, connection, 413,
					   "that is more than belongs here\n");
		x = calloc(1, sizeof(*x));
		if (!x)
			return MHD_NO;
		buffer_init(&x->body, server->config.body_bytes);
		x->begun_s = context_now(server->ctx);
		*request = x;
		return MHD_YES;
	}
	if (*len) { /* a piece of the body; MHD_NO closes the connection */
		if (context_now(server->ctx) - x->begun_s > SERVE_BODY_S ||
		    buffer_add(&x->body, (struct span){ (const uint8_t *)bytes, *len }, &ignored))
			return MHD_NO;
		*len = 0;
		return MHD_YES;
	}
	return handle(server, connection, method, path, buffer_view(&x->body));
}

/* ---- The server ---- */

int serve_open(const struct context *ctx, const struct serve_config *config,
	       struct server **out_server, struct error *err)
{
	CLEANUP(serve_close) struct server *server = calloc(1, sizeof(*server));
	int fd;

	if (!server)
		return error_set(err, ERROR_SYSTEM, "out of memory for a server");
	server->ctx = ctx;
	server->config = *config;
	if (library_open(server, err) || address_listen(config->listen, &fd, err))
		return -1;
	if (address_name(fd, server->address, err)) {
		close(fd);
		return -1;
	}
	/* The daemon owns the socket from here. */
	server->daemon = server->start_daemon(
		MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, server,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)SERVE_THREADS,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVE_CONNECTIONS_MAX,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)SERVE_FROM_ONE_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVE_IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
	if (!server->daemon) {
		close(fd);
		return error_set(err, ERROR_SYSTEM, "cannot serve on '%s'", config->listen);
	}
	*out_server = server;
	server = NULL; /* handed over */
	return 0;
}

void serve_close(struct server **server)
{
	if (!*server)
		return;
	if ((*server)->daemon)
		(*server)->stop_daemon((*server)->daemon);
	if ((*server)->library)
		dlclose((*server)->library);
	free(*server);
	*server = NULL;
}

const char *serve_address(const struct server *server)
{
	return server->address;
}

void serve_wait(const struct context *ctx, const struct server *server)
{
	const struct timespec pause = { .tv_nsec = SERVE_STOP_WAIT_MS * 1000000L };
	struct error stopped = { 0 };

	(void)server;
	while (!context_check_cancelled(ctx, &stopped))
		nanosleep(&pause, NULL);
}
