/* crc32c: by the processor's own instruction where it has one. */
#include "kernels/crc32c.h"

#include <string.h>

/* What four bits do to the remainder of the reflected polynomial 0x82f63b78. */
static const uint32_t nibble[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
	0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t crc32c_plain(uint32_t before, struct span bytes)
{
	uint32_t crc = ~before;

	for (size_t i = 0; i < bytes.len; i++) {
		crc ^= bytes.data[i];
		crc = (crc >> 4) ^ nibble[crc & 15];
		crc = (crc >> 4) ^ nibble[crc & 15];
	}
	return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

enum { PART_BYTES = 4096 };

/* x to the power of the bits of one and of two parts, modulo the polynomial, reflected. */
static const uint32_t over_one_part = 0x35d73a62, over_two_parts = 0x28461564;

/* The product of two polynomials, reflected: 0x80000000 is 1. */
static uint32_t product(uint32_t a, uint32_t b)
{
	uint32_t sum = 0;

	for (; a; a <<= 1) {
		sum ^= a & 0x80000000 ? b : 0;
		b = (b >> 1) ^ (b & 1 ? 0x82f63b78 : 0);
	}
	return sum;
}

static uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* The instruction answers after three cycles and starts each cycle: three parts side by side. */
__attribute__((target("sse4.2"))) static uint64_t three_parts(uint64_t crc, const uint8_t *bytes)
{
	uint64_t second = 0, third = 0;

	for (size_t at = 0; at < PART_BYTES; at += 8) {
		crc = _mm_crc32_u64(crc, word_at(bytes + at));
		second = _mm_crc32_u64(second, word_at(bytes + PART_BYTES + at));
		third = _mm_crc32_u64(third, word_at(bytes + 2 * PART_BYTES + at));
	}
	return product(over_two_parts, (uint32_t)crc) ^ product(over_one_part, (uint32_t)second) ^
	       third;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t before, struct span bytes)
{
	uint64_t crc = (uint32_t)~before;
	size_t at = 0;

	for (; bytes.len - at >= 3 * PART_BYTES; at += 3 * PART_BYTES)
		crc = three_parts(crc, bytes.data + at);
	for (; bytes.len - at >= 8; at += 8)
		crc = _mm_crc32_u64(crc, word_at(bytes.data + at));
	for (; at < bytes.len; at++)
		crc = _mm_crc32_u8((uint32_t)crc, bytes.data[at]);
	return ~(uint32_t)crc;
}

uint32_t crc32c(uint32_t before, struct span bytes)
{
	return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(before, bytes)
						: crc32c_plain(before, bytes);
}
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>

uint32_t crc32c(uint32_t before, struct span bytes)
{
	uint32_t crc = ~before;
	size_t at = 0;

	for (; bytes.len - at >= 8; at += 8) {
		uint64_t word;

		memcpy(&word, bytes.data + at, 8);
		crc = __crc32cd(crc, word);
	}
	for (; at < bytes.len; at++)
		crc = __crc32cb(crc, bytes.data[at]);
	return ~crc;
}
#else
uint32_t crc32c(uint32_t before, struct span bytes)
{
	return crc32c_plain(before, bytes);
}
#endif
