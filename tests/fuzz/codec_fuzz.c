/*
 * Whatever is said to be a stored piece: decoded to exactly the bytes asked for,
 * or refused; in steps never to other bytes than whole. And whatever a piece is: it
 * comes back, both ways.
 *
 * The input: the codec, content and effort, how long the piece is said to be (u24),
 * how long base and dictionary are; then dictionary, base, and the stored bytes or
 * the piece.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/codec_steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAW_MAX = 300000 /* two blocks of words of one and two bytes */ };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static struct codec_steps *steps; /* kept: nothing of one piece may reach the next */

static int fetch(void *user, uint8_t *to, size_t len, struct error *err)
{
	struct reader *stored = user;
	struct span bytes = reader_take(stored, len);

	(void)err;
	must(!stored->failed);
	memcpy(to, bytes.data, len);
	return 0;
}

/* In steps of `words`: the bytes in `whole`, or refused. Returns whether it was taken. */
static bool in_steps(struct codec_work *work, const struct codec *codec, struct span stored,
		     const uint8_t *whole, size_t raw_len, size_t words)
{
	struct reader r = reader_over(stored);
	struct error err = { 0 };
	struct span bytes;
	size_t at = 0;

	codec_steps_begin(
		steps, &(struct codec_steps_wish){ codec, stored.len, raw_len, words, fetch, &r });
	do {
		if (codec_steps_next(steps, work, &bytes, &err)) {
			must(err.code == ERROR_CORRUPT);
			return false;
		}
		must(bytes.len <= raw_len - at);
		must(!whole || !bytes.len || !memcmp(whole + at, bytes.data, bytes.len));
		at += bytes.len;
	} while (bytes.len);
	must(at == raw_len);
	return true;
}

/* What it decodes to matters not, only that nothing is read or written beside it. */
static void decode(struct codec_work *work, const struct codec *codec, struct span base,
		   struct span dictionary, struct span stored, size_t raw_len, size_t words)
{
	bool refused;

	struct error err = { 0 };
	uint8_t *out = malloc(raw_len ? raw_len : 1), *even = calloc(1, raw_len ? raw_len : 1);

	must(out && even);
	if (codec->needs_base && !codec->base_any_length && base.len != raw_len)
		base = (struct span){ even, raw_len };
	refused = codec_decode(work, codec, base, dictionary, stored, out, raw_len, &err);
	must(!refused || err.code == ERROR_CORRUPT || err.code == ERROR_SYSTEM);
	if (codec_steps_can(codec) &&
	    in_steps(work, codec, stored, refused ? NULL : out, raw_len, words))
		must(!refused);
	free(even);
	free(out);
}

static void there_and_back(struct codec_work *work, const struct codec_wish *wish, struct span raw,
			   size_t words)
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
	if (codec_steps_can(codec))
		must(in_steps(work, codec, buffer_view(&stored), out, raw.len, words));
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
	size_t words = CODEC_STEP_UNIT * (1 + raw_len % (CODEC_STEP_MAX / CODEC_STEP_UNIT));
	struct error err = { 0 };

	if (r.failed)
		return 0;
	if (!work)
		must(!codec_work_new(&work, &err) && !codec_steps_new(&steps, &err));
	if (codec_of(number))
		decode(work, codec_of(number), base, dictionary, r.rest, raw_len, words);
	wish.dictionary = dictionary;
	wish.similar = base;
	if (base.len == r.rest.len)
		wish.base = base;
	there_and_back(work, &wish, r.rest, words);
	return 0;
}
