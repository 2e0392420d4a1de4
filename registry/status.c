/* status: how a registry stands. */
#include "registry/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "registry/backup/log_again.h"

void status_release(struct status *status)
{
	for (size_t i = 0; i < status->unrecorded_count; i++)
		free(status->unrecorded[i]);
	free(status->unrecorded);
	*status = (struct status){ .unrecorded = NULL };
}

static int unrecorded_seen(void *arg, const struct index_claim *claim, struct error *err)
{
	struct status *status = arg;
	size_t count = status->unrecorded_count;
	char **more, *name;

	if (claim->bodiless)
		return 0;
	if ((count & (count - 1)) == 0) { /* a power of two of them is full */
		more = reallocarray(status->unrecorded, count ? 2 * count : 1, sizeof(*more));
		if (!more)
			return error_system(err, ENOMEM, "cannot list checkpoints");
		status->unrecorded = more;
	}
	if (asprintf(&name, "%s@%s", claim->name, claim->version) < 0)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	status->unrecorded[status->unrecorded_count++] = name;
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
	    index_count(index, &status.counts, err) ||
	    index_unrecorded(index, unrecorded_seen, &status, err) ||
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
