/* check_read: a file from a cold disk into the memory of a device, as fast as it goes. */
#ifndef TESTS_GPU_CHECK_READ_H
#define TESTS_GPU_CHECK_READ_H

#include "tests/gpu/check.h"

/* Write the file's pages back and let them go; *out_cached: the share that is in memory all the
 * same. */
MUST_CHECK int check_cool(const char *path, double *out_cached, struct error *err);

/*
 * Read the whole file with all threads, past the page cache where the file system allows it, into
 * page-locked blocks, and copy them to the device meanwhile; nothing is hashed or kept. For a
 * backend whose memory is the host's it is read and that is all.
 */
MUST_CHECK int check_read(const struct check *check, const char *path, double *out_seconds,
			  struct error *err);

#endif
