/* The head of a safetensors file: what is written in front of the bytes of tensors. */
#ifndef VERIFY_SAFETENSORS_HEAD_H
#define VERIFY_SAFETENSORS_HEAD_H

#include "verify/format.h"

/* A tensor on its way into a file of its own. */
struct safetensors_entry {
	const struct tensor *tensor;
	uint64_t offset; /* filled in: where its bytes begin in the new file */
	size_t user;     /* the caller's */
};

/*
 * Put the tensors into the order in which the reference implementation writes
 * them (wide element formats first, then by name), append the head of their file to
 * `out` (length, JSON, spaces up to a multiple of 8), and fill in their offsets, one
 * behind the other. *out_size is the size of the whole file. No metadata is written.
 * ERROR_CORRUPT above the size that a header may have, or for two tensors of one name.
 */
MUST_CHECK int safetensors_head_write(struct safetensors_entry *entry, size_t count,
				      struct buffer *out, uint64_t *out_size, struct error *err);

#endif
