/*
 * locator: XOR sums over a piece's words from which one changed word can be
 * named (verify/pieces.h). Sum b + 1 takes the words whose index has bit b set,
 * so that the sums that change spell the index of the word that did.
 *
 * Eight lanes hold index bits 0 to 2; a block of 512 words settles bits 3 to 8
 * by halving, and the bits above are those of the block's own index.
 */
#include "verify/pieces.h"

#include <string.h>

enum { LANES = 8, BLOCK_WORDS = 512, BLOCK_BITS = 9 };

#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));
typedef lanes unaligned_lanes __attribute__((aligned(1), may_alias));

static uint32_t word_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* One word at a time, for what is less than a block. */
static void add_words(struct locator_stream *stream, const uint8_t *bytes, size_t len)
{
	for (size_t at = 0; at < len; at += 4) {
		uint8_t padded[4] = { 0 };
		uint32_t word;

		memcpy(padded, bytes + at, len - at < 4 ? len - at : 4);
		word = word_at(padded);
		stream->locator.sum[0] ^= word;
		for (unsigned b = 0; b < LOCATOR_WORDS - 1; b++) {
			if (stream->words >> b & 1)
				stream->locator.sum[b + 1] ^= word;
		}
		stream->words++;
	}
}

/* XOR of 64 words into *total, and of those with index bits 3, 4, 5 set into bit[0 ... 2]. */
ALWAYS_INLINE void fold_64(const uint8_t *bytes, lanes *total, lanes bit[3])
{
	const unaligned_lanes *v = (const unaligned_lanes *)bytes;
	lanes odd = v[3] ^ v[7], high = v[6] ^ v[7];

	bit[0] ^= v[1] ^ v[5] ^ odd;
	bit[1] ^= v[2] ^ v[3] ^ high;
	bit[2] ^= v[4] ^ v[5] ^ high;
	*total = v[0] ^ v[1] ^ v[2] ^ v[4] ^ v[5] ^ v[6] ^ odd;
}

ALWAYS_INLINE uint32_t lanes_sum(const lanes *v)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < LANES; i++)
		sum ^= (*v)[i];
	return sum;
}

ALWAYS_INLINE void blocks_fold(struct locator_stream *stream, const uint8_t *bytes, size_t blocks)
{
	lanes all = { 0 }, bit[BLOCK_BITS - 3] = { { 0 } };
	uint32_t *sum = stream->locator.sum;

	for (size_t block = 0; block < blocks; block++, bytes += 4 * BLOCK_WORDS) {
		lanes part[8], total;
		uint64_t index = stream->words / BLOCK_WORDS;
		uint32_t word;

		for (unsigned i = 0; i < 8; i++)
			fold_64(bytes + 256 * i, &part[i], bit);
		bit[3] ^= part[1] ^ part[3] ^ part[5] ^ part[7];
		bit[4] ^= part[2] ^ part[3] ^ part[6] ^ part[7];
		bit[5] ^= part[4] ^ part[5] ^ part[6] ^ part[7];
		total = part[0] ^ part[1] ^ part[2] ^ part[3] ^ part[4] ^ part[5] ^ part[6] ^
			part[7];
		all ^= total;
		word = lanes_sum(&total);
		for (unsigned b = BLOCK_BITS; b < LOCATOR_WORDS - 1; b++)
			sum[b + 1] ^= word & (0 - (uint32_t)(index >> (b - BLOCK_BITS) & 1));
		stream->words += BLOCK_WORDS;
	}
	sum[0] ^= lanes_sum(&all);
	for (unsigned i = 0; i < LANES; i++) {
		for (unsigned b = 0; b < 3; b++)
			sum[b + 1] ^= i >> b & 1 ? all[i] : 0;
	}
	for (unsigned b = 3; b < BLOCK_BITS; b++)
		sum[b + 1] ^= lanes_sum(&bit[b - 3]);
}

static void add_blocks_plain(struct locator_stream *stream, const uint8_t *bytes, size_t blocks)
{
	blocks_fold(stream, bytes, blocks);
}

#if defined(__x86_64__)
/* The same with eight words to a register, where every processor of the kind has four. */
__attribute__((target("avx2"))) static void add_blocks_avx2(struct locator_stream *stream,
							    const uint8_t *bytes, size_t blocks)
{
	blocks_fold(stream, bytes, blocks);
}

static void add_blocks(struct locator_stream *stream, const uint8_t *bytes, size_t blocks)
{
	(__builtin_cpu_supports("avx2") ? add_blocks_avx2 : add_blocks_plain)(stream, bytes,
									      blocks);
}
#else
static void add_blocks(struct locator_stream *stream, const uint8_t *bytes, size_t blocks)
{
	add_blocks_plain(stream, bytes, blocks);
}
#endif

typedef void blocks_adder(struct locator_stream *stream, const uint8_t *bytes, size_t blocks);

static void bytes_add(struct locator_stream *stream, struct span bytes, blocks_adder *add)
{
	size_t blocks = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	blocks = bytes.len / (4 * BLOCK_WORDS);
#endif
	add(stream, bytes.data, blocks);
	add_words(stream, bytes.data + blocks * 4 * BLOCK_WORDS,
		  bytes.len - blocks * 4 * BLOCK_WORDS);
}

void locator_add(struct locator_stream *stream, struct span bytes)
{
	bytes_add(stream, bytes, add_blocks);
}

void locator_add_plain(struct locator_stream *stream, struct span bytes)
{
	bytes_add(stream, bytes, add_blocks_plain);
}

bool locator_guess(const struct locator *expected, const struct locator *found, uint32_t *out_index,
		   uint32_t *out_change)
{
	uint32_t change = expected->sum[0] ^ found->sum[0], index = 0;

	if (!change)
		return false;
	for (unsigned b = 0; b < LOCATOR_WORDS - 1; b++) {
		uint32_t difference = expected->sum[b + 1] ^ found->sum[b + 1];

		if (difference && difference != change)
			return false;
		index |= difference ? UINT32_C(1) << b : 0;
	}
	*out_index = index;
	*out_change = change;
	return true;
}
