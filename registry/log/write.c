/*
 * A registry's log, written: settle what is there, sequence, integrate, sign, show.
 *
 * Order (docs/architecture.md): entries and claims in log.db (one transaction,
 * synchronous=FULL) → bundles and tiles, each if absent → checkpoint signed and compared and
 * swapped in lock.db → checkpoint file replaced. What is sequenced keeps its index for
 * ever, so tiles written twice have the same bytes.
 *
 * Whoever holds log.lock leads: it appends its own groups and takes along what
 * others left in log.waiting/ meanwhile. Who has to wait finds its entries under a new
 * checkpoint, or gets the lock; a group of somebody else that does not go in is left for its
 * owner, who will be told why.
 */
#include <sys/stat.h>
#include <time.h>

#include "registry/log/inner.h"
#include "registry/log/waiting.h"

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

/* Leave the groups where the leader takes them along. False: they are not there. */
static bool post(struct log *log, struct log_group *const *group, size_t count)
{
	CLEANUP(text_free) char *folder = NULL;
	struct log_items items[LOG_GROUP_MAX];
	struct error ignored = { 0 };
	size_t total = 0;

	for (size_t i = 0; i < count; i++) {
		total += group[i]->items.count;
		if (i >= LOG_GROUP_MAX || total > LOG_GROUP_MAX || !group[i]->items.count)
			return false;
		items[i] = group[i]->items;
	}
	if (!log->waiting && (log_path(log, "log.waiting", &folder, &ignored) ||
			      log_waiting_open(folder, &log->waiting, &ignored)))
		return false;
	if (log_waiting_post(log->waiting, items, count, &ignored) == 0)
		return true;
	log_waiting_withdraw(log->waiting);
	return false;
}

static bool all_found(struct log *log, struct log_group *const *group, size_t count, uint64_t size)
{
	for (size_t i = 0; i < count; i++)
		if (!log_sequence_found(log, &group[i]->items, size, group[i]->index))
			return false;
	return true;
}

/* True when what is shown holds everything that we wait for. Asks for no lock. */
static bool all_shown(struct log *log, struct log_group *const *group, size_t count)
{
	CLEANUP(log_head_release) struct log_head shown = { 0 };
	struct error ignored = { 0 };

	return log_head(log, &shown, &ignored) == 0 && all_found(log, group, count, shown.size);
}

/* With log.lock: true when whoever led before finished all of ours, sequenced and signed. */
static bool all_signed(struct log *log, struct log_group *const *group, size_t count)
{
	CLEANUP(log_head_release) struct log_head lock = { 0 }, shown = { 0 };
	struct error ignored = { 0 };

	/* Where witnesses are asked, showing it is log_publish's, once the lock is free again. */
	return log_remembered(log, &lock, &ignored) == 0 &&
	       (log_is_witnessed(log) ||
		(log_head(log, &shown, &ignored) == 0 && log_is_shown(&shown, &lock))) &&
	       all_found(log, group, count, lock.size);
}

/* True when the file is not the one that it was; a checkpoint is replaced, not written to. */
static bool changed(const char *path, struct stat *was)
{
	struct stat is;

	if (stat(path, &is))
		return false;
	if (is.st_ino == was->st_ino && is.st_mtim.tv_sec == was->st_mtim.tv_sec &&
	    is.st_mtim.tv_nsec == was->st_mtim.tv_nsec)
		return false;
	*was = is;
	return true;
}

/*
 * Having posted: wait for the lock, or for a checkpoint that holds what we wait for, whichever
 * comes first (*out_served). Looked for a thousand times a second: in a queue for the lock, those
 * who are served already would each have to be woken before one who is not.
 */
static int turn_await(struct log *log, struct log_group *const *group, size_t count,
		      const char *path, struct file_lock *out_lock, bool *out_served,
		      struct error *err)
{
	CLEANUP(text_free) char *checkpoint = NULL;
	const struct timespec while_s = { 0, 1000000 };
	struct stat seen = { .st_ino = 0 };
	bool taken = false;

	*out_served = false;
	if (log_path(log, "log/checkpoint", &checkpoint, err))
		return -1;
	for (;;) {
		if (file_lock_try(path, out_lock, &taken, err))
			return -1;
		if (taken)
			return 0;
		if (changed(checkpoint, &seen) && all_shown(log, group, count)) {
			*out_served = true;
			return 0;
		}
		nanosleep(&while_s, NULL);
	}
}

/* Take log.lock, or find everything done by others meanwhile (*out_served, without the lock). */
static int turn_take(struct log *log, struct log_group *const *group, size_t count,
		     struct file_lock *out_lock, bool *out_served, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	bool taken;
	int failed;

	*out_served = false;
	if (log_path(log, "log.lock", &path, err) || file_lock_try(path, out_lock, &taken, err))
		return -1;
	if (taken)
		return 0;
	if (!post(log, group, count))
		return file_lock_take(path, out_lock, err);
	failed = turn_await(log, group, count, path, out_lock, out_served, err);
	log_waiting_withdraw(log->waiting);
	if (!failed && !*out_served)
		*out_served = all_signed(log, group, count);
	/* Who showed it may not have come to making it last, or have died. */
	return failed || (*out_served && blobs_settle(log->blobs, "checkpoint", err)) ? -1 : 0;
}

/* ---- Leading ---- */

/* What one transaction takes. */
struct gathering {
	struct log *log;
	uint64_t first;                  /* index of the batch */
	uint64_t ignored[LOG_GROUP_MAX]; /* indexes that their owners look up themselves */
	struct error *err;
	int failed;
};

static bool take_along(void *arg, const struct log_items *group)
{
	struct gathering *batch = arg;
	struct error refused = { 0 };

	/* What an earlier leader took along and its owner has not withdrawn yet adds nothing. */
	if (log_sequence_next(batch->log) - batch->first + group->count > LOG_GROUP_MAX)
		return false;
	batch->failed = log_sequence_group(batch->log, group, batch->ignored, &refused, batch->err);
	return !batch->failed;
}

/* Our groups and, as far as there is room, what others wait for; in one transaction. */
static int sequence(struct log *log, struct log_state *state, struct log_group *const *group,
		    size_t count, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	struct gathering batch = { .log = log, .first = state->sequenced, .err = err };

	if (log_path(log, "log.waiting", &folder, err) || log_sequence_begin(log, state, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (log_sequence_group(log, &group[i]->items, group[i]->index, &group[i]->err, err))
			return -1;
		group[i]->failed = group[i]->err.code != ERROR_NONE;
	}
	if (log_waiting_each(folder, log->waiting, take_along, &batch, err))
		return -1;
	return batch.failed ? -1 : log_sequence_commit(log, state, err);
}

static int lead(struct log *log, struct log_group *const *group, size_t count, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_state_release) struct log_state state = { 0 };
	bool served;

	if (log_witnesses_agree(log, err))
		return -1;
	if (turn_take(log, group, count, &held, &served, err))
		return -1;
	if (served)
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
