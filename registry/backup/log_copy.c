/* A log's files, named for whoever copies them. */
#include "registry/backup/log_copy.h"

#include <string.h>

#include "registry/log/inner.h"

#define LEVELS 8

void log_copied_release(struct log_copied *copied)
{
	log_head_release(&copied->shown);
	log_head_release(&copied->last);
}

int log_copy(struct log *log, const char *sequence, struct log_copied *out_copied,
	     struct error *err)
{
	CLEANUP(log_copied_release) struct log_copied copied = { .shown = { .size = 0 } };

	tiles_forget(log->tiles);
	if (log_head(log, &copied.shown, err) || log_remembered(log, &copied.last, err) ||
	    (sequence && (log_sequence(log, err) || database_copy(log->sequence, sequence, err))))
		return -1;
	if (copied.shown.size > copied.last.size)
		return error_set(err, ERROR_CORRUPT,
				 "log/checkpoint is ahead of lock.db: akashi log audit");
	*out_copied = copied;
	copied = (struct log_copied){ .shown = { .size = 0 } }; /* handed over */
	return 0;
}

/* The tiles of one level that `hashes` of them fill, and the partial one of `older`. */
static int level_each(int level, uint64_t hashes, uint64_t older, log_tile_visit visit, void *arg,
		      struct error *err)
{
	char path[BLOB_PATH_MAX];
	unsigned rest = (unsigned)(hashes % TILE_WIDTH);

	for (uint64_t n = 0; n < hashes / TILE_WIDTH; n++) {
		tile_path(level, n, TILE_WIDTH, path);
		if (visit(arg, path, err))
			return -1;
	}
	tile_path(level, hashes / TILE_WIDTH, rest, path);
	if (rest && visit(arg, path, err))
		return -1;
	if (older == hashes || !(older % TILE_WIDTH))
		return 0;
	tile_path(level, older / TILE_WIDTH, (unsigned)(older % TILE_WIDTH), path);
	return visit(arg, path, err);
}

int log_tiles_each(uint64_t size, uint64_t older, log_tile_visit visit, void *arg,
		   struct error *err)
{
	if (level_each(-1, size, older, visit, arg, err))
		return -1;
	for (int level = 0; level < LEVELS && size; level++) {
		if (level_each(level, size, older, visit, arg, err))
			return -1;
		size /= TILE_WIDTH;
		older /= TILE_WIDTH;
	}
	return 0;
}
