/* pieces: a file cut into regions and pieces, and the object that keeps their digests. */
#include "verify/pieces.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const char magic[] = "akashi/pieces/1\n";

enum { MAGIC_SIZE_BYTES = 16, HEAD_SIZE_BYTES = MAGIC_SIZE_BYTES + 8, LARGE_PAGE_BYTES = 2 << 20 };

uint64_t pieces_in_region(uint64_t length)
{
	return length / PIECE_SIZE_BYTES + (length % PIECE_SIZE_BYTES != 0);
}

/* Cut one region into `piece`, from *count on; NULL only counts. */
static void cut_region(uint64_t offset, uint64_t length, size_t tensor, struct piece *piece,
		       uint64_t *count)
{
	uint64_t pieces = pieces_in_region(length);

	for (uint64_t i = 0; piece && i < pieces; i++) {
		uint64_t rest = length - i * PIECE_SIZE_BYTES;

		piece[*count + i] = (struct piece){
			.offset = offset + i * PIECE_SIZE_BYTES,
			.len = rest < PIECE_SIZE_BYTES ? (uint32_t)rest : PIECE_SIZE_BYTES,
			.tensor = tensor,
			.region_start = offset,
		};
	}
	*count += pieces;
}

static uint64_t cut_all(uint64_t size, const struct tensor *tensor, size_t tensors,
			struct piece *piece)
{
	uint64_t at = 0, count = 0;

	for (size_t i = 0; i < tensors; i++) {
		if (!tensor[i].length)
			continue;
		cut_region(at, tensor[i].offset - at, PIECE_NO_TENSOR, piece, &count);
		cut_region(tensor[i].offset, tensor[i].length, i, piece, &count);
		at = tensor[i].offset + tensor[i].length;
	}
	cut_region(at, size - at, PIECE_NO_TENSOR, piece, &count);
	return count;
}

int pieces_cut(uint64_t size, const struct tensor *tensor, size_t count, struct piece **out_piece,
	       size_t *out_count, struct error *err)
{
	uint64_t pieces = cut_all(size, tensor, count, NULL);
	struct piece *piece = NULL;

	if (pieces > PIECES_MAX)
		return error_set(err, ERROR_CORRUPT, "%llu bytes make %llu pieces, of %u allowed",
				 (unsigned long long)size, (unsigned long long)pieces, PIECES_MAX);
	if (pieces) {
		piece = malloc((size_t)pieces * sizeof(*piece));
		if (!piece)
			return error_set(err, ERROR_SYSTEM, "out of memory for %llu pieces",
					 (unsigned long long)pieces);
		cut_all(size, tensor, count, piece);
	}
	*out_piece = piece;
	*out_count = (size_t)pieces;
	return 0;
}

int pieces_write(const struct piece_record *record, size_t count, struct buffer *out,
		 struct error *err)
{
	uint8_t *room;

	if (buffer_add_text(out, magic, err) || buffer_add_u64le(out, count, err) ||
	    buffer_extend(out, count * PIECE_RECORD_SIZE_BYTES, &room, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		memcpy(room, record[i].digest.byte, DIGEST_SIZE);
		room += DIGEST_SIZE;
		for (size_t k = 0; k < LOCATOR_WORDS; k++) {
			for (int b = 0; b < 4; b++)
				*room++ = (uint8_t)(record[i].locator.sum[k] >> 8 * b);
		}
	}
	return 0;
}

int pieces_read(struct span bytes, struct piece_record **out_record, size_t *out_count,
		struct error *err)
{
	struct reader reader = reader_over(bytes);
	struct span head = reader_take(&reader, MAGIC_SIZE_BYTES);
	uint64_t count = reader_u64le(&reader);
	struct piece_record *record = NULL;

	if (reader_failed(&reader, "a pieces object", err))
		return -1;
	if (!span_equal(head, span_of(magic)))
		return error_set(err, ERROR_CORRUPT, "no pieces object: it begins otherwise");
	if (count > PIECES_MAX || reader.rest.len != count * PIECE_RECORD_SIZE_BYTES)
		return error_set(err, ERROR_CORRUPT,
				 "a pieces object of %llu pieces does not have %zu bytes",
				 (unsigned long long)count, bytes.len);
	if (count) {
		record = malloc((size_t)count * sizeof(*record));
		if (!record)
			return error_set(err, ERROR_SYSTEM, "out of memory for %llu pieces",
					 (unsigned long long)count);
	}
	for (uint64_t i = 0; i < count; i++) {
		record[i].digest = reader_digest(&reader);
		for (size_t k = 0; k < LOCATOR_WORDS; k++)
			record[i].locator.sum[k] = reader_u32le(&reader);
	}
	*out_record = record;
	*out_count = (size_t)count;
	return 0;
}

/* In large pages where the system gives them: small ones would be looked up each time. */
uint8_t *piece_room_new(void)
{
	uint8_t *room = aligned_alloc(LARGE_PAGE_BYTES, PIECE_SIZE_BYTES);

	if (room)
		(void)madvise(room, PIECE_SIZE_BYTES, MADV_HUGEPAGE);
	return room;
}
