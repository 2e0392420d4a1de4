/* Which codec a piece is stored by, and which reads it. */
#include "registry/codec.h"

#include <stdlib.h>
#include <string.h>

struct codec_work {
	int unused;
};

static const struct codec *const codecs[] = {
#define CODEC(name, number) [number] = &codec_##name,
#include "registry/codecs.def"
#undef CODEC
};

enum { CODECS = sizeof(codecs) / sizeof(codecs[0]) };

static const char *const effort_names[] = {
	[EFFORT_NONE] = "none",
	[EFFORT_FAST] = "fast",
	[EFFORT_FULL] = "full",
};

int codec_effort_parse(const char *text, enum codec_effort *out_effort, struct error *err)
{
	for (size_t i = 0; i < sizeof(effort_names) / sizeof(effort_names[0]); i++) {
		if (strcmp(effort_names[i], text) != 0)
			continue;
		*out_effort = (enum codec_effort)i;
		return 0;
	}
	return error_set(err, ERROR_USAGE, "'%s' is no compression: use none, fast or full", text);
}

const char *codec_effort_name(enum codec_effort effort)
{
	return effort_names[effort];
}

const struct codec *codec_of(unsigned number)
{
	return number < CODECS ? codecs[number] : NULL;
}

int codec_work_new(struct codec_work **out_work, struct error *err)
{
	struct codec_work *work = calloc(1, sizeof(*work));

	if (!work)
		return error_set(err, ERROR_SYSTEM, "out of memory for a codec");
	*out_work = work;
	return 0;
}

void codec_work_free(struct codec_work **work)
{
	free(*work);
	*work = NULL;
}

int codec_encode(struct codec_work *work, const struct codec_wish *wish, struct span raw,
		 struct buffer *out, const struct codec **out_codec, struct error *err)
{
	(void)work;
	if (wish->base.len && wish->base.len != raw.len)
		return error_set(err, ERROR_USAGE, "a base of %zu bytes for a piece of %zu",
				 wish->base.len, raw.len);
	if (buffer_add(out, raw, err))
		return -1;
	*out_codec = &codec_raw;
	return 0;
}

int codec_decode(struct codec_work *work, const struct codec *codec, struct span base,
		 struct span dictionary, struct span stored, uint8_t *out, size_t raw_len,
		 struct error *err)
{
	if (codec->needs_base && base.len != raw_len)
		return error_set(err, ERROR_CORRUPT,
				 "the piece's base has %zu bytes, the piece has %zu", base.len,
				 raw_len);
	return codec->decode(work, base, dictionary, stored, out, raw_len, err);
}
