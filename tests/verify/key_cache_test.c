/* Keys that were read before: always the key of the bytes that were asked for. */
#include <string.h>

#include "tests/verify/signer.h"
#include "verify/key_cache.h"

/* An Ed25519 key's DER: `first` and `last` are bytes of it. */
static void der_make(uint8_t first, uint8_t last, struct buffer *out)
{
	CLEANUP(public_key_free) struct public_key *key = NULL;
	uint8_t bytes[ED25519_KEY_SIZE] = { first };
	struct error err = { 0 };

	bytes[ED25519_KEY_SIZE - 1] = last;
	assert_done(public_key_from_ed25519((struct span){ bytes, sizeof(bytes) }, &key, &err),
		    &err);
	assert_done(buffer_add(out, public_key_der(key), &err), &err);
}

static void the_same_bytes_give_the_same_key(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(key_cache_free) struct key_cache *cache = NULL;
	CLEANUP(public_key_free) struct public_key *first = NULL, *second = NULL, *alone = NULL;
	CLEANUP(buffer_release) struct buffer signature;
	struct span der = public_key_der(signer.public);
	struct error err = { 0 };

	(void)state;
	buffer_init(&signature, 512);
	test_sign(&signer, span_of("a message"), &signature);
	assert_done(key_cache_new(&cache, &err), &err);
	assert_done(key_cache_take(cache, der, &first, &err), &err);
	assert_done(key_cache_take(cache, der, &second, &err), &err);
	assert_ptr_equal(first, second);
	assert_done(key_cache_take(NULL, der, &alone, &err), &err);
	assert_ptr_not_equal(first, alone);
	/* Whoever took it keeps it, whatever becomes of the cache and of the others. */
	key_cache_free(&cache);
	public_key_free(&first);
	assert_done(signature_check(second, span_of("a message"), buffer_view(&signature), &err),
		    &err);
}

static void keys_that_share_a_place_are_told_apart(void **state)
{
	CLEANUP(key_cache_free) struct key_cache *cache = NULL;
	CLEANUP(buffer_release) struct buffer one, other;
	struct error err = { 0 };

	(void)state;
	buffer_init(&one, PUBLIC_KEY_DER_MAX);
	buffer_init(&other, PUBLIC_KEY_DER_MAX);
	der_make(1, 7, &one);
	der_make(2, 7, &other);
	assert_done(key_cache_new(&cache, &err), &err);
	for (size_t i = 0; i < 6; i++) {
		CLEANUP(public_key_free) struct public_key *key = NULL;
		struct span asked = buffer_view(i / 2 % 2 ? &other : &one);

		assert_done(key_cache_take(cache, asked, &key, &err), &err);
		assert_true(span_equal(public_key_der(key), asked));
	}
}

static void what_is_no_key_is_refused_every_time(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(key_cache_free) struct key_cache *cache = NULL;
	CLEANUP(public_key_free) struct public_key *good = NULL;
	CLEANUP(buffer_release) struct buffer der;
	struct public_key *key = NULL;
	struct error err = { 0 };

	(void)state;
	buffer_init(&der, PUBLIC_KEY_DER_MAX);
	assert_done(buffer_add(&der, public_key_der(signer.public), &err), &err);
	assert_done(key_cache_new(&cache, &err), &err);
	assert_done(key_cache_take(cache, buffer_view(&der), &good, &err), &err);
	der.data[40] ^= 1; /* off the curve, and in the same place */
	assert_fails(key_cache_take(cache, buffer_view(&der), &key, &err), &err, ERROR_CORRUPT);
	assert_fails(key_cache_take(cache, buffer_view(&der), &key, &err), &err, ERROR_CORRUPT);
	assert_fails(key_cache_take(cache, span_of(""), &key, &err), &err, ERROR_CORRUPT);
	assert_null(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_give_the_same_key),
		cmocka_unit_test(keys_that_share_a_place_are_told_apart),
		cmocka_unit_test(what_is_no_key_is_refused_every_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
