/* The list of a state: a line for each of its files, written and read from front to back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/backup/inner.h"

#define LINE_MAX_BYTES (BACKUP_PATH_MAX + 2 * DIGEST_SIZE + 8)

void backup_list_release(struct backup_list *list)
{
	if (list->file)
		fclose(list->file);
	list->file = NULL;
	hash_stream_free(&list->hash);
}

int backup_list_open(const char *folder, uint64_t number, struct backup_list *out_list,
		     struct error *err)
{
	CLEANUP(backup_list_release) struct backup_list list = { .file = NULL };
	char path[128];
	int fd;

	snprintf(path, sizeof(path), BACKUP_STATES "/%llu/" BACKUP_LIST_FILE,
		 (unsigned long long)number);
	fd = file_open_beneath(folder, path, err);
	if (fd < 0)
		return -1;
	list.file = fdopen(fd, "r");
	if (!list.file) {
		int failed = errno;

		close(fd);
		return error_system(err, failed, "cannot read the list of the backup");
	}
	if (hash_stream_new(&list.hash, err) || backup_list_next(&list, err))
		return -1;
	*out_list = list;
	list = (struct backup_list){ .file = NULL }; /* handed over */
	return 0;
}

int backup_list_next(struct backup_list *list, struct error *err)
{
	char text[LINE_MAX_BYTES];
	size_t len;

	list->any = false;
	if (!fgets(text, sizeof(text), list->file))
		return ferror(list->file) ? error_system(err, errno, "cannot read the list") : 0;
	len = strlen(text);
	if (!len || text[len - 1] != '\n')
		return error_set(err, ERROR_CORRUPT, "a line of the list has no end");
	hash_stream_add(list->hash, (struct span){ (const uint8_t *)text, len });
	if (backup_line_parse((struct span){ (const uint8_t *)text, len - 1 }, &list->line, err))
		return -1;
	list->any = true;
	list->files++;
	return 0;
}

int backup_list_seek(struct backup_list *list, const char *path, bool *out_there, struct error *err)
{
	*out_there = false;
	while (list->file && list->any) {
		int order = strncmp(list->line.path, "log/", 4) == 0
				    ? -1
				    : strcmp(list->line.path, path);

		*out_there = order == 0;
		if (order >= 0)
			return 0;
		if (backup_list_next(list, err))
			return -1;
	}
	return 0;
}

int backup_list_create(const char *path, struct backup_list *out_list, struct error *err)
{
	struct backup_list list = { .file = fopen(path, "we") };

	if (!list.file)
		return error_system(err, errno, "cannot write '%s'", path);
	if (hash_stream_new(&list.hash, err)) {
		backup_list_release(&list);
		return -1;
	}
	*out_list = list;
	return 0;
}

int backup_list_add(struct backup_list *list, const struct digest *digest, const char *path,
		    struct error *err)
{
	char hex[DIGEST_HEX_SIZE], text[LINE_MAX_BYTES];
	int len;

	digest_to_hex(digest, hex);
	len = snprintf(text, sizeof(text), "%s  %s\n", hex, path);
	if (len < 0 || (size_t)len >= sizeof(text))
		return error_set(err, ERROR_SYSTEM, "the path '%.80s…' is too long", path);
	hash_stream_add(list->hash, (struct span){ (const uint8_t *)text, (size_t)len });
	list->files++;
	return fwrite(text, 1, (size_t)len, list->file) == (size_t)len
		       ? 0
		       : error_system(err, errno, "cannot write the list of the backup");
}

int backup_list_finish(struct backup_list *list, struct digest *out_digest, struct error *err)
{
	int failed = fclose(list->file);

	list->file = NULL;
	*out_digest = hash_stream_finish(list->hash);
	return failed ? error_system(err, errno, "cannot write the list of the backup") : 0;
}
