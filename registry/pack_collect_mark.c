/* What of the records in packs is needed, and how one gets from pack to pack. */
#include <stdlib.h>

#include "registry/codec.h"
#include "registry/pack_collect.h"

enum { STEP = 256, DEPTH_MAX = 4 };

int collect_entries(struct collecting *c, const struct digest *pack,
		    struct pack_handle **out_handle, struct pack_entry **out_entry,
		    size_t *out_count, struct error *err)
{
	char text[PACK_NAME_ROOM];
	struct error cause = { 0 };
	struct digest name;

	if (pack_files_take(c->self->files, pack, out_handle, err))
		return -1;
	/* Walking the records where the footer is damaged may miss some: nothing is concluded. */
	if (pack_footer_load((*out_handle)->fd, out_entry, out_count, &name, &cause) == 0) {
		if (digest_equal(&name, pack))
			return 0;
		free(*out_entry);
		error_set(&cause, ERROR_CORRUPT, "it is another pack");
	}
	pack_handle_drop(out_handle);
	pack_name_text(pack, text);
	return error_set(err, cause.code,
			 "nothing is thrown away: the pack '%s' is damaged (%s); akashi fsck "
			 "--read-all says what is hit",
			 text, cause.text);
}

/* Every pack, in the folder and in quarantine. */
static int packs_all(struct collecting *c, struct digest_list *out, struct error *err)
{
	struct digest *pack;
	size_t count;
	int failed = 0;

	if (quarantine_list(c->self->folder, out, err) ||
	    pack_index_packs(c->self->index, &pack, &count, err))
		return -1;
	for (size_t i = 0; i < count && !failed; i++)
		failed = digest_list_add(out, &pack[i], err);
	free(pack);
	return failed;
}

/* Data and the recipe of a file of one piece have the same digest, and are needed apart. */
static struct digest key_of(const struct digest *digest, enum pack_kind kind)
{
	struct digest key = *digest;

	key.byte[0] ^= (uint8_t)kind;
	return key;
}

static int need(struct collecting *c, const struct digest *digest, enum pack_kind kind,
		struct error *err)
{
	struct digest key = key_of(digest, kind);

	return live_set_add(c->records, &key, err);
}

bool collect_needs(const struct collecting *c, const struct pack_entry *entry)
{
	struct digest key = key_of(&entry->digest, entry->kind);

	return live_set_has(c->records, &key);
}

typedef int entry_visitor(struct collecting *c, const struct pack_handle *handle,
			  const struct pack_entry *entry, void *arg, struct error *err);

static int entries_each(struct collecting *c, entry_visitor *visit, void *arg, struct error *err)
{
	struct digest_list packs = { 0 };
	int failed = packs_all(c, &packs, err);

	for (size_t i = 0; i < packs.count && !failed; i++) {
		struct pack_handle *handle;
		struct pack_entry *entry;
		size_t count;

		failed = context_check_cancelled(c->ctx, err) ||
			 collect_entries(c, &packs.item[i], &handle, &entry, &count, err);
		if (failed)
			break;
		for (size_t k = 0; k < count && !failed; k++)
			failed = visit(c, handle, &entry[k], arg, err);
		free(entry);
		pack_handle_drop(&handle);
	}
	digest_list_release(&packs);
	return failed ? -1 : 0;
}

/* What a needed record is decoded with is needed too. */
static int entry_needs(struct collecting *c, const struct pack_handle *handle,
		       const struct pack_entry *entry, void *arg, struct error *err)
{
	const struct codec *codec = codec_of(entry->codec);
	uint8_t head[PACK_RECORD_BYTES];
	struct pack_entry base = { .kind = PACK_DICTIONARY };
	struct pack_record record;
	struct error why = { 0 };

	/* A difference that nothing needs may stay, and be found again: so what it is made of
	 * stays. */
	if (codec ? !codec->needs_base && !codec->needs_dictionary : !collect_needs(c, entry))
		return 0;
	if (!codec)
		return error_set(err, ERROR_USAGE,
				 "a record is encoded in a way (%u) that this version does not "
				 "know: use the one that wrote it",
				 entry->codec);
	if (pack_pread(handle->fd, entry->offset, head, sizeof(head), &why) ||
	    pack_record_parse((struct span){ head, sizeof(head) }, &record, &why))
		return why.code == ERROR_CORRUPT && entry->kind == PACK_DATA &&
				       collect_is_mended(c, &entry->digest)
			       ? 0 /* a repair put its bytes beside it */
			       : error_set(err, why.code, "%s", why.text);
	base.digest = record.base;
	if (codec->needs_base)
		base.kind = PACK_DATA;
	if (collect_needs(c, &base))
		return 0;
	*(bool *)arg = true;
	/* A dictionary lies there as data, too. */
	if (base.kind == PACK_DICTIONARY && need(c, &base.digest, PACK_DATA, err))
		return -1;
	return need(c, &base.digest, base.kind, err);
}

static int object_mark(struct collecting *c, const struct digest *digest, struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	struct error why = { 0 };
	bool loose = false;

	if (!live_set_has(c->objects, digest))
		return 0;
	if (packs_recipe(c->self, digest, &recipe, &why)) {
		if (why.code == ERROR_ABSENT)
			return 0; /* it was removed on purpose */
		/* A repair may have put the whole object beside its damaged recipe. */
		if (store_has(c->self->loose, digest, &loose, err))
			return -1;
		return loose ? 0 : error_set(err, why.code, "%s", why.text);
	}
	if (need(c, digest, PACK_RECIPE, err))
		return -1;
	for (size_t i = 0; i < recipe.count; i++)
		if (need(c, &recipe.part[i].digest, PACK_DATA, err))
			return -1;
	return 0;
}

static int recipes_mark(struct collecting *c, struct error *err)
{
	struct digest digest[STEP], last;
	const struct digest *after = NULL;
	size_t count;

	do {
		if (pack_index_list(c->self->index, PACK_RECIPE, after, digest, STEP, &count, err))
			return -1;
		for (size_t i = 0; i < count; i++)
			if (object_mark(c, &digest[i], err))
				return -1;
		if (count) {
			last = digest[count - 1];
			after = &last;
		}
	} while (count);
	return 0;
}

/* ---- What nothing needs yet, and is found again ---- */

static int parts_need(struct collecting *c, struct pack_handle *handle,
		      const struct pack_entry *entry, struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	const struct packs_place place = { *entry, handle };
	struct error why = { 0 };

	if (packs_recipe_at(&place, &recipe, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	for (size_t i = 0; i < recipe.count; i++)
		if (need(c, &recipe.part[i].digest, PACK_DATA, err))
			return -1;
	return 0;
}

/*
 * A recipe in a young pack stays, though nothing names the object yet: of an add that was
 * interrupted, or that is done the next moment. Whoever finds it counts on its parts, which may lie
 * in packs that are old.
 */
static int young_recipes_mark(struct collecting *c, struct error *err)
{
	struct digest *pack;
	size_t packs;
	int failed = 0;

	if (pack_index_packs(c->self->index, &pack, &packs, err))
		return -1;
	for (size_t i = 0; i < packs && !failed; i++) {
		struct pack_handle *handle;
		struct pack_entry *entry;
		uint64_t size;
		int64_t changed;
		size_t count;

		failed = context_check_cancelled(c->ctx, err) ||
			 collect_pack_size(c, &pack[i], &size, &changed, err);
		if (failed || changed <= c->request->now - c->request->grace_s)
			continue;
		failed = collect_entries(c, &pack[i], &handle, &entry, &count, err);
		if (failed)
			break;
		for (size_t k = 0; k < count && !failed; k++)
			if (entry[k].kind == PACK_RECIPE)
				failed = parts_need(c, handle, &entry[k], err);
		free(entry);
		pack_handle_drop(&handle);
	}
	free(pack);
	return failed ? -1 : 0;
}

int collect_mark(struct collecting *c, struct error *err)
{
	uint64_t salt;
	bool more = true;

	live_set_free(&c->objects);
	live_set_free(&c->records);
	/* What comes to be needed after this is needed by a writer that lives. */
	if (c->request->mark(c->request->user, &c->objects, err) ||
	    pack_index_refresh(c->self->index, err) ||
	    context_random(c->ctx, (uint8_t *)&salt, sizeof(salt), err) ||
	    live_set_new(salt, &c->records, err) || recipes_mark(c, err) ||
	    young_recipes_mark(c, err))
		return -1;
	/* A difference is made to what is none; more rounds than one find nothing new. */
	for (int depth = 0; more; depth++) {
		more = false;
		if (depth == DEPTH_MAX)
			return error_set(err, ERROR_CORRUPT,
					 "differences of differences: run akashi fsck");
		if (entries_each(c, entry_needs, &more, err))
			return -1;
	}
	return 0;
}
