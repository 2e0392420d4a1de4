/* Words cut into planes of bytes: registry/codec_words.c. */
#include "registry/codec_inner.h"

static int planes_decode(struct codec_work *work, struct span base, struct span dictionary,
			 struct span stored, uint8_t *out, size_t raw_len, struct error *err)
{
	(void)base;
	(void)dictionary;
	return words_decode(work, (struct span){ NULL, 0 }, stored, out, raw_len, err);
}

const struct codec codec_planes = { .name = "planes", .number = 3, .decode = planes_decode };
