/* A record read and decoded a step at a time: its CRC is taken of what has just been read. */
#include <stdlib.h>
#include <sys/uio.h>

#include "registry/packs/steps.h"

struct packs_steps {
	struct codec_steps *codec;
	struct packs_place place;
	size_t fetched; /* stored bytes */
	uint32_t crc;   /* of them */
	struct pack_record record;
};

int packs_steps_new(struct packs_steps **out_steps, struct error *err)
{
	CLEANUP(packs_steps_free) struct packs_steps *steps = calloc(1, sizeof(*steps));

	if (!steps)
		return error_set(err, ERROR_SYSTEM, "out of memory for a piece");
	if (codec_steps_new(&steps->codec, err))
		return -1;
	*out_steps = steps;
	steps = NULL;
	return 0;
}

void packs_steps_free(struct packs_steps **steps)
{
	if (!*steps)
		return;
	codec_steps_free(&(*steps)->codec);
	free(*steps);
	*steps = NULL;
}

bool packs_steps_can(const struct pack_entry *entry)
{
	const struct codec *codec = codec_of(entry->codec);

	/* Where nothing is fetched the record's head would not be read. */
	return codec && codec_steps_can(codec) && entry->stored_len;
}

/* The next stored bytes; with the first ones the head of the record. */
static int stored_fetch(void *user, uint8_t *to, size_t len, struct error *err)
{
	struct packs_steps *steps = user;
	const struct pack_entry *entry = &steps->place.entry;

	if (steps->fetched
		    ? pack_pread(steps->place.handle->fd,
				 entry->offset + PACK_RECORD_BYTES + steps->fetched, to, len, err)
		    : packs_record_begin(&steps->place, to, len, &steps->record, err))
		return -1;
	steps->crc = crc32c(steps->crc, (struct span){ to, len });
	steps->fetched += len;
	if (steps->fetched == entry->stored_len && steps->crc != steps->record.stored_crc)
		return error_set(err, ERROR_CORRUPT, "the stored bytes of a record were changed");
	return 0;
}

void packs_steps_begin(struct packs_steps *steps, const struct packs_place *place, size_t words)
{
	const struct codec_steps_wish wish = { .codec = codec_of(place->entry.codec),
					       .stored_len = place->entry.stored_len,
					       .raw_len = place->entry.raw_len,
					       .words = words,
					       .fetch = stored_fetch,
					       .user = steps };

	steps->place = *place;
	steps->fetched = 0;
	steps->crc = 0;
	codec_steps_begin(steps->codec, &wish);
}

int packs_steps_next(struct packs_steps *steps, struct codec_work *work, struct span *out_bytes,
		     struct error *err)
{
	return codec_steps_next(steps->codec, work, out_bytes, err);
}
