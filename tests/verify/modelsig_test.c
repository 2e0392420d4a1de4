/* OpenSSF model signatures: what we make is read, what others may have bent is refused. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/signer.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct modelsig_file file_of(const char *path, const char *content)
{
	return (struct modelsig_file){ strdup(path), sha256(span_of(content)) };
}

static void files_free(struct modelsig_file *file, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(file[i].path);
}

/* Append `payload`, signed, as a bundle. */
static void bundle_of(const struct test_signer *signer, const char *payload, struct buffer *out)
{
	test_envelope(signer, span_of(payload), out);
}

static void what_is_made_is_in_the_specifications_order_and_is_read(void **state)
{
	static const char *const ignored[] = { "README.md", NULL };
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(buffer_release) struct buffer payload, bundle;
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct modelsig_file file[] = { file_of("a/b", "1"), file_of("a.txt", "2"),
					file_of("a-b", "3"), file_of("\xe8\xa8\xbc", "") };
	struct digest root, parts[4];
	struct error err = { 0 };

	(void)state;
	buffer_init(&payload, 65536);
	buffer_init(&bundle, 65536);
	assert_done(modelsig_build("model", file, 4, ignored, "model.sig", &payload, &root, &err),
		    &err);
	assert_string_equal(file[0].path, "a-b");
	assert_string_equal(file[1].path, "a.txt");
	assert_string_equal(file[2].path, "a/b");
	for (size_t i = 0; i < 4; i++)
		parts[i] = file[i].sha256;
	parts[0] = sha256((struct span){ parts[0].byte, sizeof(parts) });
	assert_true(digest_equal(&root, &parts[0]));

	test_envelope(&signer, buffer_view(&payload), &bundle);
	assert_done(modelsig_check(buffer_view(&bundle), signer.public, &signature, &err), &err);
	assert_true(digest_equal(&signature.root, &root));
	assert_string_equal(signature.name, "model");
	assert_int_equal(signature.file_count, 4);
	assert_false(signature.allow_symlinks);
	assert_non_null(modelsig_find(&signature, "a/b"));
	assert_true(digest_equal(&modelsig_find(&signature, "a/b")->sha256, &file[2].sha256));
	assert_null(modelsig_find(&signature, "a"));
	assert_true(modelsig_ignores(&signature, "README.md"));
	assert_true(modelsig_ignores(&signature, "model.sig"));
	assert_true(modelsig_ignores(&signature, ".git/config"));
	assert_true(modelsig_ignores(&signature, ".gitattributes"));
	assert_false(modelsig_ignores(&signature, "sub/.gitattributes"));
	assert_false(modelsig_ignores(&signature, "README.md.bak"));
	assert_false(modelsig_ignores(&signature, "readme.md"));
	files_free(file, 4);
}

static void what_could_not_be_checked_is_not_made(void **state)
{
	static const char *const bad[] = { "/a", "../a", "a/../b", "a//b", "./a", "a/", "", "a/." };
	CLEANUP(buffer_release) struct buffer payload;
	struct modelsig_file twice[] = { file_of("a", "1"), file_of("b", "2"), file_of("a", "3") };
	struct error err = { 0 };

	(void)state;
	buffer_init(&payload, 65536);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct modelsig_file file = file_of(bad[i], "1");

		assert_fails(modelsig_build("m", &file, 1, modelsig_default_ignored, "model.sig",
					    &payload, NULL, &err),
			     &err, ERROR_USAGE);
		free(file.path);
	}
	assert_fails(modelsig_build("m", twice, 3, modelsig_default_ignored, "model.sig", &payload,
				    NULL, &err),
		     &err, ERROR_USAGE);
	assert_fails(modelsig_build("m", twice, 0, modelsig_default_ignored, "model.sig", &payload,
				    NULL, &err),
		     &err, ERROR_USAGE);
	assert_int_equal(payload.len, 0);
	files_free(twice, 3);
}

/* A v1.0 statement over one file whose digest is HEX_A (so the root is SHA-256 of those bytes). */
static char *statement_with(const char *what, const char *by)
{
	uint8_t digest[DIGEST_SIZE];
	struct digest root;
	char hex[DIGEST_HEX_SIZE], *text, *changed, *at;

	memset(digest, 0xaa, sizeof(digest));
	root = sha256((struct span){ digest, sizeof(digest) });
	digest_to_hex(&root, hex);
	assert_true(
		asprintf(&text,
			 "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":"
			 "\"m\",\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":"
			 "\"https://model_signing/signature/v1.0\",\"predicate\":{\"resources\":["
			 "{\"name\":\"w\",\"digest\":\"" HEX_A "\",\"algorithm\":\"sha256\"}],"
			 "\"serialization\":{\"method\":\"files\",\"hash_type\":\"sha256\","
			 "\"allow_symlinks\":false,\"ignore_paths\":[\".git\",\"x/y/\"]}}}",
			 hex) > 0);
	if (!what)
		return text;
	at = strstr(text, what);
	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what)) >
		    0);
	free(text);
	return changed;
}

static int check(const struct test_signer *signer, const char *what, const char *by,
		 struct error *err)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	CLEANUP(buffer_release) struct buffer bundle;
	char *text = statement_with(what, by);

	buffer_init(&bundle, 1u << 20);
	bundle_of(signer, text, &bundle);
	free(text);
	return modelsig_check(buffer_view(&bundle), signer->public, &signature, err);
}

static void tolerable_differences_are_tolerated(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-384");
	struct error err = { 0 };

	(void)state;
	assert_done(check(&signer, NULL, NULL, &err), &err);
	assert_done(check(&signer, "\"name\":\"w\"", "\"name\":\".\"", &err), &err);
	assert_done(check(&signer, ",\"ignore_paths\":[\".git\",\"x/y/\"]", "", &err), &err);
	assert_done(check(&signer, "\"allow_symlinks\":false", "\"shard_size\":1000000000.0", &err),
		    &err);
	assert_done(check(&signer, "\"name\":\"w\"", "\"more\":[1.5],\"name\":\"w\"", &err), &err);
}

static void bent_statements_are_refused(void **state)
{
	static const struct {
		const char *what, *by;
		enum error_code code;
	} row[] = {
		{ HEX_A, HEX_B, ERROR_CORRUPT },
		{ "\"name\":\"w\"", "\"name\":\"../w\"", ERROR_CORRUPT },
		{ "\"name\":\"w\"", "\"name\":\"/w\"", ERROR_CORRUPT },
		{ "\"name\":\"w\"", "\"name\":\"a/../../w\"", ERROR_CORRUPT },
		{ "\"name\":\"w\"", "\"name\":\"\"", ERROR_CORRUPT },
		{ "\"name\":\"w\"", "\"nome\":\"w\"", ERROR_CORRUPT },
		{ "{\"name\":\"w\",\"digest\":\"" HEX_A "\",\"algorithm\":\"sha256\"}", "",
		  ERROR_CORRUPT },
		{ "{\"name\":\"w\",",
		  "{\"name\":\".\",\"digest\":\"" HEX_A
		  "\",\"algorithm\":\"sha256\"},{\"name\":\"w\",",
		  ERROR_CORRUPT },
		{ "{\"name\":\"w\",",
		  "{\"name\":\"w\",\"digest\":\"" HEX_A
		  "\",\"algorithm\":\"sha256\"},{\"name\":\"w\",",
		  ERROR_CORRUPT },
		{ "\"method\":\"files\"", "\"method\":\"shards\"", ERROR_UNTRUSTED },
		{ "\"hash_type\":\"sha256\"", "\"hash_type\":\"blake3\"", ERROR_UNTRUSTED },
		{ "\"algorithm\":\"sha256\"", "\"algorithm\":\"blake2b\"", ERROR_UNTRUSTED },
		{ "signature/v1.0", "Digests/v0.1", ERROR_UNTRUSTED },
		{ "https://model_signing/signature/v1.0", "https://slsa.dev/provenance/v1",
		  ERROR_CORRUPT },
		{ "Statement/v1", "Statement/v0.1", ERROR_CORRUPT },
		{ "\"allow_symlinks\":false", "\"shard_size\":1.5", ERROR_CORRUPT },
		{ "\"allow_symlinks\":false", "\"allow_symlinks\":\"no\"", ERROR_CORRUPT },
		{ "[\".git\",", "[7,", ERROR_CORRUPT },
	};
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-521");
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		assert_fails(check(&signer, row[i].what, row[i].by, &err), &err, row[i].code);
}

static void another_key_is_told_from_a_signature_that_does_not_hold(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(test_signer_release) struct test_signer other = test_signer_new("P-256");
	CLEANUP(test_signer_release) struct test_signer log = test_signer_new("ED25519");
	CLEANUP(buffer_release) struct buffer bundle;
	CLEANUP(modelsig_release) struct modelsig read = { 0 };
	struct modelsig signature;
	struct error err = { 0 };
	char *text = statement_with(NULL, NULL), *payload;

	(void)state;
	buffer_init(&bundle, 1u << 20);
	bundle_of(&signer, text, &bundle);
	free(text);
	assert_fails(modelsig_check(buffer_view(&bundle), other.public, &signature, &err), &err,
		     ERROR_UNTRUSTED);
	assert_fails(modelsig_check(buffer_view(&bundle), log.public, &signature, &err), &err,
		     ERROR_UNTRUSTED);
	assert_done(modelsig_read(buffer_view(&bundle), &read, &err), &err);
	assert_int_equal(read.file_count, 1);

	/* one letter of the base64 payload: still base64, no longer what was signed */
	payload = memmem(bundle.data, bundle.len, "\"payload\":\"", 11);
	assert_non_null(payload);
	payload[20] = payload[20] == 'A' ? 'B' : 'A';
	assert_fails(modelsig_check(buffer_view(&bundle), signer.public, &signature, &err), &err,
		     ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_in_the_specifications_order_and_is_read),
		cmocka_unit_test(what_could_not_be_checked_is_not_made),
		cmocka_unit_test(tolerable_differences_are_tolerated),
		cmocka_unit_test(bent_statements_are_refused),
		cmocka_unit_test(another_key_is_told_from_a_signature_that_does_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
