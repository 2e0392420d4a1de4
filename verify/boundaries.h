/*
 * boundaries: the hidden states of all probes at every layer boundary, kept beside a
 * record so that one layer can be computed without those before it.
 *
 * One object a boundary holds the states of all probes, probe by probe, token
 * by token, as little-endian binary32; a small object in JSON lists them
 * (docs/formats.md, section 6). Nothing in them is believed: the digest of
 * each probe's part must be the one that the record's root covers.
 */
#ifndef VERIFY_BOUNDARIES_H
#define VERIFY_BOUNDARIES_H

#include "kernels/kernels.h"

#define BOUNDARIES_SCHEMA "akashi/boundaries/1"
#define BOUNDARIES_MAX_BYTES (1u << 20) /* of the list */

/* The list. Start with {0}. */
struct boundaries {
	uint32_t hidden;
	uint64_t tokens;       /* over all probes */
	struct digest *object; /* of each boundary */
	size_t count;          /* layers + 1 */
};

void boundaries_release(struct boundaries *boundaries);

/* Room for `count` digests; hidden and tokens are the caller's to set. */
MUST_CHECK int boundaries_new(struct boundaries *boundaries, size_t count, struct error *err);

/* The list as an object, and back. ERROR_CORRUPT: malformed, or sizes beyond those of any model. */
MUST_CHECK int boundaries_to_object(const struct boundaries *boundaries, struct buffer *out,
				    struct error *err);
MUST_CHECK int boundaries_from_object(struct span json, struct boundaries *out_boundaries,
				      struct error *err);

/* Bytes of the object of one boundary. */
uint64_t boundaries_object_bytes(const struct boundaries *boundaries);

/* Who keeps the states of a record as they go by. */
struct boundary_sink {
	void *user;

	/*
	 * The next `rows` states at `boundary` (rows x hidden, borrowed during the call):
	 * those of one boundary come in the order of the probes, boundaries alternate.
	 */
	int (*rows)(void *user, uint32_t boundary, const float *values, size_t rows,
		    struct error *err);
};

/* Where states that were kept are read from; whoever reads checks them. */
struct boundary_source {
	void *user;

	/* The states of `rows` tokens from token `first`, counted over all probes. */
	int (*rows)(void *user, uint32_t boundary, uint64_t first, float *out, size_t rows,
		    struct error *err);
};

#endif
