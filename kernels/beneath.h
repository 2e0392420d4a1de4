/* Making things below a folder so that no path leads out of it. */
#ifndef KERNELS_BENEATH_H
#define KERNELS_BENEATH_H

#include <stdbool.h>

#include "kernels/error.h"

/*
 * Open the folder `path` below the open folder `root` ("" is `root` itself), with `make`
 * making what is missing (each entry made durable). No component may be "." or ".." or
 * a symbolic link: ERROR_CORRUPT names it. ERROR_ABSENT where something is missing and
 * not made; ERROR_USAGE where a file stands in a folder's place. The caller closes *out_fd.
 */
MUST_CHECK int folder_open_beneath(int root, const char *path, bool make, int *out_fd,
				   struct error *err);

/* Open the folder that `path` (of a file) lies in; *out_name points at its last part. */
MUST_CHECK int folder_of_beneath(int root, const char *path, bool make, int *out_fd,
				 const char **out_name, struct error *err);

/*
 * Give the file `from` in the folder `from_folder` the name `to` in `to_folder`, of one
 * file system. Without `replace` nothing that is there loses its name: ERROR_USAGE.
 */
MUST_CHECK int file_name_beneath(int from_folder, const char *from, int to_folder, const char *to,
				 bool replace, struct error *err);

/* Make the entries of an open folder durable; `path` is for messages. */
MUST_CHECK int folder_sync_open(int folder, const char *path, struct error *err);

#endif
