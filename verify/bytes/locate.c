/* bytes_locate: what exactly changed in a piece whose digest differs. */
#include "verify/bytes/locate.h"

#include <stdio.h>

/* XOR `change` into word `index` of a piece; bytes beyond its end are the padding. */
static void word_flip(uint8_t *bytes, uint32_t len, uint32_t index, uint32_t change)
{
	for (uint32_t b = 0; b < 4; b++) {
		if (4 * (uint64_t)index + b < len)
			bytes[4 * index + b] ^= (uint8_t)(change >> 8 * b);
	}
}

/* "[17, 203]": where element `index` (row by row) stands in the tensor; "" for a scalar. */
static void element_place(const struct tensor *tensor, uint64_t index, char *out, size_t size)
{
	uint64_t at[TENSOR_RANK_MAX];
	size_t used = 0;

	for (uint32_t i = tensor->rank; i-- > 0;) {
		at[i] = index % tensor->shape[i];
		index /= tensor->shape[i];
	}
	for (uint32_t i = 0; i < tensor->rank && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%llu", i ? ", " : "[",
					 (unsigned long long)at[i]);
	if (tensor->rank && used < size)
		snprintf(out + used, size - used, "]");
}

/* The element at `bytes`, or the one byte there where there are no whole elements. */
static void text_of(const struct tensor *tensor, const uint8_t *bytes, char out[DTYPE_TEXT_MAX])
{
	if (tensor && dtype_bits(tensor->dtype) >= 8)
		dtype_element_text(tensor->dtype, bytes, out);
	else
		snprintf(out, DTYPE_TEXT_MAX, "0x%02x", bytes[0]);
}

/* The first byte of the piece at which the found and the expected word differ. */
static uint32_t first_changed_byte(uint32_t index, uint32_t change)
{
	uint32_t at = 4 * index;

	while (!(change & 0xff)) {
		change >>= 8;
		at++;
	}
	return at;
}

/*
 * `bytes` hold the piece as it was signed. Name what stands at the changed
 * word: the element there, or the byte where there are no whole elements.
 */
static void name_word(const struct piece *piece, const struct tensor *tensor, uint8_t *bytes,
		      uint32_t index, uint32_t change, struct bytes_difference *out)
{
	uint32_t at = first_changed_byte(index, change);
	unsigned width =
		tensor && dtype_bits(tensor->dtype) >= 8 ? dtype_bits(tensor->dtype) / 8 : 1;
	uint64_t in_region = piece->offset - piece->region_start + at;
	uint32_t start = at - (uint32_t)(in_region % width);

	out->exact = true;
	out->offset = piece->offset + start;
	out->len = width;
	text_of(tensor, bytes + start, out->expected);
	word_flip(bytes, piece->len, index, change);
	text_of(tensor, bytes + start, out->found);
	if (tensor && dtype_bits(tensor->dtype) >= 8)
		element_place(tensor, in_region / width, out->element, sizeof(out->element));
}

int bytes_locate(struct source *source, const struct piece *piece, const struct tensor *tensor,
		 const struct piece_record *expected, uint8_t *room,
		 struct bytes_difference *out_difference, struct error *err)
{
	struct bytes_difference difference = { .tensor = tensor ? tensor->name : NULL,
					       .offset = piece->offset,
					       .len = piece->len };
	struct locator_stream found = { 0 };
	struct span bytes = { room, piece->len };
	uint32_t index, change;
	struct digest undone;

	if (source_read_at(source, piece->offset, room, piece->len, err))
		return -1;
	locator_add(&found, bytes);
	if (locator_guess(&expected->locator, &found.locator, &index, &change) &&
	    4 * (uint64_t)index < piece->len) {
		word_flip(room, piece->len, index, change);
		undone = sha256(bytes);
		if (digest_equal(&undone, &expected->digest))
			name_word(piece, tensor, room, index, change, &difference);
	}
	*out_difference = difference;
	return 0;
}
