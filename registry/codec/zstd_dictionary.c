/* One zstd frame that was made, and is read, with a dictionary: for small texts that resemble
 * others. */
#include "registry/codec/zstd.h"
#include "registry/codec_inner.h"

static int zstd_dictionary_decode(struct codec_work *work, struct span base, struct span dictionary,
				  struct span stored, uint8_t *out, size_t raw_len,
				  struct error *err)
{
	(void)base;
	if (!dictionary.len)
		return error_set(err, ERROR_CORRUPT, "the piece's dictionary is not there");
	return zstd_unpack(work->zstd, dictionary, stored, out, raw_len, err);
}

const struct codec codec_zstd_dictionary = { .name = "zstd_dictionary",
					     .number = 2,
					     .needs_dictionary = true,
					     .decode = zstd_dictionary_decode };
