/* Pieces become smaller, and come back. */
#include "tests/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/codec.h"

enum { PIECE = 3 << 18, SMALL = 1 << 18 };

struct bench {
	struct codec_work *work;
	uint64_t random;
	uint8_t *raw, *base, *back; /* PIECE bytes of each */
};

static int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct error err = { 0 };

	b->random = 16;
	b->raw = malloc(PIECE);
	b->base = malloc(PIECE);
	b->back = malloc(PIECE);
	if (codec_work_new(&b->work, &err))
		return -1;
	*state = b;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;

	codec_work_free(&b->work);
	free(b->raw);
	free(b->base);
	free(b->back);
	free(b);
	return 0;
}

static double uniform(struct bench *b)
{
	return ((double)(test_random(&b->random) >> 11) + 0.5) / 9007199254740992.0;
}

/* Normal weights, written as `content`; f32 may hold values of bf16 only. */
static void make_weights(struct bench *b, enum codec_content content, bool of_bf16, size_t len)
{
	size_t bytes = content == CONTENT_F32 ? 4 : 2;

	for (size_t i = 0; i + bytes <= len; i += bytes) {
		float value = (float)(0.02 * sqrt(-2 * log(uniform(b))) *
				      cos(2 * 3.14159265358979 * uniform(b)));
		uint32_t bits, half;

		memcpy(&bits, &value, 4);
		half = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
		if (content == CONTENT_F16)
			half = (bits & 0x80000000) | ((bits & 0x7fffffff) - 0x38000000) << 3;
		if (bytes == 4)
			memcpy(b->raw + i, of_bf16 ? &half : &bits, 4);
		else
			memcpy(b->raw + i, (uint8_t *)&half + 2, 2);
	}
}

/* raw becomes the base; then a share of its 16-bit words moves a few places. */
static void make_next(struct bench *b, double share, size_t len)
{
	memcpy(b->base, b->raw, len);
	for (size_t i = 0; i + 2 <= len; i += 2) {
		uint16_t word;

		if (uniform(b) >= share)
			continue;
		memcpy(&word, b->raw + i, 2);
		word = (uint16_t)(word + lrint(5 * (uniform(b) + uniform(b) + uniform(b) - 1.5)));
		memcpy(b->raw + i, &word, 2);
	}
}

/* There and back; returns how many bytes are stored. */
static size_t stored_size(struct bench *b, const struct codec_wish *wish, struct span raw,
			  const struct codec **out_codec)
{
	CLEANUP(buffer_release) struct buffer stored;
	struct error err = { 0 };

	buffer_init(&stored, raw.len);
	assert_done(codec_encode(b->work, wish, raw, &stored, out_codec, &err), &err);
	assert_true(stored.len <= raw.len);
	memset(b->back, 0x55, raw.len);
	assert_done(codec_decode(b->work, *out_codec,
				 (*out_codec)->base_any_length ? wish->similar : wish->base,
				 wish->dictionary, buffer_view(&stored), b->back, raw.len, &err),
		    &err);
	if (raw.len)
		assert_memory_equal(b->back, raw.data, raw.len);
	return stored.len;
}

static double ratio(struct bench *b, enum codec_content content, enum codec_effort effort,
		    bool with_base)
{
	struct codec_wish wish = { .content = content,
				   .effort = effort,
				   .base = { b->base, with_base ? PIECE : 0 } };
	const struct codec *codec;

	return (double)stored_size(b, &wish, (struct span){ b->raw, PIECE }, &codec) / PIECE;
}

static void normal_bf16_weights_shrink_to_two_thirds(void **state)
{
	struct bench *b = *state;

	make_weights(b, CONTENT_BF16, false, PIECE);
	assert_true(ratio(b, CONTENT_BF16, EFFORT_FULL, false) <= 0.67);
	assert_true(ratio(b, CONTENT_BF16, EFFORT_FAST, false) <= 0.67);
	/* Also where nobody says what they are. */
	assert_true(ratio(b, CONTENT_BYTES, EFFORT_FULL, false) <= 0.67);
	assert_true(ratio(b, CONTENT_BF16, EFFORT_NONE, false) == 1);
}

static void normal_f16_and_f32_weights_shrink(void **state)
{
	struct bench *b = *state;

	make_weights(b, CONTENT_F16, false, PIECE);
	assert_true(ratio(b, CONTENT_F16, EFFORT_FULL, false) <= 0.86);
	assert_true(ratio(b, CONTENT_F16, EFFORT_FAST, false) <= 0.86);
	make_weights(b, CONTENT_F32, false, PIECE);
	assert_true(ratio(b, CONTENT_F32, EFFORT_FULL, false) <= 0.84);
	assert_true(ratio(b, CONTENT_BYTES, EFFORT_FULL, false) <= 0.84);
	make_weights(b, CONTENT_F32, true, PIECE);
	assert_true(ratio(b, CONTENT_F32, EFFORT_FULL, false) <= 0.34);
	assert_true(ratio(b, CONTENT_F32, EFFORT_FAST, false) <= 0.34);
}

static void the_next_checkpoint_is_told_by_its_differences(void **state)
{
	struct bench *b = *state;

	make_weights(b, CONTENT_BF16, false, PIECE);
	make_next(b, 1, PIECE);
	assert_true(ratio(b, CONTENT_BF16, EFFORT_FULL, true) <= 0.25);
	assert_true(ratio(b, CONTENT_BF16, EFFORT_FAST, true) <= 0.25);
	make_next(b, 0.05, PIECE);
	assert_true(ratio(b, CONTENT_BF16, EFFORT_FULL, true) <= 0.05);
	make_next(b, 0.002, PIECE);
	assert_true(ratio(b, CONTENT_BF16, EFFORT_FULL, true) <= 0.01);
	make_next(b, 0, PIECE);
	assert_true(ratio(b, CONTENT_BF16, EFFORT_FULL, true) <= 0.0001);
}

static void a_base_that_does_not_help_is_not_used(void **state)
{
	struct bench *b = *state;
	struct codec_wish wish = { .content = CONTENT_BF16,
				   .effort = EFFORT_FULL,
				   .base = { b->base, PIECE } };
	const struct codec *codec;

	make_weights(b, CONTENT_BF16, false, PIECE);
	memcpy(b->base, b->raw, PIECE);
	make_weights(b, CONTENT_BF16, false, PIECE);
	assert_true(stored_size(b, &wish, (struct span){ b->raw, PIECE }, &codec) <= 0.67 * PIECE);
	assert_string_equal(codec->name, "planes");
	make_next(b, 1, PIECE);
	stored_size(b, &wish, (struct span){ b->raw, PIECE }, &codec);
	assert_string_equal(codec->name, "difference");
}

static void bytes_that_are_all_alike_take_no_room(void **state)
{
	struct bench *b = *state;

	for (int content = CONTENT_BYTES; content <= CONTENT_F32; content++)
		for (int value = 0; value < 256; value += 85) {
			memset(b->raw, value, PIECE);
			assert_true(ratio(b, (enum codec_content)content, EFFORT_FULL, false) <
				    0.001);
		}
}

static void noise_is_kept_as_it_is(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < PIECE; i += 8) {
		uint64_t word = test_random(&b->random);

		memcpy(b->raw + i, &word, 8);
	}
	for (int content = CONTENT_BYTES; content <= CONTENT_F32; content++)
		assert_true(ratio(b, (enum codec_content)content, EFFORT_FULL, false) == 1);
}

/* Fill raw with one of several kinds of content. */
static void make_kind(struct bench *b, unsigned kind, size_t len)
{
	static const char text[] = "{\"text\": \"weights and measures\"}\n";

	memset(b->raw, 0, len);
	if (kind == 0)
		make_weights(b, CONTENT_BF16, false, len);
	if (kind == 1)
		make_weights(b, CONTENT_F32, false, len);
	for (size_t i = 0; i < len; i++)
		if (kind == 2)
			b->raw[i] = (uint8_t)text[i % (sizeof(text) - 1)];
		else if (kind == 3)
			b->raw[i] = (uint8_t)(test_random(&b->random) >> 56);
		else if (kind == 4) /* few of many symbols, in all planes */
			b->raw[i] =
				(uint8_t)(uniform(b) < 0.03 ? test_random(&b->random) >> 32 : 7);
}

static const size_t lengths[] = { 0,     1,      2,      3,      5,      63,    64,   65,
				  127,   129,    255,    511,    1000,   4095,  4097, 16385,
				  65535, 131071, 131073, 262143, 262144, 262147 };

static void every_content_of_every_length_comes_back(void **state)
{
	struct bench *b = *state;
	static const char dictionary[] = "{\"text\": \"weights and measures\"}\n and more of them";

	for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++)
		for (unsigned kind = 0; kind <= 5; kind++) {
			size_t len = lengths[l];
			unsigned how = (unsigned)(test_random(&b->random) >> 33);
			const struct codec *codec;

			make_kind(b, kind, len);
			if (how % 2)
				make_next(b, 0.3, len);
			for (int content = CONTENT_BYTES; content <= CONTENT_F32; content++) {
				struct codec_wish wish = {
					.content = (enum codec_content)content,
					.effort = how / 2 % 2 ? EFFORT_FAST : EFFORT_FULL,
					.base = { b->base, how % 2 ? len : 0 },
					.dictionary = { (const uint8_t *)dictionary,
							how / 4 % 2 ? sizeof(dictionary) : 0 },
				};

				stored_size(b, &wish, (struct span){ b->raw, len }, &codec);
			}
		}
}

/* Words that do not begin at the piece's first byte are found. */
static void words_are_found_at_any_place(void **state)
{
	struct bench *b = *state;
	struct codec_wish wish = { .content = CONTENT_BYTES, .effort = EFFORT_FULL };
	const struct codec *codec;

	make_weights(b, CONTENT_F32, false, SMALL);
	for (size_t skip = 0; skip < 4; skip++)
		assert_true(stored_size(b, &wish, (struct span){ b->raw + skip, SMALL - skip },
					&codec) < 0.84 * SMALL);
}

static void small_texts_gain_by_a_dictionary(void **state)
{
	struct bench *b = *state;
	static const char dictionary[] =
		"{\"question\": \"How many legs has a spider, and how many has its mother?\", "
		"\"answer\": \"eight, and as many\"}\n";
	static const char text[] =
		"{\"question\": \"How many legs has a beetle, and how many has its mother?\", "
		"\"answer\": \"six, and as many\"}\n";
	struct span raw = { (const uint8_t *)text, sizeof(text) - 1 };
	struct codec_wish wish = { .content = CONTENT_TEXT, .effort = EFFORT_FULL };
	const struct codec *codec;
	size_t alone = stored_size(b, &wish, raw, &codec);

	wish.dictionary = (struct span){ (const uint8_t *)dictionary, sizeof(dictionary) - 1 };
	assert_true(stored_size(b, &wish, raw, &codec) < alone * 2 / 3);
	assert_true(codec->needs_dictionary);
}

/* A text that repeats another takes what differs; one that does not is kept by itself. */
static void texts_gain_by_what_they_resemble(void **state)
{
	struct bench *b = *state;
	struct codec_wish wish = { .content = CONTENT_TEXT, .effort = EFFORT_FULL };
	struct error err = { 0 };
	const struct codec *codec;
	size_t alone, len = 20000;

	for (size_t i = 0; i < len; i++)
		b->base[i] = (uint8_t)('a' + test_random(&b->random) % 16);
	memcpy(b->raw, b->base + 1000, len - 1000); /* of any length, and shifted */
	memcpy(b->raw + 5000, "what was edited", 15);
	alone = stored_size(b, &wish, (struct span){ b->raw, len - 1000 }, &codec);
	assert_false(codec->needs_base);
	assert_true(alone > len / 3);
	for (enum codec_effort effort = EFFORT_FAST; effort <= EFFORT_FULL; effort++) {
		wish.effort = effort;
		wish.similar = (struct span){ b->base, len };
		assert_true(stored_size(b, &wish, (struct span){ b->raw, len - 1000 }, &codec) <
			    100);
		assert_true(codec->needs_base && codec->base_any_length);
	}
	for (size_t i = 0; i < len; i++)
		b->base[i] = (uint8_t)('a' + test_random(&b->random) % 16);
	assert_true(stored_size(b, &wish, (struct span){ b->raw, len - 1000 }, &codec) == alone);
	assert_false(codec->needs_base);

	/* Nothing to look in is what another base is: refused, or another text. */
	memcpy(b->base, b->raw, len);
	wish.similar = (struct span){ b->base, len };
	(void)stored_size(b, &wish, (struct span){ b->raw, len - 1000 }, &codec);
	assert_true(codec->base_any_length);
	assert_fails(codec_decode(b->work, codec, (struct span){ NULL, 0 },
				  (struct span){ NULL, 0 }, (struct span){ b->raw, 50 }, b->back,
				  len, &err),
		     &err, ERROR_CORRUPT);
}

static void a_dictionary_is_trained_where_there_is_enough(void **state)
{
	struct bench *b = *state;
	CLEANUP(buffer_release) struct buffer dictionary;
	struct codec_wish wish = { .content = CONTENT_TEXT, .effort = EFFORT_FULL };
	struct error err = { 0 };
	const struct codec *codec;
	size_t len = 0, alone;

	while (len < SMALL)
		len += (size_t)snprintf((char *)b->raw + len, 200,
					"{\"question\": \"how many legs has %06llx?\", "
					"\"answer\": \"%llu of them\"}\n",
					(unsigned long long)test_random(&b->random) >> 40,
					(unsigned long long)test_random(&b->random) % 1000);
	buffer_init(&dictionary, 4096);
	assert_done(
		codec_dictionary_train((struct span){ b->raw, 8 }, 4096, 4096, &dictionary, &err),
		&err);
	assert_int_equal(dictionary.len, 0);
	assert_done(
		codec_dictionary_train((struct span){ b->raw, len }, 4096, 4096, &dictionary, &err),
		&err);
	assert_in_range(dictionary.len, 256, 4096);
	alone = stored_size(b, &wish, (struct span){ b->raw, 500 }, &codec);
	wish.dictionary = buffer_view(&dictionary);
	assert_true(stored_size(b, &wish, (struct span){ b->raw, 500 }, &codec) < alone * 3 / 4);
	assert_true(codec->needs_dictionary);
}

/* A piece from docs/formats.md by hand: six bf16 words, exponents in two levels. */
static void stored_bytes_mean_what_the_formats_say(void **state)
{
	struct bench *b = *state;
	static const uint8_t words[] = { 0x80, 0x3f, 0x80, 0xbf, 0x00, 0x3f,
					 0x81, 0x40, 0x80, 0x3f, 0xff };
	static const uint8_t stored[] = {
		2, 0,  0xff,    /* words of 2 bytes from the first on; the byte behind the last */
		3, 32, 0,    0, /* exponents 127 127 126 129 127: levels */
		1, 2,  126,  1, 0,    0, 0, /* one level: 2 bits from 126 on; one goes on */
		0, 1,  0,    0, 126,        /* raw: 129, lowered by 3 */
		0, 16, 0,    0, 0x1b, 0, 0, 0, 0, 0,
		0, 0,  0x08, 0, 0,    0, 0, 0, 0, 0, /* 1 1 0 3 1 */
		0, 5,  0,    0, 0,    1, 0, 2, 0     /* raw: mantissas above signs */
	};
	uint8_t out[sizeof(words)];
	struct error err = { 0 };

	(void)words;
	assert_true(sizeof(stored) < 64);
	assert_done(codec_decode(b->work, codec_of(3), (struct span){ NULL, 0 },
				 (struct span){ NULL, 0 }, (struct span){ stored, sizeof(stored) },
				 out, sizeof(words), &err),
		    &err);
	assert_memory_equal(out, words, sizeof(words));
}

/* Stored bytes that were cut or changed: refused, or other bytes; sanitizers watch the rest. */
static void damaged_bytes_break_nothing(void **state)
{
	struct bench *b = *state;
	enum { LEN = 20001 };

	for (unsigned kind = 0; kind <= 5; kind++)
		for (int with_base = 0; with_base < 2; with_base++) {
			CLEANUP(buffer_release) struct buffer stored;
			struct codec_wish wish = { .content =
							   kind == 2 ? CONTENT_TEXT : CONTENT_BF16,
						   .effort = EFFORT_FULL,
						   .base = { b->base, with_base ? LEN : 0 } };
			const struct codec *codec;
			struct error err = { 0 };
			struct span cut;

			make_kind(b, kind, LEN);
			make_next(b, 0.1, LEN);
			buffer_init(&stored, LEN);
			assert_done(codec_encode(b->work, &wish, (struct span){ b->raw, LEN },
						 &stored, &codec, &err),
				    &err);
			for (unsigned i = 0; i < 60; i++) {
				uint64_t how = test_random(&b->random);
				size_t at = (size_t)(how >> 32) % (i % 2 ? stored.len : 40);
				uint8_t *byte = stored.data + at % stored.len, kept = *byte;

				*byte ^= (uint8_t)(1 + how % 255);
				if (codec_decode(b->work, codec, wish.base, wish.dictionary,
						 buffer_view(&stored), b->back, LEN, &err))
					assert_int_equal(err.code, ERROR_CORRUPT);
				*byte = kept;
				err = (struct error){ 0 };
				cut = (struct span){ stored.data, at % stored.len };
				assert_fails(codec_decode(b->work, codec, wish.base,
							  wish.dictionary, cut, b->back, LEN, &err),
					     &err, ERROR_CORRUPT);
			}
		}
}

static void another_length_is_refused_by_every_codec(void **state)
{
	struct bench *b = *state;
	struct span none = { NULL, 0 }, base = { b->base, SMALL + 1 };
	struct error err = { 0 };

	make_weights(b, CONTENT_BF16, false, SMALL);
	make_next(b, 0.1, SMALL);
	for (unsigned number = 0; codec_of(number); number++) {
		const struct codec *codec = codec_of(number);
		struct span garbage = { b->raw, 1000 };

		assert_int_equal(codec->number, number);
		assert_fails(
			codec_decode(b->work, codec, base, base, garbage, b->back, SMALL + 1, &err),
			&err, ERROR_CORRUPT);
		assert_fails(
			codec_decode(b->work, codec, base, base, none, b->back, SMALL + 1, &err),
			&err, ERROR_CORRUPT);
		if (codec->needs_base || codec->needs_dictionary)
			assert_fails(codec_decode(b->work, codec, none, none, garbage, b->back,
						  SMALL, &err),
				     &err, ERROR_CORRUPT);
	}
	assert_null(codec_of(1000));
}

static void a_base_of_another_length_makes_no_sense(void **state)
{
	struct bench *b = *state;
	CLEANUP(buffer_release) struct buffer stored;
	struct codec_wish wish = { .content = CONTENT_BF16, .base = { b->base, 10 } };
	const struct codec *codec;
	struct error err = { 0 };

	buffer_init(&stored, SMALL);
	assert_fails(
		codec_encode(b->work, &wish, (struct span){ b->raw, 12 }, &stored, &codec, &err),
		&err, ERROR_USAGE);
	assert_int_equal(stored.len, 0);
}

static void an_output_that_may_not_grow_is_left_as_it_was(void **state)
{
	struct bench *b = *state;
	CLEANUP(buffer_release) struct buffer stored;
	struct codec_wish wish = { .content = CONTENT_BF16, .effort = EFFORT_FULL };
	const struct codec *codec;
	struct error err = { 0 };

	make_weights(b, CONTENT_BF16, false, SMALL);
	buffer_init(&stored, 100);
	assert_done(buffer_add_text(&stored, "before", &err), &err);
	assert_fails(
		codec_encode(b->work, &wish, (struct span){ b->raw, SMALL }, &stored, &codec, &err),
		&err, ERROR_CORRUPT);
	assert_int_equal(stored.len, 6);
}

static void efforts_have_names(void **state)
{
	enum codec_effort effort;
	struct error err = { 0 };

	(void)state;
	for (int i = EFFORT_NONE; i <= EFFORT_FULL; i++) {
		assert_done(
			codec_effort_parse(codec_effort_name((enum codec_effort)i), &effort, &err),
			&err);
		assert_int_equal(effort, i);
	}
	assert_fails(codec_effort_parse("best", &effort, &err), &err, ERROR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_bf16_weights_shrink_to_two_thirds),
		cmocka_unit_test(normal_f16_and_f32_weights_shrink),
		cmocka_unit_test(the_next_checkpoint_is_told_by_its_differences),
		cmocka_unit_test(a_base_that_does_not_help_is_not_used),
		cmocka_unit_test(bytes_that_are_all_alike_take_no_room),
		cmocka_unit_test(noise_is_kept_as_it_is),
		cmocka_unit_test(every_content_of_every_length_comes_back),
		cmocka_unit_test(words_are_found_at_any_place),
		cmocka_unit_test(small_texts_gain_by_a_dictionary),
		cmocka_unit_test(texts_gain_by_what_they_resemble),
		cmocka_unit_test(a_dictionary_is_trained_where_there_is_enough),
		cmocka_unit_test(stored_bytes_mean_what_the_formats_say),
		cmocka_unit_test(damaged_bytes_break_nothing),
		cmocka_unit_test(another_length_is_refused_by_every_codec),
		cmocka_unit_test(a_base_of_another_length_makes_no_sense),
		cmocka_unit_test(an_output_that_may_not_grow_is_left_as_it_was),
		cmocka_unit_test(efforts_have_names),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
