/*
 * pieces: a file cut into regions and pieces, and a locator beside each piece
 * (docs/formats.md, section 2).
 */
#ifndef VERIFY_PIECES_H
#define VERIFY_PIECES_H

#include "verify/format.h"

#define PIECE_SIZE_BYTES 4194304u
#define PIECES_MAX 4194304u /* in one manifest: 16 TiB */
#define PIECE_NO_TENSOR SIZE_MAX

/* One piece of a file. */
struct piece {
	uint64_t offset; /* in the file */
	uint32_t len;
	size_t tensor;         /* index into the file's tensors, or PIECE_NO_TENSOR */
	uint64_t region_start; /* of its tensor, or of the run of bytes that is no tensor's */
};

/*
 * The pieces of a file of `size` bytes whose tensors are `tensor[count]`, by
 * offset, not overlapping and inside the file. *out_piece is malloced, NULL
 * for an empty file; the caller frees it. ERROR_CORRUPT above PIECES_MAX.
 */
MUST_CHECK int pieces_cut(uint64_t size, const struct tensor *tensor, size_t count,
			  struct piece **out_piece, size_t *out_count, struct error *err);

/* How many pieces `length` bytes of one region make. */
uint64_t pieces_in_region(uint64_t length);

#define LOCATOR_WORDS 21
#define LOCATOR_SIZE_BYTES (4 * LOCATOR_WORDS)

/* XOR of all 32-bit little-endian words, then of those whose index has bit b set, b = 0 ... 19. */
struct locator {
	uint32_t sum[LOCATOR_WORDS];
};

/* A locator over bytes that arrive in steps. Start with {0}. */
struct locator_stream {
	struct locator locator;
	uint64_t words; /* seen so far; every step but the last has a multiple of 2,048 bytes */
};

void locator_add(struct locator_stream *stream, struct span bytes);
/* The same as on a processor that has no wider registers than every one of its kind: for tests. */
void locator_add_plain(struct locator_stream *stream, struct span bytes);

/*
 * If one word makes the difference between two pieces: true, its index and
 * the bits that changed. A guess until undoing it gives the piece's digest.
 */
bool locator_guess(const struct locator *expected, const struct locator *found, uint32_t *out_index,
		   uint32_t *out_change);

/* What is kept of one piece. */
struct piece_record {
	struct digest digest;
	struct locator locator;
};

#define PIECE_RECORD_SIZE_BYTES (DIGEST_SIZE + LOCATOR_SIZE_BYTES)

/* The pieces object: write `count` records into `out`; read one, malloced, NULL when empty. */
MUST_CHECK int pieces_write(const struct piece_record *record, size_t count, struct buffer *out,
			    struct error *err);
MUST_CHECK int pieces_read(struct span bytes, struct piece_record **out_record, size_t *out_count,
			   struct error *err);

/* Room for a piece that is used over and over, or NULL: there is no memory. Freed with free(). */
uint8_t *piece_room_new(void);

#endif
