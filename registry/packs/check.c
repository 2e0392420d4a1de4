/*
 * Check a store of packs: every object opened, every recipe held against the
 * index, every footer read; and where all is to be read, every record of every
 * pack decoded and hashed, many side by side, in the order in which they lie.
 *
 * Data is checked once, however many objects need it. Whether the parts of a
 * recipe give the object is checked by hashing the object, unless the caller
 * does that itself from the pieces that were signed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/pack/mended.h"
#include "registry/packs/check_parts.h"
#include "registry/packs/lanes.h"
#include "registry/store_check.h"

enum {
	PACKS_STEP = 4, /* packs read at a time: of texts each has tens of thousands of records */
	GROUP_RECORDS = 64,
	GROUP_BYTES = 16 << 20,   /* raw; few, so that all threads end together */
	ROOMS_BYTES = 104 << 20,  /* for records that are decoded whole, of all threads together */
	ROOM_MIN_BYTES = 4 << 20, /* of each */
	FEW_SHARE = 8, /* of the packs: so many new ones, and their parts are looked up */
	TEXT_SIZE = 1400,
};

/* Records of one pack that follow one another: a thread takes them together. */
struct group {
	struct pack_handle *handle; /* borrowed */
	const struct pack_entry *entry;
	size_t count;
};

struct packs_checking {
	struct packs_store *self;
	const struct context *ctx;
	const struct store_check_request *request;
	size_t room_bytes;
	uint64_t total, done; /* raw bytes */

	struct packs_whole whole;  /* packs that need not be looked at */
	bool found;                /* anything that does not hold */
	struct digest_list mended; /* what a repair put beside damaged records, in order */

	/* A step of packs: */
	struct pack_handle *handle[PACKS_STEP];
	struct pack_entry *entry[PACKS_STEP];
	struct group *group;
	size_t group_count, group_room;

	pthread_mutex_t lock; /* around what follows, `done` and the caller's slots */
	size_t group_next;
	struct packs_lanes **lanes; /* those nobody uses; room for one of each thread */
	size_t lanes_count;
	struct error stopped;
};

/* A thread on its way through the groups. */
struct reading {
	struct packs_checking *checking;
	struct group group;
	size_t at; /* the next of its records */
};

static void step_release(struct packs_checking *checking)
{
	for (size_t i = 0; i < PACKS_STEP; i++) {
		if (checking->handle[i])
			pack_handle_drop(&checking->handle[i]);
		free(checking->entry[i]);
		checking->handle[i] = NULL;
		checking->entry[i] = NULL;
	}
	checking->group_count = 0;
}

static void packs_checking_release(struct packs_checking *checking)
{
	step_release(checking);
	while (checking->lanes_count)
		packs_lanes_free(&checking->lanes[--checking->lanes_count]);
	free(checking->lanes);
	free(checking->group);
	digest_list_release(&checking->mended);
	packs_whole_release(&checking->whole);
	pthread_mutex_destroy(&checking->lock);
}

static void stop(struct packs_checking *checking, const struct error *why)
{
	pthread_mutex_lock(&checking->lock);
	if (!checking->stopped.code)
		checking->stopped = *why;
	pthread_mutex_unlock(&checking->lock);
}

static int stopped(const struct packs_checking *checking, struct error *err)
{
	return checking->stopped.code
		       ? error_set(err, checking->stopped.code, "%s", checking->stopped.text)
		       : 0;
}

/* Tell the caller. Any thread. */
static int tell(struct packs_checking *checking, enum store_fault fault,
		const struct digest *digest, const char *text, struct error *err)
{
	const struct store_check_request *request = checking->request;
	int failed = 0;

	pthread_mutex_lock(&checking->lock);
	checking->found = true;
	if (request->finding)
		failed = request->finding(request->user, fault, digest, text, err);
	pthread_mutex_unlock(&checking->lock);
	return failed;
}

static int part_missing(void *user, const struct digest *part, const char *text, struct error *err)
{
	return tell(user, STORE_FAULT_UNREADABLE, part, text, err);
}

/* ---- Footers ---- */

/* Open a pack; its entries are NULL where it cannot be read, which is told. */
static int pack_look(struct packs_checking *checking, const struct digest *name, bool tell_footer,
		     struct pack_handle **out_handle, struct pack_entry **out_entry,
		     size_t *out_count, struct error *err)
{
	char file[PACK_NAME_ROOM], text[TEXT_SIZE];
	struct error why = { 0 };
	struct digest found;

	*out_handle = NULL;
	*out_entry = NULL;
	*out_count = 0;
	pack_name_text(name, file);
	if (pack_files_take(checking->self->files, name, out_handle, &why)) {
		if (why.code == ERROR_ABSENT)
			return 0; /* another process wrote it anew */
	} else if (pack_footer_load((*out_handle)->fd, out_entry, out_count, &found, &why) == 0) {
		if (digest_equal(&found, name))
			return 0;
		error_set(&why, ERROR_CORRUPT, "its footer has another digest than its name");
	}
	snprintf(text, sizeof(text), "pack %s: %s", file, why.text);
	if (tell_footer && tell(checking, STORE_FAULT_STRUCTURE, NULL, text, err))
		return -1;
	free(*out_entry);
	*out_entry = NULL;
	*out_count = 0;
	why = (struct error){ 0 };
	/* Its records can still be walked. */
	if (*out_handle && pack_entries_load((*out_handle)->fd, name, out_entry, out_count, &why)) {
		*out_entry = NULL;
		*out_count = 0;
	}
	return 0;
}

static bool pack_is_wanted(const struct packs_checking *checking, const struct digest *name)
{
	return store_share_has(&checking->request->share, name);
}

/* ---- What records are decoded with ---- */

/* Is it there as one of the two kinds, or beside the packs by a repair? */
static int need_is_there(struct packs_checking *checking, const struct digest *digest,
			 bool dictionary, bool *out_there, struct error *err)
{
	struct packs_store *self = checking->self;
	struct pack_hit hit;
	size_t hits = 0;

	if (pack_index_find(self->index, digest, PACK_DATA, &hit, 1, &hits, err) ||
	    (!hits && dictionary &&
	     pack_index_find(self->index, digest, PACK_DICTIONARY, &hit, 1, &hits, err)))
		return -1;
	*out_there = hits > 0;
	return hits ? 0 : store_has(self->loose, digest, out_there, err);
}

static int need_missing(struct packs_checking *checking, const struct digest *digest,
			bool dictionary, const struct digest *pack, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], file[PACK_NAME_ROOM], text[TEXT_SIZE];

	digest_to_hex(digest, hex);
	pack_name_text(pack, file);
	snprintf(text, sizeof(text),
		 "%s sha256:%s, which records of pack %s are decoded with, is in no pack",
		 dictionary ? "dictionary" : "piece", hex, file);
	return tell(checking, STORE_FAULT_UNREADABLE, digest, text, err);
}

/* Each base and dictionary that records of a pack name. What a head cannot tell, reading tells. */
static int needs_look(struct packs_checking *checking, struct pack_handle *handle,
		      const struct pack_entry *entry, size_t count, struct error *err)
{
	struct digest last = { { 0 } };

	for (size_t i = 0; i < count; i++) {
		const struct packs_place place = { entry[i], handle };
		struct digest digest;
		bool dictionary = packs_needs(&place, PACK_DICTIONARY, &digest), there;

		/* Records that lie side by side mostly need the same dictionary. */
		if ((!dictionary && !packs_needs(&place, PACK_DATA, &digest)) ||
		    digest_equal(&digest, &last))
			continue;
		last = digest;
		if (need_is_there(checking, &digest, dictionary, &there, err) ||
		    (!there && need_missing(checking, &digest, dictionary, &handle->name, err)))
			return -1;
	}
	return 0;
}

static int footers_look(struct packs_checking *checking, const struct digest *name, size_t count,
			struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct pack_handle *handle;
		struct pack_entry *entry;
		size_t entries;
		bool failed;

		if (!checking->request->read_all && packs_whole_has(&checking->whole, &name[i]))
			continue;
		if (context_check_cancelled(checking->ctx, err) ||
		    pack_look(checking, &name[i], true, &handle, &entry, &entries, err))
			return -1;
		for (size_t k = 0; k < entries && pack_is_wanted(checking, &name[i]); k++)
			checking->total += entry[k].raw_len;
		failed = handle && needs_look(checking, handle, entry, entries, err);
		free(entry);
		if (handle)
			pack_handle_drop(&handle);
		if (failed)
			return -1;
		context_progress(checking->ctx, "looking at packs", "packs", i + 1, count);
	}
	return 0;
}

/* ---- Reading records ---- */

/* A thread's, as long as it is at a step. */
static int lanes_take(struct packs_checking *checking, struct packs_lanes **out_lanes,
		      struct error *err)
{
	struct packs_lanes *lanes = NULL;

	pthread_mutex_lock(&checking->lock);
	if (checking->lanes_count)
		lanes = checking->lanes[--checking->lanes_count];
	pthread_mutex_unlock(&checking->lock);
	*out_lanes = lanes;
	return lanes ? 0 : packs_lanes_new(checking->self, checking->room_bytes, out_lanes, err);
}

static void lanes_give(struct packs_checking *checking, struct packs_lanes *lanes)
{
	pthread_mutex_lock(&checking->lock);
	checking->lanes[checking->lanes_count++] = lanes;
	pthread_mutex_unlock(&checking->lock);
}

static bool is_mended(const struct packs_checking *checking, const struct digest *digest)
{
	const struct digest_list *mended = &checking->mended;

	return mended->count &&
	       bsearch(digest, mended->item, mended->count, sizeof(*digest), digest_order) != NULL;
}

/* Another copy of the record, or one that a repair put beside the packs, is whole. */
static bool other_copy(struct packs_checking *checking, const struct pack_entry *entry)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	CLEANUP(buffer_release) struct buffer raw;
	struct error ignored = { 0 };
	struct digest found;
	uint8_t *room;
	bool loose;

	buffer_init(&raw, PACK_PAYLOAD_MAX);
	if (entry->kind == PACK_RECIPE)
		return (store_has(checking->self->loose, &entry->digest, &loose, &ignored) == 0 &&
			loose) ||
		       packs_recipe(checking->self, &entry->digest, &recipe, &ignored) == 0;
	/* Dictionaries are kept as data, too. */
	if (entry->kind == PACK_GAP || buffer_extend(&raw, entry->raw_len, &room, &ignored) ||
	    packs_dictionary_read(checking->self, &entry->digest, room, entry->raw_len, &ignored))
		return false;
	found = sha256(buffer_view(&raw));
	return digest_equal(&found, &entry->digest);
}

/* A record does not hold. Not told twice: what a repair put there is read in its place. */
static int record_fault(struct packs_checking *checking, const struct packs_place *place,
			const char *why, struct error *err)
{
	const struct pack_entry *entry = &place->entry;
	char hex[DIGEST_HEX_SIZE], file[PACK_NAME_ROOM], text[TEXT_SIZE];
	static const char *const kind[] = {
		[PACK_DATA] = "piece",
		[PACK_RECIPE] = "the recipe of object",
		[PACK_DICTIONARY] = "dictionary",
	};
	bool copy;

	copy = other_copy(checking, entry);
	if (copy && is_mended(checking, &entry->digest))
		return 0;
	digest_to_hex(&entry->digest, hex);
	pack_name_text(&place->handle->name, file);
	snprintf(text, sizeof(text), "%s sha256:%s in pack %s at %llu was changed: %s%s",
		 kind[entry->kind], hex, file, (unsigned long long)entry->offset, why,
		 copy ? "; another copy of it is whole" : "");
	return tell(checking, copy ? STORE_FAULT_COPY : STORE_FAULT_CHANGED, &entry->digest, text,
		    err);
}

static int recipe_whole(const struct packs_place *place, struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };

	return packs_recipe_at(place, &recipe, err);
}

static int record_done(void *user, const struct packs_place *place, const char *why,
		       struct error *err)
{
	struct reading *reading = user;

	return why ? record_fault(reading->checking, place, why, err) : 0;
}

/* Say that a group was read, and take the next one: of no records where there are no more. */
static int group_next(struct reading *reading, struct error *err)
{
	struct packs_checking *checking = reading->checking;
	uint64_t raw = 0;
	int failed;

	for (size_t i = 0; i < reading->group.count; i++)
		raw += reading->group.entry[i].raw_len;
	context_bytes_read(checking->ctx, raw);
	reading->group = (struct group){ 0 };
	reading->at = 0;
	pthread_mutex_lock(&checking->lock);
	checking->done += raw;
	if (raw)
		context_progress(checking->ctx, "reading packs", "bytes", checking->done,
				 checking->total);
	failed = stopped(checking, err);
	if (!failed && checking->group_next < checking->group_count)
		reading->group = checking->group[checking->group_next++];
	pthread_mutex_unlock(&checking->lock);
	return failed || context_check_cancelled(checking->ctx, err) ? -1 : 0;
}

/* The next record that is hashed; recipes on the way are read, gaps passed over. */
static int record_next(void *user, struct packs_place *out_place, bool *out_any, struct error *err)
{
	struct reading *reading = user;

	*out_any = false;
	while (!*out_any) {
		struct packs_place place;
		struct error why = { 0 };

		if (reading->at == reading->group.count && group_next(reading, err))
			return -1;
		if (reading->at == reading->group.count)
			return 0;
		place = (struct packs_place){ reading->group.entry[reading->at++],
					      reading->group.handle };
		if (place.entry.kind == PACK_RECIPE && recipe_whole(&place, &why) &&
		    record_fault(reading->checking, &place, why.text, err))
			return -1;
		*out_any = place.entry.kind != PACK_RECIPE && place.entry.kind != PACK_GAP;
		*out_place = place;
	}
	return 0;
}

/* A thread's work: groups, as long as there are any. */
static void groups_read(void *arg, size_t i)
{
	struct packs_checking *checking = arg;
	struct reading reading = { .checking = checking };
	const struct packs_lanes_work work = { record_next, record_done, &reading };
	struct packs_lanes *lanes;
	struct error err = { 0 };

	(void)i;
	if (lanes_take(checking, &lanes, &err)) {
		stop(checking, &err);
		return;
	}
	if (packs_lanes_run(lanes, &work, &err))
		stop(checking, &err);
	lanes_give(checking, lanes);
}

static int offset_order(const void *a, const void *b)
{
	uint64_t x = ((const struct pack_entry *)a)->offset;
	uint64_t y = ((const struct pack_entry *)b)->offset;

	return x < y ? -1 : x > y;
}

static int group_add(struct packs_checking *checking, struct pack_handle *handle,
		     const struct pack_entry *entry, struct error *err)
{
	if (checking->group_count == checking->group_room) {
		size_t room = checking->group_room ? 2 * checking->group_room : 256;
		struct group *more = reallocarray(checking->group, room, sizeof(*more));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for reading packs");
		checking->group = more;
		checking->group_room = room;
	}
	checking->group[checking->group_count++] = (struct group){ handle, entry, 1 };
	return 0;
}

/* Records that follow one another, as many as one thread takes at a time. */
static int groups_cut(struct packs_checking *checking, struct pack_handle *handle,
		      const struct pack_entry *entry, size_t count, struct error *err)
{
	size_t first = checking->group_count;
	uint64_t raw = 0;

	for (size_t i = 0; i < count; i++) {
		struct group *last = checking->group_count > first
					     ? &checking->group[checking->group_count - 1]
					     : NULL;

		if (last && last->count < GROUP_RECORDS && raw + entry[i].raw_len <= GROUP_BYTES) {
			last->count++;
			raw += entry[i].raw_len;
			continue;
		}
		if (group_add(checking, handle, &entry[i], err))
			return -1;
		raw = entry[i].raw_len;
	}
	return 0;
}

/* Keeps those of `name` that belong to the share. */
static int packs_read_all(struct packs_checking *checking, struct digest *name, size_t all,
			  struct error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < all; i++)
		if (pack_is_wanted(checking, &name[i]))
			name[count++] = name[i];
	for (size_t i = 0; i < count; i += PACKS_STEP) {
		step_release(checking);
		for (size_t k = 0; k < PACKS_STEP && i + k < count; k++) {
			size_t entries;

			if (pack_look(checking, &name[i + k], false, &checking->handle[k],
				      &checking->entry[k], &entries, err))
				return -1;
			if (entries)
				qsort(checking->entry[k], entries, sizeof(struct pack_entry),
				      offset_order);
			if (groups_cut(checking, checking->handle[k], checking->entry[k], entries,
				       err))
				return -1;
		}
		checking->group_next = 0;
		threads_run(checking->ctx->threads, threads_count(checking->ctx->threads),
			    groups_read, checking);
		if (stopped(checking, err))
			return -1;
	}
	step_release(checking);
	return 0;
}

/* ---- The whole ---- */

/* What a repair put there lies there for the objects that are made of it. */
static int object_pass(void *user, const struct digest *digest, uint64_t size, bool part,
		       struct error *err)
{
	const struct packs_checking *checking = user;
	const struct store_check_request *request = checking->request;

	part |= is_mended(checking, digest);
	return request->object ? request->object(request->user, digest, size, part, err) : 0;
}

static int finding_pass(void *user, enum store_fault fault, const struct digest *digest,
			const char *text, struct error *err)
{
	return tell(user, fault, digest, text, err);
}

/*
 * The parts of all recipes, or of those in packs that are new since all were found whole: few of
 * these are looked up one by one.
 */
static int parts_look(struct packs_checking *checking, const struct digest *name, size_t count,
		      struct error *err)
{
	const struct packs_whole *whole = &checking->whole;
	const struct store_check_request *request = checking->request;

	if (!request->read_all && !request->again && !checking->mended.count &&
	    packs_whole_read(checking->self, checking->ctx, name, count, &checking->whole, err))
		return -1;
	if (whole->count && whole->count == count)
		return 0;
	return packs_parts_check(checking->self, checking->ctx, whole,
				 whole->count > 0 && count - whole->count <= count / FEW_SHARE,
				 part_missing, checking, err);
}

static int all_look(struct packs_checking *checking, struct error *err)
{
	struct packs_store *self = checking->self;
	struct store_check_request listed = *checking->request, loose = *checking->request;
	struct digest *name = NULL;
	size_t count = 0;
	int failed;

	/* Objects that are whole files are read as such; of the others the records. */
	listed.read_all = checking->request->read_all && !checking->request->parts_suffice;
	listed.user = loose.user = checking;
	listed.object = object_pass;
	listed.finding = loose.finding = finding_pass;
	loose.object = NULL;
	failed = packs_look(self, err) || mended_list(self, &checking->mended, err) ||
		 store_check_listed(&self->head, checking->ctx, &listed, err) ||
		 pack_index_packs(self->index, &name, &count, err) ||
		 parts_look(checking, name, count, err) || footers_look(checking, name, count, err);
	/* What a repair put beside the packs may go; what stands in for it there is in none. */
	if (!failed && !checking->found && !checking->mended.count && checking->whole.count < count)
		packs_whole_write(self, checking->ctx, name, count);
	if (!failed && checking->request->read_all)
		failed = (!listed.read_all &&
			  store_check_listed(self->loose, checking->ctx, &loose, err)) ||
			 packs_read_all(checking, name, count, err);
	free(name);
	return failed ? -1 : 0;
}

int packs_check(struct store *store, const struct context *ctx,
		const struct store_check_request *request, struct error *err)
{
	struct packs_checking checking = { .self = (struct packs_store *)store,
					   .ctx = ctx,
					   .request = request };
	int failed;

	checking.room_bytes = ROOMS_BYTES / threads_count(ctx->threads);
	if (checking.room_bytes < ROOM_MIN_BYTES)
		checking.room_bytes = ROOM_MIN_BYTES;
	checking.lanes = calloc(threads_count(ctx->threads), sizeof(struct packs_lanes *));
	if (!checking.lanes)
		return error_set(err, ERROR_SYSTEM, "out of memory for reading packs");
	pthread_mutex_init(&checking.lock, NULL);
	failed = all_look(&checking, err);
	packs_checking_release(&checking);
	return failed;
}
