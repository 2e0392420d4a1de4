/* lock.db: the last checkpoint that was ever signed, compared and swapped. */
#include "registry/log/inner.h"

int log_lock_read(struct log *log, struct log_head *out_head, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(log->lock, "SELECT note FROM checkpoint WHERE origin = ?", &query, err))
		return error_prefix(err, "lock.db");
	query_bind_text(query, 1, log_origin(log));
	if (query_step(query, &row, err))
		return -1;
	if (!row)
		return error_set(err, ERROR_CORRUPT,
				 "lock.db remembers no checkpoint of '%s': it is never restored, "
				 "so nothing is signed any more",
				 log_origin(log));
	if (log_head_of(log, query_bytes(query, 0), out_head, err))
		return error_prefix(err, "lock.db");
	return 0;
}

int log_remembered(struct log *log, struct log_head *out_head, struct error *err)
{
	return log_database(log, "lock.db", &log->lock, err) || log_lock_read(log, out_head, err)
		       ? -1
		       : 0;
}

int log_lock_swap(struct log *log, struct span old, struct span new, struct error *err)
{
	CLEANUP(log_head_release) struct log_head there = { 0 };
	CLEANUP(query_free) struct query *query = NULL;
	int failed;

	if (query_new(log->lock, "UPDATE checkpoint SET note = ? WHERE origin = ?", &query, err) ||
	    database_begin(log->lock, err))
		return -1;
	failed = log_lock_read(log, &there, err);
	if (!failed && !span_equal(buffer_view(&there.note), old))
		failed = error_set(err, ERROR_SYSTEM,
				   "somebody else signed a checkpoint meanwhile: try again");
	if (!failed) {
		query_bind_bytes(query, 1, new);
		query_bind_text(query, 2, log_origin(log));
		failed = query_run(query, err) || database_commit(log->lock, err);
	}
	if (failed)
		database_rollback(log->lock);
	return failed ? -1 : 0;
}
