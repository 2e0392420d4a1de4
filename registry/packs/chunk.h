/*
 * Bytes cut where their content says, so that an insertion moves no cut elsewhere.
 *
 * Texts are cut behind lines. Whether a line ends a chunk follows from the line alone and
 * from how long the chunk is already; between two small bounds only, so that two texts agree
 * again a line or two behind where they differ. Other bytes, and lines that never end, are cut
 * by a gear hash over the last 64 bytes, with two masks (Xia et al., FastCDC, USENIX ATC 2016).
 * Where anything was cut stands in recipes: the way may change from one version to the next.
 */
#ifndef REGISTRY_PACKS_CHUNK_H
#define REGISTRY_PACKS_CHUNK_H

#include "kernels/kernels.h"

#define CHUNK_LINES_BYTES 16384u /* of a text, on the average */
#define CHUNK_BYTES_BYTES 65536u /* of anything else */
#define CHUNK_PARTS_AIM 131072u  /* a larger file is cut into larger chunks, not into more */

/* How to cut. */
struct chunking {
	bool lines;     /* behind lines, where there are any */
	size_t average; /* a power of two; no chunk has more than four times as much */
	uint64_t gear[256];
};

/* How a file of `size` bytes is cut: texts (`lines`), or anything else. */
struct chunking chunking_of(bool lines, uint64_t size);

/* How many of the first bytes of `bytes` (at least one) make the next chunk: all, if they end
 * before a cut. */
size_t chunk_next(const struct chunking *chunking, struct span bytes);

/* At least this long is every chunk that ends neither the bytes nor before a long line. */
size_t chunk_min(const struct chunking *chunking);

/* Do the bytes look like text (a sample of them has no byte that texts have not)? */
bool chunk_is_text(struct span bytes);

#endif
