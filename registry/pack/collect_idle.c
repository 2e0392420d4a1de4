/* Is there nothing to collect? By what the last collection that marked everything noted. */
#include <stdlib.h>
#include <string.h>

#include "registry/pack/collect.h"
#include "registry/pack/mended.h"
#include "registry/packs/swept.h"

enum { NOTE_MAX_S = 14 * 86400 };

/* Over the objects that were removed on purpose, which are in order. */
static struct digest removed_sum(const struct collecting *c)
{
	return sha256((struct span){ (const uint8_t *)c->removed.item,
				     c->removed.count * sizeof(*c->removed.item) });
}

/* ---- Noting ---- */

void collect_note_free(struct packs_swept **swept)
{
	if (*swept)
		packs_swept_release(*swept);
	free(*swept);
	*swept = NULL;
}

int collect_note_begin(struct collecting *c, struct error *err)
{
	const struct store_collect_request *request = c->request;
	struct error ignored = { 0 };

	if (!request->state)
		return 0;
	c->swept = calloc(1, sizeof(*c->swept));
	if (!c->swept)
		return error_set(err, ERROR_SYSTEM, "out of memory for a note");
	packs_swept_init(c->swept);
	c->swept->marked = request->now;
	c->swept->grace_s = request->grace_s;
	/* Without a note the next collection marks everything, and that is all. */
	if (request->state(request->user, &c->swept->state, &ignored))
		collect_note_free(&c->swept);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct collect_pack *x = a, *y = b;

	return digest_order(&x->name, &y->name);
}

int collect_note_packs(struct collecting *c, struct error *err)
{
	struct packs_swept *swept = c->swept;

	if (!swept)
		return 0;
	if (packs_swept_room(swept, c->packs, err))
		return -1;
	swept->removed = removed_sum(c);
	for (size_t i = 0; i < c->packs; i++)
		if (!c->pack[i].quarantined && !c->pack[i].moved)
			swept->pack[swept->count++] = c->pack[i];
	qsort(swept->pack, swept->count, sizeof(*swept->pack), by_name);
	for (size_t i = 0; i < swept->count; i++)
		swept->stamp[i] = packs_whole_stamp(c->self, c->ctx, &swept->pack[i].name);
	return 0;
}

void collect_note_loose(struct collecting *c, uint64_t bytes, int64_t changed)
{
	struct packs_swept *swept = c->swept;

	if (!swept)
		return;
	swept->loose++;
	swept->loose_bytes += bytes;
	if (changed < swept->loose_changed)
		swept->loose_changed = changed;
}

void collect_note_end(struct collecting *c)
{
	if (c->swept)
		packs_swept_write(c->self, c->swept);
}

/* ---- Asking ---- */

/*
 * What lies there now, measured as it was then: a pack that came since is young, and of its garbage
 * nothing is known. False where one is gone, is another than it was, or is unknown and old.
 */
static bool packs_are_known(struct collecting *c, const struct packs_swept *swept)
{
	const struct packs_whole_stamp none = { { 0 } };
	size_t known = 0;

	for (size_t i = 0; i < c->packs; i++) {
		struct collect_pack *pack = &c->pack[i];
		const struct collect_pack *noted = packs_swept_find(swept, &pack->name);
		struct packs_whole_stamp now;

		if (pack->quarantined)
			return false;
		known += noted != NULL;
		now = packs_whole_stamp(c->self, c->ctx, &pack->name);
		if (noted && memcmp(&now, &none, sizeof(now)) != 0 &&
		    memcmp(&now, &swept->stamp[noted - swept->pack], sizeof(now)) == 0) {
			pack->bytes = noted->bytes;
			pack->garbage = noted->garbage;
			pack->records = noted->records;
			pack->leads = noted->leads;
			pack->broken = noted->broken;
		} else if (collect_is_young(c, pack)) {
			pack->bytes = pack->size; /* so that a small one counts as small */
		} else {
			return false;
		}
	}
	return known == swept->count;
}

/* Did nothing come to be garbage, but by growing older? */
static bool needs_still(struct collecting *c, const struct packs_swept *swept)
{
	const struct store_collect_request *request = c->request;
	CLEANUP(digest_list_release) struct digest_list mended = { 0 };
	struct digest removed;
	struct error ignored = { 0 };
	bool still = false;

	/* A clock that was set back tells nothing of what is young. */
	if (swept->marked > request->now || request->now - swept->marked > NOTE_MAX_S ||
	    request->now - swept->marked >= request->grace_s || swept->grace_s > request->grace_s)
		return false;
	if (mended_list(c->self, &mended, &ignored) || mended.count ||
	    collect_removed_list(c, &ignored))
		return false;
	removed = removed_sum(c);
	return digest_equal(&removed, &swept->removed) &&
	       request->still(request->user, buffer_view(&swept->state), &still, &ignored) == 0 &&
	       still;
}

int collect_is_idle(struct collecting *c, bool *out_idle, struct error *err)
{
	const struct store_collect_request *request = c->request;
	CLEANUP(packs_swept_release) struct packs_swept swept;
	struct error ignored = { 0 };
	uint64_t loose;

	*out_idle = false;
	packs_swept_init(&swept);
	/* The set of what is needed errs: whoever wants all of it has it marked again. */
	if (!request->still || request->again || request->all ||
	    packs_swept_read(c->self, &swept, &ignored) || !needs_still(c, &swept) ||
	    swept.loose_changed <= request->now - request->grace_s)
		return 0;
	if (collect_packs_list(c, err))
		return -1;
	if (!packs_are_known(c, &swept) || collect_packs_worth(c))
		return 0;
	if (collect_loose_count(c, &loose, err))
		return -1;
	if (collect_loose_are_many(c, loose > swept.loose ? loose - swept.loose : 0))
		return 0;
	for (size_t i = 0; i < c->packs; i++)
		*(collect_is_young(c, &c->pack[i]) ? &c->collected->young_bytes
						   : &c->collected->kept_bytes) +=
			c->pack[i].garbage;
	c->collected->young_bytes += swept.loose_bytes;
	c->collected->noted = swept.marked;
	*out_idle = true;
	return 0;
}
