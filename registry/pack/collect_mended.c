/* What a repair put beside damaged records goes back into packs. */
#include <stdlib.h>

#include "registry/pack/collect.h"
#include "registry/pack/mended.h"

/*
 * Of one note. One whose bytes are not there is of a repair that was killed, or of bytes that were
 * removed since; one whose bytes are too many for a piece was of an object, which is named.
 */
static int note_load(struct collecting *c, const struct digest *digest, struct buffer *bytes,
		     struct error *err)
{
	struct error why = { 0 };
	bool large;

	bytes->len = 0;
	if (mended_bytes(c->self, digest, bytes, &why) == 0)
		return digest_list_add(&c->mended, digest, err);
	large = why.code == ERROR_CORRUPT && !bytes->len;
	if (why.code == ERROR_ABSENT || large)
		/* Beside a writer it may be of a repair that is at work. */
		return c->request->dry_run || c->collected->writers
			       ? 0
			       : mended_forget(c->self, digest, err);
	if (why.code != ERROR_CORRUPT)
		return error_set(err, why.code, "%s", why.text);
	c->collected->damaged++;
	return 0;
}

int collect_mended_load(struct collecting *c, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list noted = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, PACK_PAYLOAD_MAX);
	if (mended_list(c->self, &noted, err))
		return -1;
	for (size_t i = 0; i < noted.count; i++)
		if (context_check_cancelled(c->ctx, err) ||
		    note_load(c, &noted.item[i], &bytes, err))
			return -1;
	return 0;
}

bool collect_is_mended(const struct collecting *c, const struct digest *digest)
{
	return c->mended.count && bsearch(digest, c->mended.item, c->mended.count, sizeof(*digest),
					  digest_order) != NULL;
}

bool collect_is_broken(const struct collecting *c, struct pack_handle *handle,
		       const struct pack_entry *entry)
{
	CLEANUP(buffer_release) struct buffer raw;
	const struct packs_place place = { *entry, handle };
	struct error ignored = { 0 };
	struct digest found;
	uint8_t *room;

	buffer_init(&raw, PACK_PAYLOAD_MAX);
	if ((entry->kind != PACK_DATA && entry->kind != PACK_DICTIONARY) ||
	    !collect_is_mended(c, &entry->digest))
		return false;
	if (buffer_extend(&raw, entry->raw_len, &room, &ignored) ||
	    packs_record_read(c->self, &place, room, &ignored))
		return true;
	found = sha256(buffer_view(&raw));
	return !digest_equal(&found, &entry->digest);
}

int collect_mended_put(struct collecting *c, const struct digest *digest, enum pack_kind kind,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, PACK_PAYLOAD_MAX);
	return mended_bytes(c->self, digest, &bytes, err) ||
			       collect_data_put(c, digest, kind, buffer_view(&bytes), err)
		       ? -1
		       : 0;
}

/* How the packs that stay have the data: whole (*out_whole copies), and broken. */
static int copies_count(struct collecting *c, const struct digest *digest, size_t *out_whole,
			size_t *out_broken, struct error *err)
{
	struct pack_hit hit[PACKS_COPIES_MAX];
	size_t hits;

	*out_whole = *out_broken = 0;
	if (pack_index_find(c->self->index, digest, PACK_DATA, hit, PACKS_COPIES_MAX, &hits, err))
		return -1;
	for (size_t i = 0; i < hits; i++) {
		struct pack_handle *handle;
		bool broken;

		if (hit[i].quarantined)
			continue;
		if (pack_files_take(c->self->files, &hit[i].pack, &handle, err))
			return -1;
		broken = collect_is_broken(c, handle, &hit[i].entry);
		pack_handle_drop(&handle);
		++*(broken ? out_broken : out_whole);
	}
	return 0;
}

/* Is the data as it should be in packs, or may it be in none? */
static int mended_is_done(struct collecting *c, const struct digest *digest, bool *out_done,
			  struct error *err)
{
	const struct pack_entry entry = { .digest = *digest, .kind = PACK_DATA };
	size_t whole, broken;

	if (copies_count(c, digest, &whole, &broken, err))
		return -1;
	/* It was in no pack any more. */
	if (!broken && !whole && collect_needs(c, &entry) &&
	    collect_mended_put(c, digest, PACK_DATA, err))
		return -1;
	*out_done = !broken;
	return 0;
}

int collect_mended_settle(struct collecting *c, struct error *err)
{
	bool *done = calloc(c->mended.count + 1, sizeof(*done));
	size_t kept = 0;
	int failed = 0;

	if (!done)
		return error_set(err, ERROR_SYSTEM, "out of memory for what was repaired");
	for (size_t i = 0; i < c->mended.count && !c->request->dry_run && !failed; i++)
		failed = mended_is_done(c, &c->mended.item[i], &done[i], err);
	if (!failed)
		failed = collect_flush(c, err);
	for (size_t i = 0; i < c->mended.count && !failed; i++) {
		if (done[i])
			failed = mended_forget(c->self, &c->mended.item[i], err);
		else
			c->mended.item[kept++] = c->mended.item[i];
	}
	free(done);
	if (failed)
		return -1;
	c->mended.count = kept;
	if (!kept && !c->request->dry_run && !c->collected->writers)
		mended_end(c->self);
	return 0;
}
