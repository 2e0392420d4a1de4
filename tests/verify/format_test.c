/* The safetensors reader: what it reads, and every defect that it refuses by name. */
#include "tests/verify/checkpoint.h"

#include <stdlib.h>

/* Read `header` with `data_len` bytes behind it. */
static int read_header(const char *header, size_t data_len, struct tensor_table *table,
		       struct error *err)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(source_close) struct source *source = NULL;
	char *path = path_of(folder, "x.safetensors");
	int result;

	put_safetensors(folder, "x.safetensors", header, data_len);
	result = source_open_file(path, &source, err) || format_open(source, table, err) ? -1 : 0;
	free(path);
	return result;
}

/* The same for bytes that are the whole file. */
static int read_bytes(const char *name, struct span bytes, struct tensor_table *table,
		      struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;

	return source_open_memory(name, bytes, &source, err) || format_open(source, table, err) ? -1
												: 0;
}

static void a_table_is_read_with_names_shapes_and_places(void **state)
{
	CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
	struct error err = { 0 };
	const char *header = "{\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[6,14]},"
			     "\"__metadata__\":{\"format\":\"pt\"},"
			     "\"a\\u65e5\\ud83d\\ude00\":{\"dtype\":\"BF16\",\"shape\":[3],"
			     "\"data_offsets\":[0,6]},"
			     "\"empty\":{\"dtype\":\"I64\",\"shape\":[0,9],\"data_offsets\":[6,6]},"
			     "\"one\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[14,15]}}   ";
	uint64_t start = 8 + strlen(header);

	(void)state;
	assert_done(read_header(header, 15, &table, &err), &err);
	assert_string_equal(table.format, "safetensors");
	assert_int_equal(table.count, 4);
	assert_string_equal(table.tensor[0].name, "a\xe6\x97\xa5\xf0\x9f\x98\x80");
	assert_int_equal(table.tensor[0].dtype, DTYPE_BF16);
	assert_int_equal(table.tensor[0].offset, start);
	assert_string_equal(table.tensor[1].name, "b");
	assert_int_equal(table.tensor[1].shape[1], 1);
	assert_string_equal(table.tensor[2].name, "empty");
	assert_int_equal(table.tensor[2].length, 0);
	assert_int_equal(table.tensor[3].rank, 0);
	assert_int_equal(tensor_elements(&table.tensor[3]), 1);
	assert_ptr_equal(tensor_table_find(&table, "one"), &table.tensor[3]);
	assert_null(tensor_table_find(&table, "two"));
	assert_string_equal(table.metadata[0].value, "pt");
}

#define U8(name, shape, begin, end)                                                                \
	"\"" name "\":{\"dtype\":\"U8\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static const struct defect {
	const char *header;
	size_t data_len;
	const char *says;
} defects[] = {
	{ "", 0, "the text ends where '{' is expected" },
	{ "[]", 0, "'{' is expected" },
	{ "{} {}", 0, "bytes after the end" },
	{ "{" U8("a", "[4]", "0", "4") "}", 3, "the file was truncated" },
	{ "{" U8("a", "[4]", "0", "4") "}", 5, "1 bytes after the last tensor" },
	{ "{" U8("a", "[4]", "0", "4") "," U8("b", "[1]", "5", "6") "}", 6,
	  "1 bytes before 'b' belong to no tensor" },
	{ "{" U8("a", "[4]", "0", "4") "," U8("b", "[2]", "3", "5") "}", 5, "'b' overlaps" },
	{ "{" U8("a", "[4]", "0", "4") "," U8("b", "[4]", "0", "4") "}", 4, "'b' overlaps" },
	{ "{" U8("a", "[4]", "4", "0") "}", 4, "before it begins" },
	{ "{" U8("a", "[4]", "-4", "0") "}", 4, "not a whole number from 0 up" },
	{ "{" U8("a", "[NaN]", "0", "4") "}", 4, "a dimension is not a whole number" },
	{ "{" U8("a", "[4.0]", "0", "4") "}", 4, "is not a whole number" },
	{ "{" U8("a", "[4e0]", "0", "4") "}", 4, "is not a whole number" },
	{ "{" U8("a", "[-4]", "0", "4") "}", 4, "not a whole number from 0 up" },
	{ "{" U8("a", "[04]", "0", "4") "}", 4, "leading zero" },
	{ "{" U8("a", "[9223372036854775808]", "0", "4") "}", 4, "larger than 2^63" },
	{ "{" U8("a", "[4611686018427387904,4]", "0", "0") "}", 0, "beyond 2^64 bits" },
	{ "{" U8("a", "[5]", "0", "4") "}", 4, "5 bytes by its shape and 4 by its offsets" },
	{ "{" U8("a", "[4]", "0", "4") "," U8("a", "[1]", "4", "5") "}", 5,
	  "two tensors are called 'a'" },
	{ "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4,
	  "the key 'dtype' twice" },
	{ "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"x\":1}}", 4,
	  "unknown key 'x'" },
	{ "{\"a\":{\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "lacks its dtype" },
	{ "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,4]}}", 4, "lacks its shape" },
	{ "{\"a\":{\"dtype\":\"U8\",\"shape\":[4]}}", 4, "lacks its data_offsets" },
	{ "{\"a\":{\"dtype\":\"U7\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4,
	  "no number format is called 'U7'" },
	{ "{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}", 2,
	  "4-bit elements of 'a' do not fill whole bytes" },
	{ "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4,8]}}", 4,
	  "']' is expected" },
	{ "{\"\xff\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "not UTF-8" },
	{ "{\"\xed\xa0\x80\":1}", 0, "not UTF-8" },
	{ "{\"\\ud800\":1}", 0, "lone surrogate" },
	{ "{\"\\udc00\\ud800\":1}", 0, "lone surrogate" },
	{ "{\"a\\u0000b\":1}", 0, "a NUL in a string" },
	{ "{\"a\\qb\":1}", 0, "an escape that JSON does not have" },
	{ "{\"a\tb\":1}", 0, "a control character in a string" },
	{ "{" U8("a\\u001b[2J", "[4]", "0", "4") "}", 4, "has control characters" },
	{ "{\"a", 0, "the text ends too early" },
	{ "{\"a\":{\"dtype\":\"U8\",\"shape\":[4", 0, "the text ends" },
	{ "{\"__metadata__\":{\"k\":1}}", 0, "'\"' is expected" },
	{ "{\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}}", 0, "__metadata__ has a key twice" },
	{ "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ is there twice" },
	{ "{" U8("a", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "0",
		 "1") "}",
	  1, "more than 32 dimensions" },
};

static void every_defect_of_a_header_is_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(defects) / sizeof(defects[0]); i++) {
		CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
		struct error err = { 0 };

		if (!read_header(defects[i].header, defects[i].data_len, &table, &err))
			fail_msg("accepted: %s", defects[i].header);
		assert_int_equal(err.code, ERROR_CORRUPT);
		assert_null(strchr(err.text, '\n'));
		assert_null(table.tensor);
		assert_says(&err, defects[i].says);
	}
}

static void a_length_that_no_header_has_is_refused(void **state)
{
	static const struct {
		uint8_t bytes[10];
		size_t len;
		const char *says;
	} files[] = {
		{ { 0 }, 0, "too few for the length" },
		{ { 2, 0, 0, 0, 0, 0, 0 }, 7, "too few for the length" },
		{ { 3, 0, 0, 0, 0, 0, 0, 0, '{', '}' }, 10, "ends inside its header" },
		{ { 0xff, 0xe0, 0xf5, 5, 0, 0, 0, 0, '{', '}' }, 10, "ends inside its header" },
		{ { 1, 0xe1, 0xf5, 5, 0, 0, 0, 0, '{', '}' }, 10, "of 100000000 allowed" },
		{ { 0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}' }, 10, "of 100000000 allowed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct tensor_table table = { 0 };
		struct error err = { 0 };

		assert_int_equal(read_bytes("x.safetensors",
					    (struct span){ files[i].bytes, files[i].len }, &table,
					    &err),
				 -1);
		assert_says(&err, files[i].says);
	}
}

static void a_pointer_of_git_lfs_is_told_from_a_damaged_file(void **state)
{
	struct tensor_table table = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_bytes("model.safetensors",
				    span_of("version https://git-lfs.github.com/spec/v1\n"), &table,
				    &err),
			 -1);
	assert_says(&err, "git lfs pull");
}

static void other_formats_are_bytes_and_are_named(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		const char *what;
	} files[] = {
		{ "model.gguf", "GGUF\3\0\0\0", 8, "GGUF" },
		{ "pytorch_model.bin", "PK\3\4....", 8, "PyTorch pickle" },
		{ "old.bin", "\x80\2}q", 4, "Python pickle" },
		{ "tf_model.h5", "\x89HDF\r\n\x1a\n", 8, "HDF5" },
		{ "config.json", "{}", 2, "bytes" },
		{ "modeling_x.py", "import os", 9, "Python source" },
		{ "empty", "", 0, "bytes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
		struct span bytes = { (const uint8_t *)files[i].bytes, files[i].len };
		struct error err = { 0 };

		assert_done(read_bytes(files[i].name, bytes, &table, &err), &err);
		assert_string_equal(table.format, "bytes");
		assert_string_equal(table.what, files[i].what);
		assert_int_equal(table.count, 0);
	}
}

static void content_is_recognised_without_the_name(void **state)
{
	CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_done(read_bytes("6f9e", (struct span){ (const uint8_t *)"\2\0\0\0\0\0\0\0{}", 10 },
			       &table, &err),
		    &err);
	assert_string_equal(table.format, "safetensors");
}

/* A header of a million tensors, close to the limit. */
static void put_many(const char *folder, size_t count)
{
	CLEANUP(buffer_release) struct buffer header;
	struct error err = { 0 };
	char *text;

	buffer_init(&header, SIZE_MAX / 2);
	for (size_t i = 0; i < count; i++)
		assert_done(buffer_printf(&header, &err,
					  "%s\"model.layers.weight.%07zu\":{\"dtype\":\"U8\","
					  "\"shape\":[1],\"data_offsets\":[%zu,%zu]}",
					  i ? "," : "{", i, i, i + 1),
			    &err);
	assert_done(buffer_add_text(&header, "}", &err), &err);
	assert_done(buffer_to_text(&header, &text, &err), &err);
	put_safetensors(folder, "many.safetensors", text, count);
	free(text);
}

static void a_million_tensors_are_read_and_one_more_is_refused(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(source_close) struct source *more = NULL;
	CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
	char *path = path_of(folder, "many.safetensors");
	struct error err = { 0 };

	(void)state;
	put_many(folder, TENSORS_MAX);
	assert_done(source_open_file(path, &source, &err), &err);
	assert_done(format_open(source, &table, &err), &err);
	assert_int_equal(table.count, TENSORS_MAX);
	tensor_table_release(&table);
	put_many(folder, TENSORS_MAX + 1);
	assert_done(source_open_file(path, &more, &err), &err);
	assert_int_equal(format_open(more, &table, &err), -1);
	assert_says(&err, "more than 1000000 tensors");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_read_with_names_shapes_and_places),
		cmocka_unit_test(every_defect_of_a_header_is_refused_by_name),
		cmocka_unit_test(a_length_that_no_header_has_is_refused),
		cmocka_unit_test(a_pointer_of_git_lfs_is_told_from_a_damaged_file),
		cmocka_unit_test(other_formats_are_bytes_and_are_named),
		cmocka_unit_test(content_is_recognised_without_the_name),
		cmocka_unit_test(a_million_tensors_are_read_and_one_more_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
