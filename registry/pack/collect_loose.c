/*
 * Objects that lie loose beside packs: garbage goes, and what stays is packed, however young:
 * whoever counts on one finds it in a pack that is younger still.
 */
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
#include "registry/pack/collect.h"
#include "registry/pack/mended.h"
#include "registry/store_folder.h"

enum {
	LOOSE_ALLOWED = 1000,         /* so many small objects may stay loose */
	LOOSE_MANY = 4096,            /* and with more than so many nobody waits for akashi gc */
	FOLDER_LOOKED_AT = 0x17,      /* one of 256, which stands for all */
	PACKED_MAX = 1 << 20,         /* by one collection: 64 MB of digests */
	WRITERS_GRACE_S = 14 * 86400, /* nobody writes one checkpoint for so long */
};

/* Small loose objects that are needed. */
struct packing {
	struct collecting *c;
	struct digest_list found;
	uint64_t bytes;
};

static int found_note(void *user, const struct digest *digest, uint64_t size, struct error *err)
{
	struct packing *packing = user;

	if (size >= packing->c->self->small)
		return 0; /* it shares its blocks with its owner's file */
	if (packing->found.count == PACKED_MAX || mended_has(packing->c->self, digest))
		return 0; /* the next time; or packs have it damaged */
	packing->bytes += size;
	return digest_list_add(&packing->found, digest, err);
}

static void unneeded_note(void *user, uint64_t size, int64_t changed)
{
	collect_note_loose(((struct packing *)user)->c, size, changed);
}

/* What a repair put beside damaged records is needed though nobody names it. */
static bool spared(void *user, const struct digest *digest)
{
	return collect_is_mended(((struct packing *)user)->c, digest);
}

static int record_put(struct collecting *c, const struct pack_record *record, struct span stored,
		      struct error *err)
{
	struct pack_hit hit;
	size_t hits;
	bool mine;

	if (pack_index_find(c->self->index, &record->digest, record->kind, &hit, 1, &hits, err))
		return -1;
	if (hits && !hit.quarantined)
		return 0;
	if (pack_writer_claim(c->writer, &record->digest, record->kind, &mine, err))
		return -1;
	c->unsealed += mine;
	return mine ? pack_writer_add(c->writer, record, stored, err) : 0;
}

int collect_data_put(struct collecting *c, const struct digest *digest, enum pack_kind kind,
		     struct span bytes, struct error *err)
{
	struct pack_record record = { .kind = kind,
				      .raw_len = (uint32_t)bytes.len,
				      .digest = *digest };
	struct codec_wish wish = { .content = CONTENT_BYTES, .effort = EFFORT_FULL };
	struct packs_scratch *scratch;
	const struct codec *codec;
	int failed;

	if (packs_scratch_take(c->self, &scratch, err))
		return -1;
	scratch->stored.len = 0;
	failed = codec_encode(scratch->work, &wish, bytes, &scratch->stored, &codec, err);
	if (!failed) {
		record.codec = codec->number;
		failed = record_put(c, &record, buffer_view(&scratch->stored), err);
	}
	packs_scratch_give(c->self, &scratch);
	return failed;
}

/* Write it into the pack; *out_packed is false where it is damaged, and stays as it is. */
static int object_pack(struct collecting *c, const struct digest *digest, bool *out_packed,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes, text;
	struct recipe_part part = { .digest = *digest };
	struct recipe recipe = { .part = &part };
	struct pack_record record = { .kind = PACK_RECIPE, .digest = *digest };
	struct error cause = { 0 };

	buffer_init(&bytes, c->self->small);
	buffer_init(&text, 1 << 10);
	*out_packed = false;
	if (store_get(c->self->loose, digest, &bytes, &cause)) {
		if (cause.code == ERROR_SYSTEM)
			return error_set(err, cause.code, "%s", cause.text);
		c->collected->damaged += cause.code == ERROR_CORRUPT;
		return 0;
	}
	/* It may have been removed once and have come back loose: then a note would hide it. */
	if (packs_removed_forget(c->self, digest, err))
		return -1;
	recipe.size = bytes.len;
	recipe.count = bytes.len > 0;
	part.len = (uint32_t)bytes.len;
	if ((bytes.len && collect_data_put(c, digest, PACK_DATA, buffer_view(&bytes), err)) ||
	    recipe_write(&recipe, &text, err))
		return -1;
	record.raw_len = (uint32_t)text.len;
	*out_packed = true;
	return record_put(c, &record, buffer_view(&text), err);
}

/* One record of the part that decodes to what it is called, whatever lies loose beside the packs.
 */
static bool part_is_whole(struct collecting *c, const struct recipe_part *part, uint8_t *out)
{
	struct packs_place place[PACKS_COPIES_MAX];
	struct error ignored = { 0 };
	bool whole = false;
	size_t count;

	if (packs_find(c->self, &part->digest, PACK_DATA, place, &count, &ignored))
		return false;
	for (size_t i = 0; i < count && !whole; i++) {
		struct digest found;

		if (place[i].entry.raw_len != part->len ||
		    packs_record_read(c->self, &place[i], out, &ignored))
			continue;
		found = sha256((struct span){ out, part->len });
		whole = digest_equal(&found, &part->digest);
	}
	packs_places_drop(place, count);
	return whole;
}

/*
 * Do packs alone give the object? A record of it that was there before may be damaged. Not by
 * reading the object: where a record is damaged, that takes the loose copy which is about to go.
 */
static bool packed_is_whole(struct collecting *c, const struct digest *digest)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	CLEANUP(buffer_release) struct buffer bytes = { 0 };
	struct error ignored = { 0 };
	struct digest found;
	uint8_t *room;

	buffer_init(&bytes, c->self->small);
	if (mended_has(c->self, digest) || packs_recipe(c->self, digest, &recipe, &ignored))
		return false;
	for (size_t i = 0; i < recipe.count; i++)
		if (buffer_extend(&bytes, recipe.part[i].len, &room, &ignored) ||
		    !part_is_whole(c, &recipe.part[i], room))
			return false;
	found = sha256(buffer_view(&bytes));
	return digest_equal(&found, digest);
}

/*
 * It is in a pack, durably: the loose one goes, if nobody took it away meanwhile. The caller syncs
 * its folder; should the power go before, it lies there as well.
 */
static int loose_drop(struct collecting *c, const struct digest *digest, struct error *err)
{
	bool there;

	if (store_has(c->self->loose, digest, &there, err))
		return -1;
	if (!there)
		return store_remove(&c->self->head, digest, err); /* out of the pack as well */
	if (packed_is_whole(c, digest))
		return files_unlink(c->self->loose, digest, err);
	c->collected->damaged++;
	return 0;
}

/* Each folder is synced once, after all that go from it. */
static int loose_drop_all(struct collecting *c, struct digest_list *packed, struct error *err)
{
	if (packed->count)
		qsort(packed->item, packed->count, sizeof(*packed->item), digest_order);
	for (size_t i = 0; i < packed->count; i++) {
		const struct digest *digest = &packed->item[i];
		bool last = i + 1 == packed->count || digest[1].byte[0] != digest->byte[0];

		if (loose_drop(c, digest, err) ||
		    (last && files_unlinked(c->self->loose, digest, err)))
			return -1;
	}
	return 0;
}

static int found_pack(struct packing *packing, struct error *err)
{
	struct collecting *c = packing->c;
	struct digest_list packed = { 0 };
	int failed = 0;

	for (size_t i = 0; i < packing->found.count && !failed; i++) {
		bool done;

		context_progress(c->ctx, "packing", "objects", i, packing->found.count);
		failed = context_check_cancelled(c->ctx, err) ||
			 object_pack(c, &packing->found.item[i], &done, err) ||
			 (done && digest_list_add(&packed, &packing->found.item[i], err));
	}
	if (!failed)
		failed = collect_flush(c, err) || pack_index_refresh(c->self->index, err) ||
			 loose_drop_all(c, &packed, err);
	digest_list_release(&packed);
	return failed ? -1 : 0;
}

bool collect_loose_are_many(const struct collecting *c, uint64_t count)
{
	return count > (c->request->all ? 0 : LOOSE_ALLOWED);
}

int collect_loose(struct collecting *c, struct error *err)
{
	struct store_collect_request request = *c->request;
	struct packing packing = { .c = c };
	const struct loose_visitor visitor = { &packing, spared, unneeded_note, found_note };
	int failed;

	/* No lease holds what a writer that lives has put there and not signed yet. */
	if (c->collected->writers && request.grace_s < WRITERS_GRACE_S)
		request.grace_s = WRITERS_GRACE_S;
	failed = loose_collect(files_folder(c->self->loose), c->objects, &request, &visitor,
			       c->collected, err);

	if (!failed && collect_loose_are_many(c, packing.found.count)) {
		c->collected->packed = packing.found.count;
		c->collected->packed_bytes = packing.bytes;
		if (!c->request->dry_run)
			failed = found_pack(&packing, err);
	}
	digest_list_release(&packing.found);
	return failed ? -1 : 0;
}

/* ---- Without a collection ---- */

struct counting {
	struct collecting *c;
	uint64_t count;
};

static int small_count(void *user, const struct digest *digest, uint64_t size, struct error *err)
{
	struct counting *counting = user;

	(void)digest;
	(void)err;
	counting->count += size < counting->c->self->small;
	return 0;
}

/* As if all were needed. */
int collect_loose_count(struct collecting *c, uint64_t *out_count, struct error *err)
{
	struct counting counting = { .c = c };
	const struct loose_visitor visitor = { &counting, NULL, NULL, small_count };

	if (loose_collect(files_folder(c->self->loose), NULL, c->request, &visitor, c->collected,
			  err))
		return -1;
	*out_count = counting.count;
	return 0;
}

/*
 * One folder says it, as in git. Small files alone count: others are not packed, and where there
 * were many of those each writer would walk them all, and change nothing.
 */
bool packs_untidy(struct store *store)
{
	const struct packs_store *self = (const struct packs_store *)store;
	char path[PATH_MAX + 4];
	struct dirent *entry;
	unsigned count = 0;
	struct stat st;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/%02x", files_folder(self->loose), FOLDER_LOOKED_AT);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		count += strlen(entry->d_name) == 2 * DIGEST_SIZE &&
			 fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			 (uint64_t)st.st_size < self->small;
	if (folder)
		closedir(folder);
	return count > LOOSE_MANY / 256;
}

/* What nothing needs is packed as well, and goes when it is collected. */
static int loose_tidy(struct collecting *c, struct error *err)
{
	struct packing packing = { .c = c };
	const struct loose_visitor visitor = { &packing, spared, NULL, found_note };
	int failed = loose_collect(files_folder(c->self->loose), NULL, c->request, &visitor,
				   c->collected, err) ||
		     packs_writer_take(c->self, &c->writer, err) || found_pack(&packing, err);

	packs_writer_return(c->self, c->writer);
	digest_list_release(&packing.found);
	return failed ? -1 : 0;
}

int packs_tidy(struct store *store, const struct context *ctx, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	CLEANUP(lease_release) struct lease *lease = NULL;
	const struct store_collect_request request = { .now = 0 };
	struct store_collected collected = { 0 };
	struct collecting c = {
		.self = self, .ctx = ctx, .request = &request, .collected = &collected
	};

	/* A collection, or a prune, looks at what lies loose one by one. */
	if ((!file_is_folder(self->folder) && folder_make(self->folder, err)) ||
	    lease_try(self->folder, "gc", ctx, NULL, &lease, err))
		return -1;
	return lease ? loose_tidy(&c, err) : 0;
}

/* ---- Markers of what was removed ---- */

static int marker_look(struct collecting *c, const struct digest *digest, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct pack_hit hit;
	size_t hits;

	if (pack_index_find(c->self->index, digest, PACK_RECIPE, &hit, 1, &hits, err) ||
	    packs_removed_path(c->self, digest, &path, err))
		return -1;
	if (hits || unlink(path) == 0 || errno == ENOENT)
		return 0;
	return error_system(err, errno, "cannot remove '%s'", path);
}

int collect_markers(struct collecting *c, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list removed = { 0 };

	if (store_folder_notes(c->self->removed, &removed, err))
		return -1;
	for (size_t i = 0; i < removed.count; i++)
		if (marker_look(c, &removed.item[i], err))
			return -1;
	return 0;
}
