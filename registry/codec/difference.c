/* How far each word is from the same word of another piece, cut into planes:
 * registry/codec_words.c. */
#include "registry/codec_inner.h"

static int difference_decode(struct codec_work *work, struct span base, struct span dictionary,
			     struct span stored, uint8_t *out, size_t raw_len, struct error *err)
{
	(void)dictionary;
	return words_decode(work, base, stored, out, raw_len, err);
}

const struct codec codec_difference = {
	.name = "difference", .number = 4, .needs_base = true, .decode = difference_decode
};
