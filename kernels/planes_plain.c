/* Planes in plain C: what is right. */
#include "kernels/planes_loops.h"

static void plain_split(enum planes_change change, size_t bytes, const uint8_t *words,
			const uint8_t *base, size_t count, uint8_t *const plane[PLANES_MAX])
{
	planes_split_loops(change, bytes, words, base, count, plane);
}

static void plain_join(enum planes_change change, size_t bytes,
		       const uint8_t *const plane[PLANES_MAX], const uint8_t *base, size_t count,
		       uint8_t *words)
{
	planes_join_loops(change, bytes, plane, base, count, words);
}

static void codes_store(uint8_t *at, uint64_t bits)
{
	for (int byte = 0; byte < 8; byte++)
		at[byte] = (uint8_t)(bits >> 8 * byte);
}

static uint64_t codes_load(const uint8_t *at)
{
	uint64_t bits = 0;

	for (int byte = 0; byte < 8; byte++)
		bits |= (uint64_t)at[byte] << 8 * byte;
	return bits;
}

static size_t plain_take(struct planes_level level, const uint8_t *symbols, size_t count,
			 uint8_t *codes, uint8_t *on)
{
	const uint8_t size = (uint8_t)((1u << level.width) - 1);
	size_t escaped = 0;

	for (size_t group = 0; group < count; group += PLANES_GROUP) {
		uint64_t bits[PLANES_WIDTH_MAX] = { 0 };
		size_t end = count - group < PLANES_GROUP ? count - group : PLANES_GROUP;

		for (size_t i = 0; i < end; i++) {
			uint8_t x = symbols[group + i], code = (uint8_t)(x - level.first);

			if (code >= size) {
				code = size;
				on[escaped++] = (uint8_t)(x >= level.first ? x - size : x);
			}
			for (unsigned bit = 0; bit < level.width; bit++)
				bits[bit] |= (uint64_t)(code >> bit & 1) << i;
		}
		for (unsigned bit = 0; bit < level.width; bit++, codes += 8)
			codes_store(codes, bits[bit]);
	}
	return escaped;
}

static size_t plain_put(struct planes_level level, const uint8_t *codes, const uint8_t *on,
			size_t count, uint8_t *symbols)
{
	const uint8_t size = (uint8_t)((1u << level.width) - 1);
	size_t used = 0;

	for (size_t group = 0; group < count; group += PLANES_GROUP) {
		uint64_t bits[PLANES_WIDTH_MAX];

		for (unsigned bit = 0; bit < level.width; bit++, codes += 8)
			bits[bit] = codes_load(codes);
		for (size_t i = 0; i < PLANES_GROUP; i++) {
			unsigned code = 0;

			for (unsigned bit = 0; bit < level.width; bit++)
				code |= (unsigned)(bits[bit] >> i & 1) << bit;
			if (code < size) {
				symbols[group + i] = (uint8_t)(level.first + code);
			} else {
				uint8_t x = on[used++];

				symbols[group + i] = (uint8_t)(x >= level.first ? x + size : x);
			}
		}
	}
	return used;
}

const struct planes_type planes_plain = { .name = "plain",
					  .compiled = true,
					  .split = plain_split,
					  .join = plain_join,
					  .take = plain_take,
					  .put = plain_put };
