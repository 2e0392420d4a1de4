/* What lies in a backup and its last state does not have: counted, and removed if that is asked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/backup/inner.h"

struct tidying {
	const char *folder;
	struct backup_list list;
	struct backup_names tiles; /* those of the list, sorted */
	bool drop;
	struct backup_report *report;
};

static void tidying_release(struct tidying *t)
{
	backup_list_release(&t->list);
	backup_names_release(&t->tiles);
}

static int text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The tiles stand first in the list, in an order of their own. */
static int tiles_gather(struct tidying *t, struct error *err)
{
	while (t->list.any && strncmp(t->list.line.path, "log/", 4) == 0) {
		if (backup_names_add(&t->tiles, t->list.line.path, err) ||
		    backup_list_next(&t->list, err))
			return -1;
	}
	if (t->tiles.count)
		qsort(t->tiles.name, t->tiles.count, sizeof(*t->tiles.name), text_order);
	return 0;
}

static int is_listed(struct tidying *t, const char *path, bool *out_listed, struct error *err)
{
	if (strncmp(path, "log/", 4) != 0)
		return backup_list_seek(&t->list, path, out_listed, err);
	*out_listed = t->tiles.count && bsearch(&path, t->tiles.name, t->tiles.count,
						sizeof(*t->tiles.name), text_order);
	return 0;
}

static int file_tidy(struct tidying *t, const char *path, struct error *err)
{
	CLEANUP(text_free) char *whole = NULL;
	struct stat st;
	bool listed;

	if (is_listed(t, path, &listed, err))
		return -1;
	if (listed)
		return 0;
	if (path_join(t->folder, path, &whole, err))
		return -1;
	if (lstat(whole, &st))
		return error_system(err, errno, "cannot look at '%s'", whole);
	if (strncmp(path, "log/", 4) != 0) { /* a partial tile that has grown is in a newer one */
		t->report->former++;
		t->report->former_bytes += (uint64_t)st.st_size;
		if (!t->drop)
			return 0;
	}
	if (unlink(whole))
		return error_system(err, errno, "cannot remove '%s'", whole);
	return 0;
}

static int folder_tidy(struct tidying *t, const char *below, unsigned depth, struct error *err)
{
	CLEANUP(backup_names_release) struct backup_names names = { .count = 0 };

	if (backup_names_list(t->folder, below, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		CLEANUP(text_free) char *path = NULL, *whole = NULL;
		struct stat st;

		if (path_join(below, names.name[i], &path, err) ||
		    path_join(t->folder, path, &whole, err))
			return -1;
		if (lstat(whole, &st))
			return error_system(err, errno, "cannot look at '%s'", whole);
		if (!S_ISDIR(st.st_mode) ? file_tidy(t, path, err)
					 : depth && folder_tidy(t, path, depth - 1, err))
			return -1;
	}
	return 0;
}

int backup_tidy(const char *folder, uint64_t number, bool drop, struct backup_report *report,
		struct error *err)
{
	static const char *const below[] = { "log", "objects", "packs", "statements" };
	enum { DEPTH = 8 }; /* of tiles: log/tile/0/x001/x234/067.p */
	CLEANUP(tidying_release)
	struct tidying t = { .folder = folder, .drop = drop, .report = report };

	report->former = report->former_bytes = 0;
	report->dropped = drop;
	if (backup_list_open(folder, number, &t.list, err) || tiles_gather(&t, err))
		return -1;
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		if (folder_tidy(&t, below[i], DEPTH, err))
			return -1;
	return 0;
}
