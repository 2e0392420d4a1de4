/* Bytes with a size and ranges: a file, memory, part of another source. */
#ifndef KERNELS_SOURCE_H
#define KERNELS_SOURCE_H

#include "kernels/buffer.h"

struct source;

/* What a kind of source fills in (file, pack, HTTP range …). */
struct source_type {
	/* Exactly `len` bytes from `offset`, which lie inside `size`. Any thread. */
	int (*read_at)(struct source *source, uint64_t offset, void *out, size_t len,
		       struct error *err);
	/* Optional: fail with ERROR_CORRUPT if the bytes may have changed since opening. */
	int (*unchanged)(struct source *source, struct error *err);
	void (*close)(struct source *source); /* frees `source` itself */
};

/* The head of every source; a type embeds it first. */
struct source {
	const struct source_type *type;
	uint64_t size;
	char *name; /* for messages; freed by source_close */
};

/* Exactly `len` bytes into `out`, or fail: ERROR_CORRUPT when they are not all there. */
MUST_CHECK int source_read_at(struct source *source, uint64_t offset, void *out, size_t len,
			      struct error *err);

/* Append the whole source to `out`, whose limit holds. */
MUST_CHECK int source_read_all(struct source *source, struct buffer *out, struct error *err);

/*
 * Look again: ERROR_CORRUPT when the file's size, times or inode are no longer
 * what they were when it was opened, so that what was verified may not be what lies there.
 */
MUST_CHECK int source_unchanged(struct source *source, struct error *err);

/* The open file that it reads from its beginning to its end, borrowed; -1: it is no file. */
int source_descriptor(const struct source *source);
void source_close(struct source **source);

/* A regular file that the user named; symbolic links are followed. ERROR_ABSENT if there is none.
 */
MUST_CHECK int source_open_file(const char *path, struct source **out_source, struct error *err);

/*
 * A regular file at `path` below the folder `root`, no component of which may
 * be a symbolic link or "..": ERROR_CORRUPT then.
 */
MUST_CHECK int source_open_beneath(const char *root, const char *path, struct source **out_source,
				   struct error *err);

/* A copy of `bytes`. */
MUST_CHECK int source_open_memory(const char *name, struct span bytes, struct source **out_source,
				  struct error *err);

/* `len` bytes of `whole` from `offset`; `whole` must outlive it. */
MUST_CHECK int source_open_slice(struct source *whole, uint64_t offset, uint64_t len,
				 struct source **out_source, struct error *err);

#endif
