/*
 * The log of what was asked of the disk: written by record.c under a command, read by cut.c.
 *
 * One entry: struct power_entry in the machine's own byte order, then path_len bytes of path
 * (relative to the root, "" for the root itself), path2_len bytes of another, data_len bytes.
 */
#ifndef TESTS_POWER_LOG_H
#define TESTS_POWER_LOG_H

#include <stdint.h>

enum power_operation {
	POWER_CREATE = 1, /* path, inode, mode; no path: a file without a name (O_TMPFILE) */
	POWER_FOLDER,     /* path, inode, mode */
	POWER_WRITE,      /* inode, offset, data */
	POWER_SIZE,       /* inode, offset: its new size */
	POWER_MODE,       /* inode, mode */
	POWER_SYNC,       /* inode */
	POWER_SYNC_ALL,
	POWER_LINK,   /* path, inode */
	POWER_RENAME, /* path, path2 */
	POWER_REMOVE, /* path */
	POWER_MARK    /* data: what the story says */
};

struct power_entry {
	uint32_t operation, mode;
	uint64_t inode, offset, data_len;
	uint32_t path_len, path2_len;
};

#endif
