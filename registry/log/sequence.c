/*
 * Sequencing: what gives an entry its index and a name its claim. One
 * transaction of log.db, durable when it is committed; in it each group of
 * items stands or falls by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/log/inner.h"

/* The statements of a transaction, prepared once for an open log. */
struct log_sequencing {
	struct query *find, *find_claim, *add, *add_pending, *add_claim, *sweep;
	uint64_t next;
};

void log_sequencing_free(struct log_sequencing **sequencing)
{
	struct log_sequencing *s = *sequencing;

	if (!s)
		return;
	query_free(&s->find);
	query_free(&s->find_claim);
	query_free(&s->add);
	query_free(&s->add_pending);
	query_free(&s->add_claim);
	query_free(&s->sweep);
	free(s);
	*sequencing = NULL;
}

static int prepare(struct database *db, struct log_sequencing **out_sequencing, struct error *err)
{
	CLEANUP(log_sequencing_free) struct log_sequencing *s = calloc(1, sizeof(*s));

	if (!s)
		return error_set(err, ERROR_SYSTEM, "out of memory for a batch");
	if (query_new(db, "SELECT idx FROM entry WHERE ident = ?", &s->find, err) ||
	    query_new(db, "SELECT statement FROM claim WHERE folded = ?", &s->find_claim, err) ||
	    query_new(db, "INSERT INTO entry(idx, ident) VALUES (?, ?)", &s->add, err) ||
	    query_new(db, "INSERT INTO pending(idx, bytes) VALUES (?, ?)", &s->add_pending, err) ||
	    query_new(db, "INSERT INTO claim(folded, spelled, statement, idx) VALUES (?, ?, ?, ?)",
		      &s->add_claim, err) ||
	    query_new(db, "DELETE FROM pending WHERE idx < ?", &s->sweep, err))
		return -1;

	*out_sequencing = s;
	s = NULL; /* handed over */
	return 0;
}

/* Claim a name for a statement; the same claim by a second signer adds nothing. */
static int claim_add(struct log_sequencing *s, const struct log_item *item, uint64_t index,
		     struct error *err)
{
	CLEANUP(text_free) char *folded = NULL;
	bool row, same;

	if (claim_fold(item->claim, &folded, err))
		return -1;
	query_bind_text(s->find_claim, 1, folded);
	if (query_step(s->find_claim, &row, err))
		return -1;
	same = row && query_text(s->find_claim, 0) &&
	       strcmp(query_text(s->find_claim, 0), item->statement) == 0;
	query_reset(s->find_claim);
	if (row)
		return same ? 0
			    : error_set(err, ERROR_USAGE,
					"'%s' is taken: a name is given once and never moves",
					item->claim);
	query_bind_text(s->add_claim, 1, folded);
	query_bind_text(s->add_claim, 2, item->claim);
	query_bind_text(s->add_claim, 3, item->statement);
	query_bind_u64(s->add_claim, 4, index);
	return query_run(s->add_claim, err);
}

static int item_add(struct log_sequencing *s, const struct log_item *item, uint64_t *out_index,
		    struct error *err)
{
	bool row;

	query_bind_text(s->find, 1, item->ident);
	if (query_step(s->find, &row, err))
		return -1;
	*out_index = row ? query_u64(s->find, 0) : s->next;
	query_reset(s->find);
	if (row)
		return 0;
	query_bind_u64(s->add, 1, s->next);
	query_bind_text(s->add, 2, item->ident);
	query_bind_u64(s->add_pending, 1, s->next);
	query_bind_bytes(s->add_pending, 2, item->entry);
	if (query_run(s->add, err) || query_run(s->add_pending, err) ||
	    (item->claim && claim_add(s, item, s->next, err)))
		return -1;
	s->next++;
	return 0;
}

bool log_sequence_found(struct log *log, const struct log_items *group, uint64_t size,
			uint64_t *out_index)
{
	struct error ignored = { 0 };
	bool found = group->count != 0;

	if (log_sequence(log, &ignored) ||
	    (!log->sequencing && prepare(log->sequence, &log->sequencing, &ignored)))
		return false;
	for (size_t i = 0; i < group->count && found; i++) {
		struct query *find = log->sequencing->find;

		query_bind_text(find, 1, group->item[i].ident);
		if (query_step(find, &found, &ignored))
			found = false;
		out_index[i] = found ? query_u64(find, 0) : 0;
		found = found && out_index[i] < size;
		query_reset(find);
	}
	return found;
}

int log_sequence_begin(struct log *log, const struct log_state *state, struct error *err)
{
	if (!log->sequencing && prepare(log->sequence, &log->sequencing, err))
		return -1;
	log->sequencing->next = state->sequenced;
	if (database_begin(log->sequence, err))
		return -1;
	/* log_settle integrated all that was sequenced before. */
	query_bind_u64(log->sequencing->sweep, 1, state->sequenced);
	return query_run(log->sequencing->sweep, err);
}

int log_sequence_group(struct log *log, const struct log_items *group, uint64_t *out_index,
		       struct error *out_refused, struct error *err)
{
	struct log_sequencing *s = log->sequencing;
	struct error cause = { 0 };
	uint64_t before = s->next;
	size_t i = 0;

	if (database_run(log->sequence, "SAVEPOINT one", err))
		return -1;
	while (i < group->count && !item_add(s, &group->item[i], &out_index[i], &cause))
		i++;
	if (i == group->count)
		return database_run(log->sequence, "RELEASE one", err);
	if (cause.code != ERROR_USAGE)
		return error_set(err, cause.code, "%s", cause.text);
	if (database_run(log->sequence, "ROLLBACK TO one; RELEASE one", err))
		return -1;
	s->next = before;
	*out_refused = cause;
	return 0;
}

uint64_t log_sequence_next(const struct log *log)
{
	return log->sequencing->next;
}

int log_sequence_commit(struct log *log, struct log_state *state, struct error *err)
{
	if (database_commit(log->sequence, err))
		return -1;
	state->sequenced = log->sequencing->next;
	return 0;
}

void log_sequence_abandon(struct log *log)
{
	log_sequencing_free(&log->sequencing); /* a statement may be half run */
	if (log->sequence)
		database_rollback(log->sequence);
}
