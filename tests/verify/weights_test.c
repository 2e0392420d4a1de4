/* Weight sets: which files count, whether index and shards agree, and reads that are checked. */
#include "tests/verify/checkpoint.h"

#include <stdlib.h>

static const struct made_tensor first[] = { { "a", 4, 8, 1 }, { "b", 3, 2, 2 } };
static const struct made_tensor second[] = { { "c", 1100, 4096, 3 }, { "d", 1, 1, 4 } };

#define INDEX "model.safetensors.index.json"
#define MAP(rest)                                                                                  \
	"{\"metadata\":{\"total_size\":1e9,\"x\":[{\"y\":null}]},\"weight_map\":{" rest "}}"
#define GOOD_MAP                                                                                   \
	MAP("\"a\":\"s-1.safetensors\",\"d\":\"s-2.safetensors\","                                 \
	    "\"b\":\"s-1.safetensors\",\"c\":\"s-2.safetensors\"")

static void put_shards(const char *folder, const char *index)
{
	put_tensors(folder, "s-1.safetensors", first, 2);
	put_tensors(folder, "s-2.safetensors", second, 2);
	put_text(folder, INDEX, index);
}

static int open_weights(const char *folder, struct tree **tree, struct weights **weights,
			struct error *err)
{
	*tree = tree_at(folder);
	return weights_open(*tree, weights, err);
}

static void shards_are_one_set_of_tensors(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	struct error err = { 0 };

	(void)state;
	put_shards(folder, GOOD_MAP);
	put_text(folder, "adapter_model.safetensors", "not looked at");
	put_text(folder, "modeling_x.py", "import os");
	assert_done(open_weights(folder, &tree, &weights, &err), &err);
	assert_int_equal(weights_count(weights), 4);
	assert_string_equal(weights_tensor(weights, 2)->name, "c");
	assert_string_equal(weights_file_of(weights, weights_find(weights, "d")),
			    "s-2.safetensors");
	assert_null(weights_find(weights, "e"));
	assert_int_equal(weights_file_count(weights), 3);
	assert_int_equal(weights_parameters(weights), 32 + 6 + 1100 * 4096 + 1);
	assert_int_equal(weights_unread_count(weights), 2);
	assert_string_equal(weights_unread(weights, 1), "modeling_x.py");
	assert_done(weights_unchanged(weights, &err), &err);
}

static void an_index_that_contradicts_its_shards_is_refused(void **state)
{
	static const struct {
		const char *index, *says;
		enum error_code code;
	} cases[] = {
		{ MAP("\"a\":\"s-1.safetensors\",\"b\":\"s-1.safetensors\","
		      "\"c\":\"s-2.safetensors\""),
		  "tensor 'd' of 's-2.safetensors' is not in the index", ERROR_CORRUPT },
		{ MAP("\"a\":\"s-1.safetensors\",\"b\":\"s-1.safetensors\","
		      "\"c\":\"s-2.safetensors\",\"d\":\"s-2.safetensors\","
		      "\"e\":\"s-2.safetensors\""),
		  "the index places tensor 'e' in 's-2.safetensors', which does not have it",
		  ERROR_CORRUPT },
		{ MAP("\"a\":\"s-2.safetensors\",\"b\":\"s-1.safetensors\","
		      "\"c\":\"s-2.safetensors\",\"d\":\"s-2.safetensors\""),
		  "in 's-2.safetensors', and it is in 's-1.safetensors'", ERROR_CORRUPT },
		{ MAP("\"a\":\"../s-1.safetensors\""), "leads out of the directory",
		  ERROR_CORRUPT },
		{ MAP("\"a\":\"/etc/passwd\""), "leads out of the directory", ERROR_CORRUPT },
		{ MAP("\"a\":\"s-1.safetensors\",\"a\":\"s-1.safetensors\""),
		  "names the tensor 'a' twice", ERROR_CORRUPT },
		{ MAP("\"a\":7"), "'\"' is expected", ERROR_CORRUPT },
		{ "{\"weight_map\":{},\"weight_map\":{}}", "there twice", ERROR_CORRUPT },
		{ "{}", "'weight_map' is missing", ERROR_CORRUPT },
		{ MAP("\"a\":\"s-1.safetensors\",\"c\":\"s-9.safetensors\","
		      "\"d\":\"s-8.safetensors\""),
		  "2 of 3 shards that 'model.safetensors.index.json' names are missing: "
		  "'s-9.safetensors', 's-8.safetensors'",
		  ERROR_ABSENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		CLEANUP(tree_close) struct tree *tree = NULL;
		struct weights *weights = NULL;
		struct error err = { 0 };

		put_shards(folder, cases[i].index);
		assert_int_equal(open_weights(folder, &tree, &weights, &err), -1);
		assert_int_equal(err.code, cases[i].code);
		assert_says(&err, cases[i].says);
	}
}

static void a_tensor_in_two_shards_is_refused(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct weights *weights = NULL;
	struct error err = { 0 };

	(void)state;
	put_shards(folder, GOOD_MAP);
	put_tensors(folder, "s-2.safetensors", first, 1);
	assert_int_equal(open_weights(folder, &tree, &weights, &err), -1);
	assert_says(&err, "tensor 'a' is in 's-1.safetensors' and in 's-2.safetensors'");
}

static void two_loadable_sets_cannot_be_decided(void **state)
{
	static const char *const rivals[] = { "model.safetensors", "pytorch_model.bin",
					      "pytorch_model.bin.index.json",
					      "consolidated.safetensors" };

	(void)state;
	for (size_t i = 0; i < sizeof(rivals) / sizeof(rivals[0]); i++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		CLEANUP(tree_close) struct tree *tree = NULL;
		struct weights *weights = NULL;
		struct error err = { 0 };

		put_shards(folder, GOOD_MAP);
		put_tensors(folder, rivals[i], first, 2);
		assert_int_equal(open_weights(folder, &tree, &weights, &err), -1);
		assert_int_equal(err.code, ERROR_UNTRUSTED);
		assert_says(&err, "it cannot be decided");
	}
}

static void an_index_over_the_single_file_is_no_second_set(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	struct error err = { 0 };

	(void)state;
	put_tensors(folder, "model.safetensors", first, 2);
	put_text(folder, INDEX, MAP("\"a\":\"model.safetensors\",\"b\":\"model.safetensors\""));
	assert_done(open_weights(folder, &tree, &weights, &err), &err);
	assert_int_equal(weights_count(weights), 2);
}

static void files_without_weights_say_what_is_there(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct weights *weights = NULL;
	struct error err = { 0 };

	(void)state;
	put_text(folder, "pytorch_model.bin", "PK\3\4");
	assert_int_equal(open_weights(folder, &tree, &weights, &err), -1);
	assert_int_equal(err.code, ERROR_ABSENT);
	assert_says(&err, "'pytorch_model.bin' is verified as bytes only");
}

static void one_file_of_any_name_is_a_set(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	char *path = path_of(folder, "my.safetensors");
	struct error err = { 0 };

	(void)state;
	put_tensors(folder, "my.safetensors", first, 2);
	assert_done(open_weights(path, &tree, &weights, &err), &err);
	assert_int_equal(weights_count(weights), 2);
	free(path);
}

/* Read [offset, offset + len) of "c" both ways and compare. */
static void assert_same_bytes(struct weights *weights, uint64_t offset, size_t len)
{
	struct context ctx = test_context();
	const struct tensor *tensor = weights_find(weights, "c");
	uint8_t *plain = malloc(len + 1), *checked = malloc(len + 1);
	struct error err = { 0 };

	assert_true(plain && checked);
	assert_done(threads_new(3, &ctx.threads, &err), &err);
	assert_done(weights_read(weights, tensor, offset, plain, len, &err), &err);
	assert_done(weights_read_checked(&ctx, weights, tensor, offset, checked, len, &err), &err);
	assert_memory_equal(plain, checked, len);
	threads_free(&ctx.threads);
	free(plain);
	free(checked);
}

static void a_checked_read_gives_the_bytes_of_any_range(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	const uint64_t all = 2 * 1100 * 4096;
	struct error err = { 0 };

	(void)state;
	put_shards(folder, GOOD_MAP);
	assert_done(open_weights(folder, &tree, &weights, &err), &err);
	manifest = manifest_at(folder);
	assert_false(weights_are_checked(weights));
	assert_done(weights_expect(weights, manifest, &err), &err);
	assert_true(weights_are_checked(weights));
	assert_same_bytes(weights, 0, (size_t)all);
	assert_same_bytes(weights, 0, PIECE_SIZE_BYTES);
	assert_same_bytes(weights, 5, 17);
	assert_same_bytes(weights, PIECE_SIZE_BYTES - 3, 6);
	assert_same_bytes(weights, 100, (size_t)all - 200);
	assert_same_bytes(weights, all - 1, 1);
	assert_same_bytes(weights, all, 0);
	assert_fails(weights_read(weights, weights_find(weights, "c"), all, &err, 1, &err), &err,
		     ERROR_USAGE);
}

static void a_checked_read_of_changed_bytes_names_tensor_and_place(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	struct context ctx = test_context();
	const struct tensor *tensor;
	struct error err = { 0 };
	uint8_t bytes[64];

	(void)state;
	put_shards(folder, GOOD_MAP);
	make_old(folder, "s-2.safetensors");
	assert_done(open_weights(folder, &tree, &weights, &err), &err);
	manifest = manifest_at(folder);
	assert_done(weights_expect(weights, manifest, &err), &err);
	tensor = weights_find(weights, "c");
	flip_bits(folder, "s-2.safetensors", tensor->offset + PIECE_SIZE_BYTES + 1000, 4);
	assert_done(weights_read_checked(&ctx, weights, tensor, 0, bytes, sizeof(bytes), &err),
		    &err);
	assert_int_equal(weights_read_checked(&ctx, weights, tensor, PIECE_SIZE_BYTES, bytes,
					      sizeof(bytes), &err),
			 -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_says(&err, "tensor 'c' of 's-2.safetensors' is not what was signed");
	assert_fails(weights_unchanged(weights, &err), &err, ERROR_CORRUPT);
}

static void tensors_read_together_are_those_read_alone(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	struct context ctx = test_context();
	struct weights_part part[8];
	struct error err = { 0 };
	size_t count, total = 0, at = 0;
	uint8_t *together, *alone;

	(void)state;
	put_shards(folder, GOOD_MAP);
	assert_done(open_weights(folder, &tree, &weights, &err), &err);
	manifest = manifest_at(folder);
	count = weights_count(weights);
	assert_in_range(count, 2, 8);
	for (size_t i = 0; i < count; i++)
		total += (size_t)weights_tensor(weights, i)->length;
	together = malloc(2 * total);
	assert_non_null(together);
	alone = together + total;
	for (size_t i = 0; i < count; i++) {
		const struct tensor *tensor = weights_tensor(weights, i);

		part[i] = (struct weights_part){ tensor, together + at };
		assert_done(
			weights_read(weights, tensor, 0, alone + at, (size_t)tensor->length, &err),
			&err);
		at += (size_t)tensor->length;
	}
	for (int checked = 0; checked < 2; checked++) { /* without a manifest, then with it */
		memset(together, 0, total);
		assert_done(weights_read_tensors(&ctx, weights, part, count, &err), &err);
		assert_memory_equal(together, alone, total);
		assert_done(weights_expect(weights, manifest, &err), &err);
	}
	flip_bits(folder, "s-2.safetensors",
		  weights_find(weights, "c")->offset + PIECE_SIZE_BYTES + 1000, 4);
	assert_int_equal(weights_read_tensors(&ctx, weights, part, count, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_says(&err, "tensor 'c' of 's-2.safetensors' is not what was signed");
	free(together);
}

static void tensors_are_expected_wherever_they_were_cut(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(test_folder_remove) char *merged = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	struct made_tensor all[] = { second[0], first[1], first[0], second[1] };
	struct error err = { 0 };

	(void)state;
	put_shards(folder, GOOD_MAP);
	manifest = manifest_at(folder);
	put_tensors(merged, "model.safetensors", all, 4);
	assert_done(open_weights(merged, &tree, &weights, &err), &err);
	assert_done(weights_expect(weights, manifest, &err), &err);
	assert_same_bytes(weights, 12345, PIECE_SIZE_BYTES);
}

static void a_tensor_that_the_manifest_does_not_have_is_refused(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(weights_close) struct weights *weights = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	struct made_tensor other = { "a", 8, 4, 1 };
	struct error err = { 0 };

	(void)state;
	put_tensors(folder, "model.safetensors", first, 2);
	manifest = manifest_at(folder);
	put_tensors(folder, "model.safetensors", &other, 1);
	assert_done(open_weights(folder, &tree, &weights, &err), &err);
	assert_int_equal(weights_expect(weights, manifest, &err), -1);
	assert_says(&err, "tensor 'a' has another shape or number format");
	weights_close(&weights);
	tree_close(&tree);
	put_tensors(folder, "model.safetensors", second, 2);
	assert_done(open_weights(folder, &tree, &weights, &err), &err);
	assert_int_equal(weights_expect(weights, manifest, &err), -1);
	assert_says(&err, "tensor 'c' is not in the manifest");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shards_are_one_set_of_tensors),
		cmocka_unit_test(an_index_that_contradicts_its_shards_is_refused),
		cmocka_unit_test(a_tensor_in_two_shards_is_refused),
		cmocka_unit_test(two_loadable_sets_cannot_be_decided),
		cmocka_unit_test(an_index_over_the_single_file_is_no_second_set),
		cmocka_unit_test(files_without_weights_say_what_is_there),
		cmocka_unit_test(one_file_of_any_name_is_a_set),
		cmocka_unit_test(a_checked_read_gives_the_bytes_of_any_range),
		cmocka_unit_test(a_checked_read_of_changed_bytes_names_tensor_and_place),
		cmocka_unit_test(tensors_read_together_are_those_read_alone),
		cmocka_unit_test(tensors_are_expected_wherever_they_were_cut),
		cmocka_unit_test(a_tensor_that_the_manifest_does_not_have_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
