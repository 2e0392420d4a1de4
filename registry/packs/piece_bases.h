/* piece_bases: which piece of a parent checkpoint a piece is likely to differ little from. */
#ifndef REGISTRY_PACKS_PIECE_BASES_H
#define REGISTRY_PACKS_PIECE_BASES_H

#include "verify/verify.h"

/* The parent's tensors by name. */
struct piece_bases {
	const struct manifest *manifest; /* borrowed, with its pieces */
	uint32_t *by_name;
};

MUST_CHECK int piece_bases_make(const struct manifest *parent, struct piece_bases *out_bases,
				struct error *err);
void piece_bases_release(struct piece_bases *bases);

/*
 * The parent's piece of the same number in the tensor of the same name, dtype
 * and shape, unless it is the same piece: *out_base is left alone when there is none. Any thread.
 */
void piece_bases_find(const struct piece_bases *bases, const struct manifest_piece *piece,
		      struct digest *out_base);

#endif
