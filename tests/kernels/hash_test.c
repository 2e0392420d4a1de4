/* SHA-256: published vectors, and our own streams against OpenSSL's. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "kernels/hash_plain.h"
#include "kernels/hash_stream.h"

enum { BYTES = 1 << 16, STREAMS_MAX = 21 };

struct fixture {
	uint8_t byte[BYTES];
	uint64_t random;
};

static int setup(void **state)
{
	struct fixture *fixture = malloc(sizeof(*fixture));

	fixture->random = 20261124;
	for (size_t i = 0; i < BYTES; i++)
		fixture->byte[i] = (uint8_t)(test_random(&fixture->random) >> 40);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static size_t below(struct fixture *fixture, size_t limit)
{
	return (size_t)(test_random(&fixture->random) >> 33) % limit;
}

/* What EVP says. */
static struct digest judge(struct span message)
{
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;
	struct error err = { 0 };

	assert_done(hash_stream_new_openssl(&stream, &err), &err);
	hash_stream_add(stream, message);
	return hash_stream_finish(stream);
}

static void assert_digest(struct digest digest, const char *hex)
{
	char text[DIGEST_HEX_SIZE];

	digest_to_hex(&digest, text);
	assert_string_equal(text, hex);
}

static void assert_same(struct digest a, struct digest b)
{
	assert_memory_equal(a.byte, b.byte, DIGEST_SIZE);
}

/* FIPS 180-2, appendix B, and NIST's example files of SHA-256. */
static void the_published_messages_have_their_published_digests(void **state)
{
	static const char two_blocks[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
					 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

	(void)state;
	assert_digest(sha256(span_of("")),
		      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest(sha256(span_of("abc")),
		      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_digest(sha256(span_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
		      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_digest(sha256(span_of(two_blocks)),
		      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

static void a_million_times_the_letter_a_has_its_published_digest(void **state)
{
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;
	struct error err = { 0 };
	uint8_t letters[1000];

	(void)state;
	memset(letters, 'a', sizeof(letters));
	assert_done(hash_stream_new(&stream, &err), &err);
	for (int i = 0; i < 1000; i++)
		hash_stream_add(stream, (struct span){ letters, sizeof(letters) });
	assert_digest(hash_stream_finish(stream),
		      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* What a wrong constant or a wrong shift would look like. */
static void start_with_one_wrong_bit(struct hash_stream *stream)
{
	hash_stream_start_plain(stream);
	stream->state[7] ^= 1;
}

static void every_way_gives_the_digests_that_nist_publishes(void **state)
{
	(void)state;
	assert_true(hash_vectors_hold(hash_stream_start_plain, true));
	if (hash_shani_here())
		assert_true(hash_vectors_hold(hash_stream_start, true));
	assert_false(hash_vectors_hold(start_with_one_wrong_bit, false));
}

/* The way of a build without OpenSSL, on a machine without SHA instructions. */
static void streams_in_plain_c_have_the_digests_of_openssl(void **state)
{
	struct fixture *fixture = *state;

	for (int round = 0; round < 300; round++) {
		struct span message = { fixture->byte + below(fixture, 1000),
					below(fixture, round % 2 ? 200 : 3000) };
		size_t first = message.len ? below(fixture, message.len) : 0;
		struct hash_stream stream;

		hash_stream_start_plain(&stream);
		hash_stream_add(&stream, (struct span){ message.data, first });
		hash_stream_add(&stream,
				(struct span){ message.data + first, message.len - first });
		assert_same(hash_stream_finish(&stream), judge(message));
		hash_stream_add(&stream, message);
		assert_same(hash_stream_finish(&stream), judge(message));
	}
}

static void every_length_around_the_block_sizes_is_padded_right(void **state)
{
	struct fixture *fixture = *state;

	for (size_t len = 0; len <= 3 * HASH_BLOCK_SIZE + 1; len++) {
		struct span message = { fixture->byte + len % 17, len };

		assert_same(sha256(message), judge(message));
	}
}

static void a_message_in_parts_has_the_digest_of_the_whole(void **state)
{
	struct fixture *fixture = *state;

	for (int round = 0; round < 200; round++) {
		struct span part[5];
		const uint8_t *at = fixture->byte + below(fixture, 64), *start = at;

		for (size_t i = 0; i < 5; i++) {
			part[i] = (struct span){ at, below(fixture, round % 2 ? 70 : 1000) };
			at += part[i].len;
		}
		assert_same(sha256_parts(part, 5),
			    judge((struct span){ start, (size_t)(at - start) }));
	}
}

/* Any number of streams, of any lengths and places, added to in several steps. */
static void streams_side_by_side_have_the_digests_of_each_alone(void **state)
{
	struct fixture *fixture = *state;

	for (int round = 0; round < 300; round++) {
		struct hash_stream *stream[STREAMS_MAX];
		struct span whole[STREAMS_MAX], step[STREAMS_MAX];
		size_t count = 1 + below(fixture, STREAMS_MAX), limit = round % 3 ? 700 : 20000;
		struct error err = { 0 };

		for (size_t i = 0; i < count; i++) {
			if (round % 5 == 0 && i % 3 == 1)
				assert_done(hash_stream_new_openssl(&stream[i], &err), &err);
			else
				assert_done(hash_stream_new(&stream[i], &err), &err);
			whole[i] = (struct span){ fixture->byte + below(fixture, BYTES / 2), 0 };
		}
		for (int steps = 0; steps < 3; steps++) {
			for (size_t i = 0; i < count; i++) {
				step[i].data = whole[i].data + whole[i].len;
				step[i].len = below(fixture, 4) ? below(fixture, limit / 3) : 0;
				whole[i].len += step[i].len;
			}
			hash_streams_add(stream, step, count);
		}
		for (size_t i = 0; i < count; i++) {
			assert_same(hash_stream_finish(stream[i]), judge(whole[i]));
			hash_stream_free(&stream[i]);
		}
	}
}

/* Enough to do for the way that takes sixteen at once, with and without idle lanes. */
static void many_long_streams_have_the_digests_of_each_alone(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };

	for (size_t count = 9; count <= 18; count++) {
		struct hash_stream *stream[18];
		struct span whole[18];

		for (size_t i = 0; i < count; i++) {
			assert_done(hash_stream_new(&stream[i], &err), &err);
			whole[i].data = fixture->byte + below(fixture, BYTES / 2);
			whole[i].len = 20 * HASH_BLOCK_SIZE + below(fixture, BYTES / 4);
		}
		hash_streams_add(stream, whole, count);
		for (size_t i = 0; i < count; i++) {
			assert_same(hash_stream_finish(stream[i]), judge(whole[i]));
			hash_stream_free(&stream[i]);
		}
	}
}

/* Files of which the pieces before are hashed meanwhile: one or two long streams beside others. */
static void long_streams_beside_many_have_the_digests_of_each_alone(void **state)
{
	enum { OTHERS_MAX = 16, LONG_MAX = 2, ALL = OTHERS_MAX + LONG_MAX };
	struct fixture *fixture = *state;
	struct error err = { 0 };

	for (int round = 0; round < 60; round++) {
		size_t others = OTHERS_MAX - below(fixture, 8),
		       longer = 1 + below(fixture, LONG_MAX);
		struct hash_stream *stream[ALL];
		struct span whole[ALL], step[ALL];
		size_t count = others + longer;

		for (size_t i = 0; i < count; i++) {
			size_t len = i % 9 == 4 && longer ? 16 * 1400 : 1024;

			longer -= len > 1024;
			len += below(fixture, 200);
			assert_done(hash_stream_new(&stream[i], &err), &err);
			whole[i] =
				(struct span){ fixture->byte + below(fixture, BYTES / 4), 2 * len };
			step[i] = (struct span){ whole[i].data, len };
		}
		hash_streams_add(stream, step, count);
		for (size_t i = 0; i < count; i++)
			step[i].data += step[i].len;
		hash_streams_add(stream, step, count);
		for (size_t i = 0; i < count; i++) {
			assert_same(hash_stream_finish(stream[i]), judge(whole[i]));
			hash_stream_free(&stream[i]);
		}
	}
}

/* A file and its pieces: two streams over the same bytes, for one and for two files at once. */
static void streams_over_the_same_bytes_share_and_agree(void **state)
{
	struct fixture *fixture = *state;
	struct hash_stream *stream[4] = { NULL };
	struct error err = { 0 };
	const size_t piece = 4096, head = 31;

	for (size_t files = 1; files <= 2; files++) {
		struct span start[4];

		for (size_t i = 0; i < 2 * files; i++) {
			assert_done(hash_stream_new(&stream[i], &err), &err);
			/* The second file's whole stream is out of step with its pieces. */
			start[i] = (struct span){ fixture->byte, i == 2 ? head : 0 };
		}
		hash_streams_add(stream, start, 2 * files);
		for (size_t at = head; at + piece <= 10 * piece; at += piece) {
			struct span bytes[4];

			for (size_t i = 0; i < 2 * files; i++)
				bytes[i] = (struct span){ fixture->byte + at, piece };
			hash_streams_add(stream, bytes, 2 * files);
			for (size_t i = 1; i < 2 * files; i += 2)
				assert_same(hash_stream_finish(stream[i]), judge(bytes[i]));
		}
		assert_same(hash_stream_finish(stream[0]),
			    judge((struct span){ fixture->byte + head, 9 * piece }));
		if (files == 2)
			assert_same(hash_stream_finish(stream[2]),
				    judge((struct span){ fixture->byte, head + 9 * piece }));
		for (size_t i = 0; i < 2 * files; i++)
			hash_stream_free(&stream[i]);
	}
}

/* As many chains as are ever interleaved, whatever this machine does best; neighbours over the same
 * bytes too. */
static void chains_interleaved_in_any_number_are_what_plain_c_makes(void **state)
{
	enum { BLOCKS = 5 };
	struct fixture *fixture = *state;

	if (!hash_shani_here())
		skip();
	for (size_t chains = 1; chains <= HASH_CHAINS_MAX; chains++)
		for (int alike = 0; alike < 2; alike++) {
			uint32_t at[HASH_CHAINS_MAX][8], right[8], *to[HASH_CHAINS_MAX];
			const uint8_t *from[HASH_CHAINS_MAX];

			for (size_t i = 0; i < chains; i++) {
				for (size_t k = 0; k < 8; k++)
					at[i][k] = (uint32_t)(chains + 10 * i + k);
				to[i] = at[i];
				from[i] = alike && i % 2
						  ? from[i - 1]
						  : fixture->byte + below(fixture, BYTES / 2);
			}
			hash_shani_advance(to, from, chains, BLOCKS);
			for (size_t i = 0; i < chains; i++) {
				for (size_t k = 0; k < 8; k++)
					right[k] = (uint32_t)(chains + 10 * i + k);
				hash_plain_advance(right, from[i], BLOCKS);
				assert_memory_equal(at[i], right, sizeof(right));
			}
		}
}

static void a_finished_stream_starts_over_empty(void **state)
{
	struct error err = { 0 };

	(void)state;
	for (int openssl = 0; openssl < 2; openssl++) {
		struct hash_stream *stream = NULL;

		assert_done(openssl ? hash_stream_new_openssl(&stream, &err)
				    : hash_stream_new(&stream, &err),
			    &err);
		hash_stream_add(stream, span_of("left over"));
		hash_stream_finish(stream);
		assert_same(hash_stream_finish(stream), judge(span_of("")));
		hash_stream_add(stream, span_of("abc"));
		assert_same(hash_stream_finish(stream), judge(span_of("abc")));
		hash_stream_free(&stream);
		assert_null(stream);
		hash_stream_free(&stream);
	}
}

static void where_the_processor_can_our_own_is_admitted_and_named(void **state)
{
	(void)state;
	assert_int_equal(hash_own_admitted(), hash_shani_here());
	if (!hash_own_admitted())
		assert_string_equal(hash_implementation(), "openssl");
	else
		assert_memory_equal(hash_implementation(), "sha-ni", 6);
}

static void one_changed_bit_makes_another_digest(void **state)
{
	struct fixture *fixture = *state;
	struct digest before = sha256((struct span){ fixture->byte, 1000 }), after;

	fixture->byte[999] ^= 1;
	after = sha256((struct span){ fixture->byte, 1000 });
	fixture->byte[999] ^= 1;
	assert_false(digest_equal(&before, &after));
	after = before;
	assert_true(digest_equal(&before, &after));
	after.byte[31] ^= 0x80;
	assert_false(digest_equal(&before, &after));
}

static void digests_are_read_in_one_spelling_only(void **state)
{
	static const char hex[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	char prefixed[80], wrong[80];
	struct digest digest, kept;
	struct error err = { 0 };

	(void)state;
	assert_done(digest_from_hex(span_of(hex), &digest, &err), &err);
	assert_digest(digest, hex);
	snprintf(prefixed, sizeof(prefixed), "sha256:%s", hex);
	assert_done(digest_from_hex(span_of(prefixed), &kept, &err), &err);
	assert_same(digest, kept);

	snprintf(wrong, sizeof(wrong), "BA%s", hex + 2);
	assert_fails(digest_from_hex(span_of(wrong), &kept, &err), &err, ERROR_CORRUPT);
	assert_fails(digest_from_hex(span_of(hex + 1), &kept, &err), &err, ERROR_CORRUPT);
	snprintf(wrong, sizeof(wrong), "sha256:%s0", hex);
	assert_fails(digest_from_hex(span_of(wrong), &kept, &err), &err, ERROR_CORRUPT);
	snprintf(wrong, sizeof(wrong), "sha512:%s", hex);
	assert_fails(digest_from_hex(span_of(wrong), &kept, &err), &err, ERROR_CORRUPT);
	assert_fails(digest_from_hex(span_of(""), &kept, &err), &err, ERROR_CORRUPT);
	assert_fails(digest_from_hex(span_of("sha256:"), &kept, &err), &err, ERROR_CORRUPT);
	assert_same(digest, kept);
}

static void a_reader_hands_out_whole_digests_or_zeros(void **state)
{
	const struct digest zeros = { { 0 } };
	struct error err = { 0 };
	uint8_t bytes[2 * DIGEST_SIZE + DIGEST_SIZE - 1];
	struct reader r = reader_over((struct span){ bytes, sizeof(bytes) });
	struct digest first, second;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i + 1);
	first = reader_digest(&r);
	second = reader_digest(&r);
	assert_memory_equal(first.byte, bytes, DIGEST_SIZE);
	assert_memory_equal(second.byte, bytes + DIGEST_SIZE, DIGEST_SIZE);
	assert_false(reader_failed(&r, "sample", &err));
	assert_same(reader_digest(&r), zeros);
	assert_true(reader_failed(&r, "sample", &err));
	assert_int_equal(reader_u8(&r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_messages_have_their_published_digests),
		cmocka_unit_test(a_million_times_the_letter_a_has_its_published_digest),
		cmocka_unit_test(every_way_gives_the_digests_that_nist_publishes),
		cmocka_unit_test(streams_in_plain_c_have_the_digests_of_openssl),
		cmocka_unit_test(every_length_around_the_block_sizes_is_padded_right),
		cmocka_unit_test(a_message_in_parts_has_the_digest_of_the_whole),
		cmocka_unit_test(streams_side_by_side_have_the_digests_of_each_alone),
		cmocka_unit_test(many_long_streams_have_the_digests_of_each_alone),
		cmocka_unit_test(long_streams_beside_many_have_the_digests_of_each_alone),
		cmocka_unit_test(streams_over_the_same_bytes_share_and_agree),
		cmocka_unit_test(a_finished_stream_starts_over_empty),
		cmocka_unit_test(chains_interleaved_in_any_number_are_what_plain_c_makes),
		cmocka_unit_test(where_the_processor_can_our_own_is_admitted_and_named),
		cmocka_unit_test(one_changed_bit_makes_another_digest),
		cmocka_unit_test(digests_are_read_in_one_spelling_only),
		cmocka_unit_test(a_reader_hands_out_whole_digests_or_zeros),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
