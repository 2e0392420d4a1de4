/*
 * An object on its way into a folder of objects, HH/HEX each: without a name (O_TMPFILE) where the
 * file system can, so that a killed process leaves nothing behind. Private to registry/store*.
 */
#ifndef REGISTRY_STORE_WRITING_H
#define REGISTRY_STORE_WRITING_H

#include <limits.h>

#include "registry/store.h"

enum { OBJECT_PATH_ROOM = PATH_MAX + 128 };

/* "FOLDER/HH/HEX<suffix>". */
MUST_CHECK int object_path(const char *folder, const struct digest *digest, const char *suffix,
			   char out_path[OBJECT_PATH_ROOM], struct error *err);

/* Make the folder that the object at `path` lies in, which is changed for a moment; make its
 * entries durable. */
MUST_CHECK int object_folder_make(char *path, struct error *err);
MUST_CHECK int object_folder_sync(char *path, struct error *err);

/* As young as if it had been written; false where it went meanwhile. A link's times are its
 * owner's. */
bool object_touch(const char *path, const char *link);

/* Bytes on their way to a name. */
struct writing {
	const char *folder; /* of the store; borrowed */
	int fd;
	int like;        /* the file that it is a clone of, whose bytes the caller reads; or -1 */
	uint64_t size;   /* of the clone */
	char *temporary; /* NULL without a name */
};

/* `like`: an open file whose blocks are shared where the file system can; -1: none. */
MUST_CHECK int writing_begin(const char *folder, int like, struct writing *out_writing,
			     struct error *err);
bool writing_is_clone(const struct writing *writing);

/* Bytes of a clone are there already, and are compared at the end. */
MUST_CHECK int writing_add(struct writing *writing, uint64_t offset, struct span bytes,
			   struct error *err);

/* Durably under its name. `size`: how many bytes were written, or the clone should have. */
MUST_CHECK int writing_commit(struct writing *writing, uint64_t size, const struct digest *digest,
			      struct error *err);
void writing_release(struct writing *writing);

#endif
