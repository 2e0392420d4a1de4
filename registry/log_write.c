/*
 * A registry's log, written: settle what is there, sequence, integrate, sign, show.
 *
 * Order (docs/architecture.md): entries and claims in log.db (one transaction,
 * synchronous=FULL) → bundles and tiles, each if absent → checkpoint signed and compared and
 * swapped in lock.db → checkpoint file replaced. What is sequenced keeps its index for
 * ever, so tiles written twice have the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/log_inner.h"

/* The statements of one append, prepared once. */
struct appending {
	struct query *find, *find_claim, *add, *add_pending, *add_claim;
	uint64_t next;
};

static void appending_release(struct appending *a)
{
	query_free(&a->find);
	query_free(&a->find_claim);
	query_free(&a->add);
	query_free(&a->add_pending);
	query_free(&a->add_claim);
}

static int appending_begin(struct log *log, struct appending *a, struct error *err)
{
	struct database *db = log->sequence;

	return query_new(db, "SELECT idx FROM entry WHERE ident = ?", &a->find, err) ||
			       query_new(db, "SELECT statement FROM claim WHERE folded = ?",
					 &a->find_claim, err) ||
			       query_new(db, "INSERT INTO entry(idx, ident) VALUES (?, ?)", &a->add,
					 err) ||
			       query_new(db, "INSERT INTO pending(idx, bytes) VALUES (?, ?)",
					 &a->add_pending, err) ||
			       query_new(db,
					 "INSERT INTO claim(folded, spelled, statement, idx) "
					 "VALUES (?, ?, ?, ?)",
					 &a->add_claim, err)
		       ? -1
		       : 0;
}

/* Claim a name for a statement; the same claim by a second signer adds nothing. */
static int claim_add(struct appending *a, const struct log_item *item, uint64_t index,
		     struct error *err)
{
	CLEANUP(text_free) char *folded = NULL;
	bool row, same;

	if (claim_fold(item->claim, &folded, err))
		return -1;
	query_bind_text(a->find_claim, 1, folded);
	if (query_step(a->find_claim, &row, err))
		return -1;
	same = row && query_text(a->find_claim, 0) &&
	       strcmp(query_text(a->find_claim, 0), item->statement) == 0;
	query_reset(a->find_claim);
	if (row)
		return same ? 0
			    : error_set(err, ERROR_USAGE,
					"'%s' is taken: a name is given once and never moves",
					item->claim);
	query_bind_text(a->add_claim, 1, folded);
	query_bind_text(a->add_claim, 2, item->claim);
	query_bind_text(a->add_claim, 3, item->statement);
	query_bind_u64(a->add_claim, 4, index);
	return query_run(a->add_claim, err);
}

static int item_add(struct appending *a, const struct log_item *item, uint64_t *out_index,
		    struct error *err)
{
	bool row;

	query_bind_text(a->find, 1, item->ident);
	if (query_step(a->find, &row, err))
		return -1;
	*out_index = row ? query_u64(a->find, 0) : a->next;
	query_reset(a->find);
	if (row)
		return 0;
	query_bind_u64(a->add, 1, a->next);
	query_bind_text(a->add, 2, item->ident);
	query_bind_u64(a->add_pending, 1, a->next);
	query_bind_bytes(a->add_pending, 2, item->entry);
	if (query_run(a->add, err) || query_run(a->add_pending, err) ||
	    (item->claim && claim_add(a, item, a->next, err)))
		return -1;
	a->next++;
	return 0;
}

/* All items in one transaction; what was shown is no longer pending. */
static int sequence(struct log *log, struct log_state *state, const struct log_item *item,
		    size_t count, uint64_t *out_index, struct error *err)
{
	CLEANUP(appending_release) struct appending a = { .next = state->sequenced };
	CLEANUP(query_free) struct query *sweep = NULL;
	int failed;

	if (appending_begin(log, &a, err) ||
	    query_new(log->sequence, "DELETE FROM pending WHERE idx < ?", &sweep, err) ||
	    database_begin(log->sequence, err))
		return -1;
	query_bind_u64(sweep, 1, a.next); /* log_settle integrated all that was sequenced */
	failed = query_run(sweep, err);
	for (size_t i = 0; i < count && !failed; i++)
		failed = item_add(&a, &item[i], &out_index[i], err);
	if (!failed)
		failed = database_commit(log->sequence, err);
	if (failed)
		database_rollback(log->sequence);
	else
		state->sequenced = a.next;
	return failed ? -1 : 0;
}

int log_append(struct log *log, const struct log_item *item, size_t count, uint64_t *out_index,
	       struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_state_release) struct log_state state = { 0 };
	uint64_t *index;
	int failed;

	if (count > LOG_BATCH_MAX)
		return error_set(err, ERROR_USAGE, "%zu entries are too many for one batch", count);
	for (size_t i = 0; i < count; i++)
		if (item[i].entry.len > ENTRY_MAX_BYTES)
			return error_set(err, ERROR_USAGE, "an entry of %zu bytes is too long",
					 item[i].entry.len);
	if (log_writing(log, &held, err) || log_settle(log, &state, err))
		return -1;
	index = calloc(count ? count : 1, sizeof(*index));
	if (!index)
		return error_set(err, ERROR_SYSTEM, "out of memory for a batch");
	failed = sequence(log, &state, item, count, index, err) || log_advance(log, &state, err);
	if (!failed && count)
		memcpy(out_index, index, count * sizeof(*index));
	free(index);
	return failed ? -1 : 0;
}
