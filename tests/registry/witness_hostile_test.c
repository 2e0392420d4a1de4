/*
 * A log and a witness that answers whatever it likes: nothing of that is a quorum, stops an
 * append or passes without a sentence, unless it shows what the log's own key signed.
 */
#include "tests/support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "registry/log/inner.h"
#include "registry/witness.h"
#include "verify/cosignature.h"

#define ORIGIN "log.example/x"
#define SIZE "409 Conflict\r\nContent-Type: text/x.tlog.size\r\n"

/* How the server behaves. */
enum manner { ANSWERS, CLOSES, HALF, ENDLESS, SILENT };

struct liar {
	char *folder;
	struct context ctx;
	struct log *log;
	struct note_key key, other; /* of the witness that is asked, and of one that is not */
	struct signing_key *signer, *other_signer;
	uint64_t appended;
	struct buffer heard; /* notices */

	int listener, stop[2]; /* whoever is silent is so until `stop` is closed */
	pthread_t thread;
	char url[64];
	pthread_mutex_t mutex; /* around what follows */
	enum manner manner;
	const char *head;    /* status and fields of the answer to a question */
	struct buffer body;  /* of it */
	struct buffer shown; /* what monitors are shown; empty: 404 */
};

/* ---- The server ---- */

/* The whole request; true if something is posted. */
static bool request_read(int peer)
{
	static const char field[] = "Content-Length: ";
	char asked[1 << 16] = "";
	size_t len = 0, whole = sizeof(asked);

	while (len < whole && len + 1 < sizeof(asked)) {
		ssize_t got = read(peer, asked + len, sizeof(asked) - 1 - len);
		const char *end, *length;

		if (got <= 0)
			break;
		len += (size_t)got;
		asked[len] = '\0';
		end = strstr(asked, "\r\n\r\n");
		length = strstr(asked, field);
		if (end)
			whole = (size_t)(end + 4 - asked) +
				(length ? strtoul(length + strlen(field), NULL, 10) : 0);
	}
	return strncmp(asked, "POST", 4) == 0;
}

static bool send_all(int peer, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t put = send(peer, at, len, MSG_NOSIGNAL);

		if (put <= 0)
			return false;
		at += put;
		len -= (size_t)put;
	}
	return true;
}

static void answer(struct liar *liar, int peer, bool posted)
{
	const struct buffer *body = posted ? &liar->body : &liar->shown;
	size_t len = body->len;
	char head[512], waste[4096];

	snprintf(head, sizeof(head), "HTTP/1.1 %s",
		 posted ? liar->head
		 : len  ? "200 OK\r\n"
			: "404 No\r\n");
	if (posted && liar->manner == ENDLESS) {
		memset(waste, 'a', sizeof(waste));
		snprintf(head + strlen(head), 32, "\r\n");
		if (send_all(peer, head, strlen(head)))
			while (send_all(peer, waste, sizeof(waste)))
				;
		return;
	}
	if (posted && liar->manner == HALF)
		len += 100;
	snprintf(head + strlen(head), 64, "Content-Length: %zu\r\nConnection: close\r\n\r\n", len);
	if (send_all(peer, head, strlen(head)))
		(void)send_all(peer, body->data, body->len);
}

static void *serve(void *user)
{
	struct liar *liar = user;

	for (;;) {
		int peer = accept(liar->listener, NULL, NULL);
		enum manner manner;
		bool posted;
		char byte;

		if (peer < 0)
			return NULL;
		pthread_mutex_lock(&liar->mutex);
		manner = liar->manner;
		posted = manner != CLOSES && request_read(peer);
		if (manner != CLOSES && manner != SILENT)
			answer(liar, peer, posted);
		pthread_mutex_unlock(&liar->mutex);
		if (manner == SILENT)
			(void)!read(liar->stop[0], &byte, 1);
		close(peer);
	}
}

static void serve_begin(struct liar *liar)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	liar->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(liar->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(liar->listener, 16), 0);
	assert_int_equal(getsockname(liar->listener, (struct sockaddr *)&address, &len), 0);
	snprintf(liar->url, sizeof(liar->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
	assert_int_equal(pipe(liar->stop), 0);
	assert_int_equal(pthread_mutex_init(&liar->mutex, NULL), 0);
	assert_int_equal(pthread_create(&liar->thread, NULL, serve, liar), 0);
}

/* From now on questions are answered so. `body` is copied. */
static void says(struct liar *liar, enum manner manner, const char *head, struct span body)
{
	struct error err = { 0 };

	pthread_mutex_lock(&liar->mutex);
	liar->manner = manner;
	liar->head = head;
	liar->body.len = 0;
	assert_done(buffer_add(&liar->body, body, &err), &err);
	pthread_mutex_unlock(&liar->mutex);
}

static void shows(struct liar *liar, struct span note)
{
	struct error err = { 0 };

	pthread_mutex_lock(&liar->mutex);
	liar->shown.len = 0;
	assert_done(buffer_add(&liar->shown, note, &err), &err);
	pthread_mutex_unlock(&liar->mutex);
}

/* ---- The log, and the keys ---- */

static void hear(void *user, const char *text)
{
	struct liar *liar = user;
	struct error err = { 0 };

	assert_done(buffer_printf(&liar->heard, &err, "%s\n", text), &err);
}

static void witness_make(struct liar *liar, const char *name, struct note_key *out_key,
			 struct signing_key **out_signer)
{
	char path[512];
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/%s", liar->folder, strrchr(name, '/') + 1);
	assert_done(witness_init(&liar->ctx, path, name, out_key, &err), &err);
	snprintf(path, sizeof(path), "%s%s/witness.key", liar->folder, strrchr(name, '/'));
	assert_done(signing_key_open_path(&liar->ctx, path, out_signer, &err), &err);
}

/* The liar alone is the quorum. */
static void liar_open(struct liar *liar)
{
	CLEANUP(buffer_release) struct buffer policy;
	char vkey[NOTE_VKEY_MAX];
	struct error err = { 0 };

	*liar = (struct liar){ .folder = test_folder(), .ctx = test_context() };
	liar->ctx.notice = hear;
	liar->ctx.user = liar;
	buffer_init(&policy, WITNESS_POLICY_MAX_BYTES);
	buffer_init(&liar->heard, 1u << 20);
	buffer_init(&liar->body, 16u << 20);
	buffer_init(&liar->shown, NOTE_MAX_BYTES);
	liar->head = "404 No\r\n";
	serve_begin(liar);
	witness_make(liar, "witness.example/w", &liar->key, &liar->signer);
	witness_make(liar, "witness.example/other", &liar->other, &liar->other_signer);
	assert_done(log_create(&liar->ctx, liar->folder, ORIGIN, 0600, &err), &err);
	assert_done(log_open(&liar->ctx, liar->folder, ORIGIN, &liar->log, &err), &err);
	note_key_format(&liar->key, vkey);
	assert_done(buffer_printf(&policy, &err, "witness w %s %s\nquorum w\n", vkey, liar->url),
		    &err);
	assert_done(log_ask_witnesses(liar->log, buffer_view(&policy), &err), &err);
}

static void liar_close(struct liar *liar)
{
	shutdown(liar->listener, SHUT_RDWR);
	close(liar->stop[1]);
	pthread_join(liar->thread, NULL);
	close(liar->listener);
	close(liar->stop[0]);
	pthread_mutex_destroy(&liar->mutex);
	signing_key_close(&liar->signer);
	signing_key_close(&liar->other_signer);
	log_close(&liar->log);
	buffer_release(&liar->heard);
	buffer_release(&liar->body);
	buffer_release(&liar->shown);
	test_folder_remove(&liar->folder);
}

static void append(struct liar *liar)
{
	char text[32];
	struct log_item item = { .ident = text };
	struct error err = { 0 };
	uint64_t index;

	snprintf(text, sizeof(text), "entry %llu", (unsigned long long)liar->appended);
	item.entry = span_of(text);
	assert_done(log_append(liar->log, &item, 1, &index, &err), &err);
	assert_int_equal(index, liar->appended++);
}

/* The checkpoint that the witness is asked about. */
static void asked_note(struct liar *liar, struct buffer *out)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct error err = { 0 };

	assert_done(log_remembered(liar->log, &head, &err), &err);
	out->len = 0;
	assert_done(buffer_add(out, buffer_view(&head.note), &err), &err);
}

/* Append a cosignature of `text` under `key`, made by `signer`. */
static void cosign(const struct note_key *key, struct signing_key *signer, struct span text,
		   struct buffer *out)
{
	CLEANUP(buffer_release) struct buffer message, signature;
	struct error err = { 0 };

	buffer_init(&message, 2 * NOTE_MAX_BYTES);
	buffer_init(&signature, ED25519_SIGNATURE_SIZE);
	assert_done(cosignature_message(text, 1795557600, &message, &err), &err);
	assert_done(signing_key_sign(signer, buffer_view(&message), &signature, &err), &err);
	assert_done(cosignature_build(key, 1795557600, signature.data, out, &err), &err);
}

/* The text of the note that is asked about. */
static struct span text_of(const struct buffer *note)
{
	struct span text;
	struct error err = { 0 };

	assert_done(note_text(buffer_view(note), &text, &err), &err);
	return text;
}

/* Nothing is shown of it, an entry is appended all the same, and people read why. */
static void comes_to_nothing(struct liar *liar, const char *why)
{
	struct log_published published = { .shown = true };
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct error err = { 0 };

	liar->heard.len = 0;
	assert_done(log_publish(liar->log, true, &published, &err), &err);
	assert_false(published.shown);
	assert_int_equal(published.checkpoint.cosigned, 0);
	if (!memmem(liar->heard.data, liar->heard.len, why, strlen(why)))
		fail_msg("'%s' is not in: %.*s", why, (int)liar->heard.len,
			 (const char *)liar->heard.data);
	assert_done(log_head(liar->log, &head, &err), &err);
	assert_int_equal(head.size, 0); /* as it was before a witness was asked */
	if (liar->manner != SILENT)
		append(liar);
}

/* ---- What it answers ---- */

static void a_false_size_costs_its_cosignature_and_no_more(void **state)
{
	static const char *const garbage[] = {
		"",        "\n", "x\n", "01\n", "-1\n", "1", "1\n1\n", "99999999999999999999999\n",
		"<html>\n"
	};
	struct liar liar;

	(void)state;
	liar_open(&liar);
	append(&liar);
	append(&liar);
	says(&liar, ANSWERS, SIZE, span_of("0\n"));
	comes_to_nothing(&liar, "it answered 409 again");
	says(&liar, ANSWERS, SIZE, span_of("1\n"));
	comes_to_nothing(&liar, "it answered 409 again");
	says(&liar, ANSWERS, SIZE, span_of("18446744073709551615\n"));
	comes_to_nothing(&liar, "it says that it saw 18446744073709551615 entries");
	says(&liar, ANSWERS, SIZE, span_of("99\n"));
	comes_to_nothing(&liar, "shows no checkpoint of this log's key");
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		says(&liar, ANSWERS, SIZE, span_of(garbage[i]));
		comes_to_nothing(&liar, "it answered 409 without its size");
	}
	says(&liar, ANSWERS, "409 Conflict\r\nContent-Type: text/html\r\n", span_of("1\n"));
	comes_to_nothing(&liar, "it answered 409 without its size");
	liar_close(&liar);
}

static void another_history_is_not_believed_on_its_word(void **state)
{
	CLEANUP(buffer_release) struct buffer note, forged;
	struct note_key stranger;
	struct liar liar;
	struct error err = { 0 };
	struct tree_head head = { .origin = ORIGIN, .size = 50 };

	(void)state;
	buffer_init(&note, NOTE_MAX_BYTES);
	buffer_init(&forged, NOTE_MAX_BYTES);
	liar_open(&liar);
	append(&liar);
	says(&liar, ANSWERS, "422 No\r\n", span_of(""));
	comes_to_nothing(&liar, "another history of this log, and shows no checkpoint");
	/* What this log did sign contradicts nothing. */
	asked_note(&liar, &note);
	append(&liar);
	shows(&liar, buffer_view(&note));
	comes_to_nothing(&liar, "another history of this log, and shows no checkpoint");
	/* A larger one, in the log's name, by another's key. */
	assert_done(note_key_make(ORIGIN, liar.other.key, &stranger, &err), &err);
	note.len = 0;
	assert_done(tree_head_build(&head, &note, &err), &err);
	{
		CLEANUP(buffer_release) struct buffer signature;

		buffer_init(&signature, ED25519_SIGNATURE_SIZE);
		assert_done(
			signing_key_sign(liar.other_signer, buffer_view(&note), &signature, &err),
			&err);
		assert_done(
			note_build(buffer_view(&note), &stranger, signature.data, &forged, &err),
			&err);
	}
	shows(&liar, buffer_view(&forged));
	comes_to_nothing(&liar, "another history of this log, and shows no checkpoint");
	shows(&liar, span_of("garbage"));
	comes_to_nothing(&liar, "another history of this log, and shows no checkpoint");
	liar_close(&liar);
}

/* The body ends as says() copied it; every one of these is answered with 200. */
static void try_200(struct liar *liar, struct span body, const char *why)
{
	says(liar, ANSWERS, "200 OK\r\n", body);
	comes_to_nothing(liar, why);
}

static void what_is_no_cosignature_of_it_is_no_quorum(void **state)
{
	CLEANUP(buffer_release) struct buffer note, line, text;
	struct note_key renamed;
	struct liar liar;
	struct error err = { 0 };

	(void)state;
	buffer_init(&note, NOTE_MAX_BYTES);
	buffer_init(&line, NOTE_MAX_BYTES);
	buffer_init(&text, NOTE_MAX_BYTES);
	liar_open(&liar);
	append(&liar);
	try_200(&liar, span_of(""), "it answered without a cosignature");
	try_200(&liar, span_of("garbage\n"), "does not hold");
	try_200(&liar, span_of("\xff\xfe\x00 \n"), "does not hold");

	/* Another's, though it holds; another's under this one's name. */
	asked_note(&liar, &note);
	cosign(&liar.other, liar.other_signer, text_of(&note), &line);
	try_200(&liar, buffer_view(&line), "it answered without a cosignature");
	asked_note(&liar, &note);
	assert_done(cosigner_make(liar.key.name, liar.other.key, &renamed, &err), &err);
	line.len = 0;
	cosign(&renamed, liar.other_signer, text_of(&note), &line);
	try_200(&liar, buffer_view(&line), "it answered without a cosignature");

	/* Its own line, made by another's key; of an older checkpoint; with garbage behind it. */
	asked_note(&liar, &note);
	line.len = 0;
	cosign(&liar.key, liar.other_signer, text_of(&note), &line);
	try_200(&liar, buffer_view(&line), "does not hold");
	line.len = 0;
	cosign(&liar.key, liar.signer, text_of(&note), &line);
	try_200(&liar, buffer_view(&line), "does not hold");
	asked_note(&liar, &note);
	line.len = 0;
	cosign(&liar.key, liar.signer, text_of(&note), &line);
	assert_done(buffer_add_text(&line, "x\n", &err), &err);
	try_200(&liar, buffer_view(&line), "does not hold");

	/* An empty line makes the checkpoint part of a longer text, and that is what was signed. */
	asked_note(&liar, &note);
	assert_done(buffer_add(&text, buffer_view(&note), &err), &err);
	assert_done(buffer_add_text(&text, "and so on\n", &err), &err);
	line.len = 0;
	assert_done(buffer_add_text(&line, "and so on\n\n", &err), &err);
	cosign(&liar.key, liar.signer, buffer_view(&text), &line);
	try_200(&liar, buffer_view(&line), "it answered with another note");

	/* What does hold is taken, so that all of the above could have been. */
	asked_note(&liar, &note);
	line.len = 0;
	cosign(&liar.key, liar.signer, text_of(&note), &line);
	{
		struct log_published published;
		CLEANUP(log_head_release) struct log_head head = { 0 };

		says(&liar, ANSWERS, "200 OK\r\n", buffer_view(&line));
		assert_done(log_publish(liar.log, true, &published, &err), &err);
		assert_true(published.shown);
		assert_done(log_head(liar.log, &head, &err), &err);
		assert_int_equal(head.size, liar.appended);
	}
	liar_close(&liar);
}

static void neither_length_nor_silence_stops_the_log(void **state)
{
	CLEANUP(buffer_release) struct buffer much;
	struct liar liar;
	struct error err = { 0 };
	uint8_t *room;

	(void)state;
	buffer_init(&much, 16u << 20);
	assert_done(buffer_extend(&much, 10u << 20, &room, &err), &err);
	memset(room, 'a', 10u << 20);
	liar_open(&liar);
	append(&liar);
	says(&liar, ANSWERS, "200 OK\r\n", buffer_view(&much));
	comes_to_nothing(&liar, "witness 'witness.example/w': ");
	says(&liar, ENDLESS, "200 OK\r\n", span_of(""));
	comes_to_nothing(&liar, "witness 'witness.example/w': ");
	says(&liar, ENDLESS, "200 OK\r\nX: ", span_of(""));
	comes_to_nothing(&liar, "witness 'witness.example/w': ");
	says(&liar, CLOSES, "", span_of(""));
	comes_to_nothing(&liar, "witness 'witness.example/w': ");
	says(&liar, HALF, "200 OK\r\n", span_of("a"));
	comes_to_nothing(&liar, "witness 'witness.example/w': ");
	says(&liar, ANSWERS, "302 Found\r\nLocation: http://127.0.0.1:9/\r\n", span_of(""));
	comes_to_nothing(&liar, "it answered 302");
	says(&liar, ANSWERS, "500 Oh\r\n", span_of("sorry\n"));
	comes_to_nothing(&liar, "it answered 500");
	says(&liar, SILENT, "", span_of(""));
	comes_to_nothing(&liar, "witness 'witness.example/w': ");
	liar_close(&liar);
}

/* Only what the log's own key signed stops the log: then it is a copy. */
static void what_the_log_signed_elsewhere_stops_it(void **state)
{
	CLEANUP(buffer_release) struct buffer text, note, kept;
	CLEANUP(signing_key_close) struct signing_key *log_key = NULL;
	struct tree_head head = { .origin = ORIGIN, .size = 50 };
	struct log_published published;
	struct log_item item = { .entry = span_of("more"), .ident = "more" };
	struct liar liar;
	struct error err = { 0 };
	char path[512];
	uint64_t index;

	(void)state;
	buffer_init(&text, NOTE_MAX_BYTES);
	buffer_init(&note, NOTE_MAX_BYTES);
	buffer_init(&kept, 4 * NOTE_MAX_BYTES);
	liar_open(&liar);
	append(&liar);
	append(&liar);
	snprintf(path, sizeof(path), "%s/keys/log.key", liar.folder);
	assert_done(signing_key_open_path(&liar.ctx, path, &log_key, &err), &err);
	for (size_t round = 0; round < 2; round++) { /* more of it; and another tree of size 1 */
		CLEANUP(buffer_release) struct buffer signature;

		buffer_init(&signature, ED25519_SIGNATURE_SIZE);
		head.size = round ? 1 : 50;
		text.len = note.len = 0;
		assert_done(tree_head_build(&head, &text, &err), &err);
		assert_done(signing_key_sign(log_key, buffer_view(&text), &signature, &err), &err);
		assert_done(note_build(buffer_view(&text), &liar.log->keys.key[0], signature.data,
				       &note, &err),
			    &err);
		shows(&liar, buffer_view(&note));
		says(&liar, ANSWERS, round ? "422 No\r\n" : SIZE, span_of(round ? "" : "50\n"));
		assert_fails(log_publish(liar.log, true, &published, &err), &err, ERROR_CORRUPT);
		log_close(&liar.log);
		assert_done(log_open(&liar.ctx, liar.folder, ORIGIN, &liar.log, &err), &err);
		assert_fails(log_append(liar.log, &item, 1, &index, &err), &err, ERROR_CORRUPT);
		snprintf(path, sizeof(path), "%s/log-evidence.txt", liar.folder);
		kept.len = 0;
		assert_done(file_read(path, &kept, &err), &err);
		assert_non_null(memmem(kept.data, kept.len, note.data, note.len));
	}
	liar_close(&liar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_false_size_costs_its_cosignature_and_no_more),
		cmocka_unit_test(another_history_is_not_believed_on_its_word),
		cmocka_unit_test(what_is_no_cosignature_of_it_is_no_quorum),
		cmocka_unit_test(neither_length_nor_silence_stops_the_log),
		cmocka_unit_test(what_the_log_signed_elsewhere_stops_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
