/* Where a backup may be made. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/backup/making.h"

static bool is_within(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '/' || !path[len]);
}

/* Nothing lies there but what a killed backup may leave. */
static int emptiness_need(const char *folder, struct error *err)
{
	DIR *handle = opendir(folder);
	struct dirent *entry;
	bool empty = true;
	int failed = 0;

	if (!handle)
		return error_system(err, errno, "cannot look into '%s'", folder);
	while (folder_next(handle, folder, &entry, &failed, err))
		empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			 strncmp(entry->d_name, ".tmp-akashi-", 12) == 0;
	closedir(handle);
	if (failed)
		return -1;
	return empty ? 0
		     : error_set(err, ERROR_USAGE,
				 "'%s' is no backup and not empty: a backup wants a folder of its "
				 "own",
				 folder);
}

static int mark_need(struct making *m, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	char origin[REGISTRY_ORIGIN_MAX];
	struct error cause = { 0 };

	buffer_init(&text, BACKUP_TEXT_MAX);
	if (backup_origin(m->to, origin, &cause) == 0)
		return strcmp(origin, m->registry->origin) == 0
			       ? 0
			       : error_set(err, ERROR_USAGE,
					   "'%s' is a backup of '%s', and this registry is '%s'",
					   m->to, origin, m->registry->origin);
	if (cause.code != ERROR_ABSENT)
		return error_set(err, cause.code, "%s", cause.text);
	if (emptiness_need(m->to, err))
		return -1;
	if (m->request->dry_run)
		return 0;
	return backup_mark_write(m->registry->origin, &text, err) ||
			       path_join(m->to, BACKUP_MARK, &path, err) ||
			       file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

int making_folder(struct making *m, struct error *err)
{
	const char *named = m->request->to;
	struct stat st;

	if (lstat(named, &st)) {
		if (errno != ENOENT)
			return error_system(err, errno, "cannot look at '%s'", named);
		if (m->request->dry_run)
			return 0;
		/* What is in it was for the eyes of whoever could read the registry. */
		if (mkdir(named, 0700))
			return error_system(err, errno, "cannot make the folder '%s'", named);
	} else if (S_ISLNK(st.st_mode)) {
		return error_set(err, ERROR_USAGE,
				 "'%s' is a symbolic link: name the folder itself", named);
	} else if (!S_ISDIR(st.st_mode)) {
		return error_set(err, ERROR_USAGE, "'%s' is no folder", named);
	}
	m->to = realpath(named, NULL);
	if (!m->to)
		return error_system(err, errno, "cannot find '%s'", named);
	if (is_within(m->to, m->registry->folder) || is_within(m->registry->folder, m->to)) {
		struct error ignored = { 0 };
		char origin[REGISTRY_ORIGIN_MAX];

		if (backup_origin(m->to, origin, &ignored))
			(void)rmdir(m->to); /* if it was made just now */
		return error_set(err, ERROR_USAGE,
				 "'%s' and the registry '%s' lie in one another: a backup there "
				 "would go with it",
				 named, m->registry->folder);
	}
	return mark_need(m, err);
}
