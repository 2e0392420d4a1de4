/* Who lives here: the leases of a kind in a folder. */
#include "registry/lease/inner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEASES_MAX = 65536, WATCH_PAUSE_MS = 50 };

struct watched {
	char name[LEASE_NAME_MAX + 1];
	struct lease_sight sight;
	enum lease_standing standing;
	bool seen, ended;
};

struct watching {
	const char *folder;
	const struct context *ctx;
	struct lease_owner self;
	struct watched *item;
	size_t count, room;
};

static void watching_release(struct watching *watching)
{
	free(watching->item);
}

static int watched_add(struct watching *watching, const char *name, struct error *err)
{
	if (watching->count == LEASES_MAX)
		return error_set(err, ERROR_SYSTEM, "'%s' holds too many leases", watching->folder);
	if (watching->count == watching->room) {
		size_t room = watching->room ? 2 * watching->room : 16;
		struct watched *item = realloc(watching->item, room * sizeof(*item));

		if (!item)
			return error_set(err, ERROR_SYSTEM, "out of memory for leases");
		watching->item = item;
		watching->room = room;
	}
	watching->item[watching->count] = (struct watched){ .standing = LEASE_UNKNOWN };
	memcpy(watching->item[watching->count++].name, name, strlen(name) + 1);
	return 0;
}

static int names_list(struct watching *watching, const char *kind, struct error *err)
{
	CLEANUP(folder_close) DIR *folder = opendir(watching->folder);
	struct dirent *entry;
	int failed = 0;

	if (!folder && errno != ENOENT)
		return error_system(err, errno, "cannot list '%s'", watching->folder);
	while (folder && folder_next(folder, watching->folder, &entry, &failed, err))
		if (lease_name_fits(entry->d_name) && lease_name_is_of(entry->d_name, kind))
			failed = watched_add(watching, entry->d_name, err);
	return failed;
}

/* One more look at one that nothing is known of. */
static int look_once(struct watching *watching, struct watched *watched, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct lease_sight before = watched->sight;
	struct lease_look look;

	if (path_join(watching->folder, watched->name, &path, err) ||
	    lease_look_at(path, &look, err))
		return -1;
	watched->ended = !look.there;
	if (watched->ended)
		return 0;
	watched->standing = lease_judge(&look, &watching->self, watching->ctx, &watched->sight, 0);
	if (watched->standing == LEASE_UNKNOWN &&
	    ((look.known && lease_owner_near(&look.owner, &watching->self)) ||
	     (watched->seen && !digest_equal(&before.at[0].file, &look.file))))
		watched->standing = LEASE_LIVE;
	watched->seen = true;
	return 0;
}

static int look_at_all(struct watching *watching, bool *out_unknown, struct error *err)
{
	*out_unknown = false;
	for (size_t i = 0; i < watching->count; i++) {
		struct watched *watched = &watching->item[i];

		if (watched->ended || watched->standing != LEASE_UNKNOWN)
			continue;
		if (look_once(watching, watched, err))
			return -1;
		*out_unknown |= !watched->ended && watched->standing == LEASE_UNKNOWN;
	}
	return 0;
}

int lease_each(const char *folder, const char *kind, bool patient, const struct context *ctx,
	       lease_visitor *visit, void *arg, struct error *err)
{
	CLEANUP(watching_release) struct watching watching = { .folder = folder, .ctx = ctx };
	const struct timespec pause = { .tv_nsec = WATCH_PAUSE_MS * 1000000L };
	bool unknown;

	if (lease_owner_self(ctx, &watching.self, err) || names_list(&watching, kind, err) ||
	    look_at_all(&watching, &unknown, err))
		return -1;
	while (patient && unknown && ctx->monotonic_ms) {
		nanosleep(&pause, NULL);
		if (context_check_cancelled(ctx, err) || look_at_all(&watching, &unknown, err))
			return -1;
	}
	for (size_t i = 0; i < watching.count; i++)
		if (!watching.item[i].ended &&
		    visit(arg, watching.item[i].name, watching.item[i].standing,
			  &watching.item[i].sight, err))
			return -1;
	return 0;
}
