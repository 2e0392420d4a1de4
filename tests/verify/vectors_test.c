/* Published vectors through our own paths; each is counted, and a short file fails
 * (tests/vectors/README.md). */
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support.h"
#include "verify/verify.h"

enum { LINE_MAX_BYTES = 1 << 16, WORDS_MAX = 80 };

/* The words of the next line that says something; false at the end of the file. */
static bool words_next(FILE *file, char line[LINE_MAX_BYTES], char *word[WORDS_MAX], size_t *count)
{
	while (fgets(line, LINE_MAX_BYTES, file)) {
		char *rest = NULL;

		assert_non_null(strchr(line, '\n'));
		*count = 0;
		if (line[0] == '#')
			continue;
		for (char *at = strtok_r(line, " \n", &rest); at;
		     at = strtok_r(NULL, " \n", &rest)) {
			assert_true(*count < WORDS_MAX);
			word[(*count)++] = at;
		}
		return true;
	}
	return false;
}

static FILE *vectors_open(const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/../vectors/%s", TEST_DATA, name);
	file = fopen(path, "r");
	assert_non_null(file);
	return file;
}

/* Base64, or "." for nothing, in place of what `out` held. */
static struct span bytes_of(const char *word, struct buffer *out)
{
	struct error err = { 0 };

	out->len = 0;
	if (strcmp(word, ".") != 0)
		assert_done(base64_decode(out, span_of(word), &err), &err);
	return buffer_view(out);
}

static void wycheproofs_signatures_hold_or_fail_as_published(void **state)
{
	static char line[LINE_MAX_BYTES];
	CLEANUP(public_key_free) struct public_key *key = NULL;
	CLEANUP(buffer_release) struct buffer message, signature;
	FILE *file = vectors_open("wycheproof.txt");
	size_t valid[4] = { 0 }, invalid[4] = { 0 }, keys = 0, count;
	struct error err = { 0 };
	char *word[WORDS_MAX];

	(void)state;
	buffer_init(&message, LINE_MAX_BYTES);
	buffer_init(&signature, LINE_MAX_BYTES);
	while (words_next(file, line, word, &count)) {
		bool good = strcmp(word[0], "valid") == 0;
		int result;

		if (strcmp(word[0], "key") == 0) {
			assert_int_equal(count, 2);
			public_key_free(&key);
			assert_done(public_key_from_der(bytes_of(word[1], &message), &key, &err),
				    &err);
			keys++;
			continue;
		}
		assert_true(good || strcmp(word[0], "invalid") == 0);
		assert_int_equal(count, 3);
		assert_non_null(key);
		result = signature_check(key, bytes_of(word[1], &message),
					 bytes_of(word[2], &signature), &err);
		if ((result == 0) != good)
			fail_msg("%s: published as %s: %s", public_key_type_name(key), word[0],
				 word[2]);
		if (result)
			assert_int_equal(err.code, ERROR_CORRUPT);
		err = (struct error){ 0 };
		(good ? valid : invalid)[public_key_type(key)]++;
	}
	fclose(file);
	assert_int_equal(keys, 113 + 105 + 108 + 78);
	assert_int_equal(valid[KEY_ECDSA_P256], 174);
	assert_int_equal(invalid[KEY_ECDSA_P256], 310);
	assert_int_equal(valid[KEY_ECDSA_P384], 194);
	assert_int_equal(invalid[KEY_ECDSA_P384], 310);
	assert_int_equal(valid[KEY_ECDSA_P521], 232);
	assert_int_equal(invalid[KEY_ECDSA_P521], 310);
	assert_int_equal(valid[KEY_ED25519], 88);
	assert_int_equal(invalid[KEY_ED25519], 63);
}

/* A hash that is not of 32 bytes never gets as far as the check. */
static bool hash_of(const char *word, struct digest *out)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct span view;

	buffer_init(&bytes, LINE_MAX_BYTES);
	view = bytes_of(word, &bytes);
	if (view.len == DIGEST_SIZE)
		memcpy(out->byte, view.data, DIGEST_SIZE);
	return view.len == DIGEST_SIZE;
}

static void merkle_proofs_hold_or_fail_as_published(void **state)
{
	static char line[LINE_MAX_BYTES];
	FILE *file = vectors_open("merkle.txt");
	size_t holds[2] = { 0 }, fails[2] = { 0 }, unhashed = 0, count;
	char *word[WORDS_MAX];

	(void)state;
	while (words_next(file, line, word, &count)) {
		bool inclusion = strcmp(word[0], "inclusion") == 0;
		bool good = strcmp(word[1], "holds") == 0, whole;
		struct digest hash[2], path[WORDS_MAX] = { 0 };
		uint64_t first = strtoull(word[2], NULL, 10), second = strtoull(word[3], NULL, 10);
		struct error err = { 0 };
		int result = -1;

		assert_true(count >= 6 && (inclusion || strcmp(word[0], "consistency") == 0));
		assert_true(good || strcmp(word[1], "fails") == 0);
		whole = hash_of(word[4], &hash[0]) && hash_of(word[5], &hash[1]);
		for (size_t i = 6; i < count; i++)
			whole = hash_of(word[i], &path[i - 6]) && whole;
		if (whole)
			result = inclusion ? merkle_check_inclusion(first, second, &hash[0], path,
								    count - 6, &hash[1], &err)
					   : merkle_check_consistency(first, second, &hash[0],
								      &hash[1], path, count - 6,
								      &err);
		/* "don't care 2" as both roots of one size: here a root is a digest. */
		if (good && !whole && strcmp(word[4], word[5]) == 0)
			unhashed++;
		else if ((result == 0) != good)
			fail_msg("%s %s of %s, %zu hashes: published as %s", word[0], word[2],
				 word[3], count - 6, word[1]);
		(good ? holds : fails)[inclusion]++;
	}
	fclose(file);
	assert_int_equal(holds[0] + fails[0], 98);
	assert_int_equal(holds[1] + fails[1], 98);
	assert_int_equal(unhashed, 1);
	assert_int_equal(holds[0], 6);
	assert_int_equal(holds[1], 6);
}

static void canonical_json_is_as_published_and_holds_no_reals(void **state)
{
	static char line[LINE_MAX_BYTES];
	CLEANUP(buffer_release) struct buffer given, wanted, out;
	FILE *file = vectors_open("jcs.txt");
	size_t written = 0, refused = 0, count;
	char *word[WORDS_MAX];

	(void)state;
	buffer_init(&given, LINE_MAX_BYTES);
	buffer_init(&wanted, LINE_MAX_BYTES);
	buffer_init(&out, LINE_MAX_BYTES);
	while (words_next(file, line, word, &count)) {
		CLEANUP(json_free) struct json *json = NULL;
		bool reals = strcmp(word[0], "values") == 0 || strcmp(word[0], "structures") == 0;
		struct error err = { 0 };

		assert_int_equal(count, 3);
		out.len = 0;
		assert_done(json_parse(bytes_of(word[1], &given), NULL, &json, &err), &err);
		if (reals) {
			assert_int_equal(json_write_canonical(json, &out, &err), -1);
			refused++;
			continue;
		}
		assert_done(json_write_canonical(json, &out, &err), &err);
		if (!span_equal(buffer_view(&out), bytes_of(word[2], &wanted)))
			fail_msg("%s: %.*s", word[0], (int)out.len, (const char *)out.data);
		written++;
	}
	fclose(file);
	assert_int_equal(written, 5);
	assert_int_equal(refused, 2);
}

/* The raw r and s of the vector as the DER that we take. */
static void signature_der(struct span raw, struct buffer *out)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *der = NULL;
	struct error err = { 0 };
	int len;

	assert_int_equal(raw.len, 64);
	assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(raw.data, 32, NULL),
					BN_bin2bn(raw.data + 32, 32, NULL)),
			 1);
	len = i2d_ECDSA_SIG(sig, &der);
	assert_true(len > 0);
	assert_done(buffer_add(out, (struct span){ der, (size_t)len }, &err), &err);
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
}

static void dsses_example_verifies_and_our_encoding_is_its(void **state)
{
	static const uint8_t front[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
					 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
					 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };
	static char line[LINE_MAX_BYTES];
	CLEANUP(public_key_free) struct public_key *key = NULL;
	CLEANUP(buffer_release) struct buffer type, payload, encoding, der, point, raw, ours, like;
	FILE *file = vectors_open("dsse.txt");
	struct error err = { 0 };
	char *word[WORDS_MAX];
	size_t count;

	(void)state;
	buffer_init(&type, 256);
	buffer_init(&payload, 256);
	buffer_init(&encoding, 256);
	buffer_init(&der, 256);
	buffer_init(&point, 256);
	buffer_init(&raw, 256);
	buffer_init(&ours, 256);
	buffer_init(&like, 256);
	assert_true(words_next(file, line, word, &count));
	assert_int_equal(count, 6);
	assert_done(buffer_add(&der, (struct span){ front, sizeof(front) }, &err), &err);
	assert_done(buffer_add(&der, bytes_of(word[3], &point), &err), &err);
	assert_done(buffer_add(&der, bytes_of(word[4], &point), &err), &err);
	assert_done(public_key_from_der(buffer_view(&der), &key, &err), &err);
	der.len = 0;
	signature_der(bytes_of(word[5], &raw), &der);
	assert_done(signature_check(key, bytes_of(word[2], &encoding), buffer_view(&der), &err),
		    &err);
	/* The same encoding with the vector's type in the place of ours. */
	bytes_of(word[0], &type);
	assert_done(envelope_encoding(bytes_of(word[1], &payload), &ours, &err), &err);
	assert_done(buffer_printf(&like, &err, "DSSEv1 %zu %.*s %zu %.*s", type.len, (int)type.len,
				  (const char *)type.data, payload.len, (int)payload.len,
				  (const char *)payload.data),
		    &err);
	assert_true(span_equal(buffer_view(&like), buffer_view(&encoding)));
	assert_true(span_equal(buffer_view(&ours),
			       span_of("DSSEv1 28 application/vnd.in-toto+json 11 hello world")));
	assert_false(words_next(file, line, word, &count));
	fclose(file);
}

/* The example of C2SP's signed-note.md. */
static void the_example_of_a_signed_note_verifies(void **state)
{
	static const char vkey[] = "example.com/foo+530d903a+"
				   "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
	char note[] = "This is an example message.\n\n"
		      "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
		      "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
	struct note_key key;
	struct error err = { 0 };
	struct span text;

	(void)state;
	assert_done(note_key_parse(span_of(vkey), &key, &err), &err);
	assert_done(note_open(span_of(note), &key, &text, &err), &err);
	assert_true(span_equal(text, span_of("This is an example message.\n")));
	for (size_t i = 0; i < text.len - 1; i++) {
		note[i] ^= 1;
		assert_fails(note_open(span_of(note), &key, &text, &err), &err, ERROR_CORRUPT);
		note[i] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wycheproofs_signatures_hold_or_fail_as_published),
		cmocka_unit_test(merkle_proofs_hold_or_fail_as_published),
		cmocka_unit_test(canonical_json_is_as_published_and_holds_no_reals),
		cmocka_unit_test(dsses_example_verifies_and_our_encoding_is_its),
		cmocka_unit_test(the_example_of_a_signed_note_verifies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
