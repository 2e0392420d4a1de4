/* Checkpoints of a log that somebody kept. */
#include "registry/backup/kept_notes.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/http.h"
#include "registry/log/source.h"

#define PROOF_SUFFIX ".tlog-proof"

void kept_notes_release(struct kept_notes *notes)
{
	for (size_t i = 0; i < notes->count; i++) {
		buffer_release(&notes->note[i]);
		free(notes->name[i]);
	}
	free(notes->note);
	free(notes->name);
	*notes = (struct kept_notes){ .count = 0 };
}

/* One more, empty: *out_note is borrowed until the next. */
static int note_add(struct kept_notes *notes, const char *name, struct buffer **out_note,
		    struct error *err)
{
	struct buffer *note;
	char **names;

	if (notes->count == KEPT_NOTES_MAX)
		return error_set(err, ERROR_USAGE, "more than %u checkpoints are given",
				 KEPT_NOTES_MAX);
	note = reallocarray(notes->note, notes->count + 1, sizeof(*note));
	if (!note)
		return error_set(err, ERROR_SYSTEM, "out of memory for checkpoints");
	notes->note = note;
	names = reallocarray(notes->name, notes->count + 1, sizeof(*names));
	if (!names)
		return error_set(err, ERROR_SYSTEM, "out of memory for checkpoints");
	notes->name = names;
	names[notes->count] = strdup(name);
	if (!names[notes->count])
		return error_set(err, ERROR_SYSTEM, "out of memory for checkpoints");
	buffer_init(&note[notes->count], PROOF_MAX_BYTES);
	*out_note = &note[notes->count++];
	return 0;
}

static int file_take(const char *path, struct kept_notes *notes, struct error *err)
{
	struct buffer *note;

	return note_add(notes, path, &note, err) || file_read(path, note, err) ? -1 : 0;
}

static int proofs_take(const char *folder, struct kept_notes *notes, struct error *err)
{
	DIR *handle = opendir(folder);
	struct dirent *entry;
	int failed = 0;

	if (!handle)
		return error_system(err, errno, "cannot look into '%s'", folder);
	while (folder_next(handle, folder, &entry, &failed, err)) {
		CLEANUP(text_free) char *path = NULL;
		size_t len = strlen(entry->d_name), suffix = strlen(PROOF_SUFFIX);

		if (len <= suffix || strcmp(entry->d_name + len - suffix, PROOF_SUFFIX) != 0)
			continue;
		failed =
			path_join(folder, entry->d_name, &path, err) || file_take(path, notes, err);
	}
	closedir(handle);
	return failed;
}

int kept_notes_take(const struct context *ctx, const char *where, struct kept_notes *notes,
		    struct error *err)
{
	CLEANUP(log_source_release) struct log_source source = { .remote = false };
	CLEANUP(text_free) char *proofs = NULL;
	struct buffer *note;

	if (!http_is_url(where)) {
		if (!file_exists(where))
			return error_set(err, ERROR_ABSENT, "there is no '%s'", where);
		if (!file_is_folder(where))
			return file_take(where, notes, err);
		if (path_join(where, "akashi/proofs", &proofs, err))
			return -1;
		if (file_is_folder(proofs))
			return proofs_take(proofs, notes, err);
	}
	return log_source_open(ctx, where, NULL, &source, err) ||
			       note_add(notes, where, &note, err) ||
			       log_source_checkpoint(&source, note, err)
		       ? -1
		       : 0;
}
