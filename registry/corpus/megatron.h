/*
 * megatron: the index of a tokenized file (Megatron-LM, indexed_dataset.py), read from its front.
 *
 * Magic "MMIDIDX\0\0", u64 version 1, u8 type of a token, u64 sequences, u64 documents; then the
 * lengths of the sequences (i32), where each begins in the .bin (i64), and the sequence with which
 * each document begins (i64), one more than there are documents; all little-endian. Constant
 * memory.
 */
#ifndef REGISTRY_CORPUS_MEGATRON_H
#define REGISTRY_CORPUS_MEGATRON_H

#include "kernels/kernels.h"

#define MEGATRON_HEAD_BYTES 34u

/* Start with {0}. */
struct megatron {
	uint8_t carry[MEGATRON_HEAD_BYTES]; /* the head, or a number that is not whole yet */
	size_t carried;
	bool has_head;
	unsigned width;             /* bytes of a token */
	uint64_t sequences, starts; /* as the head says */
	uint64_t at;                /* numbers that were read */
	uint64_t tokens;
	uint64_t last_len, last_begin, last_start;
	uint64_t lens_mixed, gaps_mixed; /* equal when the places follow from the lengths */
};

/* The next bytes of the index. ERROR_CORRUPT says what does not fit. */
MUST_CHECK int megatron_add(struct megatron *index, struct span bytes, struct error *err);

/* It ends here. *out_bytes: that its .bin must have. */
MUST_CHECK int megatron_end(const struct megatron *index, uint64_t *out_tokens,
			    uint64_t *out_documents, uint64_t *out_bytes, struct error *err);

#endif
