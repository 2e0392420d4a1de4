/* OpenSSF model signatures: what we make is read, what others may have bent is refused. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/signer.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct modelsig_file file_of(const char *path, const char *content)
{
	struct digest digest = sha256(span_of(content));

	return (struct modelsig_file){ .path = strdup(path), .digest = any_digest_of(&digest) };
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
	struct modelsig_plan plan = { .name = "model",
				      .ignored = ignored,
				      .signature_name = "model.sig" };
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
	assert_done(modelsig_build(&plan, file, 4, &payload, &root, &err), &err);
	assert_string_equal(file[0].path, "a-b");
	assert_string_equal(file[1].path, "a.txt");
	assert_string_equal(file[2].path, "a/b");
	for (size_t i = 0; i < 4; i++)
		memcpy(parts[i].byte, file[i].digest.byte, DIGEST_SIZE);
	parts[0] = sha256((struct span){ parts[0].byte, sizeof(parts) });
	assert_true(digest_equal(&root, &parts[0]));

	test_envelope(&signer, buffer_view(&payload), &bundle);
	assert_done(modelsig_check(buffer_view(&bundle), signer.public, 0, &signature, &err), &err);
	assert_true(digest_equal(&signature.root, &root));
	assert_string_equal(signature.name, "model");
	assert_int_equal(signature.file_count, 4);
	assert_false(signature.allow_symlinks);
	assert_non_null(modelsig_find(&signature, "a/b"));
	assert_true(any_digest_equal(&modelsig_find(&signature, "a/b")->digest, &file[2].digest));
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
	struct modelsig_plan plan = { .name = "m",
				      .ignored = modelsig_default_ignored,
				      .signature_name = "model.sig" };
	struct modelsig_file twice[] = { file_of("a", "1"), file_of("b", "2"), file_of("a", "3") };
	struct error err = { 0 };

	(void)state;
	buffer_init(&payload, 65536);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct modelsig_file file = file_of(bad[i], "1");

		assert_fails(modelsig_build(&plan, &file, 1, &payload, NULL, &err), &err,
			     ERROR_USAGE);
		free(file.path);
	}
	assert_fails(modelsig_build(&plan, twice, 3, &payload, NULL, &err), &err, ERROR_USAGE);
	assert_fails(modelsig_build(&plan, twice, 0, &payload, NULL, &err), &err, ERROR_USAGE);
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
	return modelsig_check(buffer_view(&bundle), signer->public, 0, &signature, err);
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
		{ "\"method\":\"files\"", "\"method\":\"shards\"", ERROR_CORRUPT },
		{ "\"method\":\"files\"", "\"method\":\"tensors\"", ERROR_UNTRUSTED },
		{ "\"hash_type\":\"sha256\"", "\"hash_type\":\"blake3\"", ERROR_UNTRUSTED },
		{ "\"algorithm\":\"sha256\"", "\"algorithm\":\"blake2b\"", ERROR_CORRUPT },
		{ "signature/v1.0", "Digest/v0.1", ERROR_UNTRUSTED },
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

/*
 * A statement over these resources, "NAME HEX-DIGIT ALGORITHM" each with a digest of that digit
 * alone, and what the serialization says; the root is theirs.
 */
static char *statement_over(const char *const *resource, size_t count, const char *serialization)
{
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;
	CLEANUP(buffer_release) struct buffer list;
	struct digest root;
	char hex[DIGEST_HEX_SIZE], *text;
	struct error err = { 0 };

	buffer_init(&list, 1u << 20);
	assert_done(hash_stream_new(&stream, &err), &err);
	for (size_t i = 0; i < count; i++) {
		size_t name = strcspn(resource[i], " "), len;
		char digit = resource[i][name + 1], digits[2 * ANY_DIGEST_MAX + 1] = "";
		const char *algorithm = resource[i] + name + 3;
		uint8_t byte[ANY_DIGEST_MAX];

		len = strncmp(algorithm, "blake2b", 7) == 0 ? ANY_DIGEST_MAX : DIGEST_SIZE;
		memset(digits, digit, 2 * len);
		assert_done(hex_decode(span_of(digits), byte, len, &err), &err);
		hash_stream_add(stream, (struct span){ byte, len });
		assert_true(asprintf(&text,
				     "%s{\"name\":\"%.*s\",\"digest\":\"%s\",\"algorithm\":"
				     "\"%s\"}",
				     i ? "," : "", (int)name, resource[i], digits, algorithm) > 0);
		assert_done(buffer_add_text(&list, text, &err), &err);
		free(text);
	}
	root = hash_stream_finish(stream);
	digest_to_hex(&root, hex);
	assert_true(
		asprintf(&text,
			 "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":"
			 "\"m\",\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":"
			 "\"https://model_signing/signature/v1.0\",\"predicate\":{\"resources\":["
			 "%.*s],\"serialization\":{%s}}}",
			 hex, (int)list.len, list.data ? (const char *)list.data : "",
			 serialization) > 0);
	return text;
}

#define SHARDS10 "\"method\":\"shards\",\"hash_type\":\"sha256\",\"shard_size\":10.0"

/* What modelsig_payload says of it; *out_signature is the caller's where it says 0. */
static int read_over(const char *const *resource, size_t count, const char *serialization,
		     struct modelsig *out_signature, struct error *err)
{
	char *text = statement_over(resource, count, serialization);
	int result = modelsig_payload(span_of(text), out_signature, err);

	free(text);
	return result;
}

static void shards_are_read_under_both_labels_with_colons_in_names(void **state)
{
	static const char *const resource[] = { "a:b:0:10 1 sha256",
						"a:b:10:15 2 sha256-sharded-10", "a:0:3 3 sha256" };
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_done(read_over(resource, 3, SHARDS10, &signature, &err), &err);
	assert_int_equal(signature.shard_size, 10);
	assert_int_equal(signature.hash, HASH_SHA256);
	assert_false(signature.sorted);
	assert_string_equal(signature.file[0].path, "a:b");
	assert_int_equal(signature.file[1].start, 10);
	assert_int_equal(signature.file[1].end, 15);
	assert_ptr_equal(modelsig_find(&signature, "a:b"), &signature.file[0]);
	assert_ptr_equal(modelsig_find(&signature, "a"), &signature.file[2]);
	assert_null(modelsig_find(&signature, "a:b:0:10"));
}

static void shards_that_are_not_a_file_are_refused(void **state)
{
	static const struct {
		const char *resource[2], *serialization, *reason;
	} row[] = {
		{ { "a:0:10 1 sha256", "a:11:12 2 sha256" }, SHARDS10, "do not follow" },
		{ { "a:0:10 1 sha256", "a:9:12 2 sha256" }, SHARDS10, "do not follow" },
		{ { "a:0:9 1 sha256", "a:9:12 2 sha256" }, SHARDS10, "do not follow" },
		{ { "a:10:20 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "do not follow" },
		{ { "a:0:11 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "shards have 10" },
		{ { "a:0:0 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "shards have 10" },
		{ { "a:0:10 1 sha256", "a:0:10 2 sha256" }, SHARDS10, "listed twice" },
		{ { "a:0:10 1 sha256", "a:10:0x 2 sha256" }, SHARDS10, "is no shard" },
		{ { "a:00:10 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "is no shard" },
		{ { "a:0:+9 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "is no shard" },
		{ { "a:0: 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "is no shard" },
		{ { "a:0:99999999999999999999 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "no shard" },
		{ { "a 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "is no shard" },
		{ { "0:10 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "is no shard" },
		{ { ":0:10 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "leads elsewhere" },
		{ { "../a:0:10 1 sha256", "b:0:1 2 sha256" }, SHARDS10, "leads elsewhere" },
		{ { "a:0:1 1 sha256-sharded-11", "b:0:1 2 sha256" }, SHARDS10, "digested with" },
		{ { "a:0:1 1 sha256-sharded-10.0", "b:0:1 2 sha256" }, SHARDS10, "digested with" },
		{ { "a:0:1 1 sha256", "b:0:1 2 sha256" },
		  "\"method\":\"shards\",\"hash_type\":\"sha256\"",
		  "'shard_size' is no number" },
		{ { "a:0:1 1 sha256", "b:0:1 2 sha256" },
		  "\"method\":\"shards\",\"hash_type\":\"sha256\",\"shard_size\":0",
		  "'shard_size' is no number" },
		{ { "a:0:1 1 sha256", "b:0:1 2 sha256" },
		  "\"method\":\"shards\",\"hash_type\":\"sha256\",\"shard_size\":10.5",
		  "'shard_size' is no number" },
		{ { "a:0:1 1 sha256", "b:0:1 2 sha256" },
		  "\"method\":\"shards\",\"hash_type\":\"sha256\",\"shard_size\":-10",
		  "'shard_size' is no number" },
		{ { "a:0:1 1 sha256", "b:0:1 2 sha256" },
		  "\"method\":\"shards\",\"hash_type\":\"sha256\",\"shard_size\":\"10\"",
		  "'shard_size' is no number" },
		{ { "a 1 sha256-sharded-10", "b 2 sha256" },
		  "\"method\":\"files\",\"hash_type\":\"sha256\",\"shard_size\":10",
		  "digested with" },
	};
	struct modelsig signature;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		assert_int_equal(
			read_over(row[i].resource, 2, row[i].serialization, &signature, &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		if (!strstr(err.text, row[i].reason))
			fail_msg("row %zu: %s", i, err.text);
		err = (struct error){ 0 };
	}
}

static void every_whole_number_of_bytes_is_a_shard_size(void **state)
{
	static const char *const good[] = {
		"10", "10.0", "10.000", "1e1", "1E+1", "100e-1", "1.0e1"
	};
	static const char *const resource[] = { "a:0:10 1 sha256", "a:10:11 2 sha256" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		CLEANUP(modelsig_release) struct modelsig signature = { 0 };
		char text[96];

		snprintf(text, sizeof(text),
			 "\"method\":\"shards\",\"hash_type\":\"sha256\",\"shard_size\":%s",
			 good[i]);
		assert_done(read_over(resource, 2, text, &signature, &err), &err);
		assert_int_equal(signature.shard_size, 10);
	}
}

static void blake2b_is_read_and_blake3_is_not_possible(void **state)
{
	static const char *const blake2b[] = { "a 1 blake2b", "b 2 blake2b" };
	static const char *const mixed[] = { "a 1 blake2b", "b 2 sha256" };
	static const char *const sha256[] = { "a 1 sha256", "b 2 sha256" };
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct modelsig refused;
	struct error err = { 0 };

	(void)state;
	assert_done(read_over(blake2b, 2, "\"method\":\"files\",\"hash_type\":\"blake2b\"",
			      &signature, &err),
		    &err);
	assert_int_equal(signature.hash, HASH_BLAKE2B);
	assert_int_equal(signature.file[1].digest.len, 64);
	assert_int_equal(signature.file[1].digest.byte[63], 0x22);
	assert_true(signature.sorted);
	assert_fails(read_over(mixed, 2, "\"method\":\"files\",\"hash_type\":\"blake2b\"", &refused,
			       &err),
		     &err, ERROR_CORRUPT);
	assert_fails(read_over(sha256, 2, "\"method\":\"files\",\"hash_type\":\"blake2b\"",
			       &refused, &err),
		     &err, ERROR_CORRUPT);
	assert_int_equal(read_over(sha256, 2, "\"method\":\"files\",\"hash_type\":\"blake3\"",
				   &refused, &err),
			 -1);
	assert_int_equal(err.code, ERROR_UNTRUSTED);
	assert_non_null(strstr(err.text, "not possible"));
	assert_non_null(strstr(err.text, "blake3"));
}

static void shards_are_made_in_the_order_of_their_names(void **state)
{
	struct modelsig_plan plan = { .name = "m",
				      .hash = HASH_BLAKE2B,
				      .shard_size = 10,
				      .allow_symlinks = true,
				      .ignored = (const char *const[]){ "x", NULL } };
	CLEANUP(buffer_release) struct buffer payload;
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct modelsig_file file[12];
	char name[] = "f";
	struct digest root;
	struct error err = { 0 };

	(void)state;
	buffer_init(&payload, 65536);
	for (size_t i = 0; i < 12; i++)
		file[i] = (struct modelsig_file){ .path = name,
						  .digest = { { (uint8_t)i }, 64 },
						  .start = 10 * i,
						  .end = 10 * i + (i == 11 ? 3 : 10) };
	assert_done(modelsig_build(&plan, file, 12, &payload, &root, &err), &err);
	assert_done(modelsig_payload(buffer_view(&payload), &signature, &err), &err);
	assert_true(signature.sorted);
	assert_true(signature.allow_symlinks);
	assert_int_equal(signature.ignored_count, 1);
	assert_true(digest_equal(&root, &signature.root));
	/* As strings: f:0:10, f:100:110, f:10:20, f:110:113, f:20:30 ... */
	assert_int_equal(signature.file[1].start, 100);
	assert_int_equal(signature.file[2].start, 10);
	assert_int_equal(signature.file[3].start, 110);
	assert_int_equal(signature.file[4].start, 20);
	assert_non_null(memmem(payload.data, payload.len, "blake2b-sharded-10\"", 19));
	file[5].start++;
	assert_fails(modelsig_build(&plan, file, 12, &payload, NULL, &err), &err, ERROR_USAGE);
}

#define DIGESTS_V0                                                                                 \
	"{\"_type\":\"https://in-toto.io/Statement/"                                               \
	"v1\",\"subject\":[{\"name\":\"it's\",\"digest\":{"                                        \
	"\"sha256\":\"" HEX_A                                                                      \
	"\"},\"annotations\":{\"actual_hash_algorithm\":\"file-sha256\"}}],\n"                     \
	"\"predicateType\":\"https://model_signing/Digests/"                                       \
	"v0.1\",\"predicate\":{\"unused\":\"\xc3\xa9\"}}"

/* Sign the encoding of before v1.0 in the bundle of `payload`, and check that. */
static int check_pre_v1(const struct test_signer *signer, const char *payload, unsigned flags,
			struct modelsig *out_signature, struct error *err)
{
	CLEANUP(buffer_release) struct buffer message, signature, bundle;

	buffer_init(&message, 65536);
	buffer_init(&signature, SIGNATURE_MAX_BYTES);
	buffer_init(&bundle, 65536);
	assert_done(modelsig_encoding_pre_v1(span_of(payload), &message, err), err);
	test_sign(signer, buffer_view(&message), &signature);
	assert_done(envelope_build(span_of(payload), buffer_view(&signature), signer->public,
				   &bundle, err),
		    err);
	return modelsig_check(buffer_view(&bundle), signer->public, flags, out_signature, err);
}

static void the_encoding_of_before_v1_is_pythons_spelling_of_bytes(void **state)
{
	static const struct {
		const char *payload, *encoding;
	} row[] = {
		{ "a\n\t\r\\", "DSSEV1 28 application/vnd.in-toto+json 5 b'a\\n\\t\\r\\\\'" },
		{ "\x01\x1f~\x7f\xc3\xa9",
		  "DSSEV1 28 application/vnd.in-toto+json 6 b'\\x01\\x1f~\\x7f\\xc3\\xa9'" },
		{ "it's", "DSSEV1 28 application/vnd.in-toto+json 4 b\"it's\"" },
		{ "\"it's\"", "DSSEV1 28 application/vnd.in-toto+json 6 b'\"it\\'s\"'" },
		{ "\"", "DSSEV1 28 application/vnd.in-toto+json 1 b'\"'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		CLEANUP(buffer_release) struct buffer out;
		struct error err = { 0 };

		buffer_init(&out, 4096);
		assert_done(modelsig_encoding_pre_v1(span_of(row[i].payload), &out, &err), &err);
		assert_int_equal(out.len, strlen(row[i].encoding));
		assert_memory_equal(out.data, row[i].encoding, out.len);
	}
}

static void the_encoding_of_before_v1_is_taken_only_if_somebody_allows_it(void **state)
{
	static const char *const type[] = { "P-256", "P-384", "P-521" };
	struct modelsig refused;
	char *text = statement_with(NULL, NULL);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(test_signer_release) struct test_signer signer = test_signer_new(type[i]);
		CLEANUP(modelsig_release) struct modelsig signature = { 0 };
		struct error err = { 0 };

		assert_done(
			check_pre_v1(&signer, DIGESTS_V0, MODELSIG_ALLOW_PRE_V1, &signature, &err),
			&err);
		assert_true(signature.pre_v1);
		assert_int_equal(signature.form, MODELSIG_DIGESTS_V0);
		assert_string_equal(signature.file[0].path, "it's");
		assert_int_equal(check_pre_v1(&signer, DIGESTS_V0, 0, &refused, &err), -1);
		assert_int_equal(err.code, ERROR_UNTRUSTED);
		assert_non_null(strstr(err.text, "--allow-pre-v1"));
		err = (struct error){ 0 };
		/* never a statement of v1.0: nobody ever signed one so */
		assert_fails(check_pre_v1(&signer, text, MODELSIG_ALLOW_PRE_V1, &refused, &err),
			     &err, ERROR_CORRUPT);
	}
	free(text);
}

static void the_form_of_before_v1_has_files_for_subjects(void **state)
{
	static const struct {
		const char *what, *by;
		enum error_code code;
		const char *reason;
	} row[] = {
		{ "file-sha256", "shard-sha256", ERROR_UNTRUSTED, "not possible" },
		{ "it's", "../it", ERROR_CORRUPT, "leads elsewhere" },
		{ "sha256\":", "sha512\":", ERROR_CORRUPT, "'sha256' is missing" },
		{ "[{\"name\":\"it's\",\"digest\":{\"sha256\":\"" HEX_A
		  "\"},\"annotations\":{\"actual_hash_algorithm\":\"file-sha256\"}}]",
		  "[]", ERROR_CORRUPT, "0 files" },
		{ "Digests/v0.1", "DigestOfDigests/v0.1", ERROR_UNTRUSTED, "not possible" },
		{ "Digests/v0.1", "ShardDigests/v0.1", ERROR_UNTRUSTED, "not possible" },
	};
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct modelsig refused;
	struct error err = { 0 };

	(void)state;
	assert_done(modelsig_payload(span_of(DIGESTS_V0), &signature, &err), &err);
	assert_int_equal(signature.file_count, 1);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		static const char statement[] = DIGESTS_V0;
		const char *at = strstr(statement, row[i].what);
		char *text;

		assert_non_null(at);
		assert_true(asprintf(&text, "%.*s%s%s", (int)(at - statement), statement, row[i].by,
				     at + strlen(row[i].what)) > 0);
		assert_int_equal(modelsig_payload(span_of(text), &refused, &err), -1);
		if (err.code != row[i].code || !strstr(err.text, row[i].reason))
			fail_msg("row %zu: %s", i, err.text);
		err = (struct error){ 0 };
		free(text);
	}
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
	assert_fails(modelsig_check(buffer_view(&bundle), other.public, 0, &signature, &err), &err,
		     ERROR_UNTRUSTED);
	assert_fails(modelsig_check(buffer_view(&bundle), log.public, 0, &signature, &err), &err,
		     ERROR_UNTRUSTED);
	assert_done(modelsig_read(buffer_view(&bundle), &read, &err), &err);
	assert_int_equal(read.file_count, 1);

	/* one letter of the base64 payload: still base64, no longer what was signed */
	payload = memmem(bundle.data, bundle.len, "\"payload\":\"", 11);
	assert_non_null(payload);
	payload[20] = payload[20] == 'A' ? 'B' : 'A';
	assert_fails(modelsig_check(buffer_view(&bundle), signer.public, 0, &signature, &err), &err,
		     ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_in_the_specifications_order_and_is_read),
		cmocka_unit_test(what_could_not_be_checked_is_not_made),
		cmocka_unit_test(tolerable_differences_are_tolerated),
		cmocka_unit_test(bent_statements_are_refused),
		cmocka_unit_test(shards_are_read_under_both_labels_with_colons_in_names),
		cmocka_unit_test(shards_that_are_not_a_file_are_refused),
		cmocka_unit_test(every_whole_number_of_bytes_is_a_shard_size),
		cmocka_unit_test(blake2b_is_read_and_blake3_is_not_possible),
		cmocka_unit_test(shards_are_made_in_the_order_of_their_names),
		cmocka_unit_test(the_encoding_of_before_v1_is_pythons_spelling_of_bytes),
		cmocka_unit_test(the_encoding_of_before_v1_is_taken_only_if_somebody_allows_it),
		cmocka_unit_test(the_form_of_before_v1_has_files_for_subjects),
		cmocka_unit_test(another_key_is_told_from_a_signature_that_does_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
