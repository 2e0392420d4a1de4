/* What of the records in packs is needed: every pack is gone through once, on all cores. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "registry/codec.h"
#include "registry/pack/collect.h"
#include "registry/store_folder.h"

static int damaged_say(const struct digest *pack, const struct error *cause, struct error *err)
{
	char text[PACK_NAME_ROOM];

	pack_name_text(pack, text);
	return error_set(err, cause->code,
			 "nothing is thrown away: the pack '%s' is damaged (%s); akashi fsck "
			 "--read-all says what is hit",
			 text, cause->text);
}

static int other_pack_say(const struct digest *pack, struct error *err)
{
	struct error cause = { 0 };

	error_set(&cause, ERROR_CORRUPT, "it is another pack");
	return damaged_say(pack, &cause, err);
}

int collect_entries(struct collecting *c, const struct digest *pack,
		    struct pack_handle **out_handle, struct pack_entry **out_entry,
		    size_t *out_count, struct error *err)
{
	struct error cause = { 0 };
	struct digest name;

	if (pack_files_take(c->self->files, pack, out_handle, err))
		return -1;
	/* Walking the records where the footer is damaged may miss some: nothing is concluded. */
	if (pack_footer_load((*out_handle)->fd, out_entry, out_count, &name, &cause) == 0) {
		if (digest_equal(&name, pack))
			return 0;
		free(*out_entry);
		pack_handle_drop(out_handle);
		return other_pack_say(pack, err);
	}
	pack_handle_drop(out_handle);
	return damaged_say(pack, &cause, err);
}

/* ---- Every pack ---- */

static int pack_note(struct collecting *c, const struct digest *name, bool quarantined,
		     struct error *err)
{
	struct collect_pack *pack = &c->pack[c->packs];

	*pack = (struct collect_pack){ .name = *name, .quarantined = quarantined };
	if (collect_pack_size(c, name, &pack->size, &pack->changed, err))
		return -1;
	c->packs++;
	return 0;
}

/* In the folder and in quarantine. */
int collect_packs_list(struct collecting *c, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list aside = { 0 };
	struct digest *pack;
	size_t count;
	int failed = 0;

	free(c->pack);
	c->pack = NULL;
	c->packs = 0;
	if (quarantine_list(c->self->folder, &aside, err) ||
	    pack_index_packs(c->self->index, &pack, &count, err))
		return -1;
	c->pack = calloc(count + aside.count + 1, sizeof(*c->pack));
	if (!c->pack)
		failed = error_set(err, ERROR_SYSTEM, "out of memory for packs");
	for (size_t i = 0; i < count && !failed; i++)
		failed = pack_note(c, &pack[i], false, err);
	for (size_t i = 0; i < aside.count && !failed; i++)
		failed = pack_note(c, &aside.item[i], true, err);
	free(pack);
	return failed ? -1 : 0;
}

bool collect_is_young(const struct collecting *c, const struct collect_pack *pack)
{
	return pack->changed > c->request->now - c->request->grace_s;
}

/* What is done with an entry; packs are gone through by several threads. */
typedef int entry_visitor(struct collecting *c, struct collect_pack *pack,
			  struct pack_handle *handle, const struct pack_entry *entry,
			  struct error *err);

struct walking {
	struct collecting *c;
	entry_visitor *visit;
	bool here;   /* of packs that are not in quarantine only: that may have been emptied */
	bool failed; /* atomic */
	pthread_mutex_t lock;
	struct error why; /* the first that kept us */
	size_t done;
};

/* One thread at one pack. */
struct walk {
	struct walking *walking;
	struct collect_pack *pack;
	struct pack_handle *handle;
	struct error why; /* the visitor's own */
};

static int walk_visit(void *arg, const struct pack_entry *entry, struct error *err)
{
	struct walk *walk = arg;
	struct collecting *c = walk->walking->c;

	(void)err;
	return walk->walking->visit(c, walk->pack, walk->handle, entry, &walk->why);
}

static int pack_walk_all(struct walk *walk, struct error *err)
{
	struct collecting *c = walk->walking->c;
	const struct digest *pack = &walk->pack->name;
	struct error cause = { 0 };
	struct digest name;

	if (context_check_cancelled(c->ctx, err) ||
	    pack_files_take(c->self->files, pack, &walk->handle, err))
		return -1;
	if (pack_footer_walk(walk->handle->fd, walk_visit, walk, &name, &cause))
		return walk->why.code ? error_set(err, walk->why.code, "%s", walk->why.text)
				      : damaged_say(pack, &cause, err);
	return digest_equal(&name, pack) ? 0 : other_pack_say(pack, err);
}

static void walk_work(void *arg, size_t i)
{
	struct walking *walking = arg;
	struct walk walk = { .walking = walking, .pack = &walking->c->pack[i] };
	struct error why = { 0 };
	int failed;

	if ((walking->here && walk.pack->quarantined) ||
	    __atomic_load_n(&walking->failed, __ATOMIC_RELAXED))
		return;
	failed = pack_walk_all(&walk, &why);
	pack_handle_drop(&walk.handle);
	pthread_mutex_lock(&walking->lock);
	context_progress(walking->c->ctx, "collecting", "packs", ++walking->done,
			 walking->c->packs);
	if (failed && !walking->failed) {
		walking->why = why;
		__atomic_store_n(&walking->failed, true, __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(&walking->lock);
}

static int entries_each(struct collecting *c, entry_visitor *visit, bool here, struct error *err)
{
	struct walking walking = { .c = c, .visit = visit, .here = here };

	pthread_mutex_init(&walking.lock, NULL);
	threads_run(c->ctx->threads, c->packs, walk_work, &walking);
	pthread_mutex_destroy(&walking.lock);
	return walking.failed ? error_set(err, walking.why.code, "%s", walking.why.text) : 0;
}

/* ---- What is needed ---- */

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

/*
 * What a record is decoded with is needed too, whether or not the record is: a difference that
 * nothing needs may stay, and be found again. So all of it is known after one look at every pack.
 */
static int base_mark(struct collecting *c, struct pack_handle *handle,
		     const struct pack_entry *entry, struct error *err)
{
	const struct codec *codec = codec_of(entry->codec);
	uint8_t head[PACK_RECORD_BYTES];
	struct pack_record record;
	struct error why = { 0 };

	if (!codec) {
		__atomic_store_n(&c->foreign, true, __ATOMIC_RELAXED);
		return 0;
	}
	if (!codec->needs_base && !codec->needs_dictionary)
		return 0;
	if (pack_pread(handle->fd, entry->offset, head, sizeof(head), &why) ||
	    pack_record_parse((struct span){ head, sizeof(head) }, &record, &why))
		return why.code == ERROR_CORRUPT && entry->kind == PACK_DATA &&
				       collect_is_mended(c, &entry->digest)
			       ? 0 /* a repair put its bytes beside it */
			       : error_set(err, why.code, "%s", why.text);
	/* A dictionary lies there as data, too. */
	if (!codec->needs_base && need(c, &record.base, PACK_DICTIONARY, err))
		return -1;
	return need(c, &record.base, PACK_DATA, err);
}

/* The recipe of a needed object: from here, or where this one is damaged from another copy. */
static int recipe_read(struct collecting *c, struct pack_handle *handle,
		       const struct pack_entry *entry, struct recipe *out_recipe, bool *out_there,
		       struct error *err)
{
	const struct packs_place place = { *entry, handle };
	struct error why = { 0 };
	bool loose = false;

	*out_there = packs_recipe_at(&place, out_recipe, &why) == 0;
	if (*out_there)
		return 0;
	why = (struct error){ 0 };
	*out_there = packs_recipe(c->self, &entry->digest, out_recipe, &why) == 0;
	if (*out_there || why.code == ERROR_ABSENT)
		return 0; /* it was removed on purpose */
	/* A repair may have put the whole object beside its damaged recipe. */
	if (store_has(c->self->loose, &entry->digest, &loose, err))
		return -1;
	return loose ? 0 : error_set(err, why.code, "%s", why.text);
}

static int parts_need(struct collecting *c, const struct recipe *recipe, struct error *err)
{
	for (size_t i = 0; i < recipe->count; i++)
		if (need(c, &recipe->part[i].digest, PACK_DATA, err))
			return -1;
	return 0;
}

static bool was_removed(const struct collecting *c, const struct digest *digest)
{
	return c->removed.count &&
	       bsearch(digest, c->removed.item, c->removed.count, sizeof(*digest), digest_order);
}

/*
 * A recipe in a young pack stays, though nothing names the object yet: of an add that was
 * interrupted, or that is done the next moment. Whoever finds it counts on its parts, which may lie
 * in packs that are old.
 */
static int young_recipe_mark(struct collecting *c, struct pack_handle *handle,
			     const struct pack_entry *entry, struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	const struct packs_place place = { *entry, handle };
	struct error why = { 0 };

	if (packs_recipe_at(&place, &recipe, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	return parts_need(c, &recipe, err);
}

static int recipe_mark(struct collecting *c, const struct collect_pack *pack,
		       struct pack_handle *handle, const struct pack_entry *entry,
		       struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	bool there;

	if (!live_set_has(c->objects, &entry->digest) || was_removed(c, &entry->digest))
		return !pack->quarantined && collect_is_young(c, pack)
			       ? young_recipe_mark(c, handle, entry, err)
			       : 0;
	if (recipe_read(c, handle, entry, &recipe, &there, err))
		return -1;
	return there && (need(c, &entry->digest, PACK_RECIPE, err) || parts_need(c, &recipe, err))
		       ? -1
		       : 0;
}

static int entry_mark(struct collecting *c, struct collect_pack *pack, struct pack_handle *handle,
		      const struct pack_entry *entry, struct error *err)
{
	if (entry->kind == PACK_RECIPE && recipe_mark(c, pack, handle, entry, err))
		return -1;
	return base_mark(c, handle, entry, err);
}

/* Of a record of an unknown codec nobody can tell what it needs. */
static int foreign_look(struct collecting *c, struct collect_pack *pack, struct pack_handle *handle,
			const struct pack_entry *entry, struct error *err)
{
	(void)pack;
	(void)handle;
	if (codec_of(entry->codec) || !collect_needs(c, entry))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "a record is encoded in a way (%u) that this version does not know: use "
			 "the one that wrote it",
			 entry->codec);
}

/* The notes of what was removed, in order. */
int collect_removed_list(struct collecting *c, struct error *err)
{
	digest_list_release(&c->removed);
	return store_folder_notes(c->self->removed, &c->removed, err);
}

int collect_mark(struct collecting *c, struct error *err)
{
	uint64_t salt;

	live_set_free(&c->objects);
	live_set_free(&c->records);
	c->foreign = false;
	/* What comes to be needed after this is needed by a writer that lives. */
	if (c->request->mark(c->request->user, &c->objects, err) ||
	    pack_index_refresh(c->self->index, err) || collect_packs_list(c, err) ||
	    collect_removed_list(c, err) ||
	    context_random(c->ctx, (uint8_t *)&salt, sizeof(salt), err) ||
	    live_set_new(salt, pack_index_records(c->self->index), &c->records, err) ||
	    entries_each(c, entry_mark, false, err))
		return -1;
	return c->foreign ? entries_each(c, foreign_look, false, err) : 0;
}

/* ---- What is garbage ---- */

/* A record that is worth nothing without others must not be found when those are gone. */
static bool leads_on(const struct pack_entry *entry)
{
	const struct codec *codec = codec_of(entry->codec);

	return entry->kind == PACK_RECIPE || !codec || codec->needs_base || codec->needs_dictionary;
}

static int entry_measure(struct collecting *c, struct collect_pack *pack,
			 struct pack_handle *handle, const struct pack_entry *entry,
			 struct error *err)
{
	uint64_t bytes = PACK_RECORD_BYTES + (uint64_t)entry->stored_len;

	(void)err;
	pack->records++;
	pack->bytes += bytes;
	pack->broken |= collect_is_broken(c, handle, entry);
	if (collect_needs(c, entry))
		return 0;
	pack->garbage += bytes;
	pack->leads |= leads_on(entry);
	return 0;
}

int collect_measure(struct collecting *c, struct error *err)
{
	return entries_each(c, entry_measure, true, err);
}
