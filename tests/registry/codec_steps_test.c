/* A piece decoded in steps is the piece decoded whole, and what is refused whole is refused. */
#include "tests/support.h"

#include <math.h>
#include <stdlib.h>

#include "registry/codec_steps.h"

enum { PIECE = 3 << 18 };

struct bench {
	struct codec_work *work;
	struct codec_steps *steps;
	uint64_t random;
	uint8_t *raw, *whole, *stepped; /* PIECE bytes of each */
};

static int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct error err = { 0 };

	b->random = 61;
	b->raw = malloc(PIECE);
	b->whole = malloc(PIECE);
	b->stepped = malloc(PIECE);
	if (codec_work_new(&b->work, &err) || codec_steps_new(&b->steps, &err))
		return -1;
	*state = b;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;

	codec_work_free(&b->work);
	codec_steps_free(&b->steps);
	free(b->raw);
	free(b->whole);
	free(b->stepped);
	free(b);
	return 0;
}

static size_t below(struct bench *b, size_t limit)
{
	return (size_t)(test_random(&b->random) >> 33) % limit;
}

static double uniform(struct bench *b)
{
	return ((double)(test_random(&b->random) >> 11) + 0.5) / 9007199254740992.0;
}

/* Fill raw with one of several kinds of content: weights of three kinds, text, noise, few symbols
 * of many, and one value. */
enum { KINDS = 7 };

static void make_kind(struct bench *b, unsigned kind, size_t len)
{
	static const char text[] = "{\"text\": \"weights and measures\"}\n";
	size_t bytes = kind == 2 ? 4 : 2;

	for (size_t i = 0; i < len; i++) {
		uint64_t drawn = test_random(&b->random);

		b->raw[i] = 7;
		if (kind == 3)
			b->raw[i] = (uint8_t)text[i % (sizeof(text) - 1)];
		else if (kind == 4 || (kind == 5 && drawn % 32 == 0))
			b->raw[i] = (uint8_t)(drawn >> 56);
	}
	for (size_t i = 0; kind < 3 && i + bytes <= len; i += bytes) {
		float value = (float)(0.02 * sqrt(-2 * log(uniform(b))) *
				      cos(2 * 3.14159265358979 * uniform(b)));
		uint32_t bits;

		memcpy(&bits, &value, 4);
		if (kind == 1) /* f16 */
			bits = (bits & 0x80000000) | ((bits & 0x7fffffff) - 0x38000000) << 3;
		memcpy(b->raw + i, (uint8_t *)&bits + 4 - bytes, bytes);
	}
}

/* Stored bytes, given out in order; `fail_at` of them may be fetched. */
struct shelf {
	struct span rest;
	size_t fail_at;
};

static int shelf_fetch(void *user, uint8_t *to, size_t len, struct error *err)
{
	struct shelf *shelf = user;

	assert_true(len > 0 && len <= shelf->rest.len);
	if (len > shelf->fail_at)
		return error_set(err, ERROR_SYSTEM, "the disk is gone");
	shelf->fail_at -= len;
	memcpy(to, shelf->rest.data, len);
	shelf->rest.data += len;
	shelf->rest.len -= len;
	return 0;
}

/* Decode into `out` in steps of a drawn size. */
static int decode_in_steps(struct bench *b, const struct codec *codec, struct span stored,
			   uint8_t *out, size_t raw_len, size_t fail_at, struct error *err)
{
	struct shelf shelf = { stored, fail_at };
	const struct codec_steps_wish wish = {
		.codec = codec,
		.stored_len = stored.len,
		.raw_len = raw_len,
		.words = CODEC_STEP_UNIT *
			 (1 + below(b, below(b, 2) ? CODEC_STEP_MAX / CODEC_STEP_UNIT : 8)),
		.fetch = shelf_fetch,
		.user = &shelf
	};
	struct span bytes;
	size_t at = 0;

	codec_steps_begin(b->steps, &wish);
	do {
		if (codec_steps_next(b->steps, b->work, &bytes, err))
			return -1;
		assert_true(bytes.len <= raw_len - at);
		if (bytes.len)
			memcpy(out + at, bytes.data, bytes.len);
		at += bytes.len;
	} while (bytes.len);
	assert_int_equal(at, raw_len);
	assert_int_equal(shelf.rest.len, 0);
	return 0;
}

/* What is whole refused is refused in steps, and nothing else is given. Returns whether it is taken
 * in steps. */
static bool same_answer(struct bench *b, const struct codec *codec, struct span stored,
			size_t raw_len)
{
	struct span none = { NULL, 0 };
	struct error whole = { 0 }, stepped = { 0 };
	bool refused = codec_decode(b->work, codec, none, none, stored, b->whole, raw_len, &whole);

	if (decode_in_steps(b, codec, stored, b->stepped, raw_len, SIZE_MAX, &stepped)) {
		assert_int_equal(stepped.code, ERROR_CORRUPT);
		return false;
	}
	assert_false(refused);
	assert_true(!raw_len || !memcmp(b->whole, b->stepped, raw_len));
	return true;
}

static void encode(struct bench *b, enum codec_content content, enum codec_effort effort,
		   size_t len, struct buffer *stored, const struct codec **out_codec)
{
	const struct codec_wish wish = { .content = content, .effort = effort };
	struct error err = { 0 };

	stored->len = 0;
	assert_done(
		codec_encode(b->work, &wish, (struct span){ b->raw, len }, stored, out_codec, &err),
		&err);
}

static const size_t lengths[] = { 0,      1,      2,      3,      63,     64,     65,
				  127,    129,    1000,   4095,   16385,  65535,  131071,
				  131073, 262143, 262144, 262147, 524287, 600001, PIECE };

static void what_is_encoded_comes_back_in_steps_of_any_size(void **state)
{
	struct bench *b = *state;
	CLEANUP(buffer_release) struct buffer stored;
	size_t taken = 0;

	buffer_init(&stored, PIECE);
	for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++)
		for (unsigned kind = 0; kind < KINDS; kind++) {
			make_kind(b, kind, lengths[l]);
			for (int content = CONTENT_BYTES; content <= CONTENT_F32; content++) {
				enum codec_effort effort = below(b, 2) ? EFFORT_FAST : EFFORT_FULL;
				const struct codec *codec;

				encode(b, (enum codec_content)content, effort, lengths[l], &stored,
				       &codec);
				if (!codec_steps_can(codec))
					continue;
				assert_true(
					same_answer(b, codec, buffer_view(&stored), lengths[l]));
				assert_true(!lengths[l] || !memcmp(b->stepped, b->raw, lengths[l]));
				taken++;
			}
		}
	assert_true(taken > 300);
}

/* Which codecs: those that must, so that the test above cannot pass by looking away. */
static void weights_and_noise_have_steps(void **state)
{
	struct bench *b = *state;
	CLEANUP(buffer_release) struct buffer stored;
	const struct codec *codec;

	buffer_init(&stored, PIECE);
	for (unsigned kind = 0; kind < 5; kind++) {
		make_kind(b, kind, PIECE);
		encode(b,
		       kind == 0   ? CONTENT_BF16
		       : kind == 1 ? CONTENT_F16
		       : kind == 2 ? CONTENT_F32
				   : CONTENT_BYTES,
		       EFFORT_FULL, PIECE, &stored, &codec);
		assert_string_equal(codec->name, kind < 3 ? "planes" : kind == 3 ? "zstd" : "raw");
		assert_int_equal(codec_steps_can(codec), kind != 3);
	}
	assert_false(codec_steps_can(&codec_difference));
	assert_false(codec_steps_can(&codec_zstd_dictionary));
}

/* Bytes changed, cut off, or added: no other answer than the whole one. */
static void damaged_pieces_get_the_same_answer(void **state)
{
	struct bench *b = *state;
	CLEANUP(buffer_release) struct buffer stored;
	size_t refused = 0, taken = 0;
	enum { LEN = 300001 };

	buffer_init(&stored, PIECE);
	for (unsigned kind = 0; kind < KINDS; kind++)
		for (int content = CONTENT_BYTES; content <= CONTENT_F32; content++) {
			const struct codec *codec;

			make_kind(b, kind, LEN);
			encode(b, (enum codec_content)content, EFFORT_FULL, LEN, &stored, &codec);
			for (unsigned i = 0; i < 40 && codec_steps_can(codec); i++) {
				size_t at = below(b, i % 2 ? stored.len : 60) % stored.len;
				uint8_t *byte = stored.data + at, kept = *byte;
				struct span cut = { stored.data, at };
				bool same;

				*byte ^= (uint8_t)(1 + below(b, 255));
				same = same_answer(b, codec, buffer_view(&stored), LEN);
				taken += same;
				refused += !same;
				*byte = kept;
				assert_false(same_answer(b, codec, cut, LEN));
				/* Of another length: what is alike may be that, too. */
				(void)same_answer(b, codec, buffer_view(&stored),
						  LEN + 1 - 2 * (i % 2));
			}
			assert_true(!codec_steps_can(codec) ||
				    same_answer(b, codec, buffer_view(&stored), LEN));
		}
	assert_true(refused > 50 && taken > 50);
}

/* Fetching fails at any place: that is what is said, and the next piece is decoded as ever. */
static void what_cannot_be_fetched_is_said_and_forgotten(void **state)
{
	struct bench *b = *state;
	CLEANUP(buffer_release) struct buffer stored;
	const struct codec *codec;

	buffer_init(&stored, PIECE);
	for (unsigned kind = 0; kind <= 4; kind += 4) {
		make_kind(b, kind, PIECE);
		encode(b, CONTENT_BF16, EFFORT_FULL, PIECE, &stored, &codec);
		for (int i = 0; i < 20; i++) {
			struct error err = { 0 };

			assert_fails(decode_in_steps(b, codec, buffer_view(&stored), b->stepped,
						     PIECE, below(b, stored.len), &err),
				     &err, ERROR_SYSTEM);
			if (i % 5 == 0)
				assert_true(same_answer(b, codec, buffer_view(&stored), PIECE));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_comes_back_in_steps_of_any_size),
		cmocka_unit_test(weights_and_noise_have_steps),
		cmocka_unit_test(damaged_pieces_get_the_same_answer),
		cmocka_unit_test(what_cannot_be_fetched_is_said_and_forgotten),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
