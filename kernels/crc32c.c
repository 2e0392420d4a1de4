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

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t before, struct span bytes)
{
	uint64_t crc = (uint32_t)~before;
	size_t at = 0;

	for (; bytes.len - at >= 8; at += 8) {
		uint64_t word;

		memcpy(&word, bytes.data + at, 8);
		crc = _mm_crc32_u64(crc, word);
	}
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
