/* What dead writers left: the records that are whole, and need nothing that is not there, are
 * sealed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/codec.h"
#include "registry/lease.h"
#include "registry/pack/writer.h"

enum { COPY_STEP_BYTES = 1 << 20 };

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_free(char **name, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(name[i]);
	free(name);
}

/* The packs without a name, those of one writer in the order in which it began them. */
static int names_list(const char *folder, char ***out_name, size_t *out_count, struct error *err)
{
	DIR *handle = opendir(folder);
	struct dirent *entry;
	char **name = NULL;
	size_t count = 0;
	int failed = 0;

	if (!handle)
		return error_system(err, errno, "cannot look into '%s'", folder);
	while (folder_next(handle, folder, &entry, &failed, err)) {
		char **more;

		if (strncmp(entry->d_name, "tmp-", 4) != 0)
			continue;
		more = realloc(name, (count + 1) * sizeof(*more));
		if (more)
			name = more;
		if (!more || !(name[count] = strdup(entry->d_name)))
			failed = error_set(err, ERROR_SYSTEM, "out of memory for names of packs");
		else
			count++;
	}
	closedir(handle);
	if (failed) {
		names_free(name, count);
		return -1;
	}
	if (count)
		qsort(name, count, sizeof(*name), by_name);
	*out_name = name;
	*out_count = count;
	return 0;
}

static int record_take(void *arg, const struct pack_record *record, uint64_t offset,
		       struct error *err)
{
	struct open_entry entry = { .entry = { .digest = record->digest,
					       .offset = offset,
					       .raw_len = record->raw_len,
					       .stored_len = record->stored_len,
					       .kind = record->kind,
					       .codec = record->codec },
				    .base = record->base };

	return record->kind == PACK_GAP ? 0 : open_pack_note(arg, &entry, err);
}

/* ---- Nothing is sealed that needs what is not there ---- */

static int data_is_there(struct pack_index *index, const struct open_pack *pack,
			 const struct digest *digest, enum pack_kind kind, bool *out_there,
			 struct error *err)
{
	struct pack_hit hit;
	size_t count = 0;

	if (!open_pack_find(pack, digest, kind) &&
	    pack_index_find(index, digest, kind, &hit, 1, &count, err))
		return -1;
	*out_there = count || open_pack_find(pack, digest, kind);
	return 0;
}

/* Are all parts of the recipe there? */
static int recipe_is_whole(struct pack_index *index, const struct open_pack *pack,
			   const struct pack_entry *entry, bool *out_whole, struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	struct error bad = { 0 };
	uint8_t *bytes = malloc(entry->stored_len + 1u);
	int failed;

	if (!bytes)
		return error_set(err, ERROR_SYSTEM, "out of memory for a recipe");
	failed = pack_pread(pack->handle->fd, entry->offset + PACK_RECORD_BYTES, bytes,
			    entry->stored_len, err);
	*out_whole = !failed &&
		     recipe_parse((struct span){ bytes, entry->stored_len }, &recipe, &bad) == 0;
	free(bytes);
	for (size_t i = 0; i < recipe.count && *out_whole && !failed; i++)
		failed = data_is_there(index, pack, &recipe.part[i].digest, PACK_DATA, out_whole,
				       err);
	return failed;
}

static int needs_are_there(struct pack_index *index, const struct open_pack *pack,
			   const struct open_entry *record, bool *out_there, struct error *err)
{
	const struct codec *codec = codec_of(record->entry.codec);

	*out_there = codec != NULL;
	if (!codec)
		return 0;
	if (record->entry.kind == PACK_RECIPE)
		return recipe_is_whole(index, pack, &record->entry, out_there, err);
	if (codec->needs_base)
		return data_is_there(index, pack, &record->base, PACK_DATA, out_there, err);
	if (codec->needs_dictionary)
		return data_is_there(index, pack, &record->base, PACK_DICTIONARY, out_there, err);
	return 0;
}

/* Drop the records of one kind that need what is not there; *out_any says whether there were. */
static int orphans_drop_once(struct pack_index *index, struct open_pack *pack, enum pack_kind kind,
			     bool *out_any, struct error *err)
{
	bool *drop = calloc(pack->count + 1, sizeof(*drop)), any = false;
	int failed = 0;

	if (!drop)
		return error_set(err, ERROR_SYSTEM, "out of memory for a pack");
	for (size_t i = 0; i < pack->count && !failed; i++) {
		bool there = true;

		if (pack->record[i].entry.kind == kind)
			failed = needs_are_there(index, pack, &pack->record[i], &there, err);
		drop[i] = !there;
		any |= !there;
	}
	if (!failed && any)
		failed = pack_drop(pack, drop, err);
	free(drop);
	*out_any = any;
	return failed;
}

/* A base may need a dictionary: what needs a record that was dropped is dropped as well. */
static int orphans_drop(struct pack_index *index, struct open_pack *pack, enum pack_kind kind,
			struct error *err)
{
	bool any = true;

	while (any)
		if (orphans_drop_once(index, pack, kind, &any, err))
			return -1;
	return 0;
}

/* ---- One by one ---- */

/* Open the pack of a dead writer: *out_pack is NULL where it is gone. */
static int dead_open(const char *folder, const char *name, struct open_pack **out_pack,
		     struct error *err)
{
	CLEANUP(open_pack_free) struct open_pack *pack = calloc(1, sizeof(*pack));
	static const struct digest nameless = { { 0 } };
	int fd;

	*out_pack = NULL;
	if (!pack || asprintf(&pack->path, "%s/%s", folder, name) < 0) {
		if (pack)
			pack->path = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a pack");
	}
	fd = open(pack->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT
			       ? 0 /* sealed or taken over meanwhile */
			       : error_system(err, errno, "cannot open the pack '%s'", pack->path);
	if (pack_handle_new(fd, &nameless, &pack->handle, err))
		return -1;
	*out_pack = pack;
	pack = NULL; /* handed over */
	return 0;
}

static int recover_one(const char *folder, struct pack_index *index, struct open_pack *pack,
		       const struct context *ctx, struct error *err)
{
	uint8_t head[PACK_HEAD_BYTES];
	struct error bad = { 0 };
	struct stat st;

	if (fstat(pack->handle->fd, &st))
		return error_system(err, errno, "cannot read the pack '%s'", pack->path);
	if (st.st_size < PACK_HEAD_BYTES ||
	    pack_pread(pack->handle->fd, 0, head, sizeof(head), err) ||
	    pack_head_check((struct span){ head, sizeof(head) }, &bad))
		return unlink(pack->path) && errno != ENOENT
			       ? error_system(err, errno, "cannot remove '%s'", pack->path)
			       : 0;
	if (pack_walk(pack->handle->fd, (uint64_t)st.st_size, true, record_take, pack, &pack->end,
		      err))
		return -1;
	return orphans_drop(index, pack, PACK_DATA, err) ||
			       orphans_drop(index, pack, PACK_RECIPE, err) ||
			       pack_seal(folder, index, pack, ctx, err)
		       ? -1
		       : 0;
}

/* "tmp-HEX16-NUMBER" → "writer-HEX16". */
static bool lease_of(const char *name, char out[LEASE_NAME_MAX])
{
	const char *identity = name + 4, *end = strrchr(name, '-');

	return end > identity && end - identity <= 32 &&
	       snprintf(out, LEASE_NAME_MAX, PACK_WRITER_KIND "-%.*s", (int)(end - identity),
			identity) < LEASE_NAME_MAX;
}

/* All of `from` into `to`. */
static int bytes_copy(int from, int to, struct error *err)
{
	uint8_t *step = malloc(COPY_STEP_BYTES);
	uint64_t at = 0;
	ssize_t got = 1;
	int failed = step ? 0 : error_set(err, ERROR_SYSTEM, "out of memory to copy a pack");

	while (!failed && got) {
		got = pread(from, step, COPY_STEP_BYTES, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			failed = error_system(err, errno, "cannot read a pack");
		else
			failed = pack_pwrite(to, at, (struct span){ step, (size_t)got }, err);
		at += got > 0 ? (uint64_t)got : 0;
	}
	free(step);
	return failed;
}

/*
 * A writer that was only silent may go on one day, and write where it was: from now on that
 * is a file without a name, and what is sealed is a copy, "tmp-HEX16-NUMBERc".
 */
static int pack_part_from(struct open_pack *pack, struct error *err)
{
	static const struct digest nameless = { { 0 } };
	struct pack_handle *handle;
	char *path;
	int fd;

	if (asprintf(&path, "%sc", pack->path) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		int failed = errno;

		error_system(err, failed, "cannot write the pack '%s'", path);
		free(path);
		return -1;
	}
	if (pack_handle_new(fd, &nameless, &handle, err)) {
		free(path);
		return -1;
	}
	if (bytes_copy(pack->handle->fd, fd, err) || (unlink(pack->path) && errno != ENOENT)) {
		pack_handle_drop(&handle);
		free(path);
		return error_set(err, ERROR_SYSTEM, "cannot take over '%s'", pack->path);
	}
	pack_handle_drop(&pack->handle);
	free(pack->path);
	pack->handle = handle;
	pack->path = path;
	return 0;
}

/* The packs of one writer, names[0 … count), whose lease is held. */
static int packs_recover(const char *folder, struct pack_index *index, char **name, size_t count,
			 struct lease *lease, const struct context *ctx, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(open_pack_free) struct open_pack *pack = NULL;

		if (dead_open(folder, name[i], &pack, err) == 0 &&
		    (!pack || ((!lease_follows_silence(lease) || !pack_part_from(pack, err)) &&
			       !recover_one(folder, index, pack, ctx, err))))
			continue;
		if (lease_follows_silence(lease))
			lease_abandon(lease);
		return -1;
	}
	return 0;
}

/* While it lives, nothing is done. */
static int writer_recover(const char *folder, struct pack_index *index, char **name, size_t count,
			  const char *lease_name, const struct context *ctx, struct error *err)
{
	CLEANUP(lease_release) struct lease *lease = NULL;

	if (lease_inherit(folder, lease_name, false, ctx, &lease, err))
		return -1;
	return lease ? packs_recover(folder, index, name, count, lease, ctx, err) : 0;
}

int pack_recover_of(const char *folder, struct pack_index *index, struct lease *lease,
		    const struct context *ctx, struct error *err)
{
	char **name, of[LEASE_NAME_MAX];
	size_t count, kept = 0;
	int failed;

	if (names_list(folder, &name, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (lease_of(name[i], of) && strcmp(of, lease_name(lease)) == 0) {
			char *passing = name[kept];

			name[kept++] = name[i];
			name[i] = passing;
		}
	}
	failed = (kept && pack_index_refresh(index, err)) ||
		 packs_recover(folder, index, name, kept, lease, ctx, err);
	names_free(name, count);
	return failed ? -1 : 0;
}

/* What is left of writers that left nothing else. */
struct sweeping {
	const char *folder;
	const struct context *ctx;
};

static int lease_sweep(void *arg, const char *name, enum lease_standing standing,
		       struct lease_sight *sight, struct error *err)
{
	CLEANUP(lease_release) struct lease *lease = NULL;
	const struct sweeping *sweeping = arg;

	(void)sight;

	return standing == LEASE_DEAD
		       ? lease_try(sweeping->folder, name, sweeping->ctx, NULL, &lease, err)
		       : 0;
}

int pack_recover(const char *folder, struct pack_index *index, const struct context *ctx,
		 struct error *err)
{
	char **name, lease[LEASE_NAME_MAX], other[LEASE_NAME_MAX];
	struct sweeping sweeping = { folder, ctx };
	size_t count, first, end;
	int failed = 0;

	if (names_list(folder, &name, &count, err))
		return -1;
	if (count)
		failed = pack_index_refresh(index, err);
	for (first = 0; first < count && !failed; first = end) {
		end = first + 1;
		if (!lease_of(name[first], lease))
			continue; /* none of ours */
		while (end < count && lease_of(name[end], other) && strcmp(lease, other) == 0)
			end++;
		failed = writer_recover(folder, index, name + first, end - first, lease, ctx, err);
	}
	names_free(name, count);
	return failed || lease_each(folder, PACK_WRITER_KIND, false, ctx, lease_sweep, &sweeping,
				    err)
		       ? -1
		       : 0;
}
