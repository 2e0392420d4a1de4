/*
 * A disk of the mind: what was asked of it, what of that is durable, and what may be on it after
 * the power went.
 *
 * Durable is a file's content at its last sync, and a folder's entries at the folder's last sync;
 * what was asked since may have reached the disk or not, one by one, in any order, writes torn at
 * 512 bytes. A rename reaches it whole or not at all.
 */
#ifndef TESTS_POWER_DISK_H
#define TESTS_POWER_DISK_H

#include "kernels/kernels.h"
#include "tests/power/log.h"

struct disk;
MUST_CHECK int disk_new(struct disk **out_disk, struct error *err);
void disk_free(struct disk **disk);

/* Do what one entry of the log says. ERROR_CORRUPT when it names what is not there. */
MUST_CHECK int disk_do(struct disk *disk, const struct power_entry *entry, const char *path,
		       const char *path2, struct span data, struct error *err);

/* What reached the disk of all that is not durable. */
enum disk_fate {
	DISK_LEAST,       /* nothing */
	DISK_MOST,        /* everything */
	DISK_NAMES,       /* names, and of bytes nothing */
	DISK_NAMES_ZEROS, /* names and sizes, and zeros for bytes */
	DISK_CHANCE       /* drawn; DISK_CHANCE + n by the n-th draw */
};

/* Make the folder `out` hold what is on the disk then; *out_digest tells such states apart. */
MUST_CHECK int disk_cut(struct disk *disk, unsigned fate, const char *out,
			struct digest *out_digest, struct error *err);

#endif
