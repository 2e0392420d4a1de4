/* What the codecs need of libzstd. */
#ifndef REGISTRY_CODEC_ZSTD_H
#define REGISTRY_CODEC_ZSTD_H

#include "registry/codec.h"

enum zstd_way {
	ZSTD_WAY_SYMBOLS, /* no matches looked for: what is left is a Huffman coder */
	ZSTD_WAY_QUICK,   /* level 1 */
	ZSTD_WAY_SMALL, /* level 2: with a dictionary level 3 gains 3 % and takes half as long again
			 */
	ZSTD_WAY_USUAL  /* level 3 */
};

/* Contexts, made when first needed. */
struct zstd_work;
MUST_CHECK int zstd_work_new(struct zstd_work **out_work, struct error *err);
void zstd_work_free(struct zstd_work **work);

/*
 * Write `raw` as one zstd frame of at most `cap` bytes to `room`. *out_len is its
 * length, or 0 where it does not fit. `dictionary` may be empty. ERROR_SYSTEM only.
 */
MUST_CHECK int zstd_pack(struct zstd_work *work, enum zstd_way way, struct span dictionary,
			 struct span raw, uint8_t *room, size_t cap, size_t *out_len,
			 struct error *err);

/* Read zstd frames that hold exactly raw_len bytes. ERROR_CORRUPT otherwise. */
MUST_CHECK int zstd_unpack(struct zstd_work *work, struct span dictionary, struct span stored,
			   uint8_t *out, size_t raw_len, struct error *err);

/*
 * The same of bytes that repeat much of `beside` (of any length, not empty), which stands in front
 * of them without being written.
 */
MUST_CHECK int zstd_pack_beside(struct zstd_work *work, enum zstd_way way, struct span beside,
				struct span raw, uint8_t *room, size_t cap, size_t *out_len,
				struct error *err);
MUST_CHECK int zstd_unpack_beside(struct zstd_work *work, struct span beside, struct span stored,
				  uint8_t *out, size_t raw_len, struct error *err);

/*
 * A dictionary of at most `cap` bytes for texts like `samples`, of sample_len bytes each (a
 * shorter last one is left out), into `room`; *out_len is 0 where there are too few. ERROR_SYSTEM.
 */
MUST_CHECK int zstd_train(struct span samples, size_t sample_len, uint8_t *room, size_t cap,
			  size_t *out_len, struct error *err);

#endif
