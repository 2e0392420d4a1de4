/*
 * packs_swept: "akashi/swept/1\n"; SHA-256 over the rules; `marked`, `grace_s`, `loose_changed`,
 * `loose`, `loose_bytes`; `removed`; the number of packs and the length of the state; for each pack
 * its name and stamp, when it was written, bytes, garbage, records and flags; the state; SHA-256
 * over all of that. Numbers are little-endian, of eight bytes.
 */
#include "registry/packs/swept.h"

#include <stdlib.h>
#include <string.h>

#define SWEPT_HEAD "akashi/swept/1\n"

enum {
	HEAD_BYTES = sizeof(SWEPT_HEAD) - 1,
	STAMP_BYTES = sizeof(struct packs_whole_stamp),
	FRONT_BYTES = HEAD_BYTES + DIGEST_SIZE + 5 * 8 + DIGEST_SIZE + 2 * 8,
	PACK_BYTES = DIGEST_SIZE + STAMP_BYTES + 5 * 8,
	STATE_MAX_BYTES = 256 << 20,
	SWEPT_MAX_BYTES = STATE_MAX_BYTES + (64 << 20),
	FLAG_LEADS = 1,
	FLAG_BROKEN = 2,
};

void packs_swept_init(struct packs_swept *swept)
{
	*swept = (struct packs_swept){ .loose_changed = PACKS_SWEPT_LOOSE_NONE };
	buffer_init(&swept->state, STATE_MAX_BYTES);
}

void packs_swept_release(struct packs_swept *swept)
{
	free(swept->pack);
	free(swept->stamp);
	buffer_release(&swept->state);
	packs_swept_init(swept);
}

int packs_swept_room(struct packs_swept *swept, size_t count, struct error *err)
{
	swept->pack = calloc(count + 1, sizeof(*swept->pack));
	swept->stamp = calloc(count + 1, sizeof(*swept->stamp));
	return swept->pack && swept->stamp
		       ? 0
		       : error_set(err, ERROR_SYSTEM, "out of memory for packs");
}

/* How garbage is told: where that changes, no note counts. */
static struct digest rules(void)
{
	return sha256(span_of(SWEPT_RULES));
}

/* ---- Reading ---- */

static int pack_take(struct reader *r, struct packs_swept *swept, struct error *err)
{
	struct collect_pack *pack = &swept->pack[swept->count];
	struct span stamp;
	uint64_t flags;

	pack->name = reader_digest(r);
	stamp = reader_take(r, STAMP_BYTES);
	pack->changed = (int64_t)reader_u64le(r);
	pack->bytes = reader_u64le(r);
	pack->garbage = reader_u64le(r);
	pack->records = reader_u64le(r);
	flags = reader_u64le(r);
	if (r->failed || flags & ~(uint64_t)(FLAG_LEADS | FLAG_BROKEN) ||
	    pack->garbage > pack->bytes ||
	    (swept->count && digest_order(&pack[-1].name, &pack->name) >= 0))
		return error_set(err, ERROR_CORRUPT, "a pack that was measured is none");
	memcpy(swept->stamp[swept->count].byte, stamp.data, STAMP_BYTES);
	pack->leads = flags & FLAG_LEADS;
	pack->broken = flags & FLAG_BROKEN;
	swept->count++;
	return 0;
}

/* Head, rules and sum. */
static int frame_check(struct span bytes, struct error *err)
{
	struct digest of = rules(), found;

	if (bytes.len < FRONT_BYTES + DIGEST_SIZE ||
	    memcmp(bytes.data, SWEPT_HEAD, HEAD_BYTES) != 0 ||
	    memcmp(bytes.data + HEAD_BYTES, of.byte, DIGEST_SIZE) != 0)
		return error_set(err, ERROR_CORRUPT, "no note of a collection by these rules");
	found = sha256((struct span){ bytes.data, bytes.len - DIGEST_SIZE });
	return memcmp(found.byte, bytes.data + bytes.len - DIGEST_SIZE, DIGEST_SIZE) == 0
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "the note of a collection was changed");
}

int packs_swept_parse(struct span bytes, struct packs_swept *out_swept, struct error *err)
{
	CLEANUP(packs_swept_release) struct packs_swept swept;
	struct reader r;
	uint64_t count, state;

	packs_swept_init(&swept);
	if (frame_check(bytes, err))
		return -1;
	r = reader_over((struct span){ bytes.data + HEAD_BYTES + DIGEST_SIZE,
				       bytes.len - HEAD_BYTES - 2 * DIGEST_SIZE });
	swept.marked = (int64_t)reader_u64le(&r);
	swept.grace_s = (int64_t)reader_u64le(&r);
	swept.loose_changed = (int64_t)reader_u64le(&r);
	swept.loose = reader_u64le(&r);
	swept.loose_bytes = reader_u64le(&r);
	swept.removed = reader_digest(&r);
	count = reader_u64le(&r);
	state = reader_u64le(&r);
	if (r.failed || count > r.rest.len / PACK_BYTES || state > STATE_MAX_BYTES ||
	    r.rest.len - count * PACK_BYTES != state)
		return error_set(err, ERROR_CORRUPT, "a note of a collection of another length");
	if (packs_swept_room(&swept, (size_t)count, err))
		return -1;
	while (swept.count < count)
		if (pack_take(&r, &swept, err))
			return -1;
	if (buffer_add(&swept.state, r.rest, err))
		return -1;
	*out_swept = swept;
	packs_swept_init(&swept); /* handed over */
	return 0;
}

int packs_swept_read(const struct packs_store *self, struct packs_swept *out_swept,
		     struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&bytes, SWEPT_MAX_BYTES);
	return path_join(self->folder, "swept", &path, err) || file_read(path, &bytes, err) ||
			       packs_swept_parse(buffer_view(&bytes), out_swept, err)
		       ? -1
		       : 0;
}

const struct collect_pack *packs_swept_find(const struct packs_swept *swept,
					    const struct digest *name)
{
	size_t low = 0, high = swept->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = digest_order(&swept->pack[middle].name, name);

		if (!order)
			return &swept->pack[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- Writing ---- */

static int pack_put(const struct packs_swept *swept, size_t i, struct buffer *out,
		    struct error *err)
{
	const struct collect_pack *pack = &swept->pack[i];
	uint64_t flags = (pack->leads ? FLAG_LEADS : 0u) | (pack->broken ? FLAG_BROKEN : 0u);

	return buffer_add(out, digest_view(&pack->name), err) ||
			       buffer_add(out, (struct span){ swept->stamp[i].byte, STAMP_BYTES },
					  err) ||
			       buffer_add_u64le(out, (uint64_t)pack->changed, err) ||
			       buffer_add_u64le(out, pack->bytes, err) ||
			       buffer_add_u64le(out, pack->garbage, err) ||
			       buffer_add_u64le(out, pack->records, err) ||
			       buffer_add_u64le(out, flags, err)
		       ? -1
		       : 0;
}

int packs_swept_text(const struct packs_swept *swept, struct buffer *out, struct error *err)
{
	struct digest of = rules(), sum;

	if (buffer_add_text(out, SWEPT_HEAD, err) || buffer_add(out, digest_view(&of), err) ||
	    buffer_add_u64le(out, (uint64_t)swept->marked, err) ||
	    buffer_add_u64le(out, (uint64_t)swept->grace_s, err) ||
	    buffer_add_u64le(out, (uint64_t)swept->loose_changed, err) ||
	    buffer_add_u64le(out, swept->loose, err) ||
	    buffer_add_u64le(out, swept->loose_bytes, err) ||
	    buffer_add(out, digest_view(&swept->removed), err) ||
	    buffer_add_u64le(out, swept->count, err) ||
	    buffer_add_u64le(out, swept->state.len, err))
		return -1;
	for (size_t i = 0; i < swept->count; i++)
		if (pack_put(swept, i, out, err))
			return -1;
	if (buffer_add(out, buffer_view(&swept->state), err))
		return -1;
	sum = sha256(buffer_view(out));
	return buffer_add(out, digest_view(&sum), err);
}

void packs_swept_write(const struct packs_store *self, const struct packs_swept *swept)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	buffer_init(&bytes, SWEPT_MAX_BYTES);
	(void)(path_join(self->folder, "swept", &path, &ignored) ||
	       packs_swept_text(swept, &bytes, &ignored) ||
	       file_write(path, buffer_view(&bytes), 0644, FILE_REPLACE, &ignored));
}
