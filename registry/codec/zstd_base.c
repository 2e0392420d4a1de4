/* One zstd frame of a text that repeats much of another, which is read in front of it. */
#include "registry/codec/zstd.h"
#include "registry/codec_inner.h"

static int zstd_base_decode(struct codec_work *work, struct span base, struct span dictionary,
			    struct span stored, uint8_t *out, size_t raw_len, struct error *err)
{
	(void)dictionary;
	return zstd_unpack_beside(work->zstd, base, stored, out, raw_len, err);
}

const struct codec codec_zstd_base = { .name = "zstd_base",
				       .number = 5,
				       .needs_base = true,
				       .base_any_length = true,
				       .decode = zstd_base_decode };
