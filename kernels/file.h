/* Files and folders: safe opening, and writing that is whole or not at all. */
#ifndef KERNELS_FILE_H
#define KERNELS_FILE_H

#include <dirent.h>

#include "kernels/buffer.h"

/*
 * Open for reading the file `path` below the folder `root`, refusing symbolic
 * links and ".." in every component of `path`. An fd that the caller closes,
 * or -1: ERROR_ABSENT, ERROR_CORRUPT for a path that leads elsewhere.
 */
MUST_CHECK int file_open_beneath(const char *root, const char *path, struct error *err);

/* Append the whole file to `out`, whose limit holds. ERROR_ABSENT if there is none. */
MUST_CHECK int file_read(const char *path, struct buffer *out, struct error *err);

/* True when something exists at `path` (a dangling symbolic link does not). */
bool file_exists(const char *path);
bool file_is_folder(const char *path);

/* "folder/name", malloced; the caller frees it. */
MUST_CHECK int path_join(const char *folder, const char *name, char **out_path, struct error *err);

/*
 * Make `path` and what is missing above it (mode 0777 less umask), each entry made durable, also
 * one that somebody else made a moment ago. To be called before the first file is put into a
 * folder, whether it stands or not: a folder that holds something is durable itself.
 */
MUST_CHECK int folder_make(const char *path, struct error *err);

/* Make the entries of the folder `path` durable. */
MUST_CHECK int folder_sync(const char *path, struct error *err);

/*
 * Step to the next entry of the folder `path`, open as `folder`. False at its end, where *failed
 * is set already, and where it cannot be read on: *failed is -1 then (ERROR_SYSTEM), so that
 * nobody takes what was not listed for absent.
 */
bool folder_next(DIR *folder, const char *path, struct dirent **out_entry, int *failed,
		 struct error *err);

/* Close it, unless it is NULL, and leave NULL. For CLEANUP. */
void folder_close(DIR **folder);

/* Remove `path` and everything below it; absent is success. Never follows symbolic links. */
MUST_CHECK int folder_remove(const char *path, struct error *err);

/* What happens when the target of file_writer_commit exists already. */
enum file_exists_rule {
	FILE_REPLACE,   /* rename over it */
	FILE_KEEP_FIRST /* leave it alone and succeed */
};

/*
 * A file being written: bytes go to a temporary name in the target's folder;
 * commit makes them durable (fsync), gives them their name and makes that
 * durable too (fsync of the folder). Freed without commit, nothing stays.
 */
struct file_writer;
MUST_CHECK int file_writer_new(const char *target, unsigned mode, struct file_writer **out_writer,
			       struct error *err);
MUST_CHECK int file_writer_add(struct file_writer *writer, struct span bytes, struct error *err);
MUST_CHECK int file_writer_commit(struct file_writer *writer, enum file_exists_rule rule,
				  struct error *err);
void file_writer_free(struct file_writer **writer);

/*
 * The steps of a commit one by one, for who writes several files: make the bytes durable
 * under the temporary name; then give them their name, *out_there saying that
 * FILE_KEEP_FIRST found one there (left alone). The name is durable after folder_sync.
 */
/* Begin to write the bytes out without waiting: before flushing several files. A hint. */
void file_writer_start(struct file_writer *writer);
MUST_CHECK int file_writer_flush(struct file_writer *writer, struct error *err);
MUST_CHECK int file_writer_name(struct file_writer *writer, enum file_exists_rule rule,
				bool *out_there, struct error *err);

/* As file_writer_* over the whole content in one call. */
MUST_CHECK int file_write(const char *target, struct span bytes, unsigned mode,
			  enum file_exists_rule rule, struct error *err);

/* What tells whether the file at a path is still the one it was, as far as looking at it can. */
struct file_stamp {
	uint64_t device, inode, size;
	int64_t changed_ns, attributes_ns; /* mtime and ctime, since 1970 */
};

/* Of what `path` leads to, links followed. ERROR_ABSENT, ERROR_SYSTEM. */
MUST_CHECK int file_stamp_take(const char *path, struct file_stamp *out_stamp, struct error *err);
/* Of the file open as `fd`. */
MUST_CHECK int file_stamp_take_open(int fd, struct file_stamp *out_stamp, struct error *err);
bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b);

/* Free bytes on the file system that holds `path`, for this user. */
MUST_CHECK int file_room(const char *path, uint64_t *out_bytes, struct error *err);

/*
 * Take the advisory lock file `path` (made when missing), waiting for other
 * processes. Held until file_lock_release; a process that dies lets go.
 */
struct file_lock {
	int fd;
};

MUST_CHECK int file_lock_take(const char *path, struct file_lock *out_lock, struct error *err);
/* The same without waiting: *out_taken is false when somebody else holds it. */
MUST_CHECK int file_lock_try(const char *path, struct file_lock *out_lock, bool *out_taken,
			     struct error *err);
void file_lock_release(struct file_lock *lock);

#endif
