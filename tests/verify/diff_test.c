/* What changed between two checkpoints: from digests, and in numbers. */
#include "tests/verify/checkpoint.h"

#include <math.h>
#include <stdlib.h>

static const struct diff_tensor *tensor_of(const struct diff *diff, const char *name)
{
	for (size_t i = 0; i < diff->tensor_count; i++) {
		if (strcmp(diff->tensor[i].name, name) == 0)
			return &diff->tensor[i];
	}
	fail_msg("no '%s' in the diff", name);
	return NULL;
}

static void digests_tell_what_was_added_removed_changed_and_reshaped(void **state)
{
	CLEANUP(test_folder_remove) char *before = test_folder();
	CLEANUP(test_folder_remove) char *after = test_folder();
	CLEANUP(manifest_free) struct manifest *a = NULL, *b = NULL;
	CLEANUP(diff_free) struct diff *diff = NULL;
	struct made_tensor old[] = { { "same", 4, 4, 1 },
				     { "changed", 4, 4, 2 },
				     { "reshaped", 4, 4, 3 },
				     { "gone", 1, 1, 4 } };
	struct made_tensor new[] = { { "new", 2, 2, 9 },
				     { "same", 4, 4, 1 },
				     { "changed", 4, 4, 7 },
				     { "reshaped", 2, 8, 3 } };
	struct error err = { 0 };

	(void)state;
	put_tensors(before, "model.safetensors", old, 4);
	put_text(before, "config.json", "{}");
	put_text(before, "old.txt", "x");
	put_tensors(after, "other.safetensors", new, 4);
	put_text(after, "config.json", "{}");
	a = manifest_at(before);
	b = manifest_at(after);
	assert_done(diff_manifests(a, b, &diff, &err), &err);
	assert_int_equal(diff->tensor_count, 5);
	assert_int_equal(tensor_of(diff, "same")->state, DIFF_SAME);
	assert_string_equal(tensor_of(diff, "same")->new_file, "other.safetensors");
	assert_int_equal(tensor_of(diff, "changed")->state, DIFF_CHANGED);
	assert_int_equal(tensor_of(diff, "reshaped")->state, DIFF_RESHAPED);
	assert_int_equal(tensor_of(diff, "gone")->state, DIFF_REMOVED);
	assert_int_equal(tensor_of(diff, "new")->state, DIFF_ADDED);
	assert_int_equal(diff->files[DIFF_SAME], 1);
	assert_int_equal(diff->files[DIFF_REMOVED], 2);
	assert_int_equal(diff->files[DIFF_ADDED], 1);
	assert_int_equal(diff->tensors[DIFF_CHANGED], 1);
}

static void tensors_of_one_name_in_several_files_are_matched_by_file(void **state)
{
	CLEANUP(test_folder_remove) char *before = test_folder();
	CLEANUP(test_folder_remove) char *after = test_folder();
	CLEANUP(manifest_free) struct manifest *a = NULL, *b = NULL;
	CLEANUP(diff_free) struct diff *diff = NULL;
	struct made_tensor x = { "w", 4, 4, 1 }, y = { "w", 4, 4, 2 };
	struct error err = { 0 };

	(void)state;
	put_tensors(before, "a.safetensors", &x, 1);
	put_tensors(before, "b.safetensors", &y, 1);
	put_tensors(after, "a.safetensors", &x, 1);
	put_tensors(after, "b.safetensors", &x, 1);
	a = manifest_at(before);
	b = manifest_at(after);
	assert_done(diff_manifests(a, b, &diff, &err), &err);
	assert_int_equal(diff->tensor_count, 2);
	assert_int_equal(diff->tensors[DIFF_SAME], 1);
	assert_int_equal(diff->tensors[DIFF_CHANGED], 1);
}

/* The elements of the two files' only tensor, as numbers. */
static void numbers_of(const char *folder, const struct manifest *manifest, double *out)
{
	CLEANUP(buffer_release) struct buffer bytes;
	char *path = path_of(folder, "m.safetensors");
	const struct tensor *tensor = &manifest->tensor[0];
	struct error err = { 0 };

	buffer_init(&bytes, SIZE_MAX / 2);
	assert_done(file_read(path, &bytes, &err), &err);
	for (size_t i = 0; i < tensor_elements(tensor); i++)
		assert_true(dtype_to_double(tensor->dtype, bytes.data + tensor->offset + 2 * i,
					    &out[i]));
	free(path);
}

static void values_count_elements_and_measure_the_change(void **state)
{
	CLEANUP(test_folder_remove) char *before = test_folder();
	CLEANUP(test_folder_remove) char *after = test_folder();
	CLEANUP(manifest_free) struct manifest *a = NULL, *b = NULL;
	CLEANUP(tree_close) struct tree *old_tree = NULL, *new_tree = NULL;
	CLEANUP(diff_free) struct diff *diff = NULL;
	enum { ROWS = 2100, COLS = 1024, COUNT = ROWS * COLS };
	struct made_tensor old = { "w", ROWS, COLS, 1 }, new = { "w", ROWS, COLS, 2 };
	double *x = calloc(COUNT, sizeof(*x)), *y = calloc(COUNT, sizeof(*y));
	double square = 0, largest = 0, old_square = 0;
	struct context ctx = test_context();
	struct error err = { 0 };
	uint64_t changed = 0;

	(void)state;
	assert_true(x && y);
	put_tensors(before, "m.safetensors", &old, 1);
	put_tensors(after, "m.safetensors", &new, 1);
	a = manifest_at(before);
	b = manifest_at(after);
	old_tree = tree_at(before);
	new_tree = tree_at(after);
	numbers_of(before, a, x);
	numbers_of(after, b, y);
	for (size_t i = 0; i < COUNT; i++) {
		changed += x[i] != y[i];
		square += (x[i] - y[i]) * (x[i] - y[i]);
		old_square += x[i] * x[i];
		largest = fabs(x[i] - y[i]) > largest ? fabs(x[i] - y[i]) : largest;
	}
	assert_done(diff_manifests(a, b, &diff, &err), &err);
	assert_done(threads_new(2, &ctx.threads, &err), &err);
	assert_done(diff_add_values(&ctx, diff, a, old_tree, b, new_tree, &err), &err);
	threads_free(&ctx.threads);
	assert_true(diff->tensor[0].has_values);
	assert_int_equal(diff->tensor[0].values.changed, changed);
	assert_true(fabs(strtod(diff->tensor[0].values.largest, NULL) - largest) < 1e-7 * largest);
	assert_true(fabs(strtod(diff->tensor[0].values.norm, NULL) - sqrt(square)) <
		    1e-7 * sqrt(square));
	assert_true(fabs(strtod(diff->tensor[0].values.old_norm, NULL) - sqrt(old_square)) <
		    1e-7 * sqrt(old_square));
	free(x);
	free(y);
}

static void values_are_not_taken_from_bytes_that_are_not_the_manifests(void **state)
{
	CLEANUP(test_folder_remove) char *before = test_folder();
	CLEANUP(test_folder_remove) char *after = test_folder();
	CLEANUP(manifest_free) struct manifest *a = NULL, *b = NULL;
	CLEANUP(tree_close) struct tree *old_tree = NULL, *new_tree = NULL;
	CLEANUP(diff_free) struct diff *diff = NULL;
	struct made_tensor old = { "w", 4, 4, 1 }, new = { "w", 4, 4, 2 };
	struct context ctx = test_context();
	struct error err = { 0 };

	(void)state;
	put_tensors(before, "m.safetensors", &old, 1);
	put_tensors(after, "m.safetensors", &new, 1);
	a = manifest_at(before);
	b = manifest_at(after);
	old_tree = tree_at(before);
	new_tree = tree_at(after);
	flip_bits(after, "m.safetensors", b->tensor[0].offset, 1);
	assert_done(diff_manifests(a, b, &diff, &err), &err);
	assert_int_equal(diff_add_values(&ctx, diff, a, old_tree, b, new_tree, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_says(&err, "tensor 'w' in 'm.safetensors' is not what its manifest says");
}

static void elements_are_shown_as_decimals_that_read_back_and_as_bits(void **state)
{
	static const struct {
		enum dtype dtype;
		uint8_t bytes[8];
		const char *text;
	} cases[] = {
		{ DTYPE_BF16, { 0xd0, 0x3d }, "0.1015625 (0x3dd0)" },
		{ DTYPE_F16, { 0x00, 0x3c }, "1 (0x3c00)" },
		{ DTYPE_F16, { 0x01, 0x00 }, "5.9604645e-08 (0x0001)" },
		{ DTYPE_F32, { 0xcd, 0xcc, 0xcc, 0x3d }, "0.1 (0x3dcccccd)" },
		{ DTYPE_F32, { 0, 0, 0x80, 0xff }, "-inf (0xff800000)" },
		{ DTYPE_F64,
		  { 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f },
		  "0.1 (0x3fb999999999999a)" },
		{ DTYPE_F8_E4M3, { 0x7e }, "448 (0x7e)" },
		{ DTYPE_F8_E4M3, { 0xff }, "nan (0xff)" },
		{ DTYPE_F8_E5M2, { 0x7b }, "57344 (0x7b)" },
		{ DTYPE_I8, { 0x80 }, "-128 (0x80)" },
		{ DTYPE_I64,
		  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		  "-1 (0xffffffffffffffff)" },
		{ DTYPE_U16, { 0xff, 0xff }, "65535 (0xffff)" },
		{ DTYPE_BOOL, { 1 }, "1 (0x01)" },
		{ DTYPE_F8_E8M0, { 0x7f }, "0x7f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[DTYPE_TEXT_MAX];

		dtype_element_text(cases[i].dtype, cases[i].bytes, text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_tell_what_was_added_removed_changed_and_reshaped),
		cmocka_unit_test(tensors_of_one_name_in_several_files_are_matched_by_file),
		cmocka_unit_test(values_count_elements_and_measure_the_change),
		cmocka_unit_test(values_are_not_taken_from_bytes_that_are_not_the_manifests),
		cmocka_unit_test(elements_are_shown_as_decimals_that_read_back_and_as_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
