#include "registry/clone.h"

#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { EXTENTS_MAX = 256, STEP_SIZE_BYTES = 1 << 18 };

/* Where a file lies on the disk, from its beginning to its end. */
struct extents {
	int fd;
	struct fiemap *map; /* malloced, with EXTENTS_MAX of them */
	uint32_t next;      /* of the map */
	uint64_t behind;    /* the map's last */
	bool last;          /* the map has the file's last one */
	bool told;          /* the file system tells everything */
};

/* An extent that says where its bytes lie, each at its own place. */
static bool is_plain(const struct fiemap_extent *extent)
{
	return !(extent->fe_flags &
		 (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_ENCODED |
		  FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_DATA_INLINE));
}

/* Ask for those behind the ones at hand. What was written and is not laid out yet is so first. */
static void extents_ask(struct extents *extents)
{
	struct fiemap *map = extents->map;
	const struct fiemap_extent *end;

	*map = (struct fiemap){ .fm_start = extents->behind,
				.fm_length = FIEMAP_MAX_OFFSET - extents->behind,
				.fm_flags = FIEMAP_FLAG_SYNC,
				.fm_extent_count = EXTENTS_MAX };
	extents->next = 0;
	if (ioctl(extents->fd, FS_IOC_FIEMAP, map)) {
		map->fm_mapped_extents = 0;
		extents->told = false;
	}
	extents->last = true;
	if (!map->fm_mapped_extents)
		return;
	end = &map->fm_extents[map->fm_mapped_extents - 1];
	extents->behind = end->fe_logical + end->fe_length;
	extents->last = end->fe_flags & FIEMAP_EXTENT_LAST;
}

/* The next one, or NULL behind the last. */
static struct fiemap_extent *extent_next(struct extents *extents)
{
	struct fiemap_extent *extent;

	if (extents->next == extents->map->fm_mapped_extents && !extents->last)
		extents_ask(extents);
	if (extents->next == extents->map->fm_mapped_extents)
		return NULL;
	extent = &extents->map->fm_extents[extents->next++];
	extents->told &= is_plain(extent);
	return extent;
}

/* What is left of it behind `len` bytes, or the next one. */
static struct fiemap_extent *extent_behind(struct extents *extents, struct fiemap_extent *extent,
					   uint64_t len)
{
	extent->fe_logical += len;
	extent->fe_physical += len;
	extent->fe_length -= len;
	return extent->fe_length ? extent : extent_next(extents);
}

/* Two files may be cut in different ways where they are the same. */
static bool extents_equal(struct extents *a, struct extents *b)
{
	struct fiemap_extent *x = extent_next(a), *y = extent_next(b);

	while (x && y && a->told && b->told) {
		uint64_t len = x->fe_length < y->fe_length ? x->fe_length : y->fe_length;
		bool unwritten = (x->fe_flags ^ y->fe_flags) & FIEMAP_EXTENT_UNWRITTEN;

		if (x->fe_logical != y->fe_logical || x->fe_physical != y->fe_physical || !len ||
		    unwritten)
			return false;
		x = extent_behind(a, x, len);
		y = extent_behind(b, y, len);
	}
	return !x && !y && a->told && b->told;
}

static bool extents_shared(int one, int other)
{
	size_t size = sizeof(struct fiemap) + EXTENTS_MAX * sizeof(struct fiemap_extent);
	struct extents a = { .fd = one, .map = calloc(1, size), .told = true };
	struct extents b = { .fd = other, .map = calloc(1, size), .told = true };
	bool shared = a.map && b.map && extents_equal(&a, &b);

	free(a.map);
	free(b.map);
	return shared;
}

static void bytes_free(uint8_t **bytes)
{
	free(*bytes);
}

static int clone_digest(int clone, struct digest *out_digest, struct error *err)
{
	CLEANUP(bytes_free) uint8_t *step = malloc(STEP_SIZE_BYTES);
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;
	uint64_t at = 0;
	ssize_t got;

	if (!step)
		return error_system(err, ENOMEM, "cannot read a cloned file");
	if (hash_stream_new(&stream, err))
		return -1;
	while ((got = pread(clone, step, STEP_SIZE_BYTES, (off_t)at))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(err, errno, "cannot read a cloned file");
		hash_stream_add(stream, (struct span){ step, (size_t)got });
		at += (uint64_t)got;
	}
	*out_digest = hash_stream_finish(stream);
	return 0;
}

int clone_compare(int clone, int like, const struct digest *digest, struct error *err)
{
	struct digest there;

	if (extents_shared(clone, like))
		return 0;
	if (clone_digest(clone, &there, err))
		return -1;
	return digest_equal(&there, digest)
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "a file changed while it was read");
}
