/*
 * A log, moved on: what is sequenced gets its tiles, the checkpoint over it is
 * signed and remembered, and the remembered checkpoint is shown.
 */
#include <stdlib.h>

#include "registry/log/inner.h"

/* Read pending entries [from, from + count) into `bytes` and point entry[] at them. */
static int pending_read(struct log *log, uint64_t from, size_t count, struct buffer *bytes,
			struct span *out_entry, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	size_t offset = 0, found = 0;
	bool row;

	if (query_new(log->sequence,
		      "SELECT idx, bytes FROM pending WHERE idx >= ? ORDER BY idx LIMIT ?", &query,
		      err))
		return -1;
	query_bind_u64(query, 1, from);
	query_bind_u64(query, 2, count);
	for (;; found++) {
		if (query_step(query, &row, err))
			return -1;
		if (!row || query_u64(query, 0) != from + found)
			break;
		out_entry[found].len = query_bytes(query, 1).len;
		if (buffer_add(bytes, query_bytes(query, 1), err))
			return -1;
	}
	if (found != count)
		return error_set(err, ERROR_CORRUPT,
				 "log.db has sequenced entry %llu and no longer holds it, and log/ "
				 "and lock.db know nothing of it: they were restored from an old "
				 "backup, so nothing is signed any more",
				 (unsigned long long)(from + found));
	for (size_t i = 0; i < count; i++) {
		out_entry[i].data = bytes->data + offset;
		offset += out_entry[i].len;
	}
	return 0;
}

/* Write the tiles of what is sequenced beyond `tree`. */
static int integrate(struct log *log, struct merkle *tree, uint64_t size, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes = { 0 };
	uint64_t most = size - tree->count < LOG_BATCH_MAX ? size - tree->count : LOG_BATCH_MAX;
	struct span *entry = calloc((size_t)most + 1, sizeof(*entry));
	int failed = 0;

	buffer_init(&bytes, (size_t)LOG_BATCH_MAX * ENTRY_MAX_BYTES);
	if (!entry)
		return error_set(err, ERROR_SYSTEM, "out of memory for entries");
	while (!failed && tree->count < size) {
		uint64_t rest = size - tree->count;
		size_t count = (size_t)(rest < most ? rest : most);

		bytes.len = 0;
		failed = pending_read(log, tree->count, count, &bytes, entry, err) ||
			 tiles_append(log->tiles, tree, entry, count, err);
	}
	free(entry);
	return failed ? -1 : 0;
}

int log_show(struct log *log, const struct log_head *head, struct error *err)
{
	if (log_is_witnessed(log))
		return 0; /* log_publish shows it, cosigned */
	return blobs_replace(log->blobs, "checkpoint", buffer_view(&head->note), err);
}

int log_advance(struct log *log, struct log_state *state, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(buffer_release) struct buffer note;
	struct merkle tree = state->tree;
	struct digest root;

	buffer_init(&note, NOTE_MAX_BYTES);
	if (state->sequenced == state->head.size &&
	    log_signed_by_all(&log->keys, buffer_view(&state->head.note)))
		return blobs_settle(log->blobs, "checkpoint", err);
	if (integrate(log, &tree, state->sequenced, err))
		return -1;
	root = merkle_root(&tree);
	if (log_sign(&log->keys, tree.count, &root, &note, err) ||
	    log_head_of(log, buffer_view(&note), &head, err) ||
	    log_lock_swap(log, buffer_view(&state->head.note), buffer_view(&note), err))
		return -1;
	log_head_release(&state->head);
	state->head = head;
	state->tree = tree;
	head = (struct log_head){ 0 }; /* handed over */
	return log_show(log, &state->head, err);
}
