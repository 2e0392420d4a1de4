/* The head of a file of tensors: laid out as the reference lays it out, and read back. */
#include "tests/support.h"
#include "verify/verify.h"

#include <stdlib.h>

static void tensors_lie_by_width_and_name_behind_an_aligned_head(void **state)
{
	static const uint64_t shape[] = { 2, 3 };
	const struct tensor tensor[] = {
		{ "b", shape, 0, 12, 2, DTYPE_BF16 },
		{ "z", shape, 0, 24, 2, DTYPE_F32 },
		{ "a", shape, 0, 12, 2, DTYPE_BF16 },
		{ "quo\"te", NULL, 0, 1, 0, DTYPE_U8 },
		{ "empty", (const uint64_t[]){ 0 }, 0, 0, 1, DTYPE_F32 },
	};
	static const char *const order[] = { "empty", "z", "a", "b", "quo\"te" };
	CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer out;
	struct safetensors_entry entry[5];
	struct error err = { 0 };
	uint64_t size;
	uint8_t *room;

	(void)state;
	buffer_init(&out, 10000);
	for (size_t i = 0; i < 5; i++)
		entry[i] = (struct safetensors_entry){ &tensor[i], 0, i };
	assert_done(safetensors_head_write(entry, 5, &out, &size, &err), &err);
	assert_int_equal(out.len % 8, 0);
	assert_int_equal(size, out.len + 49);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(entry[i].tensor->name, order[i]);
	assert_int_equal(entry[1].offset, out.len);
	assert_int_equal(entry[4].offset, size - 1);

	/* What we write we read. */
	assert_done(buffer_extend(&out, 49, &room, &err), &err);
	memset(room, 0, 49);
	assert_done(source_open_memory("x.safetensors", buffer_view(&out), &source, &err), &err);
	assert_done(format_open(source, &table, &err), &err);
	assert_int_equal(table.count, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct tensor *found = tensor_table_find(&table, entry[i].tensor->name);

		assert_non_null(found);
		assert_int_equal(found->offset, entry[i].offset);
		assert_int_equal(found->length, entry[i].tensor->length);
	}
}

static void no_tensors_make_a_head_and_two_of_one_name_none(void **state)
{
	const struct tensor tensor = { "a", NULL, 0, 4, 0, DTYPE_F32 };
	struct safetensors_entry twice[] = { { &tensor, 0, 0 }, { &tensor, 0, 1 } };
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };
	uint64_t size;

	(void)state;
	buffer_init(&out, 10000);
	assert_done(safetensors_head_write(twice, 0, &out, &size, &err), &err);
	assert_int_equal(size, 16);
	assert_memory_equal(out.data, "\x08\0\0\0\0\0\0\0{}      ", 16);
	assert_fails(safetensors_head_write(twice, 2, &out, &size, &err), &err, ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tensors_lie_by_width_and_name_behind_an_aligned_head),
		cmocka_unit_test(no_tensors_make_a_head_and_two_of_one_name_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
