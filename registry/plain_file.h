/* plain_file: files of a registry that others may write to, opened without waiting for anybody. */
#ifndef REGISTRY_PLAIN_FILE_H
#define REGISTRY_PLAIN_FILE_H

#include "kernels/kernels.h"

/*
 * Open the regular file `name` in the open folder `folder` (or AT_FDCWD) for reading. Nothing else
 * is waited for or read: no FIFO, device, folder or, as the last of the path, symbolic link,
 * whoever put it there. An fd that the caller closes, or -1: ERROR_ABSENT, ERROR_CORRUPT for what
 * is no regular file, ERROR_SYSTEM.
 */
MUST_CHECK int plain_file_open(int folder, const char *name, struct error *err);

#endif
