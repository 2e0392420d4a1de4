/* status: how a registry stands. */
#include "registry/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry/backup/log_again.h"

void status_release(struct status *status)
{
	for (size_t i = 0; i < status->unrecorded_count; i++)
		free(status->unrecorded[i]);
	free(status->unrecorded);
	*status = (struct status){ .unrecorded = NULL };
}

/* A checkpoint, and whether something that speaks of it is a record. */
struct shown_checkpoint {
	char *name;
	struct digest statement;
	bool recorded;
};

struct checkpoints {
	struct shown_checkpoint *item;
	size_t count, room;
};

static void checkpoints_release(struct checkpoints *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i].name);
	free(list->item);
}

static int checkpoint_keep(void *arg, const struct index_claim *claim, struct error *err)
{
	struct checkpoints *list = arg;
	struct shown_checkpoint *item;

	if (claim->alias || claim->bodiless)
		return 0;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;

		item = reallocarray(list->item, room, sizeof(*item));
		if (!item)
			return error_system(err, ENOMEM, "cannot list checkpoints");
		list->item = item;
		list->room = room;
	}
	item = &list->item[list->count];
	*item = (struct shown_checkpoint){ .name = NULL };
	if (digest_from_hex(span_of(claim->statement), &item->statement, err))
		return -1;
	if (asprintf(&item->name, "%s@%s", claim->name, claim->version) < 0)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	list->count++;
	return 0;
}

static int record_seen(void *arg, const struct index_row *row, struct error *err)
{
	bool *recorded = arg;

	(void)err;
	*recorded |= strcmp(row->kind, "record") == 0;
	return 0;
}

static int find_unrecorded(struct index *index, struct status *status, struct error *err)
{
	CLEANUP(checkpoints_release) struct checkpoints list = { .item = NULL };

	if (index_claims(index, "checkpoint", NULL, checkpoint_keep, &list, err))
		return -1;
	status->unrecorded = calloc(list.count + 1, sizeof(*status->unrecorded));
	if (!status->unrecorded)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	for (size_t i = 0; i < list.count; i++) {
		if (index_about(index, &list.item[i].statement, record_seen, &list.item[i].recorded,
				err))
			return -1;
		if (list.item[i].recorded)
			continue;
		status->unrecorded[status->unrecorded_count++] = list.item[i].name;
		list.item[i].name = NULL;
	}
	return 0;
}

static int log_age(struct registry *registry, int64_t *out_age_s, struct error *err)
{
	struct stat status;
	char *path = NULL;
	bool found;

	if (registry_path(registry, "log/checkpoint", &path, err))
		return -1;
	found = stat(path, &status) == 0;
	free(path);
	*out_age_s = found ? context_now(registry->ctx) - status.st_mtime : -1;
	return 0;
}

int registry_status(struct registry *registry, struct status *out_status, struct error *err)
{
	CLEANUP(status_release) struct status status = { .unrecorded = NULL };
	CLEANUP(log_head_release) struct log_head head = { .size = 0 }, last = { .size = 0 };
	struct index *index;
	struct log *log;

	if (registry_log(registry, &log, err) || log_head(log, &head, err) ||
	    log_signed(log, &last, err) || registry_index(registry, &index, err) ||
	    index_count(index, &status.counts, err) || find_unrecorded(index, &status, err) ||
	    log_age(registry, &status.log_age_s, err))
		return -1;
	status.log_size = head.size;
	status.root = head.root;
	status.restored = log_is_restored(log);
	status.waiting = last.size - head.size;
	*out_status = status;
	status = (struct status){ .unrecorded = NULL };
	return 0;
}
