/* A backup, found in its folder: whose it is, and which of its states was finished last. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/backup/inner.h"

#define NUMBER_DIGITS 18

void backup_texts_release(struct backup_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->text[i]);
	*texts = (struct backup_texts){ .count = 0 };
}

int backup_tell(struct backup_texts *texts, struct error *err, const char *fmt, ...)
{
	va_list args;
	int len;

	texts->total++;
	if (texts->count == BACKUP_TEXTS_MAX)
		return 0;
	va_start(args, fmt);
	len = vasprintf(&texts->text[texts->count], fmt, args);
	va_end(args);
	if (len < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for what is damaged");
	texts->count++;
	return 0;
}

void backup_report_release(struct backup_report *report)
{
	backup_texts_release(&report->damaged);
}

int backup_state_path(const char *folder, uint64_t number, const char *name, char **out_path,
		      struct error *err)
{
	int len = asprintf(out_path, "%s/" BACKUP_STATES "/%llu%s%s", folder,
			   (unsigned long long)number, name ? "/" : "", name ? name : "");

	return len < 0 ? error_set(err, ERROR_SYSTEM, "out of memory for a path") : 0;
}

/* A small file of the backup, no link on the way to it. */
static int text_read(const char *folder, const char *path, struct buffer *out, struct error *err)
{
	int fd = file_open_beneath(folder, path, err), failed = 0;
	uint8_t *room;
	ssize_t got = 0;

	if (fd < 0)
		return -1;
	if (buffer_extend(out, BACKUP_TEXT_MAX, &room, err)) {
		close(fd);
		return -1;
	}
	out->len -= BACKUP_TEXT_MAX;
	do {
		got = pread(fd, room, BACKUP_TEXT_MAX - out->len, (off_t)out->len);
		if (got > 0) {
			out->len += (size_t)got;
			room += got;
		}
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0)
		failed = error_system(err, errno, "cannot read '%s' of the backup", path);
	close(fd);
	return failed;
}

int backup_origin(const char *folder, char out_origin[REGISTRY_ORIGIN_MAX], struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, BACKUP_TEXT_MAX);
	if (text_read(folder, BACKUP_MARK, &text, err))
		return -1;
	return backup_mark_parse(buffer_view(&text), out_origin, err)
		       ? error_prefix(err, "'%s/" BACKUP_MARK "'", folder)
		       : 0;
}

static bool number_read(const char *name, uint64_t *out_number)
{
	size_t len = strlen(name);

	if (!len || len > NUMBER_DIGITS || name[0] == '0' || strspn(name, "0123456789") != len)
		return false;
	*out_number = strtoull(name, NULL, 10);
	return true;
}

/* The names below states/; none is success. */
static int states_each(const char *folder,
		       int (*found)(void *arg, const char *name, struct error *err), void *arg,
		       struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct dirent *entry;
	int failed = 0;
	DIR *handle;

	if (path_join(folder, BACKUP_STATES, &path, err))
		return -1;
	handle = opendir(path);
	if (!handle)
		return errno == ENOENT ? 0
				       : error_system(err, errno, "cannot look into '%s'", path);
	while (folder_next(handle, path, &entry, &failed, err))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			failed = found(arg, entry->d_name, err);
	closedir(handle);
	return failed;
}

static int newest_note(void *arg, const char *name, struct error *err)
{
	uint64_t *newest = arg, number;

	(void)err;
	if (number_read(name, &number) && number > *newest)
		*newest = number;
	return 0;
}

int backup_newest(const char *folder, struct backup_state *out_state, bool *out_any,
		  struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	uint64_t number = 0;
	char path[128];

	buffer_init(&text, BACKUP_TEXT_MAX);
	*out_any = false;
	if (states_each(folder, newest_note, &number, err))
		return -1;
	if (!number)
		return 0;
	snprintf(path, sizeof(path), BACKUP_STATES "/%llu/" BACKUP_STATE_FILE,
		 (unsigned long long)number);
	if (text_read(folder, path, &text, err))
		return -1;
	if (backup_state_parse(buffer_view(&text), out_state, err))
		return error_prefix(err, "'%s/%s'", folder, path);
	out_state->number = number;
	*out_any = true;
	return 0;
}

struct clearing {
	const char *folder;
	uint64_t but;
};

static int state_clear(void *arg, const char *name, struct error *err)
{
	const struct clearing *clearing = arg;
	CLEANUP(text_free) char *states = NULL, *path = NULL;
	uint64_t number;

	if (number_read(name, &number) && number == clearing->but)
		return 0;
	return path_join(clearing->folder, BACKUP_STATES, &states, err) ||
			       path_join(states, name, &path, err) || folder_remove(path, err)
		       ? -1
		       : 0;
}

int backup_states_clear(const char *folder, uint64_t but, struct error *err)
{
	struct clearing clearing = { folder, but };

	return states_each(folder, state_clear, &clearing, err);
}

int backup_state_open(const char *folder, struct backup_state *out_state, struct error *err)
{
	CLEANUP(backup_list_release) struct backup_list list = { .file = NULL };
	char origin[REGISTRY_ORIGIN_MAX];
	struct digest digest;
	bool any;

	if (backup_origin(folder, origin, err)) {
		if (err->code != ERROR_ABSENT)
			return -1;
		return error_set(err, ERROR_ABSENT, "'%s' is no backup: it has no " BACKUP_MARK,
				 folder);
	}
	if (backup_newest(folder, out_state, &any, err))
		return -1;
	if (!any)
		return error_set(err, ERROR_ABSENT, "no backup in '%s' was ever finished", folder);
	if (strcmp(out_state->origin, origin) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the backup '%s' is of '%s', and its last state of '%s'", folder,
				 origin, out_state->origin);
	if (backup_list_open(folder, out_state->number, &list, err))
		return -1;
	while (list.any)
		if (backup_list_next(&list, err))
			return error_prefix(err, "the backup '%s'", folder);
	digest = hash_stream_finish(list.hash);
	return digest_equal(&digest, &out_state->list) && list.files == out_state->files
		       ? 0
		       : error_set(err, ERROR_CORRUPT,
				   "the list of the backup '%s' is not the one that was written",
				   folder);
}
