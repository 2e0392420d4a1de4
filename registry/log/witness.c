/*
 * A log and its witnesses: each is asked to cosign the checkpoint that was signed last,
 * and log/checkpoint is replaced only by one that has their quorum. Entries do not
 * wait for that; proofs do. A witness that shows more of this log than was ever signed
 * here, or something else, shows that this is a copy or an old backup: then nothing is
 * signed any more (log/contradiction.c). Whatever else it answers costs its cosignature,
 * and no more.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/http.h"
#include "registry/log/inner.h"

#define WITNESS_ANSWER_MAX NOTE_MAX_BYTES
#define SIZE_TYPE "text/x.tlog.size" /* of an answer 409 */

/* One witness that is asked, and what it answered. */
struct question {
	const struct witness *witness;
	const struct context *ctx;
	uint64_t old_size; /* that it is thought to remember */
	struct buffer body;
	struct http_answer answer;
	struct error err; /* why it gave no cosignature; ERROR_NONE: it did */
	bool open;        /* to be asked in the next round */
	bool running;
	pthread_t thread;
};

/* All of them, about one checkpoint. */
struct inquiry {
	struct log *log; /* a handle of its own: others may append meanwhile */
	struct log_head head;
	struct witness_policy *policy;
	struct question question[WITNESSES_MAX];
	struct buffer lines; /* cosignatures that hold */
};

static void inquiry_release(struct inquiry *inquiry)
{
	for (size_t i = 0; i < WITNESSES_MAX; i++) {
		buffer_release(&inquiry->question[i].body);
		http_answer_release(&inquiry->question[i].answer);
	}
	buffer_release(&inquiry->lines);
	log_head_release(&inquiry->head);
	witness_policy_free(&inquiry->policy);
	log_close(&inquiry->log);
}

int log_witnesses(const struct log *log, struct witness_policy **out_policy, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	struct error absent = { 0 };

	*out_policy = NULL;
	buffer_init(&text, WITNESS_POLICY_MAX_BYTES);
	if (log_path(log, "keys/witnesses", &path, err))
		return -1;
	if (file_read(path, &text, &absent))
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	if (witness_policy_parse(buffer_view(&text), out_policy, err))
		return error_prefix(err, "'%s'", path);
	return 0;
}

bool log_is_witnessed(const struct log *log)
{
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	return !log_path(log, "keys/witnesses", &path, &ignored) && file_exists(path);
}

int log_ask_witnesses(struct log *log, struct span text, struct error *err)
{
	CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
	CLEANUP(text_free) char *path = NULL;

	if (log_path(log, "keys/witnesses", &path, err))
		return -1;
	log->agreed = false;
	if (!text.len)
		return folder_remove(path, err);
	if (witness_policy_parse(text, &policy, err))
		return -1;
	return file_write(path, text, 0644, FILE_REPLACE, err);
}

/* ---- Asking ---- */

static int question_write(struct inquiry *inquiry, struct question *question, struct error *err)
{
	struct witness_request request = { .old_size = question->old_size,
					   .checkpoint = buffer_view(&inquiry->head.note) };
	uint64_t size = inquiry->head.size;

	if (request.old_size && request.old_size < size &&
	    tiles_prove_consistency(inquiry->log->tiles, request.old_size, size, request.path,
				    &request.path_len, err))
		return -1;
	question->body.len = 0;
	question->err = (struct error){ 0 };
	question->open = true;
	return witness_request_build(&request, &question->body, err);
}

static void *question_send(void *user)
{
	struct question *question = user;
	struct http_request request = { .content_type = "text/plain; charset=utf-8",
					.body = buffer_view(&question->body),
					.timeout_s = WITNESS_TIMEOUT_S,
					.answer_bytes = WITNESS_ANSWER_MAX };
	char url[HTTP_URL_MAX];

	witness_url(question->witness, "add-checkpoint", url);
	request.url = url;
	http_answer_release(&question->answer);
	question->answer = (struct http_answer){ 0 };
	if (http_send(question->ctx, &request, &question->answer, &question->err))
		question->answer = (struct http_answer){ 0 };
	return NULL;
}

/* Send all open questions at once and wait for their answers. */
static void round_run(struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->policy->witness_count; i++) {
		struct question *question = &inquiry->question[i];

		question->running = question->open && !pthread_create(&question->thread, NULL,
								      question_send, question);
		if (question->open && !question->running)
			question_send(question); /* no thread to be had: one after another */
	}
	for (size_t i = 0; i < inquiry->policy->witness_count; i++)
		if (inquiry->question[i].running)
			pthread_join(inquiry->question[i].thread, NULL);
}

/* ---- What is answered ---- */

/* Keep what contradicts, and refuse. */
static int contradicted(const struct inquiry *inquiry, const struct question *question,
			struct span shown, const char *why, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	buffer_init(&text, 4 * NOTE_MAX_BYTES);
	if (!log_path(inquiry->log, "log-evidence.txt", &path, &ignored) &&
	    !buffer_printf(&text, &ignored, "The witness %s %s.\n\nlock.db remembers:\n",
			   question->witness->key.name, why) &&
	    !buffer_add(&text, buffer_view(&inquiry->head.note), &ignored) &&
	    !buffer_printf(&text, &ignored, "\nThe witness answered %u:\n",
			   question->answer.status) &&
	    !buffer_add(&text, buffer_view(&question->answer.body), &ignored) &&
	    !buffer_add_text(&text, "\nIt shows to monitors:\n", &ignored) &&
	    !buffer_add(&text, shown, &ignored))
		(void)!file_write(path, buffer_view(&text), 0644, FILE_REPLACE, &ignored);
	return error_set(err, ERROR_CORRUPT,
			 "the witness '%s' %s: this registry is a copy, or was restored from an "
			 "old backup, and nothing is signed any more; log-evidence.txt keeps what "
			 "was seen",
			 question->witness->key.name, why);
}

/* The witness says that it saw something else. It is believed where it shows it. */
static int claim_weigh(struct inquiry *inquiry, struct question *question, const char *claim,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer shown;
	char why[CONTRADICTION_MAX];
	bool found;

	buffer_init(&shown, NOTE_MAX_BYTES);
	if (log_contradicted(inquiry->log, &inquiry->head, question->witness, &shown, why, &found,
			     err))
		return -1;
	if (found)
		return contradicted(inquiry, question, buffer_view(&shown), why, err);
	error_set(&question->err, ERROR_UNTRUSTED,
		  "it says that it saw %s, and shows no checkpoint of this log's key that says so: "
		  "it is faulty or lies, or this registry is a copy or an old backup",
		  claim);
	return 0;
}

/* The line of one witness out of an answer. */
struct picking {
	const struct note_key *key;
	struct buffer line; /* empty: none was found */
};

static int line_pick(void *user, struct span text, const struct note_line *line, struct error *err)
{
	struct picking *picking = user;
	uint64_t time;

	if (!note_line_is_of(line, picking->key))
		return 0;
	if (cosignature_check(line, text, picking->key, &time, err))
		return -1;
	return picking->line.len ? 0 : buffer_add(&picking->line, line->line, err);
}

/* An empty line in the answer would end the text elsewhere, and let the rest sign another. */
static bool has_empty_line(struct span body)
{
	return body.len && (body.data[0] == '\n' || memmem(body.data, body.len, "\n\n", 2));
}

/* 200: lines that belong under the checkpoint; none but the witness's own, and only if they hold.
 */
static void lines_take(struct inquiry *inquiry, struct question *question)
{
	CLEANUP(buffer_release) struct buffer note;
	struct span body = buffer_view(&question->answer.body), text;
	struct picking picking = { .key = &question->witness->key };

	buffer_init(&note, 2 * NOTE_MAX_BYTES);
	buffer_init(&picking.line, NOTE_MAX_BYTES);
	if (has_empty_line(body)) {
		error_set(&question->err, ERROR_CORRUPT, "it answered with another note");
	} else if (buffer_add(&note, buffer_view(&inquiry->head.note), &question->err) ||
		   buffer_add(&note, body, &question->err) ||
		   note_visit(buffer_view(&note), line_pick, &picking, &text, &question->err)) {
		(void)!error_prefix(&question->err, "what it answered does not hold");
	} else if (!picking.line.len) {
		error_set(&question->err, ERROR_UNTRUSTED, "it answered without a cosignature");
	} else {
		(void)!buffer_add(&inquiry->lines, buffer_view(&picking.line), &question->err);
	}
	buffer_release(&picking.line);
}

/* 409: the size that the witness remembers. Behind ours: asked once more, with a proof from there.
 */
static int conflict_take(struct inquiry *inquiry, struct question *question, bool last,
			 struct error *err)
{
	char claim[64];
	uint64_t size;

	if (strncmp(question->answer.content_type, SIZE_TYPE, strlen(SIZE_TYPE)) != 0 ||
	    !witness_size_read(buffer_view(&question->answer.body), &size)) {
		error_set(&question->err, ERROR_CORRUPT, "it answered 409 without its size");
		return 0;
	}
	snprintf(claim, sizeof(claim), "%llu entries of this log", (unsigned long long)size);
	if (size > inquiry->head.size)
		return claim_weigh(inquiry, question, claim, err);
	if (last || size == question->old_size) {
		error_set(&question->err, ERROR_SYSTEM,
			  "it answered 409 again (others may have asked it meanwhile)");
		return 0;
	}
	question->old_size = size;
	return question_write(inquiry, question, err);
}

static int answer_take(struct inquiry *inquiry, struct question *question, bool last,
		       struct error *err)
{
	question->open = false;
	if (question->err.code) /* not reached */
		return 0;
	switch (question->answer.status) {
	case 200:
		lines_take(inquiry, question);
		return 0;
	case 409:
		return conflict_take(inquiry, question, last, err);
	case 422:
		return claim_weigh(inquiry, question, "another history of this log", err);
	default:
		error_set(&question->err, ERROR_SYSTEM, "it answered %u", question->answer.status);
		return 0;
	}
}

/* Sizes that witnesses are known to remember: those whose lines are under the shown checkpoint. */
struct knowing {
	struct inquiry *inquiry;
	uint64_t size;
};

static int line_know(void *user, struct span text, const struct note_line *line, struct error *err)
{
	struct knowing *knowing = user;
	struct inquiry *inquiry = knowing->inquiry;

	(void)text, (void)err;
	for (size_t i = 0; i < inquiry->policy->witness_count; i++)
		if (note_line_is_of(line, &inquiry->policy->witness[i].key))
			inquiry->question[i].old_size = knowing->size;
	return 0;
}

/* Open a log of one's own and read what is to be cosigned. Without witnesses: policy is NULL. */
static int inquiry_begin(struct log *log, struct inquiry *inquiry, struct log_head *out_shown,
			 struct error *err)
{
	struct knowing knowing = { .inquiry = inquiry };
	struct error absent = { 0 };
	struct span text;

	buffer_init(&inquiry->lines, NOTE_MAX_BYTES);
	if (log_open(log->ctx, log->folder, log_origin(log), &inquiry->log, err) ||
	    log_witnesses(log, &inquiry->policy, err))
		return -1;
	if (!inquiry->policy)
		return 0;
	if (log_remembered(inquiry->log, &inquiry->head, err))
		return -1;
	if (log_head(inquiry->log, out_shown, &absent) && absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	for (size_t i = 0; i < inquiry->policy->witness_count; i++) {
		inquiry->question[i].witness = &inquiry->policy->witness[i];
		inquiry->question[i].ctx = log->ctx;
		buffer_init(&inquiry->question[i].body, WITNESS_REQUEST_MAX_BYTES);
	}
	knowing.size = out_shown->size;
	if (out_shown->note.len && out_shown->size <= inquiry->head.size)
		return note_visit(buffer_view(&out_shown->note), line_know, &knowing, &text, err);
	return 0;
}

/* Two rounds: what each is thought to remember, then what it said it does. */
static int inquiry_run(struct inquiry *inquiry, struct error *err)
{
	for (size_t i = 0; i < inquiry->policy->witness_count; i++) {
		struct question *question = &inquiry->question[i];

		if (!question->witness->url)
			error_set(&question->err, ERROR_USAGE, "the policy has no URL for it");
		else if (question_write(inquiry, question, err))
			return -1;
	}
	for (int round = 0; round < 2; round++) {
		round_run(inquiry);
		for (size_t i = 0; i < inquiry->policy->witness_count; i++)
			if (inquiry->question[i].open &&
			    answer_take(inquiry, &inquiry->question[i], round == 1, err))
				return -1;
	}
	return context_check_cancelled(inquiry->log->ctx, err);
}

/* ---- Showing ---- */

/* Put the checkpoint with its lines where everybody sees it, unless a newer one is there. */
static int show(const struct inquiry *inquiry, struct span note, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_head_release) struct log_head shown = { 0 };
	struct error absent = { 0 };

	if (log_writing(inquiry->log, &held, err))
		return -1;
	if (log_head(inquiry->log, &shown, &absent) && absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	if (shown.note.len && shown.size > inquiry->head.size)
		return 0;
	return blobs_replace(inquiry->log->blobs, "checkpoint", note, err);
}

/* Say which witnesses gave nothing, and why. */
static void tell_missing(const struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->policy->witness_count; i++)
		if (inquiry->question[i].err.code)
			context_notice(inquiry->log->ctx, "witness '%s': %s",
				       inquiry->policy->witness[i].key.name,
				       inquiry->question[i].err.text);
}

static bool has_quorum(const struct inquiry *inquiry, struct span note,
		       struct checkpoint *out_checkpoint, struct error *err)
{
	struct log_trust own = log_own_trust(inquiry->log);

	own.witnesses = inquiry->policy;
	return !checkpoint_open(note, &own, out_checkpoint, err) && out_checkpoint->quorum;
}

static int cosign(struct inquiry *inquiry, struct log_published *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer note;
	struct error why = { 0 };

	buffer_init(&note, NOTE_MAX_BYTES);
	if (inquiry_run(inquiry, err) || buffer_add(&note, buffer_view(&inquiry->head.note), err) ||
	    buffer_add(&note, buffer_view(&inquiry->lines), err))
		return -1;
	tell_missing(inquiry);
	out->shown = has_quorum(inquiry, buffer_view(&note), &out->checkpoint, &why);
	if (why.code)
		return error_set(err, why.code, "%s", why.text);
	return out->shown ? show(inquiry, buffer_view(&note), err) : 0;
}

int log_publish(struct log *log, bool again, struct log_published *out_published, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_head_release) struct log_head shown = { 0 };
	CLEANUP(inquiry_release) struct inquiry inquiry = { 0 };
	CLEANUP(text_free) char *path = NULL;
	struct log_published published = { 0 };
	struct error why = { 0 };

	/* One at a time: who waited here finds that its entries were shown meanwhile. */
	if (log_path(log, "publish.lock", &path, err) || file_lock_take(path, &held, err) ||
	    inquiry_begin(log, &inquiry, &shown, err))
		return -1;
	if (!inquiry.policy) {
		if (log_recover(inquiry.log, err) || log_head(inquiry.log, &shown, err))
			return -1;
		published.shown = true;
		published.checkpoint.head.size = shown.size;
		published.checkpoint.head.root = shown.root;
		published.checkpoint.quorum = true;
	} else if (!again && shown.note.len && log_is_shown(&shown, &inquiry.head) &&
		   has_quorum(&inquiry, buffer_view(&shown.note), &published.checkpoint, &why)) {
		published.shown = true;
	} else if (cosign(&inquiry, &published, err)) {
		return -1;
	}
	*out_published = published;
	return 0;
}

int log_witnesses_agree(struct log *log, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_head_release) struct log_head shown = { 0 };
	CLEANUP(inquiry_release) struct inquiry inquiry = { 0 };
	CLEANUP(text_free) char *path = NULL;

	if (log->agreed || !log_is_witnessed(log))
		return 0;
	/* Witnesses see only what is published under this lock: none can be ahead of what is read.
	 */
	if (log_path(log, "publish.lock", &path, err) || file_lock_take(path, &held, err) ||
	    inquiry_begin(log, &inquiry, &shown, err) || !inquiry.policy ||
	    inquiry_run(&inquiry, err))
		return err->code ? -1 : 0;
	log->agreed = true;
	return 0;
}

int log_show_witnessed(struct log *log, struct error *err)
{
	struct log_published published;

	if (!log_is_witnessed(log))
		return 0;
	if (log_publish(log, false, &published, err))
		return -1;
	if (!published.shown)
		context_notice(log->ctx,
			       "logged, and durable; proofs wait until %zu of the %zu witnesses "
			       "have cosigned (%zu did): akashi log publish asks them again",
			       published.checkpoint.needed, published.checkpoint.witnesses,
			       published.checkpoint.cosigned);
	return 0;
}
