/*
 * What a witness answers, status by status as c2sp.org/tlog-witness has them. A
 * cosignature leaves only after the state that it speaks of is durable; the old
 * state is read, compared and replaced in one transaction.
 */
#include <string.h>

#include "registry/witness/inner.h"

#define ADD_PATH "/add-checkpoint"
#define SIZE_TYPE "text/x.tlog.size"

/* One request to cosign while it is looked at. */
struct adding {
	struct witness_state *state;
	struct witness_request request;
	struct tree_head head;
	struct span text;        /* what the log signed */
	struct buffer log_lines; /* the lines of its keys, each checked */
	bool bad_line;
	struct error why; /* of the first that does not hold */
};

static void adding_release(struct adding *adding)
{
	buffer_release(&adding->log_lines);
}

static int reply(struct serve_answer *answer, unsigned status, const char *text, struct error *err)
{
	answer->status = status;
	answer->body.len = 0;
	return buffer_printf(&answer->body, err, "%s\n", text);
}

/* Ed25519 gives one line for one key and text, so a line that is there twice is the same. */
static bool has_line(const struct buffer *lines, struct span line)
{
	return lines->len && memmem(lines->data, lines->len, line.data, line.len);
}

/* Is the line a key's of this origin? Then it must hold, and is kept. */
static int line_visit(void *user, struct span text, const struct note_line *line, struct error *err)
{
	struct adding *adding = user;
	const struct witness_state *state = adding->state;

	for (size_t i = 0; i < state->log_count; i++) {
		struct error why = { 0 };

		if (strcmp(state->log[i].name, adding->head.origin) != 0 ||
		    !note_line_is_of(line, &state->log[i]))
			continue;
		if (!note_line_check(line, text, &state->log[i], &why))
			return has_line(&adding->log_lines, line->line)
				       ? 0
				       : buffer_add(&adding->log_lines, line->line, err);
		if (why.code == ERROR_SYSTEM) {
			*err = why;
			return -1;
		}
		adding->bad_line = true;
		adding->why = why;
		return 0;
	}
	return 0;
}

static bool origin_known(const struct witness_state *state, const char *origin)
{
	for (size_t i = 0; i < state->log_count; i++)
		if (strcmp(state->log[i].name, origin) == 0)
			return true;
	return false;
}

/* Everything that can be said without the state: 400, 404, 403. *out_done: it was said. */
static int request_check(struct adding *adding, struct span body, struct serve_answer *answer,
			 bool *out_done, struct error *err)
{
	struct error why = { 0 };

	*out_done = true;
	if (witness_request_parse(body, &adding->request, &why) ||
	    note_text(adding->request.checkpoint, &adding->text, &why) ||
	    tree_head_read(adding->text, &adding->head, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text)
						: reply(answer, 400, why.text, err);
	if (adding->head.size > INT64_MAX)
		return reply(answer, 400, "no log is as large as that", err);
	if (!origin_known(adding->state, adding->head.origin))
		return reply(answer, 404, "this witness does not know that log", err);
	if (note_visit(adding->request.checkpoint, line_visit, adding, &adding->text, err))
		return -1;
	if (adding->bad_line)
		return reply(answer, 403, adding->why.text, err);
	if (!adding->log_lines.len)
		return reply(answer, 403, "no key of that log signed this checkpoint", err);
	if (adding->request.old_size > adding->head.size)
		return reply(answer, 400, "the old size is above the checkpoint's", err);
	*out_done = false;
	return 0;
}

static int row_read(struct witness_state *state, const char *origin, struct witness_row *out_row,
		    struct buffer *out_note, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	struct witness_row found = { 0 };
	struct span root;

	if (query_new(state->database,
		      "SELECT size, time, root, note FROM cosigned WHERE origin = ?", &query, err))
		return -1;
	query_bind_text(query, 1, origin);
	if (query_step(query, &found.there, err))
		return -1;
	if (found.there) {
		found.size = query_u64(query, 0);
		found.time = query_u64(query, 1);
		root = query_bytes(query, 2);
		if (root.len != DIGEST_SIZE)
			return error_set(err, ERROR_CORRUPT, "witness.db is damaged");
		memcpy(found.root.byte, root.data, DIGEST_SIZE);
		if (buffer_add(out_note, query_bytes(query, 3), err))
			return -1;
	}
	*out_row = found;
	return 0;
}

static int row_write(const struct adding *adding, uint64_t time, struct span note,
		     struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	if (query_new(adding->state->database,
		      "INSERT OR REPLACE INTO cosigned(origin, size, time, root, note) "
		      "VALUES (?, ?, ?, ?, ?)",
		      &query, err))
		return -1;
	query_bind_text(query, 1, adding->head.origin);
	query_bind_u64(query, 2, adding->head.size);
	query_bind_u64(query, 3, time);
	query_bind_bytes(query, 4, digest_view(&adding->head.root));
	query_bind_bytes(query, 5, note);
	return query_run(query, err);
}

/* Does the checkpoint continue what was seen? NULL, or why not. */
static const char *continuation_refused(const struct adding *adding, const struct witness_row *row)
{
	const struct witness_request *request = &adding->request;
	const struct tree_head *head = &adding->head;
	struct digest empty = merkle_empty();
	struct error ignored = { 0 };

	if (!head->size && !digest_equal(&head->root, &empty))
		return "an empty log whose root is not that of nothing";
	if (!request->old_size)
		return request->path_len ? "a proof where there is nothing to prove" : NULL;
	if (request->old_size == head->size && !digest_equal(&head->root, &row->root))
		return "another tree of the size that was cosigned";
	if (merkle_check_consistency(request->old_size, head->size, &row->root, &head->root,
				     request->path, request->path_len, &ignored))
		return "the proof does not show that this continues the tree that was cosigned";
	return NULL;
}

/* Sign, store and answer. The time never goes back, whatever the clock does: a cosignature says
 * that its tree was the largest then. */
static int cosign(const struct adding *adding, const struct witness_row *row,
		  struct serve_answer *answer, struct error *err)
{
	CLEANUP(buffer_release) struct buffer message, signature, note;
	const struct witness_state *state = adding->state;
	int64_t now = context_now(state->ctx);
	uint64_t time = now > 0 ? (uint64_t)now : 0;

	buffer_init(&message, NOTE_MAX_BYTES + 64);
	buffer_init(&signature, ED25519_SIGNATURE_SIZE);
	buffer_init(&note, 2 * NOTE_MAX_BYTES);
	if (!time)
		return error_set(err, ERROR_SYSTEM, "a witness needs a clock");
	if (time < row->time)
		time = row->time;
	if (cosignature_message(adding->text, time, &message, err) ||
	    signing_key_sign(state->signer, buffer_view(&message), &signature, err))
		return -1;
	if (signature.len != ED25519_SIGNATURE_SIZE)
		return error_set(err, ERROR_SYSTEM, "the witness's key made no signature");
	answer->status = 200;
	answer->body.len = 0;
	if (cosignature_build(&state->key, time, signature.data, &answer->body, err) ||
	    buffer_add(&note, adding->text, err) || buffer_add_text(&note, "\n", err) ||
	    buffer_add(&note, buffer_view(&adding->log_lines), err) ||
	    buffer_add(&note, buffer_view(&answer->body), err))
		return -1;
	return row_write(adding, time, buffer_view(&note), err);
}

/* Inside the transaction. *out_keep: it is to be committed. */
static int state_advance(struct adding *adding, struct serve_answer *answer, bool *out_keep,
			 struct error *err)
{
	CLEANUP(buffer_release) struct buffer kept;
	const struct tree_head *head = &adding->head;
	struct witness_row row;
	const char *refused;

	buffer_init(&kept, 2 * NOTE_MAX_BYTES);
	*out_keep = false;
	if (row_read(adding->state, head->origin, &row, &kept, err))
		return -1;
	if (row.there && head->size == row.size && !digest_equal(&head->root, &row.root) &&
	    witness_fork_keep(adding->state, head->origin, buffer_view(&kept),
			      adding->request.checkpoint, err))
		return -1;
	if (adding->request.old_size != row.size) {
		answer->status = 409;
		answer->content_type = SIZE_TYPE;
		return buffer_printf(&answer->body, err, "%llu\n", (unsigned long long)row.size);
	}
	refused = continuation_refused(adding, &row);
	if (refused)
		return reply(answer, 422, refused, err);
	*out_keep = true;
	return cosign(adding, &row, answer, err);
}

static int add_checkpoint(struct witness_state *state, struct span body,
			  struct serve_answer *answer, struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { .state = state };
	bool done, keep = false;
	int failed;

	buffer_init(&adding.log_lines, NOTE_MAX_BYTES);
	if (request_check(&adding, body, answer, &done, err))
		return -1;
	if (done)
		return 0;
	pthread_mutex_lock(&state->mutex);
	failed = database_begin(state->database, err);
	if (!failed) {
		failed = state_advance(&adding, answer, &keep, err) ||
			 (keep && database_commit(state->database, err));
		if (failed || !keep)
			database_rollback(state->database);
	}
	pthread_mutex_unlock(&state->mutex);
	return failed ? -1 : 0;
}

/* "/HEX/checkpoint" */
static bool monitor_path(const char *path, struct digest *out_origin)
{
	struct span rest = span_of(path), hex;
	struct error ignored = { 0 };

	if (rest.len != 1 + 2 * DIGEST_SIZE + strlen("/checkpoint") ||
	    strcmp(path + 1 + 2 * DIGEST_SIZE, "/checkpoint") != 0)
		return false;
	hex = (struct span){ rest.data + 1, 2 * DIGEST_SIZE };
	return !hex_decode(hex, out_origin->byte, DIGEST_SIZE, &ignored);
}

/* The origin of a known log with this digest, or NULL. */
static const char *origin_find(const struct witness_state *state, const struct digest *wanted)
{
	for (size_t i = 0; i < state->log_count; i++) {
		struct digest digest = sha256(span_of(state->log[i].name));

		if (digest_equal(&digest, wanted))
			return state->log[i].name;
	}
	return NULL;
}

static int show_checkpoint(struct witness_state *state, const struct digest *digest,
			   struct serve_answer *answer, struct error *err)
{
	const char *origin = origin_find(state, digest);
	struct witness_row row = { 0 };
	int failed = 0;

	if (origin) {
		pthread_mutex_lock(&state->mutex);
		failed = row_read(state, origin, &row, &answer->body, err);
		pthread_mutex_unlock(&state->mutex);
	}
	if (failed || row.there)
		return failed ? -1 : 0;
	return reply(answer, 404, "this witness cosigned nothing of that log", err);
}

int witness_handle(void *user, const struct serve_request *request, struct serve_answer *out_answer,
		   struct error *err)
{
	struct witness_state *state = user;
	bool adds = strcmp(request->path, ADD_PATH) == 0;
	const char *allow = adds ? "POST" : "GET";
	struct digest origin;

	if (!adds && !monitor_path(request->path, &origin))
		return reply(out_answer, 404, "there is nothing here", err);
	if (strcmp(request->method, allow) != 0) {
		out_answer->allow = allow;
		return reply(out_answer, 405, "that is not how it is asked", err);
	}
	if (adds)
		return add_checkpoint(state, request->body, out_answer, err);
	return show_checkpoint(state, &origin, out_answer, err);
}
