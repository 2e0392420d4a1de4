/* The names in a folder, in order. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/backup/inner.h"

void backup_names_release(struct backup_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct backup_names){ .count = 0 };
}

int backup_names_add(struct backup_names *names, const char *name, struct error *err)
{
	if (names->count == names->room) {
		size_t room = names->room ? 2 * names->room : 64;
		char **more = reallocarray(names->name, room, sizeof(*more));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for names of files");
		names->name = more;
		names->room = room;
	}
	names->name[names->count] = strdup(name);
	return names->name[names->count++]
		       ? 0
		       : error_set(err, ERROR_SYSTEM, "out of memory for names of files");
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int backup_names_list(const char *folder, const char *below, struct backup_names *names,
		      struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct dirent *entry;
	int failed = 0;
	DIR *handle;

	if (path_join(folder, below, &path, err))
		return -1;
	handle = opendir(path);
	if (!handle)
		return errno == ENOENT ? 0
				       : error_system(err, errno, "cannot look into '%s'", path);
	while (folder_next(handle, path, &entry, &failed, err))
		if (entry->d_name[0] != '.')
			failed = backup_names_add(names, entry->d_name, err);
	closedir(handle);
	if (names->count)
		qsort(names->name, names->count, sizeof(*names->name), name_order);
	return failed;
}
