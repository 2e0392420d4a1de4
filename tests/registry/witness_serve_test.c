/*
 * A witness over real HTTP: every answer that c2sp.org/tlog-witness has, requests
 * that contradict each other at once, and SIGKILL while they come.
 *
 * witness_serve_test [ROUNDS]: 12 kills unless given, 200 where AKASHI_LONG is set.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "registry/http.h"
#include "registry/serve.h"
#include "registry/sign.h"
#include "registry/witness.h"
#include "tests/support.h"

#define ORIGIN "log.example/x"

enum { LEAVES = 40, PART = 2 };

static unsigned kills = 12;

/* A log that signs whatever it is told to: two histories that part at leaf PART. */
struct forger {
	char *folder;
	struct context ctx;
	struct signing_key *signer;
	struct note_key key;
	struct digest leaf[2][LEAVES];
	struct witness_state *state;
	struct server *server;
	char url[256];
};

static void serve_begin(struct forger *forger)
{
	struct serve_config config = { .listen = "127.0.0.1:0",
				       .body_bytes = WITNESS_REQUEST_MAX_BYTES,
				       .handle = witness_handle };
	char vkey[NOTE_VKEY_MAX], path[512];
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/w", forger->folder);
	assert_done(witness_open(&forger->ctx, path, &forger->state, &err), &err);
	note_key_format(&forger->key, vkey);
	assert_done(witness_accept(forger->state, span_of(vkey), &err), &err);
	config.user = forger->state;
	assert_done(serve_open(&forger->ctx, &config, &forger->server, &err), &err);
	snprintf(forger->url, sizeof(forger->url), "http://%s", serve_address(forger->server));
}

static void serve_end(struct forger *forger)
{
	serve_close(&forger->server);
	witness_close(&forger->state);
}

static int forger_setup(void **state)
{
	struct forger *forger = calloc(1, sizeof(*forger));
	struct error err = { 0 };
	struct note_key ignored;
	struct span der;
	char path[512];

	assert_non_null(forger);
	forger->folder = test_folder();
	forger->ctx = test_context();
	snprintf(path, sizeof(path), "%s/log.key", forger->folder);
	assert_done(
		signing_key_generate_path(&forger->ctx, path, 0600, SIGNING_ED25519, NULL, &err),
		&err);
	assert_done(signing_key_open_path(&forger->ctx, path, &forger->signer, &err), &err);
	der = public_key_der(forger->signer->public_key);
	assert_done(
		note_key_make(ORIGIN, der.data + der.len - ED25519_KEY_SIZE, &forger->key, &err),
		&err);
	for (size_t side = 0; side < 2; side++)
		for (size_t i = 0; i < LEAVES; i++) {
			uint8_t entry[2] = { (uint8_t)i, i < PART ? 0 : (uint8_t)side };

			forger->leaf[side][i] = merkle_leaf((struct span){ entry, 2 });
		}
	snprintf(path, sizeof(path), "%s/w", forger->folder);
	assert_done(witness_init(&forger->ctx, path, "witness.example/w", &ignored, &err), &err);
	*state = forger;
	return 0;
}

static int forger_teardown(void **state)
{
	struct forger *forger = *state;

	serve_end(forger);
	signing_key_close(&forger->signer);
	test_folder_remove(&forger->folder);
	free(forger);
	return 0;
}

/* RFC 6962 section 2.1.2, as written there: SUBPROOF(m, D[n], b). */
static void subproof(const struct digest *leaf, size_t m, size_t n, bool whole,
		     struct witness_request *request)
{
	size_t k = 1;

	if (m == n) {
		if (!whole)
			request->path[request->path_len++] = merkle_root_of(leaf, n);
		return;
	}
	while (2 * k < n)
		k *= 2;
	if (m <= k) {
		subproof(leaf, m, k, whole, request);
		request->path[request->path_len++] = merkle_root_of(leaf + k, n - k);
	} else {
		subproof(leaf + k, m - k, n - k, false, request);
		request->path[request->path_len++] = merkle_root_of(leaf, k);
	}
}

static void sign_head(const struct forger *forger, const char *origin, uint64_t size,
		      const struct digest *root, struct buffer *out)
{
	CLEANUP(buffer_release) struct buffer text, signature;
	struct tree_head head = { .size = size, .root = *root };
	struct error err = { 0 };

	buffer_init(&text, 1024);
	buffer_init(&signature, ED25519_SIGNATURE_SIZE);
	memcpy(head.origin, origin, strlen(origin) + 1);
	assert_done(tree_head_build(&head, &text, &err), &err);
	assert_done(signing_key_sign(forger->signer, buffer_view(&text), &signature, &err), &err);
	assert_done(note_build(buffer_view(&text), &forger->key, signature.data, out, &err), &err);
}

/* The honest request of one history from `old` to `size`. The note is kept in `out_note`. */
static struct witness_request request_of(const struct forger *forger, size_t side, size_t old,
					 size_t size, struct buffer *out_note)
{
	struct witness_request request = { .old_size = old };
	struct digest root = merkle_root_of(forger->leaf[side], size);

	if (old && old < size)
		subproof(forger->leaf[side], old, size, true, &request);
	out_note->len = 0;
	sign_head(forger, ORIGIN, size, &root, out_note);
	request.checkpoint = buffer_view(out_note);
	return request;
}

/* Post the body; the status. 0: not reached. */
static unsigned post(const struct forger *forger, struct span body, struct http_answer *out_answer)
{
	struct http_request http = { .content_type = "text/plain", .body = body };
	struct error err = { 0 };
	char url[300];

	snprintf(url, sizeof(url), "%s/add-checkpoint", forger->url);
	http.url = url;
	if (http_send(&forger->ctx, &http, out_answer, &err)) {
		*out_answer = (struct http_answer){ 0 };
		return 0;
	}
	return out_answer->status;
}

static unsigned ask(const struct forger *forger, const struct witness_request *request,
		    struct http_answer *out_answer)
{
	CLEANUP(buffer_release) struct buffer body;
	struct error err = { 0 };

	buffer_init(&body, 2 * NOTE_MAX_BYTES);
	assert_done(witness_request_build(request, &body, &err), &err);
	return post(forger, buffer_view(&body), out_answer);
}

/* The status of an answer that nobody reads. */
static unsigned status_of(const struct forger *forger, const struct witness_request *request)
{
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };

	return ask(forger, request, &answer);
}

static unsigned status_of_text(const struct forger *forger, const char *text)
{
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };

	return post(forger, span_of(text), &answer);
}

/* When was it cosigned? The line must hold for the note that was sent. */
static uint64_t cosigned_at(const struct forger *forger, struct span note, struct span line)
{
	CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
	CLEANUP(buffer_release) struct buffer text, whole;
	struct checkpoint checkpoint;
	char vkey[NOTE_VKEY_MAX], path[512];
	struct error err = { 0 };

	buffer_init(&text, 4096);
	buffer_init(&whole, 2 * NOTE_MAX_BYTES);
	snprintf(path, sizeof(path), "%s/w/witness.vkey", forger->folder);
	assert_done(file_read(path, &text, &err), &err);
	snprintf(vkey, sizeof(vkey), "%.*s", (int)text.len - 1, (const char *)text.data);
	text.len = 0;
	assert_done(buffer_printf(&text, &err, "witness w %s\nquorum w\n", vkey), &err);
	assert_done(witness_policy_parse(buffer_view(&text), &policy, &err), &err);
	assert_done(buffer_add(&whole, note, &err), &err);
	assert_done(buffer_add(&whole, line, &err), &err);
	assert_done(checkpoint_open(buffer_view(&whole),
				    &(struct log_trust){ &forger->key, 1, policy }, &checkpoint,
				    &err),
		    &err);
	assert_done(checkpoint_need_quorum(&checkpoint, &err), &err);
	return checkpoint.time;
}

static void a_log_is_cosigned_from_its_first_size_to_its_last(void **state)
{
	struct forger *forger = *state;
	CLEANUP(buffer_release) struct buffer note;

	buffer_init(&note, NOTE_MAX_BYTES);
	serve_begin(forger);
	for (size_t size = 0, old = 0; size <= LEAVES; size = size * 2 + 1) {
		CLEANUP(http_answer_release) struct http_answer answer = { 0 };
		struct witness_request request = request_of(forger, 0, old, size, &note);

		assert_int_equal(ask(forger, &request, &answer), 200);
		assert_true(cosigned_at(forger, buffer_view(&note), buffer_view(&answer.body)) ==
			    1795557600);
		old = size;
	}
}

static void every_refusal_has_the_status_of_the_specification(void **state)
{
	struct forger *forger = *state;
	CLEANUP(buffer_release) struct buffer note, other;
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	struct witness_request good, bad;
	struct digest root;

	buffer_init(&note, NOTE_MAX_BYTES);
	buffer_init(&other, NOTE_MAX_BYTES);
	serve_begin(forger);
	good = request_of(forger, 0, 0, 10, &note);

	/* 400: nothing that could be a request; an old size above the new one. */
	assert_int_equal(status_of_text(forger, ""), 400);
	assert_int_equal(status_of_text(forger, "old 0\n"), 400);
	assert_int_equal(status_of_text(forger, "old 00\n\nx\n"), 400);
	assert_int_equal(status_of_text(forger, "new 0\n\nx\n"), 400);
	assert_int_equal(status_of_text(forger, "old 0\nAAAA\n\nx\n"), 400);
	assert_int_equal(status_of_text(forger, "old 0\n\nno checkpoint\n"), 400);
	assert_int_equal(status_of_text(forger, "old 0\n\n" ORIGIN "\n1\nAAAA\n\n\xe2\x80\x94 a "
						"AAAAAAAA\n"),
			 400);
	bad = good;
	bad.old_size = 11;
	assert_int_equal(status_of(forger, &bad), 400);

	/* 404: a log that it was not told of, whoever signed. */
	root = merkle_root_of(forger->leaf[0], 10);
	sign_head(forger, "log.example/y", 10, &root, &other);
	bad = good;
	bad.checkpoint = buffer_view(&other);
	assert_int_equal(status_of(forger, &bad), 404);

	/* 403: no line of the log's key, or one that does not hold. */
	other.len = 0;
	sign_head(forger, ORIGIN, 10, &root, &other);
	other.data[other.len - 10] = other.data[other.len - 10] == 'A' ? 'B' : 'A';
	bad.checkpoint = buffer_view(&other);
	assert_int_equal(status_of(forger, &bad), 403);
	bad.checkpoint = span_of(ORIGIN "\n10\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
					"\xe2\x80\x94 " ORIGIN " AAAAAAAA\n");
	assert_int_equal(status_of(forger, &bad), 403);

	/* 409 with the size that it remembers: none yet. */
	bad = request_of(forger, 0, 5, 10, &other);
	assert_int_equal(ask(forger, &bad, &answer), 409);
	assert_string_equal(answer.content_type, "text/x.tlog.size");
	assert_true(span_equal(buffer_view(&answer.body), span_of("0\n")));

	/* 422: a proof where there is nothing to prove; an empty log with a root. */
	bad = good;
	bad.path[bad.path_len++] = root;
	assert_int_equal(status_of(forger, &bad), 422);
	other.len = 0;
	sign_head(forger, ORIGIN, 0, &root, &other);
	bad = (struct witness_request){ .checkpoint = buffer_view(&other) };
	assert_int_equal(status_of(forger, &bad), 422);
}

static void what_was_cosigned_binds_the_witness(void **state)
{
	struct forger *forger = *state;
	CLEANUP(buffer_release) struct buffer note, other, kept;
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	struct witness_request bad;
	struct digest origin = sha256(span_of(ORIGIN));
	char hex[DIGEST_HEX_SIZE], path[512];
	struct error err = { 0 };
	struct witness_request good;

	buffer_init(&note, NOTE_MAX_BYTES);
	buffer_init(&other, NOTE_MAX_BYTES);
	buffer_init(&kept, 4 * NOTE_MAX_BYTES);
	serve_begin(forger);
	good = request_of(forger, 0, 0, 30, &note);
	assert_int_equal(status_of(forger, &good), 200);

	/* The same again, from nothing: 409 says 30. From 30, it is cosigned again, with a new
	 * time. */
	assert_int_equal(ask(forger, &good, &answer), 409);
	assert_true(span_equal(buffer_view(&answer.body), span_of("30\n")));
	good = request_of(forger, 0, 30, 30, &note);
	assert_int_equal(status_of(forger, &good), 200);
	bad = good;
	bad.path[bad.path_len++] = origin;
	assert_int_equal(status_of(forger, &bad), 422);

	/* Growing without a proof, with another's, and along the other history. */
	good = request_of(forger, 0, 30, 35, &note);
	bad = good;
	bad.path_len = 0;
	assert_int_equal(status_of(forger, &bad), 422);
	bad = good;
	bad.path[0].byte[0] ^= 1;
	assert_int_equal(status_of(forger, &bad), 422);
	bad = request_of(forger, 1, 30, 35, &other);
	assert_int_equal(status_of(forger, &bad), 422);

	/* Two trees of one size: refused, and kept as proof against the log. */
	bad = request_of(forger, 1, 30, 30, &other);
	assert_int_equal(status_of(forger, &bad), 422);
	digest_to_hex(&origin, hex);
	snprintf(path, sizeof(path), "%s/w/fork-%s.txt", forger->folder, hex);
	assert_done(file_read(path, &kept, &err), &err);
	assert_non_null(memmem(kept.data, kept.len, other.data, other.len));

	/* All that changed nothing: the honest log goes on. */
	assert_int_equal(status_of(forger, &good), 200);
}

static void monitors_read_what_was_cosigned(void **state)
{
	struct forger *forger = *state;
	CLEANUP(buffer_release) struct buffer note, shown;
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	struct http_request http = { 0 };
	struct digest origin = sha256(span_of(ORIGIN));
	struct witness_request request;
	char hex[DIGEST_HEX_SIZE], url[400];
	struct error err = { 0 };

	buffer_init(&note, NOTE_MAX_BYTES);
	buffer_init(&shown, NOTE_MAX_BYTES);
	serve_begin(forger);
	digest_to_hex(&origin, hex);
	snprintf(url, sizeof(url), "%s/%s/checkpoint", forger->url, hex);
	assert_fails(http_get(&forger->ctx, url, &shown, &err), &err, ERROR_ABSENT);
	request = request_of(forger, 0, 0, 7, &note);
	assert_int_equal(ask(forger, &request, &answer), 200);
	assert_done(http_get(&forger->ctx, url, &shown, &err), &err);
	assert_int_equal(shown.len, note.len + answer.body.len);
	assert_memory_equal(shown.data, note.data, note.len);
	assert_memory_equal(shown.data + note.len, answer.body.data, answer.body.len);

	/* What is asked in another way than it is asked. */
	http_answer_release(&answer);
	http = (struct http_request){ .url = url, .content_type = "text/plain" };
	assert_done(http_send(&forger->ctx, &http, &answer, &err), &err);
	assert_int_equal(answer.status, 405);
	http_answer_release(&answer);
	snprintf(url, sizeof(url), "%s/add-checkpoint", forger->url);
	http = (struct http_request){ .url = url };
	assert_done(http_send(&forger->ctx, &http, &answer, &err), &err);
	assert_int_equal(answer.status, 405);
	snprintf(url, sizeof(url), "%s/%.63sX/checkpoint", forger->url, hex);
	assert_fails(http_get(&forger->ctx, url, &shown, &err), &err, ERROR_ABSENT);
}

static void a_body_that_is_too_long_is_not_taken(void **state)
{
	struct forger *forger = *state;
	CLEANUP(buffer_release) struct buffer body;
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	struct error err = { 0 };
	uint8_t *room;

	buffer_init(&body, 1u << 22);
	serve_begin(forger);
	assert_done(buffer_extend(&body, WITNESS_REQUEST_MAX_BYTES + 1, &room, &err), &err);
	memset(room, 'a', WITNESS_REQUEST_MAX_BYTES + 1);
	assert_int_equal(post(forger, buffer_view(&body), &answer), 413);
}

/* ---- At once, and killed ---- */

enum { ASKERS = 50 };

struct asker {
	const struct forger *forger;
	size_t side;
	unsigned status;
	pthread_t thread;
};

static void *asker_run(void *user)
{
	struct asker *asker = user;
	CLEANUP(buffer_release) struct buffer note;
	struct witness_request request;

	buffer_init(&note, NOTE_MAX_BYTES);
	request = request_of(asker->forger, asker->side, 0, LEAVES, &note);
	asker->status = status_of(asker->forger, &request);
	return NULL;
}

/* Fifty ask to cosign one of two trees of one size from nothing: exactly one gets it. */
static void of_fifty_contradicting_requests_one_is_cosigned(void **state)
{
	struct forger *forger = *state;
	struct asker asker[ASKERS];
	size_t cosigned = 0, told = 0;

	serve_begin(forger);
	for (size_t i = 0; i < ASKERS; i++) {
		asker[i] = (struct asker){ .forger = forger, .side = i % 2 };
		assert_int_equal(pthread_create(&asker[i].thread, NULL, asker_run, &asker[i]), 0);
	}
	for (size_t i = 0; i < ASKERS; i++) {
		pthread_join(asker[i].thread, NULL);
		cosigned += asker[i].status == 200;
		told += asker[i].status == 409;
	}
	assert_int_equal(cosigned, 1);
	assert_int_equal(told, ASKERS - 1);
}

/* The witness as a process of its own: its address through a pipe, then it serves until killed. */
static pid_t witness_start(struct forger *forger)
{
	int pipe_of[2];
	ssize_t len;
	pid_t child;

	assert_int_equal(pipe(pipe_of), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		serve_begin(forger);
		dprintf(pipe_of[1], "%s", forger->url);
		close(pipe_of[1]);
		for (;;)
			pause();
	}
	close(pipe_of[1]);
	len = read(pipe_of[0], forger->url, sizeof(forger->url) - 1);
	close(pipe_of[0]);
	assert_true(len > 0);
	forger->url[len] = '\0';
	return child;
}

/* Kill the process `kill_at` microseconds from now. */
struct killer {
	pid_t child;
	unsigned kill_at;
};

static void *killer_run(void *user)
{
	struct killer *killer = user;
	struct timespec pause = { .tv_nsec = (long)killer->kill_at * 1000 };

	nanosleep(&pause, NULL);
	kill(killer->child, SIGKILL);
	return NULL;
}

/*
 * Both histories are offered for growing sizes while the witness is killed and started again.
 * Whatever was cosigned, answered or not, there is one tree for each size, and what the
 * witness remembers is never behind what it answered.
 */
static void a_killed_witness_cosigns_no_second_tree(void **state)
{
	struct forger *forger = *state;
	CLEANUP(buffer_release) struct buffer note;
	int told_side = -1; /* the one history of which trees beyond the parting are cosigned */
	size_t size = 1, answered = 0, lost = 0;
	uint64_t seed = 7;

	buffer_init(&note, NOTE_MAX_BYTES);
	for (unsigned round = 0; round < kills; round++) {
		struct killer killer = { witness_start(forger),
					 (unsigned)(test_random(&seed) % 12000) };
		pthread_t thread;
		int status;

		assert_int_equal(pthread_create(&thread, NULL, killer_run, &killer), 0);
		for (;;) {
			CLEANUP(http_answer_release) struct http_answer answer = { 0 };
			size_t side = test_random(&seed) % 2, old = answered;
			struct witness_request request = request_of(forger, side, old, size, &note);
			unsigned got = ask(forger, &request, &answer);

			if (got == 0) {
				lost++;
				break;
			}
			if (got == 200) {
				if (size > PART && told_side >= 0)
					assert_int_equal(told_side, side);
				if (size > PART)
					told_side = (int)side;
				answered = size;
				size = size < LEAVES ? size + 1 : size;
			} else if (got == 409) {
				/* Killed after it remembered and before it answered. */
				unsigned long told = strtoul((char *)answer.body.data, NULL, 10);

				assert_true(told >= answered && told <= size);
				answered = told;
				size = told ? told : 1;
			} else {
				assert_int_equal(got, 422); /* the other history */
				assert_true(size > PART);
			}
		}
		pthread_join(thread, NULL);
		assert_int_equal(waitpid(killer.child, &status, 0), killer.child);
	}
	assert_int_equal(lost, kills);
	assert_true(told_side >= 0 || kills < 12);
}

static void a_witness_that_lost_its_memory_does_not_begin_again(void **state)
{
	struct forger *forger = *state;
	struct witness_state *opened = NULL;
	struct note_key key;
	struct error err = { 0 };
	char path[512], folder[500];

	snprintf(folder, sizeof(folder), "%s/w", forger->folder);
	assert_fails(witness_init(&forger->ctx, folder, "witness.example/w", &key, &err), &err,
		     ERROR_USAGE);
	snprintf(path, sizeof(path), "%s/witness.db", folder);
	assert_int_equal(unlink(path), 0);
	assert_fails(witness_open(&forger->ctx, folder, &opened, &err), &err, ERROR_CORRUPT);
	assert_fails(witness_init(&forger->ctx, folder, "witness.example/w", &key, &err), &err,
		     ERROR_USAGE);
	snprintf(folder, sizeof(folder), "%s/none", forger->folder);
	assert_fails(witness_open(&forger->ctx, folder, &opened, &err), &err, ERROR_ABSENT);
	assert_fails(witness_init(&forger->ctx, folder, "no such name", &key, &err), &err,
		     ERROR_USAGE);
}

static void lists_of_logs_are_read_in_three_ways(void **state)
{
	struct forger *forger = *state;
	CLEANUP(buffer_release) struct buffer text;
	char vkey[NOTE_VKEY_MAX], own[NOTE_VKEY_MAX];
	struct error err = { 0 };
	struct note_key key;

	buffer_init(&text, 8192);
	serve_begin(forger);
	assert_int_equal(witness_log_count(forger->state), 1);
	note_key_format(&forger->key, vkey);
	assert_done(buffer_printf(&text, &err, "# ours\n\n%s\n log\t%s https://x\nlogs/v0\nvkey ",
				  vkey, vkey),
		    &err);
	assert_done(note_key_make("log.example/z", forger->key.key, &key, &err), &err);
	note_key_format(&key, vkey);
	assert_done(buffer_printf(&text, &err,
				  "%s\norigin log.example/z\nqpd 86400\ncontact a b\r\n", vkey),
		    &err);
	assert_done(witness_accept_list(forger->state, buffer_view(&text), &err), &err);
	assert_int_equal(witness_log_count(forger->state), 2);
	assert_fails(witness_accept_list(forger->state, span_of("origin log.example/q"), &err),
		     &err, ERROR_UNTRUSTED);
	assert_fails(witness_accept_list(forger->state, span_of("nonsense\n"), &err), &err,
		     ERROR_CORRUPT);
	/* Its own key, dressed up as a log's. */
	assert_done(note_key_make("log.example/self", witness_key(forger->state)->key, &key, &err),
		    &err);
	note_key_format(&key, own);
	assert_fails(witness_accept(forger->state, span_of(own), &err), &err, ERROR_USAGE);
}

static void addresses_are_read_strictly(void **state)
{
	static const char *const bad[] = { "",      "8080",      ":8080",  "127.0.0.1",
					   "::1:8", "[::1]",     "a b:80", "127.0.0.1:x",
					   "[]:80", "1.2.3.4:8x" };
	struct serve_config config = { .body_bytes = 1, .handle = witness_handle };
	struct context ctx = test_context();
	struct server *server = NULL;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		config.listen = bad[i];
		assert_fails(serve_open(&ctx, &config, &server, &err), &err, ERROR_USAGE);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_log_is_cosigned_from_its_first_size_to_its_last,
						forger_setup, forger_teardown),
		cmocka_unit_test_setup_teardown(every_refusal_has_the_status_of_the_specification,
						forger_setup, forger_teardown),
		cmocka_unit_test_setup_teardown(what_was_cosigned_binds_the_witness, forger_setup,
						forger_teardown),
		cmocka_unit_test_setup_teardown(monitors_read_what_was_cosigned, forger_setup,
						forger_teardown),
		cmocka_unit_test_setup_teardown(a_body_that_is_too_long_is_not_taken, forger_setup,
						forger_teardown),
		cmocka_unit_test_setup_teardown(of_fifty_contradicting_requests_one_is_cosigned,
						forger_setup, forger_teardown),
		cmocka_unit_test_setup_teardown(a_killed_witness_cosigns_no_second_tree,
						forger_setup, forger_teardown),
		cmocka_unit_test_setup_teardown(a_witness_that_lost_its_memory_does_not_begin_again,
						forger_setup, forger_teardown),
		cmocka_unit_test_setup_teardown(lists_of_logs_are_read_in_three_ways, forger_setup,
						forger_teardown),
		cmocka_unit_test(addresses_are_read_strictly),
	};

	if (getenv("AKASHI_LONG"))
		kills = 200;
	if (argc > 1)
		kills = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
