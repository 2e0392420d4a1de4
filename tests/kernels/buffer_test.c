/* Buffers with limits, and the reader of foreign bytes. */
#include "tests/support.h"

#include <stdlib.h>

static void a_full_buffer_refuses_one_more_byte_and_keeps_what_it_has(void **state)
{
	CLEANUP(buffer_release) struct buffer buf;
	struct error err = { 0 };
	uint8_t *room;

	(void)state;
	buffer_init(&buf, 3);
	assert_done(buffer_add_text(&buf, "abc", &err), &err);
	assert_fails(buffer_add_text(&buf, "d", &err), &err, ERROR_CORRUPT);
	assert_fails(buffer_extend(&buf, SIZE_MAX, &room, &err), &err, ERROR_CORRUPT);
	assert_fails(buffer_printf(&buf, &err, "%d", 1), &err, ERROR_CORRUPT);
	assert_true(span_equal(buffer_view(&buf), span_of("abc")));
}

static void a_buffer_grows_up_to_its_limit_and_no_further(void **state)
{
	struct error err = { 0 };

	(void)state;
	for (size_t max = 60; max < 200; max += 7) {
		CLEANUP(buffer_release) struct buffer buf;

		buffer_init(&buf, max);
		for (size_t i = 0; i < max; i++)
			assert_done(
				buffer_add(&buf, (struct span){ (const uint8_t *)"x", 1 }, &err),
				&err);
		assert_true(buf.cap <= max);
		assert_fails(buffer_add_text(&buf, "x", &err), &err, ERROR_CORRUPT);
	}
}

static void adding_nothing_is_fine_even_to_a_buffer_that_may_hold_nothing(void **state)
{
	CLEANUP(buffer_release) struct buffer buf;
	struct error err = { 0 };

	(void)state;
	buffer_init(&buf, 0);
	assert_done(buffer_add(&buf, (struct span){ NULL, 0 }, &err), &err);
	assert_done(buffer_add_text(&buf, "", &err), &err);
	assert_fails(buffer_add_text(&buf, "a", &err), &err, ERROR_CORRUPT);
}

static void a_released_buffer_is_empty_and_keeps_its_limit(void **state)
{
	struct buffer buf;
	struct error err = { 0 };

	(void)state;
	buffer_init(&buf, 10);
	assert_done(buffer_add_text(&buf, "0123456789", &err), &err);
	buffer_release(&buf);
	assert_int_equal(buf.len, 0);
	assert_fails(buffer_add_text(&buf, "0123456789a", &err), &err, ERROR_CORRUPT);
	assert_done(buffer_add_text(&buf, "0123456789", &err), &err);
	buffer_release(&buf);
	buffer_release(&buf);
}

static void formatted_text_of_any_length_is_added_whole(void **state)
{
	CLEANUP(buffer_release) struct buffer buf;
	struct error err = { 0 };
	char text[3001];

	(void)state;
	memset(text, 'y', 3000);
	text[3000] = '\0';
	buffer_init(&buf, 1 << 20);
	assert_done(buffer_printf(&buf, &err, "%s|%d", text, 42), &err);
	assert_int_equal(buf.len, 3003);
	assert_memory_equal(buf.data + 3000, "|42", 3);
}

static void a_text_comes_out_with_its_nul_and_never_with_one_inside(void **state)
{
	CLEANUP(buffer_release) struct buffer buf;
	struct error err = { 0 };
	char *text = NULL;

	(void)state;
	buffer_init(&buf, 100);
	assert_done(buffer_to_text(&buf, &text, &err), &err);
	assert_string_equal(text, "");
	free(text);
	assert_done(buffer_add_text(&buf, "abc", &err), &err);
	assert_done(buffer_to_text(&buf, &text, &err), &err);
	assert_string_equal(text, "abc");
	free(text);
	assert_done(buffer_add(&buf, (struct span){ (const uint8_t *)"\0d", 2 }, &err), &err);
	assert_fails(buffer_to_text(&buf, &text, &err), &err, ERROR_CORRUPT);
}

static void what_is_written_little_endian_is_read_back(void **state)
{
	CLEANUP(buffer_release) struct buffer buf;
	struct error err = { 0 };
	struct reader r;

	(void)state;
	buffer_init(&buf, 100);
	assert_done(buffer_add_u16be(&buf, 0x1234, &err), &err);
	assert_done(buffer_add_u32le(&buf, 0x89abcdef, &err), &err);
	assert_done(buffer_add_u64le(&buf, 0x0123456789abcdef, &err), &err);
	assert_memory_equal(buf.data, "\x12\x34\xef\xcd\xab\x89\xef\xcd\xab\x89\x67\x45\x23\x01",
			    14);
	r = reader_over(buffer_view(&buf));
	assert_int_equal(reader_u16be(&r), 0x1234);
	assert_int_equal(reader_u32le(&r), 0x89abcdef);
	assert_int_equal(reader_u64le(&r), 0x0123456789abcdef);
	assert_false(reader_failed(&r, "sample", &err));
	assert_int_equal(r.rest.len, 0);
}

static void a_read_past_the_end_fails_once_and_for_all(void **state)
{
	struct reader r = reader_over((struct span){ (const uint8_t *)"\1\2\3\4\5", 5 });
	struct error err = { 0 };

	(void)state;
	assert_int_equal(reader_u32le(&r), 0x04030201);
	assert_int_equal(reader_u32le(&r), 0);
	assert_int_equal(reader_u8(&r), 0); /* though one byte is left */
	assert_null(reader_take(&r, 1).data);
	assert_int_equal(reader_take(&r, 0).len, 0);
	assert_true(reader_failed(&r, "header", &err));
	assert_string_equal(err.text, "header ends too early");
	assert_int_equal(err.code, ERROR_CORRUPT);
}

static void a_huge_length_is_refused_and_not_wrapped(void **state)
{
	struct reader r = reader_over(span_of("abc"));
	struct error err = { 0 };

	(void)state;
	assert_int_equal(reader_take(&r, SIZE_MAX).len, 0);
	assert_true(reader_failed(&r, "table", &err));
}

static void taken_bytes_are_borrowed_in_order(void **state)
{
	struct reader r = reader_over(span_of("abcdef"));
	struct error err = { 0 };

	(void)state;
	assert_true(span_equal(reader_take(&r, 2), span_of("ab")));
	assert_int_equal(reader_u8(&r), 'c');
	assert_true(span_equal(reader_take(&r, 3), span_of("def")));
	assert_int_equal(reader_take(&r, 0).len, 0);
	assert_false(reader_failed(&r, "letters", &err));
	assert_int_equal(err.code, ERROR_NONE);
}

static void spans_are_equal_by_their_bytes(void **state)
{
	(void)state;
	assert_true(span_equal(span_of("ab"), span_of("ab")));
	assert_false(span_equal(span_of("ab"), span_of("abc")));
	assert_false(span_equal(span_of("ab"), span_of("ac")));
	assert_true(span_equal((struct span){ NULL, 0 }, span_of("")));
}

static void a_text_ends_with_its_last_bytes(void **state)
{
	(void)state;
	assert_true(text_ends_with("a.jsonl", ".jsonl"));
	assert_true(text_ends_with("a", ""));
	assert_true(text_ends_with(".txt", ".txt"));
	assert_false(text_ends_with("a.json", ".jsonl"));
	assert_false(text_ends_with("txt", ".txt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_buffer_refuses_one_more_byte_and_keeps_what_it_has),
		cmocka_unit_test(a_buffer_grows_up_to_its_limit_and_no_further),
		cmocka_unit_test(adding_nothing_is_fine_even_to_a_buffer_that_may_hold_nothing),
		cmocka_unit_test(a_released_buffer_is_empty_and_keeps_its_limit),
		cmocka_unit_test(formatted_text_of_any_length_is_added_whole),
		cmocka_unit_test(a_text_comes_out_with_its_nul_and_never_with_one_inside),
		cmocka_unit_test(what_is_written_little_endian_is_read_back),
		cmocka_unit_test(a_read_past_the_end_fails_once_and_for_all),
		cmocka_unit_test(a_huge_length_is_refused_and_not_wrapped),
		cmocka_unit_test(taken_bytes_are_borrowed_in_order),
		cmocka_unit_test(spans_are_equal_by_their_bytes),
		cmocka_unit_test(a_text_ends_with_its_last_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
