/* Planes, by the fastest way that was admitted here. */
#include "kernels/planes_inner.h"

size_t planes_codes_size(struct planes_level level, size_t count)
{
	return (count + PLANES_GROUP - 1) / PLANES_GROUP * 8 * level.width;
}

void planes_split(enum planes_change change, size_t bytes, const uint8_t *words,
		  const uint8_t *base, size_t count, uint8_t *const plane[PLANES_MAX])
{
	planes_admitted()->split(change, bytes, words, base, count, plane);
}

void planes_join(enum planes_change change, size_t bytes, const uint8_t *const plane[PLANES_MAX],
		 const uint8_t *base, size_t count, uint8_t *words)
{
	planes_admitted()->join(change, bytes, plane, base, count, words);
}

size_t planes_level_take(struct planes_level level, const uint8_t *symbols, size_t count,
			 uint8_t *codes, uint8_t *on)
{
	return planes_admitted()->take(level, symbols, count, codes, on);
}

size_t planes_level_put(struct planes_level level, const uint8_t *codes, const uint8_t *on,
			size_t count, uint8_t *symbols)
{
	return planes_admitted()->put(level, codes, on, count, symbols);
}

const char *planes_implementation(void)
{
	return planes_admitted()->name;
}
