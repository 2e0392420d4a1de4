/* Manifests: built in one read, written canonically, read back without belief; pieces and locators.
 */
#include "tests/verify/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>

static const struct made_tensor tensors[] = { { "big", 2100, 1024, 1 },
					      { "norm \\\"q\\\"", 1, 64, 2 },
					      { "tail", 3, 7, 3 } };

static char *a_checkpoint(void)
{
	char *folder = test_folder();

	put_tensors(folder, "model.safetensors", tensors, 3);
	put_text(folder, "config.json", "{\"model_type\":\"llama\"}");
	put_text(folder, "empty", "");
	return folder;
}

static char *text_of(const struct manifest *manifest, struct digest *out_identity)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };
	char *text;

	buffer_init(&out, MANIFEST_MAX_BYTES);
	assert_done(manifest_write(manifest, &out, out_identity, &err), &err);
	assert_done(buffer_to_text(&out, &text, &err), &err);
	return text;
}

static void every_digest_is_what_the_format_says(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(buffer_release) struct buffer bytes;
	const struct manifest_file *file = manifest_find(manifest, "model.safetensors");
	char *path = path_of(folder, "model.safetensors");
	struct error err = { 0 };
	struct digest leaf[2], whole, root;
	struct span piece[2];

	(void)state;
	buffer_init(&bytes, SIZE_MAX / 2);
	assert_done(file_read(path, &bytes, &err), &err);
	whole = sha256(buffer_view(&bytes));
	assert_true(digest_equal(&whole, &file->sha256));
	assert_int_equal(file->tensor_count, 3);
	piece[0] = (struct span){ bytes.data + manifest->tensor[0].offset, PIECE_SIZE_BYTES };
	piece[1] = (struct span){ piece[0].data + PIECE_SIZE_BYTES,
				  (size_t)manifest->tensor[0].length - PIECE_SIZE_BYTES };
	for (int i = 0; i < 2; i++) {
		struct digest digest = sha256(piece[i]);

		leaf[i] = merkle_leaf(digest_view(&digest));
	}
	root = merkle_node(&leaf[0], &leaf[1]);
	assert_true(digest_equal(&root, &manifest->tensor_root[0]));
	/* header, two pieces of "big", "norm", "tail" */
	assert_int_equal(file->piece_count, 5);
	root = merkle_empty();
	assert_true(digest_equal(&root, &manifest_find(manifest, "empty")->root));
	assert_int_equal(manifest_parameters(manifest), 2100 * 1024 + 64 + 21);
	free(path);
}

static void what_is_written_is_canonical_and_reads_back(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(manifest_free) struct manifest *again = NULL;
	CLEANUP(buffer_release) struct buffer pieces;
	CLEANUP(buffer_release) struct buffer canonical;
	CLEANUP(json_free) struct json *json = NULL;
	struct digest identity, second;
	struct error err = { 0 };
	char *text = text_of(manifest, &identity), *text_again;

	(void)state;
	assert_done(json_parse(span_of(text), NULL, &json, &err), &err);
	buffer_init(&canonical, MANIFEST_MAX_BYTES);
	assert_done(json_write_canonical(json, &canonical, &err), &err);
	assert_true(span_equal(buffer_view(&canonical), span_of(text)));
	assert_done(manifest_parse(span_of(text), &again, &err), &err);
	assert_null(again->record);
	text_again = text_of(again, &second);
	assert_string_equal(text, text_again);
	assert_true(digest_equal(&identity, &second));
	buffer_init(&pieces, SIZE_MAX / 2);
	assert_done(pieces_write(manifest->record, manifest->piece_count, &pieces, &err), &err);
	assert_done(manifest_add_pieces(again, buffer_view(&pieces), &err), &err);
	assert_memory_equal(again->record, manifest->record,
			    manifest->piece_count * sizeof(*manifest->record));
	pieces.data[40] ^= 1;
	assert_int_equal(manifest_add_pieces(again, buffer_view(&pieces), &err), -1);
	assert_says(&err, "not the one that the manifest names");
	free(text);
	free(text_again);
}

static void pieces_that_do_not_make_the_roots_are_refused(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(buffer_release) struct buffer pieces;
	struct error err = { 0 };

	(void)state;
	manifest->record[2].digest.byte[0] ^= 1;
	buffer_init(&pieces, SIZE_MAX / 2);
	assert_done(pieces_write(manifest->record, manifest->piece_count, &pieces, &err), &err);
	manifest->pieces = sha256(buffer_view(&pieces));
	assert_int_equal(manifest_add_pieces(manifest, buffer_view(&pieces), &err), -1);
	assert_says(&err, "the pieces of 'model.safetensors' do not have its root");
}

static void any_number_of_threads_gives_the_same_manifest(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(tree_close) struct tree *tree = tree_at(folder);
	struct digest identity[2];
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(manifest_free) struct manifest *manifest = NULL;
		struct context ctx = test_context();
		char *text;

		assert_done(threads_new(1 + 3 * i, &ctx.threads, &err), &err);
		assert_done(manifest_build(&ctx, tree, NULL, &manifest, &err), &err);
		text = text_of(manifest, &identity[i]);
		free(text);
		threads_free(&ctx.threads);
	}
	assert_true(digest_equal(&identity[0], &identity[1]));
}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILES(list)                                                                                \
	"{\"files\":[" list "],\"pieces\":\"sha256:" HEX "\",\"schema\":\"akashi/manifest/1\"}"
#define BYTES(path, size)                                                                          \
	"{\"format\":\"bytes\",\"path\":\"" path "\",\"root\":\"" HEX "\",\"sha256\":\"" HEX       \
	"\",\"size\":" size "}"
#define TENSORS(list)                                                                              \
	"{\"format\":\"safetensors\",\"path\":\"m\",\"root\":\"" HEX "\",\"sha256\":\"" HEX        \
	"\",\"size\":100,\"tensors\":[" list "]}"
#define TENSOR(name, offset, length, shape)                                                        \
	"{\"dtype\":\"U8\",\"length\":" length ",\"name\":\"" name "\",\"offset\":" offset         \
	",\"root\":\"" HEX "\",\"shape\":[" shape "]}"

static void manifests_that_lie_are_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "'{' is expected" },
		{ "{}", "'files' is missing" },
		{ FILES("") "x", "bytes after the end" },
		{ FILES(BYTES("../x", "1")), "'../x' is not relative" },
		{ FILES(BYTES("/x", "1")), "is not relative" },
		{ FILES(BYTES("a//b", "1")), "is not relative" },
		{ FILES(BYTES("a/./b", "1")), "is not relative" },
		{ FILES(BYTES("", "1")), "is not relative" },
		{ FILES(BYTES("a\\n", "1")), "control characters" },
		{ FILES(BYTES("b", "1") "," BYTES("a", "1")), "'a' is out of order" },
		{ FILES(BYTES("a", "1") "," BYTES("a", "1")), "'a' is out of order" },
		{ FILES(BYTES("a", "-1")), "a size is not a whole number" },
		{ FILES(BYTES("a", "1.5")), "a size is not a whole number" },
		{ FILES(BYTES("a", "9007199254740993")), "a size beyond 2^53" },
		{ FILES(BYTES("a", "17592190238720")), "more than 4194304 pieces" },
		{ FILES("{\"path\":\"a\"}"), "'format' is missing" },
		{ FILES("{\"path\":\"a\",\"path\":\"a\"}"), "'path' is there twice" },
		{ FILES(TENSORS(TENSOR("t", "90", "11", "11"))), "'t' ends outside 'm'" },
		{ FILES(TENSORS(TENSOR("t", "101", "0", "0"))), "'t' ends outside 'm'" },
		{ FILES(TENSORS(TENSOR("t", "0", "10", "9"))), "9 bytes by its shape" },
		{ FILES(TENSORS(TENSOR("t", "0", "10", "10") "," TENSOR("u", "9", "1", "1"))),
		  "tensors of 'm' overlap at 'u'" },
		{ FILES(TENSORS(TENSOR("t", "9", "1", "1") "," TENSOR("u", "0", "1", "1"))),
		  "out of order" },
		{ FILES(TENSORS(TENSOR("t", "0", "1", "1") "," TENSOR("t", "1", "1", "1"))),
		  "two tensors called 't'" },
		{ "{\"files\":[],\"pieces\":\"sha256:" HEX "\",\"schema\":\"akashi/manifest/2\"}",
		  "the schema 'akashi/manifest/2' is unknown" },
		{ "{\"files\":[],\"pieces\":\"sha256:01\",\"schema\":\"akashi/manifest/1\"}",
		  "digest" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct manifest *manifest = NULL;
		struct error err = { 0 };

		if (!manifest_parse(span_of(cases[i].text), &manifest, &err))
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(err.code, ERROR_CORRUPT);
		assert_says(&err, cases[i].says);
	}
}

static void unknown_keys_of_a_manifest_are_passed_over(void **state)
{
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(manifest_parse(span_of("{\"later\":[1.5,{\"a\":null}],\"files\":[],"
					   "\"pieces\":\"sha256:" HEX
					   "\",\"schema\":\"akashi/manifest/1\"}"),
				   &manifest, &err),
		    &err);
	assert_int_equal(manifest->file_count, 0);
}

/* A sink that adds up what it is given, and damages the file on the way if told to. */
struct copying {
	const char *damage; /* folder, or NULL */
	uint64_t bytes;
	size_t begun, ended, dropped;
};

static int copy_begin(void *user, const char *path, struct source *source, void **out_file,
		      struct error *err)
{
	struct copying *copying = user;

	(void)path;
	(void)source;
	(void)err;
	__atomic_fetch_add(&copying->begun, 1, __ATOMIC_RELAXED);
	if (copying->damage)
		put_text(copying->damage, "config.json", "{\"model_type\":\"LLAMA\"}");
	*out_file = copying;
	return 0;
}

static int copy_piece(void *user, void *file, const struct manifest_piece *piece, struct error *err)
{
	struct copying *copying = user;
	struct digest digest = sha256(piece->bytes);

	(void)err;
	assert_ptr_equal(user, file);
	assert_true(digest_equal(&digest, &piece->digest));
	__atomic_fetch_add(&copying->bytes, piece->bytes.len, __ATOMIC_RELAXED);
	return 0;
}

static int copy_end(void *user, void *file, const struct digest *sha256_of, struct error *err)
{
	struct copying *copying = user;

	(void)file;
	(void)err;
	__atomic_fetch_add(sha256_of ? &copying->ended : &copying->dropped, 1, __ATOMIC_RELAXED);
	return 0;
}

static struct manifest_sink sink_of(struct copying *copying)
{
	return (struct manifest_sink){
		.user = copying, .begin = copy_begin, .piece = copy_piece, .end = copy_end
	};
}

static void a_sink_gets_every_byte_of_the_one_read(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(tree_close) struct tree *tree = tree_at(folder);
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	struct copying copying = { 0 };
	struct manifest_sink sink = sink_of(&copying);
	struct context ctx = test_context();
	struct error err = { 0 };

	(void)state;
	assert_done(manifest_build(&ctx, tree, &sink, &manifest, &err), &err);
	assert_int_equal(copying.bytes, manifest_bytes(manifest));
	assert_int_equal(copying.begun, 3);
	assert_int_equal(copying.ended, 3);
	assert_int_equal(copying.dropped, 0);
}

/* A plain file of `size` bytes that differ from MiB to MiB. */
static void put_large(const char *folder, const char *name, size_t size)
{
	CLEANUP(text_free) char *path = NULL;
	size_t step = 1 << 20;
	uint64_t *words = malloc(step), drawn = size;
	FILE *file;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	file = fopen(path, "wb");
	assert_non_null(words);
	assert_non_null(file);
	for (size_t i = 0; i < step / sizeof(*words); i++)
		words[i] = test_random(&drawn);
	for (size_t at = 0; at < size; at += step) {
		size_t len = size - at < step ? size - at : step;

		words[at % 1000]++;
		assert_int_equal(fwrite(words, 1, len, file), len);
	}
	assert_int_equal(fclose(file), 0);
	free(words);
}

static enum manifest_want wants_one(void *user, const char *path)
{
	(void)user;
	return strcmp(path, "c") == 0 ? MANIFEST_PIECES : MANIFEST_NOTHING;
}

static enum manifest_want wants_ends(void *user, const char *path)
{
	(void)user;
	(void)path;
	return MANIFEST_END;
}

static bool no_pieces(void *user, void *file)
{
	(void)user;
	(void)file;
	return false;
}

static struct digest identity_of(const struct tree *tree, const struct manifest_sink *sink)
{
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct context ctx = test_context();
	struct error err = { 0 };
	struct digest identity;

	buffer_init(&text, 1 << 20);
	assert_done(manifest_build(&ctx, tree, sink, &manifest, &err), &err);
	assert_done(manifest_write(manifest, &text, &identity, &err), &err);
	return identity; /* over every piece's digest and locator, too */
}

/* Enough pieces that sixteen are hashed at once, of files that end anywhere. */
static void large_files_have_the_same_manifest_whoever_wants_them(void **state)
{
	static const struct {
		const char *name;
		size_t size;
	} file[] = { { "a", (24 << 20) + 5 },
		     { "b", (21 << 20) - 2048 },
		     { "c", 1 << 22 },
		     { "d", 70001 },
		     { "e", 0 },
		     { "f", (13 << 20) + 4096 } };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct copying all = { 0 }, one = { 0 }, ends = { 0 }, after = { 0 };
	struct manifest_sink wants_all = sink_of(&all), wants = sink_of(&one);
	struct manifest_sink only = sink_of(&ends), changes = sink_of(&after);
	struct digest without;

	(void)state;
	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++)
		put_large(folder, file[i].name, file[i].size);
	tree = tree_at(folder);
	wants.wants = wants_one;
	only.wants = changes.wants = wants_ends;
	only.pieces = no_pieces;
	without = identity_of(tree, NULL);
	assert_memory_equal(identity_of(tree, &wants_all).byte, without.byte, DIGEST_SIZE);
	assert_int_equal(all.ended, 6);
	assert_memory_equal(identity_of(tree, &wants).byte, without.byte, DIGEST_SIZE);
	assert_true(one.ended == 1 || one.ended == 6); /* who wants nothing may be asked */
	assert_memory_equal(identity_of(tree, &only).byte, without.byte, DIGEST_SIZE);
	assert_int_equal(ends.ended, 6);
	assert_int_equal(ends.bytes, 0);
	assert_memory_equal(identity_of(tree, &changes).byte, without.byte, DIGEST_SIZE);
	assert_int_equal(after.ended, 6);
	assert_int_equal(after.bytes, all.bytes);
}

static void a_file_that_changes_while_it_is_read_is_refused(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct manifest *manifest = NULL;
	struct copying copying = { .damage = folder };
	struct manifest_sink sink = sink_of(&copying);
	struct context ctx = test_context();
	struct error err = { 0 };

	(void)state;
	put_text(folder, "config.json", "{\"model_type\":\"llama\"}");
	make_old(folder, "config.json");
	tree = tree_at(folder);
	assert_int_equal(manifest_build(&ctx, tree, &sink, &manifest, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_int_equal(copying.dropped, 1);
	assert_says(&err, "config.json");
}

static void a_malformed_file_is_named(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct manifest *manifest = NULL;
	struct context ctx = test_context();
	struct error err = { 0 };

	(void)state;
	put_text(folder, "m.safetensors", "short");
	tree = tree_at(folder);
	assert_int_equal(manifest_build(&ctx, tree, NULL, &manifest, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_says(&err, "'m.safetensors' is no well-formed safetensors file");
}

static void a_locator_is_what_its_definition_says(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 4, 5, 255, 256, 2047, 2048, 2049, 6147, 4194304 };
	uint8_t *bytes = malloc(PIECE_SIZE_BYTES);
	uint64_t drawn = 7;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < PIECE_SIZE_BYTES; i++)
		bytes[i] = (uint8_t)test_random(&drawn);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct locator_stream stream = { 0 }, plain = { 0 };
		struct locator naive = { { 0 } };
		size_t half = sizes[i] / 4096 * 2048;

		for (size_t at = 0; at < sizes[i]; at++) {
			uint32_t part = (uint32_t)bytes[at] << 8 * (at % 4);

			naive.sum[0] ^= part;
			for (unsigned b = 0; b < 20; b++)
				naive.sum[b + 1] ^= at / 4 >> b & 1 ? part : 0;
		}
		locator_add(&stream, (struct span){ bytes, half });
		locator_add(&stream, (struct span){ bytes + half, sizes[i] - half });
		assert_memory_equal(&naive, &stream.locator, sizeof(naive));
		locator_add_plain(&plain, (struct span){ bytes, sizes[i] });
		assert_memory_equal(&naive, &plain.locator, sizeof(naive));
	}
	free(bytes);
}

static void a_locator_names_any_one_changed_word(void **state)
{
	uint8_t *bytes = malloc(PIECE_SIZE_BYTES);
	struct locator_stream before = { 0 };
	uint64_t drawn = 11;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < PIECE_SIZE_BYTES; i++)
		bytes[i] = (uint8_t)test_random(&drawn);
	locator_add(&before, (struct span){ bytes, PIECE_SIZE_BYTES });
	for (size_t round = 0; round < 20; round++) {
		struct locator_stream after = { 0 };
		size_t at = round == 0   ? 0
			    : round == 1 ? PIECE_SIZE_BYTES - 1
					 : test_random(&drawn) % PIECE_SIZE_BYTES;
		uint32_t index, change;

		bytes[at] ^= 0x21;
		locator_add(&after, (struct span){ bytes, PIECE_SIZE_BYTES });
		bytes[at] ^= 0x21;
		assert_true(locator_guess(&before.locator, &after.locator, &index, &change));
		assert_int_equal(index, at / 4);
		assert_int_equal(change, 0x21u << 8 * (at % 4));
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_digest_is_what_the_format_says),
		cmocka_unit_test(what_is_written_is_canonical_and_reads_back),
		cmocka_unit_test(pieces_that_do_not_make_the_roots_are_refused),
		cmocka_unit_test(any_number_of_threads_gives_the_same_manifest),
		cmocka_unit_test(manifests_that_lie_are_refused),
		cmocka_unit_test(unknown_keys_of_a_manifest_are_passed_over),
		cmocka_unit_test(a_sink_gets_every_byte_of_the_one_read),
		cmocka_unit_test(large_files_have_the_same_manifest_whoever_wants_them),
		cmocka_unit_test(a_file_that_changes_while_it_is_read_is_refused),
		cmocka_unit_test(a_malformed_file_is_named),
		cmocka_unit_test(a_locator_is_what_its_definition_says),
		cmocka_unit_test(a_locator_names_any_one_changed_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
