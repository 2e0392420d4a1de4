/*
 * Whatever is said to be a stored piece: decoded to exactly the bytes asked for,
 * or refused. And whatever a piece is: it comes back.
 *
 * The input: the codec, content and effort, how long the piece is said to be (u24),
 * how long base and dictionary are; then dictionary, base, and the stored bytes or
 * the piece.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAW_MAX = 300000 /* two blocks of words of one and two bytes */ };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What it decodes to matters not, only that nothing is read or written beside it. */
static void decode(struct codec_work *work, const struct codec *codec, struct span base,
		   struct span dictionary, struct span stored, size_t raw_len)
{
	struct error err = { 0 };
	uint8_t *out = malloc(raw_len ? raw_len : 1), *even = calloc(1, raw_len ? raw_len : 1);

	must(out && even);
	if (codec->needs_base && !codec->base_any_length && base.len != raw_len)
		base = (struct span){ even, raw_len };
	if (codec_decode(work, codec, base, dictionary, stored, out, raw_len, &err))
		must(err.code == ERROR_CORRUPT || err.code == ERROR_SYSTEM);
	free(even);
	free(out);
}

static void there_and_back(struct codec_work *work, const struct codec_wish *wish, struct span raw)
{
	CLEANUP(buffer_release) struct buffer stored;
	const struct codec *codec;
	struct error err = { 0 };
	uint8_t *out = malloc(raw.len ? raw.len : 1);

	must(out != NULL);
	buffer_init(&stored, raw.len);
	must(!codec_encode(work, wish, raw, &stored, &codec, &err));
	must(!codec_decode(work, codec, codec->base_any_length ? wish->similar : wish->base,
			   wish->dictionary, buffer_view(&stored), out, raw.len, &err));
	must(!raw.len || !memcmp(out, raw.data, raw.len));
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct codec_work *work; /* kept: nothing of one piece may reach the next */
	struct reader r = reader_over((struct span){ data, size });
	uint8_t number = reader_u8(&r), how = reader_u8(&r);
	size_t raw_len = (reader_u32le(&r) & 0xffffff) % (RAW_MAX + 1);
	size_t base_len = reader_u16be(&r), dictionary_len = reader_u16be(&r);
	struct span dictionary = reader_take(&r, dictionary_len);
	struct span base = reader_take(&r, base_len);
	struct codec_wish wish = { .content = how % 5, .effort = how / 5 % 3 };
	struct error err = { 0 };

	if (r.failed)
		return 0;
	if (!work)
		must(!codec_work_new(&work, &err));
	if (codec_of(number))
		decode(work, codec_of(number), base, dictionary, r.rest, raw_len);
	wish.dictionary = dictionary;
	wish.similar = base;
	if (base.len == r.rest.len)
		wish.base = base;
	there_and_back(work, &wish, r.rest);
	return 0;
}
