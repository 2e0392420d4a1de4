/*
 * Words of 16 and 32 bits in little-endian bytes, at any address. For loops that are compiled for
 * several processors, so everything is inlined. Inside kernels/ only.
 */
#ifndef KERNELS_WORDS_H
#define KERNELS_WORDS_H

#include <stdint.h>
#include <string.h>

#define WORDS_INLINE static inline __attribute__((always_inline))

WORDS_INLINE uint16_t words_load16(const uint8_t *at)
{
	uint16_t word;

	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap16(word);
#endif
	return word;
}

WORDS_INLINE void words_store16(uint8_t *at, uint16_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap16(word);
#endif
	memcpy(at, &word, sizeof(word));
}

WORDS_INLINE uint32_t words_load32(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap32(word);
#endif
	return word;
}

WORDS_INLINE void words_store32(uint8_t *at, uint32_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap32(word);
#endif
	memcpy(at, &word, sizeof(word));
}

#endif
