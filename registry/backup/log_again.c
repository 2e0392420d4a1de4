/* lock.db, made again: only where nobody can have seen more than is here. */
#include "registry/backup/log_again.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/log/inner.h"

#define PASSING "lock.db.new"

static bool is_there(const struct log *log, const char *name)
{
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	return log_path(log, name, &path, &ignored) || file_exists(path);
}

bool log_is_restored(const struct log *log)
{
	return !is_there(log, "lock.db") && is_there(log, LOG_RESTORED);
}

/* ---- What this copy knows ---- */

/* The checkpoint in `name`, where there is one; ERROR_CORRUPT: not of this log. */
static int note_take(struct log *log, const char *name, struct log_head *head, struct error *err)
{
	CLEANUP(buffer_release) struct buffer note;
	CLEANUP(text_free) char *path = NULL;
	struct error cause = { 0 };
	struct log_head found;

	buffer_init(&note, NOTE_MAX_BYTES);
	if (log_path(log, name, &path, err))
		return -1;
	if (file_read(path, &note, &cause))
		return cause.code == ERROR_ABSENT ? 0
						  : error_set(err, cause.code, "%s", cause.text);
	if (log_head_of(log, buffer_view(&note), &found, err))
		return error_prefix(err, "'%s'", path);
	if (head->note.len && found.size <= head->size) {
		log_head_release(&found);
		return 0;
	}
	log_head_release(head);
	*head = found;
	return 0;
}

int log_restored_head(struct log *log, struct log_head *out_head, struct error *err)
{
	struct log_head head = { .size = 0 };

	if (note_take(log, LOG_RESTORED, &head, err))
		return -1;
	if (!head.note.len)
		return error_set(err, ERROR_ABSENT, "there is no " LOG_RESTORED);
	*out_head = head;
	return 0;
}

/* The newer of the two, and the tiles give its root. */
static int head_take(struct log *log, struct log_head *out_head, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { .size = 0 };
	struct digest root;

	tiles_forget(log->tiles);
	if (log_keys_read(log, log_origin(log), err) ||
	    note_take(log, "log/checkpoint", &head, err) ||
	    note_take(log, LOG_RESTORED, &head, err))
		return -1;
	if (!head.note.len)
		return error_set(err, ERROR_CORRUPT, "this log has no checkpoint");
	if (tiles_root(log->tiles, head.size, &root, err))
		return error_prefix(err, "the log's tiles");
	if (!digest_equal(&root, &head.root))
		return error_set(err, ERROR_CORRUPT,
				 "the log's tiles do not give the root of its checkpoint: akashi "
				 "log fsck");
	*out_head = head;
	head = (struct log_head){ .size = 0 }; /* handed over */
	return 0;
}

static int sequence_need(struct log *log, const struct log_head *head, uint64_t *out_count,
			 struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (log_sequence(log, err) ||
	    query_new(log->sequence, "SELECT coalesce(max(idx) + 1, 0) FROM entry", &query, err) ||
	    query_step(query, &row, err))
		return error_prefix(err, "log.db");
	*out_count = query_u64(query, 0);
	return *out_count >= head->size
		       ? 0
		       : error_set(
				 err, ERROR_CORRUPT,
				 "log.db has %llu entries, and %llu were signed: it is older than "
				 "the tiles",
				 (unsigned long long)*out_count, (unsigned long long)head->size);
}

/* ---- What others saw ---- */

/* A note by itself, or in a proof. */
static struct span note_within(struct span bytes)
{
	struct error ignored = { 0 };
	struct proof proof;

	return proof_parse(bytes, &proof, &ignored) == 0 ? proof.checkpoint : bytes;
}

static int seen_compare(struct log *log, const struct log_head *head,
			const struct log_again_request *request, size_t i,
			struct log_again_report *report, struct error *err)
{
	struct log_trust own = log_own_trust(log);
	struct digest root = head->root;
	struct checkpoint seen;

	if (checkpoint_open(note_within(request->seen[i]), &own, &seen, err))
		return error_prefix(err, "'%s'", request->name[i]);
	if (seen.head.size > report->newest)
		report->newest = seen.head.size;
	if (seen.head.size > head->size)
		return error_set(
			err, ERROR_CORRUPT,
			"'%s' shows that this log had signed %llu entries, and here are %llu: "
			"what came back is older. Signing would fork the log, so it never "
			"does: find a newer backup, or begin another registry",
			request->name[i], (unsigned long long)seen.head.size,
			(unsigned long long)head->size);
	if (!seen.head.size)
		root = merkle_empty();
	else if (seen.head.size < head->size &&
		 tiles_root_within(log->tiles, seen.head.size, head->size, &root, err))
		return -1;
	return digest_equal(&root, &seen.head.root)
		       ? 0
		       : error_set(err, ERROR_CORRUPT,
				   "'%s' is of another history than the one here: the log was "
				   "forked, and nothing is signed",
				   request->name[i]);
}

static int witnesses_compare(struct log *log, const struct log_head *head,
			     struct log_again_report *report, struct error *err)
{
	CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
	struct log_trust own;
	char why[CONTRADICTION_MAX];

	if (log_witnesses(log, &policy, err))
		return -1;
	for (size_t i = 0; policy && i < policy->witness_count; i++) {
		CLEANUP(buffer_release) struct buffer shown;
		struct error ignored = { 0 };
		struct checkpoint seen;
		bool found;

		buffer_init(&shown, NOTE_MAX_BYTES);
		report->witnesses++;
		if (log_contradicted(log, head, &policy->witness[i], &shown, why, &found, err))
			return -1;
		if (found)
			return error_set(err, ERROR_CORRUPT,
					 "the witness '%s' %s: what came back is older, or another "
					 "history, and nothing is signed",
					 policy->witness[i].key.name, why);
		own = log_own_trust(log);
		if (checkpoint_open(buffer_view(&shown), &own, &seen, &ignored))
			continue; /* not reached, or it never saw this log */
		report->answered++;
		if (seen.head.size > report->newest)
			report->newest = seen.head.size;
	}
	return 0;
}

static int others_compare(struct log *log, const struct log_head *head,
			  const struct log_again_request *request, struct log_again_report *report,
			  struct error *err)
{
	for (size_t i = 0; i < request->count; i++)
		if (seen_compare(log, head, request, i, report, err))
			return -1;
	report->compared = request->count;
	if (witnesses_compare(log, head, report, err))
		return -1;
	if (request->unseen ||
	    ((request->count || report->answered) && report->newest == head->size))
		return 0;
	if (request->count || report->answered)
		return error_set(
			err, ERROR_USAGE,
			"the newest that was seen has %llu entries, and this copy %llu: it says "
			"nothing of what came after. Give one that is as new as this copy, or say "
			"that nobody saw one newer than this copy (--unseen)",
			(unsigned long long)report->newest, (unsigned long long)head->size);
	return error_set(
		err, ERROR_USAGE,
		"nothing to compare with: a log that goes on from an old copy signs two "
		"histories. Give the newest checkpoint or proof that a release, a monitor, "
		"a mirror or anybody has (--seen), or say that nobody saw one newer than "
		"this copy (--unseen)%s",
		report->witnesses ? "; no witness could be reached" : "");
}

/* ---- Its memory, again ---- */

static int passing_clear(const struct log *log, struct error *err)
{
	static const char *const name[] = { PASSING, PASSING "-wal", PASSING "-shm" };

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		CLEANUP(text_free) char *path = NULL;

		if (log_path(log, name[i], &path, err))
			return -1;
		if (unlink(path) && errno != ENOENT)
			return error_system(err, errno, "cannot remove '%s'", path);
	}
	return 0;
}

/* Whole under a passing name first: half a memory would be none. */
static int lock_make(struct log *log, const struct log_head *head, struct error *err)
{
	CLEANUP(text_free) char *passing = NULL, *path = NULL;
	struct database *lock = NULL;
	int failed;

	if (passing_clear(log, err) || log_path(log, PASSING, &passing, err) ||
	    log_path(log, "lock.db", &path, err))
		return -1;
	failed = database_open(passing, DATABASE_DURABLE, &lock, err) ||
		 log_lock_fill(lock, log_origin(log), buffer_view(&head->note), err);
	database_close(&lock);
	if (failed)
		return -1;
	/* Closed by its only user, so that nothing of it is left beside it. */
	if (link(passing, path))
		return error_system(err, errno, "cannot name '%s'", path);
	return passing_clear(log, err) || folder_sync(log->folder, err) ? -1 : 0;
}

static int restored_forget(struct log *log, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (log_path(log, LOG_RESTORED, &path, err))
		return -1;
	return unlink(path) && errno != ENOENT
		       ? error_system(err, errno, "cannot remove '%s'", path)
		       : 0;
}

/* As log_recover, the lock being held. */
static int settle(struct log *log, struct error *err)
{
	CLEANUP(log_state_release) struct log_state state = { 0 };

	return log_settle(log, &state, err) || restored_forget(log, err) ? -1 : 0;
}

int log_again(struct log *log, const struct log_again_request *request,
	      struct log_again_report *out_report, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_head_release) struct log_head head = { .size = 0 };
	struct log_again_report report = { .size = 0 };

	if (!request->dry_run && log_writing(log, &held, err))
		return -1;
	if (is_there(log, "lock.db"))
		return error_set(err, ERROR_USAGE,
				 "this log remembers what it signed last (lock.db is there): there "
				 "is nothing to recover");
	if (head_take(log, &head, err) || sequence_need(log, &head, &report.sequenced, err))
		return -1;
	report.size = head.size;
	if (others_compare(log, &head, request, &report, err))
		return -1;
	if (!request->dry_run &&
	    (log_signers_open(log, err) || lock_make(log, &head, err) || settle(log, err)))
		return -1;
	*out_report = report;
	return 0;
}
