/* The bytes as they are. */
#include "registry/codec.h"

#include <string.h>

static int raw_decode(struct codec_work *work, struct span base, struct span dictionary,
		      struct span stored, uint8_t *out, size_t raw_len, struct error *err)
{
	(void)work;
	(void)base;
	(void)dictionary;
	if (stored.len != raw_len)
		return error_set(err, ERROR_CORRUPT, "%zu bytes are stored where %zu must stand",
				 stored.len, raw_len);
	if (raw_len)
		memcpy(out, stored.data, raw_len);
	return 0;
}

const struct codec codec_raw = { .name = "raw", .number = 0, .decode = raw_decode };
