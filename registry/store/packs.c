/*
 * A store of packs beside a store of files: `packs/` next to the folder that it is opened on.
 *
 * Files come in by pieces, each of which is kept once, compressed, in a pack; what is
 * small, linked, referenced or shared by blocks lies in the folder itself, as in a store
 * of files. docs/store.md says how it works, docs/formats.md what the bytes are.
 */
#include "registry/pack/collect.h"
#include "registry/pack/mended.h"
#include "registry/packs/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { OVERHEAD_SHARE = 1 << 14 }; /* a pack's own bytes are less than this part of the whole */

static void packs_close(struct store *store)
{
	struct packs_store *self = (struct packs_store *)store;

	pack_writer_free(&self->writer);
	packs_scratch_free_all(self);
	pack_index_free(&self->index);
	pack_files_free(&self->files);
	store_close(&self->loose);
	packs_dictionary_drop(self, &self->dictionary);
	pthread_mutex_destroy(&self->texts_lock);
	pthread_mutex_destroy(&self->lock);
	free(self->folder);
	free(self->removed);
	free(self->mended);
	free(self);
}

/* "…/packs" beside the folder `path`. */
static int packs_folder(const char *path, char **out_folder, struct error *err)
{
	CLEANUP(text_free) char *real = realpath(path, NULL);

	if (!real)
		return error_system(err, errno, "cannot open the store '%s'", path);
	if (strcmp(real, "/") == 0)
		return error_set(err, ERROR_USAGE, "'/' cannot be a store of packs");
	*strrchr(real, '/') = '\0';
	return path_join(real[0] ? real : "/", "packs", out_folder, err);
}

/* Leases have names that are drawn. */
static int kernel_random(void *user, uint8_t *bytes, size_t len)
{
	(void)user;
	return getrandom(bytes, len, 0) == (ssize_t)len ? 0 : -1;
}

static int packs_open(const char *path, struct store **out_store, struct error *err)
{
	struct packs_store *self = calloc(1, sizeof(*self));

	if (!self)
		return error_set(err, ERROR_SYSTEM, "out of memory for a store");
	pthread_mutex_init(&self->lock, NULL);
	pthread_mutex_init(&self->texts_lock, NULL);
	self->head.type = &store_packs;
	self->fallback = (struct context){ .random = kernel_random };
	self->pack_size = STORE_PACK_SIZE_DEFAULT;
	self->small = PACKS_SMALL_BYTES;
	if (packs_folder(path, &self->folder, err) ||
	    path_join(self->folder, "removed", &self->removed, err) ||
	    path_join(self->folder, "mended", &self->mended, err) ||
	    store_open("files", path, &self->loose, err) ||
	    pack_files_new(self->folder, &self->files, err) ||
	    pack_index_new(self->folder, self->files, &self->index, err)) {
		packs_close(&self->head);
		return -1;
	}
	self->any_mended = file_exists(self->mended);
	*out_store = &self->head;
	return 0;
}

static void packs_pack_size(struct store *store, uint64_t bytes)
{
	((struct packs_store *)store)->pack_size = bytes;
}

/* ---- What goes into the store of files ---- */

static struct store *loose_of(struct store *store)
{
	return ((struct packs_store *)store)->loose;
}

/* Whoever puts something counts as a writer, so that it is not collected before it is named. */
static int packs_put_begin(struct store *store, struct store_writer **out_writer, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct pack_writer *writer = NULL;

	if (packs_writer_take(self, &writer, err))
		return -1;
	packs_writer_return(self, writer);
	return loose_of(store)->type->put_begin(loose_of(store), out_writer, err);
}

static int packs_put_write(struct store_writer *writer, struct span bytes, struct error *err)
{
	return store_files.put_write(writer, bytes, err);
}

static int packs_put_commit(struct store_writer *writer, const struct digest *digest,
			    struct error *err)
{
	return store_files.put_commit(writer, digest, err);
}

static void packs_put_abort(struct store_writer *writer)
{
	store_files.put_abort(writer);
}

/* Are all parts of the object in packs that stay, or beside them by a repair? */
static int parts_rely(struct packs_store *self, const struct digest *digest, bool *out_has,
		      struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	struct error why = { 0 };
	struct pack_hit hit;
	size_t hits;

	*out_has = packs_recipe(self, digest, &recipe, &why) == 0;
	if (why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	for (size_t i = 0; i < recipe.count && *out_has; i++) {
		const struct digest *part = &recipe.part[i].digest;

		if (pack_index_find(self->index, part, PACK_DATA, &hit, 1, &hits, err))
			return -1;
		*out_has = (hits && !hit.quarantined) || mended_has(self, part);
	}
	return 0;
}

/* Is it in a pack that stays? This writer is counted as one from here on. */
static int packed_rely(struct packs_store *self, const struct digest *digest, bool *out_has,
		       struct error *err)
{
	struct pack_writer *writer = NULL;
	struct pack_hit hit;
	size_t hits;

	if (packs_writer_take(self, &writer, err))
		return -1;
	packs_writer_return(self, writer);
	if (packs_has(self, digest, out_has, err))
		return -1;
	if (!*out_has)
		return 0;
	if (pack_index_find(self->index, digest, PACK_RECIPE, &hit, 1, &hits, err))
		return -1;
	if (!hits)
		return 0; /* this process has it open */
	*out_has = !hit.quarantined;
	return *out_has ? parts_rely(self, digest, out_has, err) : 0;
}

static int packs_put_file(struct store *store, const char *path, uint64_t size,
			  const struct digest *digest, enum store_mode mode, struct error *err)
{
	bool there;

	if (packed_rely((struct packs_store *)store, digest, &there, err))
		return -1;
	return there ? 0
		     : loose_of(store)->type->put_file(loose_of(store), path, size, digest, mode,
						       err);
}

static bool packs_shares(struct store *store, const char *sample)
{
	return store_shares(loose_of(store), sample);
}

static int packs_room(struct store *store, const char *sample, uint64_t bytes, struct error *err)
{
	uint64_t all;

	if (__builtin_add_overflow(bytes, bytes / OVERHEAD_SHARE, &all))
		all = UINT64_MAX;
	return store_room(loose_of(store), sample, all, err);
}

static int packs_clone(struct store *store, const struct digest *digest, int fd, bool *out_done,
		       struct error *err)
{
	struct error why = { 0 };
	bool there;

	*out_done = false;
	if (store_has(loose_of(store), digest, &there, err))
		return -1;
	if (!there || store_clone(loose_of(store), digest, fd, out_done, &why) == 0)
		return 0;
	return why.code == ERROR_ABSENT ? 0 /* it was packed meanwhile */
					: error_set(err, why.code, "%s", why.text);
}

/* ---- Both ---- */

/* A copy of our own lies loose. */
static int lies_loose(struct packs_store *self, const struct digest *digest, bool *out_loose,
		      struct error *err)
{
	struct error absent = { 0 };
	enum store_mode mode;

	if (store_mode_of(self->loose, digest, &mode, &absent)) {
		*out_loose = false;
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	}
	*out_loose = mode == STORE_COPY;
	return 0;
}

/* What lies loose first, then packs, then what its owner can change or take away. */
static int packs_source_open(struct store *store, const struct digest *digest,
			     struct source **out_source, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct error why = { 0 };
	bool loose;

	if (lies_loose(self, digest, &loose, err))
		return -1;
	if (loose && store_read(self->loose, digest, out_source, &why) == 0)
		return 0;
	if (loose && why.code != ERROR_ABSENT) /* or it was packed meanwhile */
		return error_set(err, why.code, "%s", why.text);
	why = (struct error){ 0 };
	if (packs_read(self, digest, out_source, &why) == 0)
		return 0;
	return why.code == ERROR_ABSENT ? store_read(self->loose, digest, out_source, err)
					: error_set(err, why.code, "%s", why.text);
}

static int packs_changed(struct store *store, const struct digest *digest, bool *out_changed,
			 struct error *err)
{
	bool packed;

	if (packs_has((struct packs_store *)store, digest, &packed, err))
		return -1;
	*out_changed = false;
	return packed ? 0 : store_changed(loose_of(store), digest, out_changed, err);
}

static int packs_mode(struct store *store, const struct digest *digest, enum store_mode *out_mode,
		      struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	bool loose, packed;

	if (lies_loose(self, digest, &loose, err))
		return -1;
	if (!loose && packs_has(self, digest, &packed, err))
		return -1;
	if (!loose && !packed)
		return store_mode_of(self->loose, digest, out_mode, err);
	*out_mode = STORE_COPY;
	return 0;
}

static int packs_stamp(struct store *store, const struct digest *digest,
		       struct file_stamp *out_stamp, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct packs_place place[PACKS_COPIES_MAX];
	struct error why = { 0 };
	size_t count;
	int failed;

	if (store_files.stamp(self->loose, digest, out_stamp, &why) == 0)
		return 0;
	if (why.code != ERROR_ABSENT)
		return error_set(err, why.code, "%s", why.text);
	if (packs_find(self, digest, PACK_RECIPE, place, &count, err))
		return -1;
	failed = count ? file_stamp_take_open(place[0].handle->fd, out_stamp, err)
		       : error_set(err, ERROR_ABSENT, "no such object in the store");
	packs_places_drop(place, count);
	return failed;
}

static int packs_location(struct store *store, const struct digest *digest, struct buffer *out,
			  struct error *err)
{
	return store_location(loose_of(store), digest, out, err);
}

static int packs_has_object(struct store *store, const struct digest *digest, bool *out_has,
			    struct error *err)
{
	if (store_has(loose_of(store), digest, out_has, err))
		return -1;
	return *out_has ? 0 : packs_has((struct packs_store *)store, digest, out_has, err);
}

static int packs_rely(struct store *store, const struct digest *digest, bool *out_has,
		      struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct pack_writer *writer = NULL;

	if (packs_writer_take(self, &writer, err))
		return -1;
	packs_writer_return(self, writer);
	if (store_rely(self->loose, digest, out_has, err))
		return -1;
	return *out_has ? 0 : packed_rely(self, digest, out_has, err);
}

/* What the record takes in packs; 0 where there is none. */
static int record_bytes(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
			uint64_t *out_bytes, struct error *err)
{
	struct pack_entry entry;
	bool any;

	if (packs_entry(self, digest, kind, &entry, &any, err))
		return -1;
	*out_bytes = any ? PACK_RECORD_BYTES + (uint64_t)entry.stored_len : 0;
	return 0;
}

struct measuring {
	struct packs_store *self;
	store_visit_part visit;
	void *arg;
	struct digest last; /* the base or dictionary that was visited last */
};

/* What a part is decoded with takes room as long as the part does. */
static int needed_visit(struct measuring *m, const struct digest *needed, bool dictionary,
			struct error *err)
{
	uint64_t bytes, again = 0;

	if (digest_equal(needed, &m->last))
		return 0;
	m->last = *needed;
	/* A dictionary lies there as data, too. */
	if (record_bytes(m->self, needed, PACK_DATA, &bytes, err) ||
	    (dictionary && record_bytes(m->self, needed, PACK_DICTIONARY, &again, err)))
		return -1;
	return m->visit(m->arg, needed, 0, bytes + again, err);
}

static int part_measure(struct measuring *m, const struct recipe_part *part, struct error *err)
{
	struct packs_place place[PACKS_COPIES_MAX];
	bool base = false, dictionary = false;
	uint64_t stored = 0;
	struct digest needed;
	size_t count;

	if (packs_find(m->self, &part->digest, PACK_DATA, place, &count, err))
		return -1;
	if (count) {
		stored = PACK_RECORD_BYTES + (uint64_t)place[0].entry.stored_len;
		base = packs_needs(&place[0], PACK_DATA, &needed);
		dictionary = !base && packs_needs(&place[0], PACK_DICTIONARY, &needed);
	}
	packs_places_drop(place, count);
	if (m->visit(m->arg, &part->digest, part->len, stored, err))
		return -1;
	return base || dictionary ? needed_visit(m, &needed, dictionary, err) : 0;
}

static int packs_parts(struct store *store, const struct digest *digest, bool measure,
		       store_visit_part visit, void *arg, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct measuring measuring = { .self = self, .visit = visit, .arg = arg };
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	struct error why = { 0 };
	bool loose;

	if (lies_loose(self, digest, &loose, err))
		return -1;
	if (loose && store_parts(self->loose, digest, measure, visit, arg, &why) == 0)
		return 0;
	if (loose && why.code != ERROR_ABSENT) /* or it was packed meanwhile */
		return error_set(err, why.code, "%s", why.text);
	why = (struct error){ 0 };
	if (packs_recipe(self, digest, &recipe, &why))
		return why.code == ERROR_ABSENT
			       ? store_parts(self->loose, digest, measure, visit, arg, err)
			       : error_set(err, why.code, "%s", why.text);
	for (size_t i = 0; i < recipe.count; i++) {
		const struct recipe_part *part = &recipe.part[i];

		if (measure ? part_measure(&measuring, part, err)
			    : visit(arg, &part->digest, part->len, STORE_LEN_UNKNOWN, err))
			return -1;
	}
	return 0;
}

/* Recipes above `after`, whoever has them, that were not removed. */
static int recipes_list(struct packs_store *self, const struct digest *after, size_t max,
			struct digest_list *found, struct error *err)
{
	struct pack_writer *writer = packs_writer_borrow(self);
	struct digest *sealed = calloc(max + 1, sizeof(*sealed));
	size_t count = 0;
	int failed = sealed ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a listing");

	if (!failed && writer)
		failed = pack_writer_list(writer, PACK_RECIPE, after, found, err);
	packs_writer_return(self, writer);
	if (!failed)
		failed = packs_look(self, err) || pack_index_follow(self->index, err) ||
			 pack_index_list(self->index, PACK_RECIPE, after, sealed, max, &count, err);
	for (size_t i = 0; i < count && !failed; i++)
		failed = digest_list_add(found, &sealed[i], err);
	free(sealed);
	return failed ? -1 : 0;
}

static int loose_list(struct packs_store *self, const struct store_cursor *cursor, size_t max,
		      struct digest_list *found, struct error *err)
{
	struct store_cursor from = *cursor;
	struct digest *digest = calloc(max + 1, sizeof(*digest));
	size_t count = 0;
	int failed = digest ? store_list(self->loose, &from, digest, max, &count, err)
			    : error_set(err, ERROR_SYSTEM, "out of memory for a listing");

	for (size_t i = 0; i < count && !failed; i++)
		failed = digest_list_add(found, &digest[i], err);
	free(digest);
	return failed;
}

/* Was any object removed whose recipe still lies in a pack? */
static int any_removed(const struct packs_store *self, bool *out_any, struct error *err)
{
	CLEANUP(folder_close) DIR *folder = opendir(self->removed);
	struct dirent *entry;
	int failed = 0;

	*out_any = false;
	if (!folder)
		return errno == ENOENT
			       ? 0
			       : error_system(err, errno, "cannot list '%s'", self->removed);
	while (!*out_any && folder_next(folder, self->removed, &entry, &failed, err))
		*out_any = entry->d_name[0] != '.';
	return failed;
}

/* The digests of `found` in order, each once and without removed ones, up to `max`. */
static int found_take(struct packs_store *self, struct digest_list *found, size_t max,
		      struct digest *out_digests, size_t *out_count, struct digest *out_last,
		      struct error *err)
{
	size_t count = 0, seen = 0;
	bool removed;

	if (any_removed(self, &removed, err))
		return -1;
	if (found->count)
		qsort(found->item, found->count, sizeof(*found->item), digest_order);
	for (size_t i = 0; i < found->count && seen < max; i++) {
		bool there = true;

		if (i && digest_equal(&found->item[i - 1], &found->item[i]))
			continue;
		seen++;
		*out_last = found->item[i];
		if (removed && packs_has_object(&self->head, &found->item[i], &there, err))
			return -1;
		if (there)
			out_digests[count++] = found->item[i];
	}
	*out_count = count;
	return 0;
}

static int packs_list(struct store *store, struct store_cursor *cursor, struct digest *out_digests,
		      size_t max, size_t *out_count, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;

	for (;;) {
		const struct digest *after = cursor->started ? &cursor->after : NULL;
		struct digest_list found = { 0 };
		struct digest last;
		size_t all;
		int failed = loose_list(self, cursor, max, &found, err) ||
			     recipes_list(self, after, max, &found, err) ||
			     found_take(self, &found, max, out_digests, out_count, &last, err);

		all = found.count;
		digest_list_release(&found);
		if (failed)
			return -1;
		if (all) {
			cursor->after = last;
			cursor->started = true;
		}
		if (*out_count || !all)
			return 0; /* otherwise all of these were removed: go on */
	}
}

/*
 * A recipe stays in its pack until that is written anew; a file says that it does not count.
 * The data that nothing else needs goes with it then.
 */
static int packs_remove(struct store *store, const struct digest *digest, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	CLEANUP(text_free) char *path = NULL;
	bool packed;

	if (packs_has(self, digest, &packed, err))
		return -1;
	if (packed &&
	    (packs_removed_path(self, digest, &path, err) || folder_make(self->removed, err) ||
	     file_write(path, (struct span){ NULL, 0 }, 0644, FILE_KEEP_FIRST, err)))
		return -1;
	return store_remove(self->loose, digest, err);
}

/*
 * Good bytes of an object or a piece lie loose from now on, where they are read in place of a
 * damaged record. Whoever puts them there counts as a writer: nothing collects them before the
 * note is seen.
 */
static int packs_mend(struct store *store, const struct context *ctx, const struct digest *digest,
		      struct source *good, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct pack_writer *writer = NULL;
	int failed;

	if (!good)
		return store_mend(self->loose, ctx, digest, NULL, err);
	if (packs_writer_take(self, &writer, err))
		return -1;
	failed = mended_note(self, digest, err) || store_mend(self->loose, ctx, digest, good, err);
	packs_writer_return(self, writer);
	return failed ? -1 : 0;
}

static int packs_settle(struct store *store, const struct digest *digest, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	bool loose;

	if (lies_loose(self, digest, &loose, err))
		return -1;
	if (!loose && file_is_folder(self->folder) && folder_sync(self->folder, err))
		return -1;
	return self->loose->type->settle(self->loose, digest, err);
}

static int packs_flush(struct store *store, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct pack_writer *writer = packs_writer_borrow(self);
	int failed = writer ? pack_writer_flush(writer, err) : 0;

	packs_writer_return(self, writer);
	return failed;
}

static int packs_stands(struct store *store, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct pack_writer *writer = packs_writer_borrow(self);
	int failed = writer ? pack_writer_stands(writer, err) : 0;

	packs_writer_return(self, writer);
	return failed;
}

const struct store_type store_packs = {
	.name = "packs",
	.capabilities = STORE_CAN_LINK | STORE_CAN_REMOVE | STORE_KEEPS_OVER_EXIT | STORE_COLLECTS,
	.open = packs_open,
	.close = packs_close,
	.put_begin = packs_put_begin,
	.put_write = packs_put_write,
	.put_commit = packs_put_commit,
	.put_abort = packs_put_abort,
	.settle = packs_settle,
	.file_begin = packs_file_begin,
	.file_piece = packs_file_piece,
	.file_commit = packs_file_commit,
	.file_abort = packs_file_abort,
	.flush = packs_flush,
	.stands = packs_stands,
	.pack_size = packs_pack_size,
	.put_file = packs_put_file,
	.read = packs_source_open,
	.has = packs_has_object,
	.rely = packs_rely,
	.mode = packs_mode,
	.changed = packs_changed,
	.list = packs_list,
	.remove = packs_remove,
	.removal_begin = packs_removal_begin,
	.collect = packs_collect,
	.untidy = packs_untidy,
	.tidy = packs_tidy,
	.check = packs_check,
	.mend = packs_mend,
	.location = packs_location,
	.room = packs_room,
	.shares = packs_shares,
	.clone = packs_clone,
	.parts = packs_parts,
	.part = packs_part,
	.stamp = packs_stamp,
};
