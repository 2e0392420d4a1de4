/*
 * A registry's log, written: settle what is there, sequence, integrate, sign, show.
 *
 * Order (docs/architecture.md): entries and claims in log.db (one transaction,
 * synchronous=FULL) → bundles and tiles, each if absent → checkpoint signed and compared and
 * swapped in lock.db → checkpoint file replaced. What is sequenced keeps its index for
 * ever, so tiles written twice have the same bytes.
 *
 * Whoever holds log.lock leads: it appends its own groups and takes along what
 * others left in log.waiting/ meanwhile. Who had to wait finds its entries in the
 * log when its turn comes, and has nothing left to do; a group of somebody else that does not
 * go in is left for its owner, who will be told why.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/log_inner.h"
#include "registry/log_waiting.h"

/* Every group that has no result yet fails for the same cause. */
static void all_fail(struct log_group *const *group, size_t count, const struct error *cause)
{
	for (size_t i = 0; i < count; i++) {
		if (group[i]->failed)
			continue;
		group[i]->failed = true;
		group[i]->err = *cause;
	}
}

/* ---- Waiting for one's turn ---- */

/* Leave the groups where the leader takes them along. Whether that succeeds changes nothing. */
static void post(struct log *log, struct log_group *const *group, size_t count)
{
	CLEANUP(text_free) char *folder = NULL;
	struct log_items items[LOG_GROUP_MAX];
	struct error ignored = { 0 };
	size_t total = 0;

	for (size_t i = 0; i < count; i++) {
		total += group[i]->items.count;
		if (i >= LOG_GROUP_MAX || total > LOG_GROUP_MAX || !group[i]->items.count)
			return;
		items[i] = group[i]->items;
	}
	if (!log->waiting && (log_path(log, "log.waiting", &folder, &ignored) ||
			      log_waiting_open(folder, &log->waiting, &ignored)))
		return;
	if (log_waiting_post(log->waiting, items, count, &ignored))
		log_waiting_withdraw(log->waiting);
}

/* Take log.lock; *out_waited when others held it first. */
static int turn_take(struct log *log, struct log_group *const *group, size_t count,
		     struct file_lock *out_lock, bool *out_waited, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	bool taken;

	if (log_path(log, "log.lock", &path, err) || file_lock_try(path, out_lock, &taken, err))
		return -1;
	*out_waited = !taken;
	if (taken)
		return 0;
	post(log, group, count);
	if (file_lock_take(path, out_lock, err))
		return -1;
	if (log->waiting)
		log_waiting_withdraw(log->waiting);
	return 0;
}

/* True when every item has its index, below `size`. */
static bool group_served(struct log *log, const struct log_group *group, uint64_t size)
{
	struct error ignored = { 0 };

	for (size_t i = 0; i < group->items.count; i++)
		if (log_find(log, group->items.item[i].ident, &group->index[i], &ignored) ||
		    group->index[i] >= size)
			return false;
	return group->items.count != 0;
}

/* True when whoever led before finished all of ours: sequenced, signed and shown. */
static bool all_served(struct log *log, struct log_group *const *group, size_t count)
{
	CLEANUP(log_head_release) struct log_head lock = { 0 }, shown = { 0 };
	struct error ignored = { 0 };

	if (log_remembered(log, &lock, &ignored) || log_head(log, &shown, &ignored) ||
	    !log_is_shown(&shown, &lock))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!group_served(log, group[i], lock.size))
			return false;
	return true;
}

/* ---- Leading ---- */

/* What one transaction takes. */
struct gathering {
	struct log *log;
	size_t taken;                    /* items */
	uint64_t ignored[LOG_GROUP_MAX]; /* indexes that their owners look up themselves */
	struct error *err;
	int failed;
};

static bool take_along(void *arg, const struct log_items *group)
{
	struct gathering *batch = arg;
	struct error refused = { 0 };

	if (batch->taken + group->count > LOG_GROUP_MAX)
		return false;
	batch->failed = log_sequence_group(batch->log, group, batch->ignored, &refused, batch->err);
	if (!batch->failed && !refused.code)
		batch->taken += group->count;
	return !batch->failed;
}

/* Our groups and, as far as there is room, what others wait for; in one transaction. */
static int sequence(struct log *log, struct log_state *state, struct log_group *const *group,
		    size_t count, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	struct gathering batch = { .log = log, .err = err };

	if (log_path(log, "log.waiting", &folder, err) || log_sequence_begin(log, state, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (log_sequence_group(log, &group[i]->items, group[i]->index, &group[i]->err, err))
			return -1;
		group[i]->failed = group[i]->err.code != ERROR_NONE;
		batch.taken += group[i]->failed ? 0 : group[i]->items.count;
	}
	if (batch.taken < LOG_GROUP_MAX &&
	    log_waiting_each(folder, log->waiting, take_along, &batch, err))
		return -1;
	return batch.failed ? -1 : log_sequence_commit(log, state, err);
}

static int lead(struct log *log, struct log_group *const *group, size_t count, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_state_release) struct log_state state = { 0 };
	bool waited;

	if (turn_take(log, group, count, &held, &waited, err))
		return -1;
	if (waited && all_served(log, group, count))
		return 0;
	if (log_settle(log, &state, err))
		return -1;
	if (sequence(log, &state, group, count, err)) {
		log_sequence_abandon(log);
		return -1;
	}
	return log_advance(log, &state, err);
}

void log_lead(struct log *log, struct log_group *const *group, size_t count)
{
	struct error err = { 0 };

	if (lead(log, group, count, &err))
		all_fail(group, count, &err);
}
