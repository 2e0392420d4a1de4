/*
 * restore: files out of the store and below a folder, checked as they go by.
 *
 * A file gets its name when all of it was read, held against its manifest and
 * made durable: by the SHA-256 of the whole, and where there is none (tensors
 * picked out of files) by every piece's. Until then it lies under
 * FOLDER/.cache/akashi/, which add, sign and verify leave out; who comes after
 * an interruption keeps the pieces of it that are true. What the store has as a
 * whole file is shared and not copied where the file system can.
 *
 * Inside registry/ only.
 */
#ifndef REGISTRY_RESTORE_H
#define REGISTRY_RESTORE_H

#include "registry/contents.h"

#define RESTORE_PARTS_FOLDER ".cache/akashi"

/* Bytes of a stored file that are wanted: a tensor. */
struct restore_stretch {
	const struct manifest_file *file;
	uint64_t from, length; /* in the stored file */
	uint64_t to;           /* in the new one */
	size_t first_record;   /* of its pieces, in the manifest */
};

enum restore_state {
	RESTORE_NEEDED,
	RESTORE_ALIKE,  /* something as large lies there, not read yet */
	RESTORE_THERE,  /* the very file lies there */
	RESTORE_OTHER,  /* something else does */
	RESTORE_READY,  /* written and checked by this run, and not named yet */
	RESTORE_WRITTEN /* by this run */
};

/* A file to be made: a stored one as it is, or a head and stretches behind it. */
struct restore_file {
	char *path; /* below the folder */
	uint64_t size;
	const struct manifest_file *whole; /* NULL: of stretches */
	struct buffer head;
	struct restore_stretch *stretch;
	size_t stretch_count;
	enum restore_state state;
	bool cloned;   /* shares the store's blocks */
	uint64_t kept; /* bytes that an earlier run left */
};

struct restore {
	struct contents *contents; /* with pieces; borrowed */
	const char *folder;        /* borrowed */
	bool replace;              /* what else lies there loses its name */
	struct restore_file *file;
	size_t count;
};

/* Takes file[]'s contents too. */
void restore_release(struct restore *restore);

/* Make room for one more file and return it, empty; `path` is copied. NULL with `err`. */
struct restore_file *restore_add(struct restore *restore, const char *path, struct error *err);

/*
 * See what lies at the files' places: unless it is RESTORE_THERE, state becomes RESTORE_NEEDED,
 * _ALIKE, or _OTHER. No file is opened. ERROR_CORRUPT: a symbolic link on the way; ERROR_USAGE: a
 * folder in a file's place.
 */
MUST_CHECK int restore_look(struct restore *restore, struct error *err);

/* Read what looks alike: RESTORE_ALIKE becomes _THERE or _OTHER. */
MUST_CHECK int restore_compare(const struct context *ctx, struct restore *restore,
			       struct error *err);

/* ERROR_USAGE names the first file in whose place something else lies, unless replace is set. */
MUST_CHECK int restore_may(const struct restore *restore, struct error *err);

/* How many files are to be written, and bytes of them. */
size_t restore_needed(const struct restore *restore);
uint64_t restore_bytes(const struct restore *restore);

/* ERROR_SYSTEM unless `bytes` find room in the folder (or in the nearest one above that is there).
 */
MUST_CHECK int restore_room(const struct restore *restore, uint64_t bytes, struct error *err);

/*
 * Write what is needed. One at a time in one folder: another run is waited for, and what it wrote
 * is kept. Of files that cannot be restored the others still are; then ERROR_CORRUPT or
 * ERROR_ABSENT names the first, with the piece. ERROR_SYSTEM ends the work at once. What was
 * begun stays for the next run.
 */
MUST_CHECK int restore_run(const struct context *ctx, struct restore *restore, struct error *err);

/* Nothing is left to be written: remove what a run that was killed at its very end left behind, if
 * nobody else uses it. A help: nothing is said where that fails. */
void restore_tidy(const struct context *ctx, const struct restore *restore);

/*
 * The bytes of one file in order, each piece checked before it is handed on and the whole at the
 * end: ERROR_CORRUPT then.
 */
MUST_CHECK int restore_stream(const struct context *ctx, struct restore *restore,
			      struct restore_file *file,
			      int (*write)(void *user, struct span bytes, struct error *err),
			      void *user, struct error *err);

#endif
