/*
 * What is done first whenever a log is written: finish what a crash left, or
 * refuse. Three memories must agree: log.db (what was sequenced), lock.db (what was
 * signed last) and log/ (what is shown); one that was restored from an old backup is
 * behind the others, and nothing is signed then.
 */
#include "registry/log/inner.h"

/* Keep both checkpoints where people can look, and refuse. */
static int refuse(struct log *log, const char *why, const struct log_head *lock,
		  const struct log_head *file, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };
	struct span none = { NULL, 0 };

	buffer_init(&text, 3 * NOTE_MAX_BYTES);
	if (log_path(log, "log-evidence.txt", &path, &ignored) == 0 &&
	    buffer_printf(&text, &ignored, "%s\n\nlock.db remembers:\n", why) == 0 &&
	    buffer_add(&text, buffer_view(&lock->note), &ignored) == 0 &&
	    buffer_add_text(&text, "\nlog/checkpoint says:\n", &ignored) == 0 &&
	    buffer_add(&text, file ? buffer_view(&file->note) : none, &ignored) == 0)
		(void)!file_write(path, buffer_view(&text), 0644, FILE_REPLACE, &ignored);
	return error_set(err, ERROR_CORRUPT,
			 "%s; nothing is signed any more, and log-evidence.txt keeps both "
			 "checkpoints",
			 why);
}

bool log_is_shown(const struct log_head *shown, const struct log_head *head)
{
	struct span front = buffer_view(&shown->note);

	if (shown->size != head->size || front.len < head->note.len)
		return false;
	front.len = head->note.len;
	return span_equal(front, buffer_view(&head->note));
}

/* Compare the checkpoint that is shown with the remembered one; show the latter if it is ahead. */
static int checkpoint_compare(struct log *log, const struct log_head *lock, struct error *err)
{
	CLEANUP(log_head_release) struct log_head file = { 0 };
	struct error absent = { 0 };
	struct digest root;

	if (log_head(log, &file, &absent)) {
		if (absent.code == ERROR_ABSENT)
			return log_show(log, lock, err);
		return error_set(err, absent.code, "%s", absent.text);
	}
	if (file.size > lock->size)
		return refuse(log, "log/checkpoint is ahead of lock.db, which was rolled back",
			      lock, &file, err);
	if (tiles_root_within(log->tiles, file.size, lock->size, &root, err))
		return -1;
	if (!digest_equal(&root, &file.root))
		return refuse(log, "log/checkpoint is not of this log: two histories were signed",
			      lock, &file, err);
	return log_is_shown(&file, lock) ? 0 : log_show(log, lock, err);
}

static int sequence_count(struct log *log, uint64_t *out_count, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(log->sequence, "SELECT coalesce(max(idx) + 1, 0) FROM entry", &query, err) ||
	    query_step(query, &row, err))
		return error_prefix(err, "log.db");
	*out_count = query_u64(query, 0);
	return 0;
}

/* The last entry that log.db still holds of what was signed must be the one in the tiles. */
static int sequence_compare(struct log *log, const struct log_head *lock, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	struct digest leaf, mine;
	bool row;

	if (query_new(log->sequence,
		      "SELECT idx, bytes FROM pending WHERE idx < ? ORDER BY idx DESC LIMIT 1",
		      &query, err))
		return -1;
	query_bind_u64(query, 1, lock->size);
	if (query_step(query, &row, err))
		return error_prefix(err, "log.db");
	if (!row)
		return 0;
	mine = merkle_leaf(query_bytes(query, 1));
	if (tiles_leaf(log->tiles, query_u64(query, 0), lock->size, &leaf, err))
		return -1;
	return digest_equal(&leaf, &mine)
		       ? 0
		       : refuse(log, "log.db belongs to another history than log/ and lock.db",
				lock, NULL, err);
}

int log_settle(struct log *log, struct log_state *out_state, struct error *err)
{
	CLEANUP(log_state_release) struct log_state state = { 0 };
	struct digest root;

	tiles_forget(log->tiles); /* others may have written meanwhile */
	if (log_writer_open(log, err) || log_lock_read(log, &state.head, err) ||
	    sequence_count(log, &state.sequenced, err))
		return -1;
	if (state.sequenced < state.head.size)
		return refuse(log, "log.db was rolled back: it has fewer entries than were signed",
			      &state.head, NULL, err);
	if (tiles_state(log->tiles, state.head.size, &state.tree, err))
		return error_prefix(err, "the log's tiles were damaged or truncated");
	root = merkle_root(&state.tree);
	if (!digest_equal(&root, &state.head.root))
		return refuse(log, "the log's tiles do not give the root that was signed",
			      &state.head, NULL, err);
	if (sequence_compare(log, &state.head, err) || checkpoint_compare(log, &state.head, err) ||
	    log_advance(log, &state, err))
		return -1;

	*out_state = state;
	state = (struct log_state){ 0 }; /* handed over */
	return 0;
}

void log_state_release(struct log_state *state)
{
	log_head_release(&state->head);
}

int log_recover(struct log *log, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_state_release) struct log_state state = { 0 };

	return log_writing(log, &held, err) || log_settle(log, &state, err) ? -1 : 0;
}

int log_writing(struct log *log, struct file_lock *out_lock, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	return log_path(log, "log.lock", &path, err) || file_lock_take(path, out_lock, err) ? -1
											    : 0;
}
