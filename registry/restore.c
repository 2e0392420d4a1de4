/* restore: files out of the store and below a folder, checked as they go by. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/restore/inner.h"
#include "registry/store.h"

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void file_release(struct restore_file *file)
{
	free(file->path);
	free(file->stretch);
	buffer_release(&file->head);
}

void restore_release(struct restore *restore)
{
	for (size_t i = 0; i < restore->count; i++)
		file_release(&restore->file[i]);
	free(restore->file);
	restore->file = NULL;
	restore->count = 0;
}

struct restore_file *restore_add(struct restore *restore, const char *path, struct error *err)
{
	/* A power of two of them is full. */
	bool full = (restore->count & (restore->count - 1)) == 0;
	size_t room = restore->count ? 2 * restore->count : 1;
	struct restore_file *file = restore->file;
	char *copy = strdup(path);

	if (full)
		file = reallocarray(restore->file, room, sizeof(*file));
	if (file)
		restore->file = file;
	if (!file || !copy) {
		free(copy);
		(void)error_system(err, ENOMEM, "cannot list the files to restore");
		return NULL;
	}
	file += restore->count++;
	*file = (struct restore_file){ .path = copy };
	buffer_init(&file->head, FORMAT_HEADER_MAX_BYTES + 8);
	return file;
}

int restore_root_open(const struct restore *restore, bool make, int *out_fd, struct error *err)
{
	if (make && folder_make(restore->folder, err))
		return -1;
	*out_fd = open(restore->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*out_fd >= 0 || (errno == ENOENT && !make))
		return 0;
	if (errno == ENOTDIR)
		return error_set(err, ERROR_USAGE, "'%s' is a file, and a folder is wanted there",
				 restore->folder);
	return error_system(err, errno, "cannot open folder '%s'", restore->folder);
}

/* Unfinished files lie there: nothing that is restored may. */
static int path_check(const char *path, struct error *err)
{
	const size_t len = strlen(RESTORE_PARTS_FOLDER);

	if (strncasecmp(path, RESTORE_PARTS_FOLDER, len) == 0 && (!path[len] || path[len] == '/'))
		return error_set(err, ERROR_CORRUPT,
				 "'%s' lies where unfinished files are kept, and is not restored",
				 path);
	return 0;
}

static int look_at(int root, struct restore_file *file, struct error *err)
{
	CLEANUP(fd_close) int folder = -1;
	struct error absent = { 0 };
	const char *name;
	struct stat st;

	file->state = RESTORE_NEEDED;
	if (path_check(file->path, err))
		return -1;
	if (root < 0)
		return 0;
	if (folder_of_beneath(root, file->path, false, &folder, &name, &absent)) {
		folder = -1;
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	}
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT
			       ? 0
			       : error_system(err, errno, "cannot look at '%s'", file->path);
	if (S_ISDIR(st.st_mode))
		return error_set(err, ERROR_USAGE, "'%s' is a folder, and a file is to lie there",
				 file->path);
	file->state = S_ISREG(st.st_mode) && (uint64_t)st.st_size == file->size ? RESTORE_ALIKE
										: RESTORE_OTHER;
	return 0;
}

int restore_look(struct restore *restore, struct error *err)
{
	CLEANUP(fd_close) int root = -1;

	if (restore_root_open(restore, false, &root, err))
		return -1;
	for (size_t i = 0; i < restore->count; i++)
		if (restore->file[i].state != RESTORE_THERE &&
		    look_at(root, &restore->file[i], err))
			return error_prefix(err, "'%s'", restore->folder);
	return 0;
}

static bool any_in_state(const struct restore *restore, enum restore_state state)
{
	for (size_t i = 0; i < restore->count; i++)
		if (restore->file[i].state == state)
			return true;
	return false;
}

int restore_compare(const struct context *ctx, struct restore *restore, struct error *err)
{
	CLEANUP(fd_close) int root = -1;
	struct restore_work work = { ctx, restore, true, -1, -1 };

	if (!any_in_state(restore, RESTORE_ALIKE))
		return 0;
	if (restore_root_open(restore, false, &root, err))
		return -1;
	work.root = root;
	return restore_pipe(&work, RESTORE_ALIKE, err);
}

int restore_may(const struct restore *restore, struct error *err)
{
	const struct restore_file *first = NULL;
	size_t others = 0;

	for (size_t i = 0; i < restore->count && !restore->replace; i++) {
		if (restore->file[i].state != RESTORE_OTHER)
			continue;
		first = first ? first : &restore->file[i];
		others++;
	}
	if (!first)
		return 0;
	return others == 1 ? error_set(err, ERROR_USAGE,
				       "'%s/%s' exists and is not what would be restored; --force "
				       "replaces it",
				       restore->folder, first->path)
			   : error_set(err, ERROR_USAGE,
				       "'%s/%s' and %zu more exist and are not what would be "
				       "restored; --force replaces them",
				       restore->folder, first->path, others - 1);
}

static bool to_be_written(const struct restore_file *file)
{
	return file->state == RESTORE_NEEDED || file->state == RESTORE_OTHER;
}

size_t restore_needed(const struct restore *restore)
{
	size_t count = 0;

	for (size_t i = 0; i < restore->count; i++)
		count += to_be_written(&restore->file[i]);
	return count;
}

uint64_t restore_bytes(const struct restore *restore)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < restore->count; i++)
		bytes += to_be_written(&restore->file[i]) ? restore->file[i].size : 0;
	return bytes;
}

/* Bytes that an interrupted run left in the folder. */
static uint64_t left_bytes(int root)
{
	CLEANUP(fd_close) int parts = -1;
	struct error ignored = { 0 };
	uint64_t bytes = 0;
	struct dirent *entry;
	struct stat st;
	DIR *folder;

	if (folder_open_beneath(root, RESTORE_PARTS_FOLDER, false, &parts, &ignored)) {
		parts = -1;
		return 0;
	}
	folder = fdopendir(parts);
	if (!folder)
		return 0;
	while ((entry = readdir(folder)))
		if (fstatat(parts, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_blocks * 512;
	parts = -1; /* closed with the folder */
	closedir(folder);
	return bytes;
}

/* Would the first file that is wanted share its blocks? Then a copy needs no room. */
static bool clones_work(const struct restore *restore, int root)
{
	struct error ignored = { 0 };
	bool works = false;
	int fd;

	for (size_t i = 0; i < restore->count; i++) {
		if (!to_be_written(&restore->file[i]) || !restore->file[i].whole)
			continue;
		fd = openat(root, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (fd < 0)
			return false;
		works = store_clone(restore->contents->registry->store,
				    &restore->file[i].whole->sha256, fd, &works, &ignored) == 0 &&
			works;
		close(fd);
		return works;
	}
	return false;
}

int restore_room(const struct restore *restore, uint64_t bytes, struct error *err)
{
	CLEANUP(fd_close) int root = -1;
	CLEANUP(text_free) char *above = strdup(restore->folder);
	const char *where = above;
	uint64_t room, left = 0;

	if (!above)
		return error_system(err, ENOMEM, "cannot look at '%s'", restore->folder);
	if (restore_root_open(restore, false, &root, err))
		return -1;
	while (root < 0 && where == above && !file_exists(above)) {
		char *slash = strrchr(above, '/');

		if (slash && slash != above)
			*slash = '\0';
		else
			where = slash ? "/" : ".";
	}
	if (file_room(where, &room, err))
		return -1;
	if (root >= 0)
		left = left_bytes(root);
	if (bytes <= room + left || (root >= 0 && clones_work(restore, root)))
		return 0;
	return error_set(err, ERROR_SYSTEM,
			 "not enough room: %llu bytes are needed and %llu are free in '%s'",
			 (unsigned long long)(bytes - left), (unsigned long long)room, where);
}
