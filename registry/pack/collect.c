/* Packs with garbage are written anew without it, by way of a quarantine. */
#include "registry/pack/collect.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	WORTH_SHARE = 20, /* a pack is written anew when one part in so many is garbage … */
	SMALL_SHARE = 4,  /* … or when it is smaller than this part of a full one … */
	SMALL_PACKS = 8,  /* … and there are so many of those, */
	YOUNG_PACKS = 64, /* or so many within their grace, whose garbage goes along */
	ANEW_MAX = 64,    /* packs that are written anew together */
	SHIFT_SHARE = 64, /* a gap before the records takes at most this part of a pack */
	STORED_MAX = PACK_PAYLOAD_MAX + PACK_RECORD_BYTES,
	WINDOW_BYTES = 256 << 10,
};

/* ---- Copying ---- */

static int by_offset(const void *a, const void *b)
{
	const struct pack_entry *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/*
 * `len` bytes, and as many behind them, up to `room`, as can be read: what cannot be read there is
 * not asked for. Returns how many, or -1.
 */
static ssize_t ahead_read(int fd, uint64_t at, uint8_t *to, size_t len, size_t room,
			  struct error *err)
{
	size_t got = 0;

	while (got < room) {
		ssize_t more = pread(fd, to + got, room - got, (off_t)(at + got));

		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			break;
		got += (size_t)more;
	}
	if (got < len && pack_pread(fd, at + got, to + got, len - got, err))
		return -1;
	return (ssize_t)(got < len ? len : got);
}

/* Some bytes of the pack; the next ones, which lie behind them, are mostly read with them. */
static int window_span(struct record_window *window, const struct pack_handle *handle, uint64_t at,
		       size_t len, struct span *out, struct error *err)
{
	bool there = digest_equal(&window->pack, &handle->name) && at >= window->at &&
		     at - window->at <= window->bytes.len &&
		     len <= window->bytes.len - (size_t)(at - window->at);

	if (!there) {
		size_t room = len > WINDOW_BYTES ? len : WINDOW_BYTES;
		ssize_t got;
		uint8_t *to;

		window->bytes.len = 0;
		window->pack = handle->name;
		window->at = at;
		if (buffer_extend(&window->bytes, room, &to, err))
			return -1;
		got = ahead_read(handle->fd, at, to, len, room, err);
		window->bytes.len = got < 0 ? 0 : (size_t)got;
		if (got < 0)
			return -1;
	}
	*out = (struct span){ window->bytes.data + (at - window->at), len };
	return 0;
}

/* As record_load, of records in the order in which they lie; *out_stored is good until the next. */
static int record_next(struct collecting *c, const struct pack_handle *handle,
		       const struct pack_entry *entry, struct span *out_stored,
		       struct pack_record *out_record, struct error *err)
{
	struct span all;

	if (window_span(&c->window, handle, entry->offset,
			PACK_RECORD_BYTES + (size_t)entry->stored_len, &all, err))
		return -1;
	*out_stored = (struct span){ all.data + PACK_RECORD_BYTES, entry->stored_len };
	return packs_record_check(entry, (struct span){ all.data, PACK_RECORD_BYTES }, *out_stored,
				  out_record, err);
}

/* The head and the stored bytes of a record, which are those that were written. */
static int record_load(struct pack_handle *handle, const struct pack_entry *entry,
		       struct buffer *stored, struct pack_record *out_record, struct error *err)
{
	struct packs_place place = { .entry = *entry, .handle = handle };
	uint8_t *room;

	stored->len = 0;
	return buffer_extend(stored, entry->stored_len, &room, err) ||
			       packs_record_pread(&place, room, out_record, err)
		       ? -1
		       : 0;
}

int collect_copy(struct collecting *c, struct pack_handle *handle, const struct pack_entry *entry,
		 struct error *err)
{
	struct pack_record record;
	struct span stored;
	bool mine;

	if (record_next(c, handle, entry, &stored, &record, err) ||
	    pack_writer_claim(c->writer, &entry->digest, entry->kind, &mine, err))
		return -1;
	if (!mine)
		return 0;
	c->unsealed++;
	return pack_writer_add(c->writer, &record, stored, err);
}

int collect_flush(struct collecting *c, struct error *err)
{
	if (!c->unsealed)
		return 0;
	c->unsealed = 0;
	return pack_writer_flush(c->writer, err);
}

/* How a record lies in packs that stay. */
enum staying { STAYS_NOT, STAYS_DAMAGED, STAYS_WHOLE };

static int staying_look(struct collecting *c, const struct pack_entry *entry,
			enum staying *out_staying, struct error *err)
{
	CLEANUP(buffer_release) struct buffer stored;
	struct pack_hit hit[PACKS_COPIES_MAX];
	struct pack_record record;
	size_t hits;

	buffer_init(&stored, STORED_MAX);
	*out_staying = STAYS_NOT;
	if (pack_index_find(c->self->index, &entry->digest, entry->kind, hit, PACKS_COPIES_MAX,
			    &hits, err))
		return -1;
	for (size_t i = 0; i < hits && *out_staying != STAYS_WHOLE; i++) {
		struct pack_handle *handle;
		struct error ignored = { 0 };

		if (hit[i].quarantined)
			continue;
		if (pack_files_take(c->self->files, &hit[i].pack, &handle, err))
			return -1;
		*out_staying = record_load(handle, &hit[i].entry, &stored, &record, &ignored)
				       ? STAYS_DAMAGED
				       : STAYS_WHOLE;
		pack_handle_drop(&handle);
	}
	return 0;
}

/*
 * The only copy that stays is damaged, and this one is about to go: its bytes are put beside the
 * packs, as a repair would.
 */
static int staying_mend(struct collecting *c, const struct pack_entry *entry, struct error *err)
{
	CLEANUP(source_close) struct source *good = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct store *store = &c->self->head;

	buffer_init(&bytes, PACK_PAYLOAD_MAX);
	if (collect_is_mended(c, &entry->digest))
		return 0;
	if (entry->kind == PACK_RECIPE
		    ? store_read(store, &entry->digest, &good, err)
		    : store_part(store, &entry->digest, &bytes, err) ||
			      source_open_memory("a copy", buffer_view(&bytes), &good, err))
		return -1;
	if (store_mend(store, c->ctx, &entry->digest, good, err) ||
	    digest_list_add(&c->mended, &entry->digest, err))
		return -1;
	qsort(c->mended.item, c->mended.count, sizeof(*c->mended.item), digest_order);
	return 0;
}

/*
 * Copy a needed record that no pack has which stays: this one, or where it is damaged the first of
 * its copies that is whole, in quarantine as well. The packs of two copies may have gone there
 * together, each because the other was whole.
 */
static int whole_copy(struct collecting *c, struct pack_handle *handle,
		      const struct pack_entry *entry, struct error *err)
{
	struct pack_hit hit[PACKS_COPIES_MAX];
	struct error why = { 0 };
	bool done = false;
	size_t hits;

	if (collect_copy(c, handle, entry, &why) == 0)
		return 0;
	if (why.code != ERROR_CORRUPT)
		return error_set(err, why.code, "%s", why.text);
	if (pack_index_find(c->self->index, &entry->digest, entry->kind, hit, PACKS_COPIES_MAX,
			    &hits, err))
		return -1;
	for (size_t i = 0; i < hits && !done; i++) {
		struct pack_handle *other;
		struct error cause = { 0 };

		if (pack_files_take(c->self->files, &hit[i].pack, &other, err))
			return -1;
		done = collect_copy(c, other, &hit[i].entry, &cause) == 0;
		pack_handle_drop(&other);
		if (!done && cause.code != ERROR_CORRUPT)
			return error_set(err, cause.code, "%s", cause.text);
	}
	return done ? 0 : error_set(err, why.code, "%s", why.text);
}

/* Whatever of the pack is needed, or `all`, and whole in no pack that stays is kept. */
static int needed_copy(struct collecting *c, struct pack_handle *handle,
		       const struct pack_entry *entry, size_t count, bool all, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		enum staying staying;
		int failed = 0;

		if (!all && !collect_needs(c, &entry[i]))
			continue;
		if (staying_look(c, &entry[i], &staying, err))
			return -1;
		if (staying == STAYS_DAMAGED)
			failed = staying_mend(c, &entry[i], err);
		else if (staying == STAYS_NOT)
			failed = collect_is_broken(c, handle, &entry[i])
					 ? collect_mended_put(c, &entry[i].digest, entry[i].kind,
							      err)
					 : whole_copy(c, handle, &entry[i], err);
		if (failed)
			return -1;
	}
	return 0;
}

static int pack_copy(struct collecting *c, const struct digest *pack, bool all, struct error *err)
{
	struct pack_handle *handle;
	struct pack_entry *entry;
	size_t count;
	int failed;

	if (collect_entries(c, pack, &handle, &entry, &count, err))
		return -1;
	/* They are sorted by digest; copied as they lie, the new pack gives files in one go, too.
	 */
	if (count)
		qsort(entry, count, sizeof(*entry), by_offset);
	failed = needed_copy(c, handle, entry, count, all, err);
	free(entry);
	pack_handle_drop(&handle);
	return failed;
}

/* ---- Deleting ---- */

int collect_pack_size(struct collecting *c, const struct digest *pack, uint64_t *out_size,
		      int64_t *out_changed, struct error *err)
{
	struct pack_handle *handle;
	struct stat st;
	int failed;

	if (pack_files_take(c->self->files, pack, &handle, err))
		return -1;
	failed = fstat(handle->fd, &st) ? error_system(err, errno, "cannot look at a pack") : 0;
	pack_handle_drop(&handle);
	if (failed)
		return -1;
	*out_size = (uint64_t)st.st_blocks * 512;
	*out_changed = st.st_mtim.tv_sec;
	return 0;
}

/* Delete the packs in quarantine that no writer of `live` may count on. Marked just before. */
static int quarantine_clear(struct collecting *c, const struct lease_names *live, struct error *err)
{
	struct digest_list packs = { 0 };
	bool *held = NULL;
	int failed = quarantine_list(c->self->folder, &packs, err);

	if (!failed && !(held = calloc(packs.count + 1, sizeof(*held))))
		failed = error_set(err, ERROR_SYSTEM, "out of memory for packs in quarantine");
	for (size_t i = 0; i < packs.count && !failed; i++) {
		failed = quarantine_is_held(c->self->folder, &packs.item[i], live, &held[i], err);
		if (!failed && !held[i] && !c->request->dry_run)
			failed = pack_copy(c, &packs.item[i], false, err);
	}
	if (!failed)
		failed = collect_flush(c, err);
	for (size_t i = 0; i < packs.count && !failed; i++) {
		uint64_t size;
		int64_t changed;

		failed = collect_pack_size(c, &packs.item[i], &size, &changed, err);
		if (failed)
			break;
		c->collected->deleted += !held[i];
		c->collected->deleted_bytes += held[i] ? 0 : size;
		if (!held[i] && !c->request->dry_run)
			failed = quarantine_delete(c->self->folder, &packs.item[i], err);
	}
	free(held);
	digest_list_release(&packs);
	return failed ? -1 : pack_index_refresh(c->self->index, err);
}

/* ---- Writing anew ---- */

/* Does one of the packs that stay, this one among them, have it whole? */
static bool is_elsewhere(struct collecting *c, const struct pack_entry *entry)
{
	struct error ignored = { 0 };
	enum staying staying;

	return staying_look(c, entry, &staying, &ignored) == 0 && staying == STAYS_WHOLE;
}

/* Everything that is needed of the pack is whole, there or elsewhere, so that it can be copied. */
static bool needed_is_whole(struct collecting *c, struct pack_handle *handle,
			    const struct pack_entry *entry, size_t count, bool all)
{
	struct pack_record record;
	struct error ignored = { 0 };
	struct span stored;

	for (size_t i = 0; i < count; i++)
		if ((all || collect_needs(c, &entry[i])) &&
		    record_next(c, handle, &entry[i], &stored, &record, &ignored) &&
		    !collect_is_broken(c, handle, &entry[i]) && !is_elsewhere(c, &entry[i]))
			return false;
	return true;
}

/* Packs that are written anew together: the folder is looked at once for all of them. */
struct anew {
	size_t count;
	struct digest pack[ANEW_MAX];
	bool all[ANEW_MAX]; /* its garbage is within its grace, and goes along */
};

static int anew_write(struct collecting *c, struct anew *anew, struct error *err)
{
	int failed = 0;

	for (size_t i = 0; i < anew->count && !failed; i++)
		failed = quarantine_put(c->self->folder, &anew->pack[i], err);
	if (!failed && anew->count)
		failed = pack_index_refresh(c->self->index, err);
	for (size_t i = 0; i < anew->count && !failed; i++)
		failed = pack_copy(c, &anew->pack[i], anew->all[i], err);
	anew->count = 0;
	return failed ? -1 : 0;
}

static int pack_anew(struct collecting *c, struct collect_pack *pack, struct pack_handle *handle,
		     const struct pack_entry *entry, size_t count, bool all, struct anew *anew,
		     struct error *err)
{
	if (!needed_is_whole(c, handle, entry, count, all)) {
		c->collected->damaged++;
		return 0;
	}
	c->collected->rewritten++;
	if (c->request->dry_run)
		return 0;
	pack->moved = true;
	anew->pack[anew->count] = pack->name;
	anew->all[anew->count++] = all;
	return anew->count == ANEW_MAX ? anew_write(c, anew, err) : 0;
}

/* How many packs are small. */
struct small_packs {
	size_t old, young; /* beyond their grace, and within it */
};

static bool is_small(const struct collecting *c, const struct collect_pack *pack)
{
	return pack->bytes < c->self->pack_size / SMALL_SHARE &&
	       pack->records < PACK_RECORDS_FULL / SMALL_SHARE;
}

/* Is it worth writing anew, and with its garbage? */
static bool is_worth_it(const struct collecting *c, const struct collect_pack *pack,
			const struct small_packs *many)
{
	if (collect_is_young(c, pack))
		return is_small(c, pack) && !pack->broken && many->young >= YOUNG_PACKS;
	return pack->broken || pack->leads ||
	       (pack->garbage && (c->request->all || pack->garbage >= pack->bytes / WORTH_SHARE)) ||
	       (is_small(c, pack) && many->old >= SMALL_PACKS);
}

static int pack_consider(struct collecting *c, struct collect_pack *pack,
			 const struct small_packs *many, struct anew *anew, struct error *err)
{
	bool young = collect_is_young(c, pack), worth = is_worth_it(c, pack, many);
	struct pack_handle *handle;
	struct pack_entry *entry;
	size_t count;
	int failed;

	if (young)
		c->collected->young_bytes += pack->garbage;
	else
		*(worth ? &c->collected->garbage_bytes : &c->collected->kept_bytes) +=
			pack->garbage;
	if (!worth)
		return 0;
	if (collect_entries(c, &pack->name, &handle, &entry, &count, err))
		return -1;
	if (count)
		qsort(entry, count, sizeof(*entry), by_offset);
	failed = pack_anew(c, pack, handle, entry, count, young, anew, err);
	free(entry);
	pack_handle_drop(&handle);
	return failed;
}

static struct small_packs small_count(const struct collecting *c)
{
	struct small_packs small = { 0 };

	for (size_t i = 0; i < c->packs; i++)
		if (!c->pack[i].quarantined && is_small(c, &c->pack[i]))
			++*(collect_is_young(c, &c->pack[i]) ? &small.young : &small.old);
	return small;
}

bool collect_packs_worth(const struct collecting *c)
{
	const struct small_packs small = small_count(c);

	for (size_t i = 0; i < c->packs; i++)
		if (!c->pack[i].quarantined && is_worth_it(c, &c->pack[i], &small))
			return true;
	return false;
}

static int packs_sweep(struct collecting *c, struct error *err)
{
	struct anew anew = { .count = 0 };
	struct small_packs small;
	int failed;

	if (collect_measure(c, err))
		return -1;
	small = small_count(c);
	failed = 0;
	for (size_t i = 0; i < c->packs && !failed; i++) {
		if (c->pack[i].quarantined)
			continue;
		context_progress(c->ctx, "collecting", "packs", i, c->packs);
		failed = context_check_cancelled(c->ctx, err) ||
			 pack_consider(c, &c->pack[i], &small, &anew, err);
	}
	return failed || anew_write(c, &anew, err) || collect_flush(c, err) ||
			       collect_note_packs(c, err)
		       ? -1
		       : 0;
}

/* ---- All of it ---- */

/* What stays there, and because of whom (`live`, or NULL). */
static int quarantine_count(struct collecting *c, const struct lease_names *live, struct error *err)
{
	struct digest_list packs = { 0 };
	int failed = quarantine_list(c->self->folder, &packs, err);

	for (size_t i = 0; i < packs.count && !failed; i++) {
		uint64_t size = 0;
		int64_t changed;

		failed = collect_pack_size(c, &packs.item[i], &size, &changed, err) ||
			 (live && quarantine_note(c->self->folder, &packs.item[i], live, err));
		c->collected->quarantined++;
		c->collected->quarantined_bytes += size;
	}
	digest_list_release(&packs);
	return failed ? -1 : 0;
}

static int quarantine_any(struct collecting *c, bool *out_any, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list packs = { 0 };

	if (quarantine_list(c->self->folder, &packs, err))
		return -1;
	*out_any = packs.count > 0;
	return 0;
}

/*
 * What is written anew may be what lay in quarantine, mended, in the same order. It must not get
 * the same name: a backup that has a pack of that name does not look into it again.
 */
static int writer_take(struct collecting *c, struct error *err)
{
	uint64_t most = c->self->pack_size / SHIFT_SHARE;
	uint8_t random[2];

	if (context_random(c->ctx, random, sizeof(random), err) ||
	    packs_writer_take(c->self, &c->writer, err))
		return -1;
	pack_writer_shift(c->writer,
			  1 + (random[0] + 256u * random[1]) %
					  (uint32_t)(most < UINT16_MAX ? most + 1 : 1 << 16));
	return 0;
}

/*
 * What was in quarantine before goes first; then garbage goes there. Where no writer lives by
 * then, what came to be needed meanwhile is looked at once more and that goes at once as well.
 */
static int collect_all(struct collecting *c, struct error *err)
{
	CLEANUP(lease_names_release) struct lease_names before = { 0 };
	CLEANUP(lease_names_release) struct lease_names after = { 0 };
	bool idle, aside;

	if (quarantine_writers_live(c->self->folder, c->self->index, c->request->dry_run, c->ctx,
				    &before, err))
		return -1;
	c->collected->writers = before.count;
	if (collect_mended_load(c, err) || collect_is_idle(c, &idle, err))
		return -1;
	if (idle)
		return 0;
	if (collect_note_begin(c, err) || collect_mark(c, err))
		return -1;
	if (!c->request->dry_run && writer_take(c, err))
		return -1;
	if (quarantine_clear(c, &before, err) || packs_sweep(c, err) ||
	    collect_mended_settle(c, err) || collect_loose(c, err))
		return -1;
	if (c->request->dry_run)
		return quarantine_count(c, NULL, err);
	/* Our own lease would hold what we put there. */
	packs_writer_return(c->self, c->writer);
	c->writer = NULL;
	if (packs_writer_end(c->self, err) ||
	    quarantine_writers_live(c->self->folder, c->self->index, false, c->ctx, &after, err))
		return -1;
	c->collected->writers = after.count;
	if (quarantine_any(c, &aside, err) ||
	    (aside && !after.count &&
	     (collect_mark(c, err) || writer_take(c, err) || quarantine_clear(c, &after, err))))
		return -1;
	return quarantine_count(c, &after, err) || collect_markers(c, err) ? -1 : 0;
}

static void collecting_release(struct collecting *c)
{
	live_set_free(&c->objects);
	live_set_free(&c->records);
	free(c->pack);
	buffer_release(&c->window.bytes);
	collect_note_free(&c->swept);
	digest_list_release(&c->removed);
	digest_list_release(&c->mended);
	packs_writer_return(c->self, c->writer);
}

/* When our lease was written, by the clock that objects have their times from. */
static int begun_take(const char *folder, struct timespec *out_begun, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct stat st;

	if (path_join(folder, "gc", &path, err))
		return -1;
	if (stat(path, &st))
		return error_system(err, errno, "cannot look at '%s'", path);
	*out_begun = st.st_mtim;
	return 0;
}

int packs_collect(struct store *store, const struct context *ctx,
		  const struct store_collect_request *request, struct store_collected *collected,
		  struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	CLEANUP(lease_release) struct lease *lease = NULL;
	struct store_collect_request asked = *request;
	struct timespec begun;
	CLEANUP(collecting_release)
	struct collecting c = {
		.self = self, .ctx = ctx, .request = request, .collected = collected
	};

	if (!file_is_folder(self->folder) && folder_make(self->folder, err))
		return -1;
	if (lease_try(self->folder, "gc", ctx, NULL, &lease, err))
		return -1;
	if (!lease)
		return error_set(err, ERROR_SYSTEM, "another akashi gc is at work here");
	if (begun_take(self->folder, &begun, err))
		return -1;
	asked.begun = begun;
	c.request = &asked;
	buffer_init(&c.window.bytes, STORED_MAX + WINDOW_BYTES);
	if (collect_all(&c, err))
		return -1;
	collect_note_end(&c);
	return 0;
}

int packs_removal_begin(struct store *store, const struct context *ctx, struct lease **out_lease,
			size_t *out_writers, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	CLEANUP(lease_names_release) struct lease_names names = { 0 };
	CLEANUP(lease_release) struct lease *lease = NULL;

	if (!file_is_folder(self->folder) && folder_make(self->folder, err))
		return -1;
	if (lease_take(self->folder, "gc", ctx, &lease, err) ||
	    quarantine_writers_live(self->folder, self->index, false, ctx, &names, err))
		return -1;
	*out_writers = names.count;
	*out_lease = lease;
	lease = NULL; /* handed over */
	return 0;
}
