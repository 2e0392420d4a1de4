/* Hashes by name: BLAKE2b's published digests, SHA-256 as ever, pieces in any cut, side by side. */
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGE = 1 << 16, STREAMS = 19 };

static void assert_hex(const struct any_digest *digest, const char *hex)
{
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };

	buffer_init(&text, 256);
	assert_done(hex_encode(&text, any_digest_view(digest), &err), &err);
	assert_int_equal(text.len, strlen(hex));
	assert_memory_equal(text.data, hex, text.len);
}

static struct any_digest digest_of(enum hash_kind kind, struct span bytes, size_t step)
{
	CLEANUP(any_hash_free) struct any_hash *hash = NULL;
	struct error err = { 0 };

	assert_done(any_hash_new(kind, &hash, &err), &err);
	for (size_t at = 0; at < bytes.len; at += step) {
		struct span part = { bytes.data + at,
				     bytes.len - at < step ? bytes.len - at : step };

		any_hashes_add(&hash, &part, 1);
	}
	return any_hash_finish(hash);
}

/* RFC 7693, appendix A, and the digest of nothing (BLAKE2's own vectors). */
static void blake2b_gives_its_published_digests(void **state)
{
	struct any_digest abc = digest_of(HASH_BLAKE2B, span_of("abc"), 1);
	struct any_digest nothing = digest_of(HASH_BLAKE2B, span_of(""), 1);

	(void)state;
	assert_hex(&abc, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
			 "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
	assert_hex(&nothing, "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
			     "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce");
	assert_int_equal(hash_kind_size(HASH_BLAKE2B), 64);
	assert_string_equal(hash_kind_name(HASH_BLAKE2B), "blake2b");
	assert_string_equal(hash_kind_name(HASH_SHA256), "sha256");
}

static void digests_of_the_two_are_never_equal(void **state)
{
	struct digest sha = sha256(span_of("abc"));
	struct any_digest known = any_digest_of(&sha);
	struct any_digest streamed = digest_of(HASH_SHA256, span_of("abc"), 2);
	struct any_digest blake = digest_of(HASH_BLAKE2B, span_of("abc"), 2);

	(void)state;
	assert_true(any_digest_equal(&known, &streamed));
	assert_false(any_digest_equal(&known, &blake));
	blake.len = known.len;
	assert_false(any_digest_equal(&known, &blake));
	streamed.byte[31] ^= 1;
	assert_false(any_digest_equal(&known, &streamed));
}

static void many_at_once_are_what_each_is_alone(void **state)
{
	struct any_hash *hash[STREAMS] = { NULL };
	struct span bytes[STREAMS];
	uint8_t *message = malloc(MESSAGE);
	struct error err = { 0 };

	(void)state;
	assert_non_null(message);
	for (size_t i = 0; i < MESSAGE; i++)
		message[i] = (uint8_t)(i * 7 + (i >> 8));
	for (size_t i = 0; i < STREAMS; i++) {
		assert_done(any_hash_new(i % 5 == 4 ? HASH_BLAKE2B : HASH_SHA256, &hash[i], &err),
			    &err);
		bytes[i] = (struct span){ message + 13 * i, MESSAGE - 1009 * i - 300 };
	}
	for (size_t round = 0; round < 2; round++) { /* a finished one starts over, empty */
		any_hashes_add(hash, bytes, STREAMS);
		for (size_t i = 0; i < STREAMS; i++) {
			struct any_digest found = any_hash_finish(hash[i]);
			struct any_digest alone =
				digest_of(i % 5 == 4 ? HASH_BLAKE2B : HASH_SHA256, bytes[i], 1000);

			assert_true(any_digest_equal(&found, &alone));
		}
	}
	for (size_t i = 0; i < STREAMS; i++)
		any_hash_free(&hash[i]);
	free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blake2b_gives_its_published_digests),
		cmocka_unit_test(digests_of_the_two_are_never_equal),
		cmocka_unit_test(many_at_once_are_what_each_is_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
