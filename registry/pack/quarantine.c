/* Packs that are to be deleted, and the writers that may count on them. */
#include "registry/pack/quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/pack/writer.h"

enum { PATH_ROOM = PATH_MAX, WRITERS_MAX_BYTES = 1 << 20 };

void lease_names_release(struct lease_names *names)
{
	free(names->name);
	*names = (struct lease_names){ 0 };
}

static int names_add(struct lease_names *names, const char *name, struct error *err)
{
	void *more = realloc(names->name, (names->count + 1) * sizeof(*names->name));

	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for names of writers");
	names->name = more;
	snprintf(names->name[names->count++], sizeof(*names->name), "%s", name);
	return 0;
}

struct looking {
	const char *folder;
	struct pack_index *index; /* NULL: only look */
	const struct context *ctx;
	struct lease_names names;
};

static void looking_release(struct looking *looking)
{
	lease_names_release(&looking->names);
}

static int visit_writer(void *arg, const char *name, enum lease_standing standing,
			struct lease_sight *sight, struct error *err)
{
	CLEANUP(lease_release) struct lease *lease = NULL;
	struct looking *looking = arg;

	if (standing != LEASE_DEAD)
		return names_add(&looking->names, name, err);
	if (!looking->index)
		return 0;
	if (lease_try(looking->folder, name, looking->ctx, sight, &lease, err))
		return -1;
	return lease ? pack_recover_of(looking->folder, looking->index, lease, looking->ctx, err)
		     : names_add(&looking->names, name, err); /* it came back, or is followed */
}

int quarantine_writers_live(const char *folder, struct pack_index *index, bool look,
			    const struct context *ctx, struct lease_names *out_names,
			    struct error *err)
{
	CLEANUP(looking_release)
	struct looking looking = { folder, look ? NULL : index, ctx, { 0 } };

	if (lease_each(folder, PACK_WRITER_KIND, true, ctx, visit_writer, &looking, err))
		return -1;
	*out_names = looking.names;
	looking.names = (struct lease_names){ 0 }; /* handed over */
	return 0;
}

/* "FOLDER/HEX.pack", "FOLDER/quarantine/HEX.pack", "FOLDER/quarantine/HEX.writers". */
struct paths {
	char below[PATH_ROOM], here[PATH_ROOM], there[PATH_ROOM], writers[PATH_ROOM];
};

static int paths_make(const char *folder, const struct digest *pack, struct paths *out,
		      struct error *err)
{
	char name[PACK_NAME_ROOM], hex[DIGEST_HEX_SIZE];

	pack_name_text(pack, name);
	digest_to_hex(pack, hex);
	if (snprintf(out->below, PATH_ROOM, "%s/" QUARANTINE_FOLDER, folder) >= PATH_ROOM ||
	    snprintf(out->here, PATH_ROOM, "%s/%s", folder, name) >= PATH_ROOM ||
	    snprintf(out->there, PATH_ROOM, "%s/" QUARANTINE_FOLDER "/%s", folder, name) >=
		    PATH_ROOM ||
	    snprintf(out->writers, PATH_ROOM, "%s/" QUARANTINE_FOLDER "/%s.writers", folder, hex) >=
		    PATH_ROOM)
		return error_set(err, ERROR_USAGE, "the path of the packs is too long");
	return 0;
}

int quarantine_put(const char *folder, const struct digest *pack, struct error *err)
{
	struct paths path;

	if (paths_make(folder, pack, &path, err) ||
	    (!file_is_folder(path.below) && folder_make(path.below, err)))
		return -1;
	(void)unlink(path.writers); /* of another time */
	if (rename(path.here, path.there))
		return error_system(err, errno, "cannot move the pack '%s'", path.here);
	/* The new name first: whatever the disk keeps of the two, the pack has one. */
	return folder_sync(path.below, err) || folder_sync(folder, err) ? -1 : 0;
}

int quarantine_note(const char *folder, const struct digest *pack, const struct lease_names *live,
		    struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct paths path;

	buffer_init(&text, WRITERS_MAX_BYTES);
	for (size_t i = 0; i < live->count; i++)
		if (buffer_printf(&text, err, "%s\n", live->name[i]))
			return -1;
	if (paths_make(folder, pack, &path, err))
		return -1;
	return file_exists(path.writers)
		       ? 0
		       : file_write(path.writers, buffer_view(&text), 0644, FILE_REPLACE, err);
}

int quarantine_list(const char *folder, struct digest_list *out_packs, struct error *err)
{
	char path[PATH_ROOM];
	struct dirent *entry;
	struct digest name;
	int failed = 0;
	DIR *handle;

	if (snprintf(path, sizeof(path), "%s/" QUARANTINE_FOLDER, folder) >= PATH_ROOM)
		return error_set(err, ERROR_USAGE, "the path of the packs is too long");
	handle = opendir(path);
	if (!handle)
		return errno == ENOENT ? 0
				       : error_system(err, errno, "cannot look into '%s'", path);
	while (folder_next(handle, path, &entry, &failed, err))
		if (pack_name_parse(entry->d_name, &name))
			failed = digest_list_add(out_packs, &name, err);
	closedir(handle);
	return failed;
}

int quarantine_is_held(const char *folder, const struct digest *pack,
		       const struct lease_names *live, bool *out_held, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *lines = NULL;
	struct paths path;
	char *rest;

	*out_held = live->count > 0;
	buffer_init(&text, WRITERS_MAX_BYTES);
	if (paths_make(folder, pack, &path, err))
		return -1;
	if (!live->count || !file_exists(path.writers))
		return 0;
	if (file_read(path.writers, &text, err) || buffer_to_text(&text, &lines, err))
		return -1;
	*out_held = false;
	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		for (size_t i = 0; i < live->count; i++)
			*out_held |= strcmp(line, live->name[i]) == 0;
	return 0;
}

int quarantine_delete(const char *folder, const struct digest *pack, struct error *err)
{
	struct paths path;

	if (paths_make(folder, pack, &path, err))
		return -1;
	if (unlink(path.there) && errno != ENOENT)
		return error_system(err, errno, "cannot delete the pack '%s'", path.there);
	if (unlink(path.writers) && errno != ENOENT)
		return error_system(err, errno, "cannot delete '%s'", path.writers);
	return folder_sync(path.below, err);
}
