/* megatron: the index of a tokenized file, number by number. */
#include "registry/corpus/megatron.h"

#include <string.h>

/* In the order of their codes, from 1: uint8, int8, int16, int32, int64, (floats), uint16. */
static const uint8_t widths[] = { 0, 1, 1, 2, 4, 8, 0, 0, 2 };

static int head_read(struct megatron *index, struct error *err)
{
	struct reader reader = reader_over((struct span){ index->carry, MEGATRON_HEAD_BYTES });
	struct span magic = reader_take(&reader, 9);
	uint64_t version = reader_u64le(&reader);
	uint8_t type = reader_u8(&reader);

	index->sequences = reader_u64le(&reader);
	index->starts = reader_u64le(&reader);
	if (memcmp(magic.data, "MMIDIDX\0\0", 9) != 0)
		return error_set(err, ERROR_CORRUPT, "no Megatron index: it begins otherwise");
	if (version != 1)
		return error_set(err, ERROR_UNTRUSTED, "a Megatron index of version %llu, not 1",
				 (unsigned long long)version);
	if (type >= sizeof(widths) || !widths[type])
		return error_set(err, ERROR_CORRUPT, "its tokens are of type %u, which is none",
				 type);
	if (!index->starts || index->sequences > (uint64_t)1 << 48 ||
	    index->starts > index->sequences + 1)
		return error_set(err, ERROR_CORRUPT,
				 "%llu sequences and %llu starts of documents do not fit together",
				 (unsigned long long)index->sequences,
				 (unsigned long long)index->starts);
	index->width = widths[type];
	index->has_head = true;
	return 0;
}

static uint64_t mix(uint64_t mixed, uint64_t number)
{
	return (mixed ^ number) * 0x9e3779b97f4a7c15u + (mixed >> 31);
}

static int length_take(struct megatron *index, uint64_t value, struct error *err)
{
	if (value > INT32_MAX)
		return error_set(err, ERROR_CORRUPT, "sequence %llu has a negative length",
				 (unsigned long long)index->at);
	index->tokens += value;
	index->last_len = value;
	if (index->at + 1 < index->sequences) /* what shows as the gap before the next */
		index->lens_mixed = mix(index->lens_mixed, value);
	return 0;
}

static int begin_take(struct megatron *index, uint64_t value, struct error *err)
{
	uint64_t number = index->at - index->sequences, gap = value - index->last_begin;

	if (number == 0 ? value != 0
			: value < index->last_begin || value > INT64_MAX || gap % index->width)
		return error_set(err, ERROR_CORRUPT,
				 "sequence %llu begins where the one before it does not end",
				 (unsigned long long)number);
	if (number)
		index->gaps_mixed = mix(index->gaps_mixed, gap / index->width);
	index->last_begin = value;
	return 0;
}

static int start_take(struct megatron *index, uint64_t value, struct error *err)
{
	uint64_t number = index->at - 2 * index->sequences;

	if (number == 0 ? value != 0 : value < index->last_start || value > index->sequences)
		return error_set(err, ERROR_CORRUPT,
				 "document %llu begins with sequence %llu, which cannot be",
				 (unsigned long long)number, (unsigned long long)value);
	index->last_start = value;
	return 0;
}

/* How many bytes the next number has; 0: the index is complete. */
static size_t next_width(const struct megatron *index)
{
	if (!index->has_head)
		return MEGATRON_HEAD_BYTES;
	if (index->at < index->sequences)
		return 4;
	return index->at < 2 * index->sequences + index->starts ? 8 : 0;
}

static int number_take(struct megatron *index, const uint8_t *bytes, struct error *err)
{
	struct reader reader = reader_over((struct span){ bytes, next_width(index) });
	int failed;

	if (index->at < index->sequences)
		failed = length_take(index, reader_u32le(&reader), err);
	else if (index->at < 2 * index->sequences)
		failed = begin_take(index, reader_u64le(&reader), err);
	else
		failed = start_take(index, reader_u64le(&reader), err);
	index->at++;
	return failed;
}

int megatron_add(struct megatron *index, struct span bytes, struct error *err)
{
	while (bytes.len) {
		size_t width = next_width(index), take = width - index->carried;
		const uint8_t *whole = bytes.data;

		if (!width)
			return error_set(err, ERROR_CORRUPT, "more follows behind its end");
		if (take > bytes.len)
			take = bytes.len;
		if (index->carried || take < width || !index->has_head) {
			memcpy(index->carry + index->carried, bytes.data, take);
			index->carried += take;
			whole = index->carry;
		}
		bytes.data += take;
		bytes.len -= take;
		if (whole == index->carry && index->carried < width)
			return 0;
		index->carried = 0;
		if (index->has_head ? number_take(index, whole, err) : head_read(index, err))
			return -1;
	}
	return 0;
}

int megatron_end(const struct megatron *index, uint64_t *out_tokens, uint64_t *out_documents,
		 uint64_t *out_bytes, struct error *err)
{
	if (next_width(index))
		return error_set(err, ERROR_CORRUPT, "the index is cut off");
	if (index->lens_mixed != index->gaps_mixed || index->last_start != index->sequences)
		return error_set(err, ERROR_CORRUPT,
				 "the index contradicts itself: where its sequences and documents "
				 "begin does not follow from their lengths");
	*out_tokens = index->tokens;
	*out_documents = index->starts - 1;
	*out_bytes = index->sequences ? index->last_begin + index->last_len * index->width : 0;
	return 0;
}
