/* By which tensors weights are found again, and by which they must not be. */
#include "tests/support.h"

#include <string.h>

#include "registry/lint/likeness.h"

static struct tensor tensor_of(const char *name, enum dtype dtype, const uint64_t *shape,
			       uint32_t rank)
{
	return (struct tensor){ .name = name, .dtype = dtype, .shape = shape, .rank = rank };
}

static void only_matrices_of_weights_count(void **state)
{
	static const uint64_t matrix[] = { 64, 64 }, small[] = { 4, 4 };
	static const uint64_t mask[] = { 1, 1, 64, 64 };
	const struct tensor weight = tensor_of("h.0.attn.weight", DTYPE_BF16, matrix, 2);
	const struct tensor others[] = {
		tensor_of("h.0.ln.weight", DTYPE_BF16, matrix, 1),
		tensor_of("h.0.lora.weight", DTYPE_F32, small, 2),
		tensor_of("h.0.attn.bias", DTYPE_F32, mask, 4),
		tensor_of("layers.0.attention.bias", DTYPE_BOOL, mask, 4),
		tensor_of("position_ids", DTYPE_I64, matrix, 2),
	};

	(void)state;
	assert_true(likeness_counts("model.safetensors", &weight));
	assert_false(likeness_counts("optim.safetensors", &weight));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(likeness_counts("model.safetensors", &others[i]));
}

enum { TENSORS = 20 };

/* A manifest of one file with `count` matrices, whose roots are told by `first` and their number.
 */
static struct manifest *manifest_make(struct manifest *manifest, struct manifest_file *file,
				      struct tensor *tensor, struct digest *root, size_t count,
				      uint8_t first)
{
	static const uint64_t shape[] = { 32, 32 };
	static const char *const name[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
					    "k", "l", "m", "n", "o", "p", "q", "r", "s", "t" };

	for (size_t i = 0; i < count; i++) {
		tensor[i] = tensor_of(name[i], DTYPE_F32, shape, 2);
		memset(&root[i], first + (int)i, sizeof(root[i]));
	}
	*file = (struct manifest_file){ .path = "model.safetensors", .tensor_count = count };
	*manifest = (struct manifest){ .file = file,
				       .file_count = 1,
				       .tensor = tensor,
				       .tensor_root = root,
				       .tensor_count = count };
	return manifest;
}

static void the_least_roots_are_the_marks_whatever_the_order(void **state)
{
	struct manifest manifest;
	struct manifest_file file;
	struct tensor tensor[TENSORS];
	struct digest root[TENSORS], swapped;
	struct likeness one, other;
	struct error err = { 0 };

	(void)state;
	manifest_make(&manifest, &file, tensor, root, TENSORS, 0x10);
	assert_done(likeness_of(&manifest, &one, &err), &err);
	assert_int_equal(one.count, LIKENESS_MARKS);
	assert_string_equal(one.mark[0], "1010101010101010");
	assert_string_equal(one.mark[7], "1717171717171717");
	swapped = root[0];
	root[0] = root[19];
	root[19] = swapped;
	assert_done(likeness_of(&manifest, &other, &err), &err);
	assert_memory_equal(one.mark, other.mark, sizeof(one.mark));
	assert_string_equal(one.shapes, other.shapes);
	/* A root that stands twice is one mark; another format has the same shapes. */
	root[1] = root[2];
	tensor[3].dtype = DTYPE_BF16;
	assert_done(likeness_of(&manifest, &other, &err), &err);
	assert_int_equal(other.count, LIKENESS_MARKS);
	for (size_t i = 1; i < other.count; i++)
		assert_string_not_equal(other.mark[i - 1], other.mark[i]);
	assert_string_equal(one.shapes, other.shapes);
	tensor[3].name = "z";
	assert_done(likeness_of(&manifest, &other, &err), &err);
	assert_string_not_equal(one.shapes, other.shapes);
}

static void a_model_without_matrices_has_no_mark(void **state)
{
	struct manifest manifest;
	struct manifest_file file;
	struct tensor tensor[1];
	struct digest root[1];
	struct likeness likeness;
	struct error err = { 0 };

	(void)state;
	manifest_make(&manifest, &file, tensor, root, 1, 0x10);
	tensor[0].rank = 1;
	assert_done(likeness_of(&manifest, &likeness, &err), &err);
	assert_int_equal(likeness.count, 0);
	assert_string_equal(likeness.shapes, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_matrices_of_weights_count),
		cmocka_unit_test(the_least_roots_are_the_marks_whatever_the_order),
		cmocka_unit_test(a_model_without_matrices_has_no_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
