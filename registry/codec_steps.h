/*
 * A stored piece, decoded a step at a time: its stored bytes are fetched and its raw bytes given
 * in parts that stay in a core's cache, so that what is only to be hashed never goes to memory.
 *
 * What a piece is codec_decode says (registry/codec.h). Here only such pieces are taken as
 * codec_encode makes, of codecs whose pieces can be begun before all of it is there; whoever is
 * refused here asks there.
 */
#ifndef REGISTRY_CODEC_STEPS_H
#define REGISTRY_CODEC_STEPS_H

#include "registry/codec.h"

enum {
	CODEC_STEP_UNIT = 64,  /* words in a step are a multiple of it, */
	CODEC_STEP_MAX = 16384 /* and no more than so many */
};

/* Fetch the next `len` stored bytes into `to`; 0, or -1 with `err` set. */
typedef int codec_stored_fetch(void *user, uint8_t *to, size_t len, struct error *err);

struct codec_steps;
MUST_CHECK int codec_steps_new(struct codec_steps **out_steps, struct error *err);
void codec_steps_free(struct codec_steps **steps);

/* Are there steps for pieces of this codec? */
bool codec_steps_can(const struct codec *codec);

/* The piece to be decoded. Whatever piece it was at before is given up. */
struct codec_steps_wish {
	const struct codec *codec; /* codec_steps_can */
	size_t stored_len, raw_len;
	size_t words; /* in a step */
	codec_stored_fetch *fetch;
	void *user;
};
void codec_steps_begin(struct codec_steps *steps, const struct codec_steps_wish *wish);

/*
 * The next raw bytes of the piece into *out_bytes, borrowed until the next call; none where all
 * were given. The last ones are given only when all stored bytes were fetched. ERROR_CORRUPT
 * where the stored bytes are no piece of raw_len bytes, or one that codec_encode does not make; or
 * what `fetch` fails with. Then nothing more may be asked of this piece.
 */
MUST_CHECK int codec_steps_next(struct codec_steps *steps, struct codec_work *work,
				struct span *out_bytes, struct error *err);

#endif
