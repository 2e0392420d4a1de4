/* Sources of bytes: ranges, slices, and files that change while they are read. */
#include "tests/support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	char *folder, *path;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct error err = { 0 };

	fixture->folder = test_folder();
	if (path_join(fixture->folder, "file", &fixture->path, &err) ||
	    file_write(fixture->path, span_of("0123456789"), 0644, FILE_REPLACE, &err))
		return -1;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	free(fixture->path);
	test_folder_remove(&fixture->folder);
	free(fixture);
	return 0;
}

static void assert_reads(struct source *source, uint64_t offset, const char *expected)
{
	struct error err = { 0 };
	char got[32] = { 0 };

	assert_done(source_read_at(source, offset, got, strlen(expected), &err), &err);
	assert_string_equal(got, expected);
}

static void a_file_is_read_in_ranges_and_never_past_its_end(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };
	char byte[16];

	assert_done(source_open_file(fixture->path, &source, &err), &err);
	assert_int_equal(source->size, 10);
	assert_reads(source, 0, "0123456789");
	assert_reads(source, 9, "9");
	assert_reads(source, 10, "");
	assert_fails(source_read_at(source, 10, byte, 1, &err), &err, ERROR_CORRUPT);
	assert_fails(source_read_at(source, 4, byte, 7, &err), &err, ERROR_CORRUPT);
	assert_fails(source_read_at(source, UINT64_MAX, byte, 2, &err), &err, ERROR_CORRUPT);
	assert_fails(source_read_at(source, 1, byte, SIZE_MAX, &err), &err, ERROR_CORRUPT);
	assert_done(source_unchanged(source, &err), &err);
}

static void a_file_truncated_while_it_is_read_is_found_out(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };
	char byte[10];

	assert_done(source_open_file(fixture->path, &source, &err), &err);
	assert_return_code(truncate(fixture->path, 5), 0);
	assert_fails(source_read_at(source, 0, byte, 10, &err), &err, ERROR_CORRUPT);
	assert_fails(source_unchanged(source, &err), &err, ERROR_CORRUPT);
}

static void a_file_written_to_while_it_is_read_is_found_out(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };
	struct timespec before[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	int fd = open(fixture->path, O_WRONLY);

	/* The times differ however coarse the file system's clock is. */
	assert_return_code(futimens(fd, before), 0);
	assert_done(source_open_file(fixture->path, &source, &err), &err);
	assert_int_equal(pwrite(fd, "x", 1, 3), 1);
	assert_return_code(close(fd), 0);
	assert_fails(source_unchanged(source, &err), &err, ERROR_CORRUPT);
}

static void what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };
	char *pipe;

	assert_done(path_join(fixture->folder, "pipe", &pipe, &err), &err);
	assert_return_code(mkfifo(pipe, 0600), 0);
	assert_fails(source_open_file(pipe, &source, &err), &err, ERROR_USAGE);
	assert_fails(source_open_beneath(fixture->folder, "pipe", &source, &err), &err,
		     ERROR_USAGE);
	assert_fails(source_open_file(fixture->folder, &source, &err), &err, ERROR_USAGE);
	assert_fails(source_open_file("/dev/null", &source, &err), &err, ERROR_USAGE);
	free(pipe);
}

static void an_absent_file_is_said_to_be_absent(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };

	assert_fails(source_open_beneath(fixture->folder, "nothing", &source, &err), &err,
		     ERROR_ABSENT);
	assert_fails(source_open_beneath(fixture->folder, "file/below", &source, &err), &err,
		     ERROR_ABSENT);
	assert_fails(source_open_beneath(fixture->path, "x", &source, &err), &err, ERROR_ABSENT);
	assert_fails(source_open_file("/nowhere/at/all", &source, &err), &err, ERROR_ABSENT);
}

static void memory_is_copied_and_read_like_a_file(void **state)
{
	CLEANUP(source_close) struct source *source = NULL, *empty = NULL;
	struct error err = { 0 };
	char text[] = "abcdef", byte[8];

	(void)state;
	assert_done(source_open_memory("memory", span_of(text), &source, &err), &err);
	text[0] = 'X';
	assert_reads(source, 0, "abcdef");
	assert_fails(source_read_at(source, 6, byte, 1, &err), &err, ERROR_CORRUPT);
	assert_done(source_unchanged(source, &err), &err);
	assert_done(source_open_memory("nothing", (struct span){ NULL, 0 }, &empty, &err), &err);
	assert_int_equal(empty->size, 0);
	assert_fails(source_read_at(empty, 0, byte, 1, &err), &err, ERROR_CORRUPT);
}

static void a_slice_shows_its_part_and_nothing_beside_it(void **state)
{
	CLEANUP(source_close) struct source *whole = NULL, *slice = NULL, *inner = NULL;
	struct error err = { 0 };
	struct source *none = NULL;
	char byte[8];

	(void)state;
	assert_done(source_open_memory("memory", span_of("0123456789"), &whole, &err), &err);
	assert_done(source_open_slice(whole, 2, 6, &slice, &err), &err);
	assert_done(source_open_slice(slice, 1, 3, &inner, &err), &err);
	assert_reads(slice, 0, "234567");
	assert_reads(inner, 0, "345");
	assert_fails(source_read_at(inner, 1, byte, 3, &err), &err, ERROR_CORRUPT);
	assert_fails(source_open_slice(whole, 5, 6, &none, &err), &err, ERROR_CORRUPT);
	assert_fails(source_open_slice(whole, UINT64_MAX, 2, &none, &err), &err, ERROR_CORRUPT);
	assert_fails(source_open_slice(whole, 2, UINT64_MAX, &none, &err), &err, ERROR_CORRUPT);
	assert_null(none);
}

static void a_whole_source_is_read_within_the_limit_or_not_at_all(void **state)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer buf;
	struct error err = { 0 };

	(void)state;
	assert_done(source_open_memory("memory", span_of("0123456789"), &source, &err), &err);
	buffer_init(&buf, 15);
	assert_done(source_read_all(source, &buf, &err), &err);
	assert_fails(source_read_all(source, &buf, &err), &err, ERROR_CORRUPT);
	assert_true(span_equal(buffer_view(&buf), span_of("0123456789")));
}

static bool asked_to_stop(void *user)
{
	return *(bool *)user;
}

static void a_whole_source_is_hashed_step_by_step_until_it_is_stopped(void **state)
{
	enum { BYTES = (2 << 20) + 5 };
	CLEANUP(source_close) struct source *source = NULL, *empty = NULL;
	uint8_t *bytes = malloc(BYTES);
	struct context ctx = test_context();
	struct digest found, expected;
	struct error err = { 0 };
	bool stop = false;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = (uint8_t)(i * i >> 9);
	expected = sha256((struct span){ bytes, BYTES });
	assert_done(source_open_memory("many", (struct span){ bytes, BYTES }, &source, &err), &err);
	free(bytes);
	ctx.user = &stop;
	ctx.cancelled = asked_to_stop;
	assert_done(source_sha256(&ctx, source, &found, &err), &err);
	assert_true(digest_equal(&found, &expected));
	stop = true;
	assert_int_equal(source_sha256(&ctx, source, &found, &err), -1);
	assert_done(source_sha256(NULL, source, &found, &err), &err);
	assert_true(digest_equal(&found, &expected));
	expected = sha256((struct span){ NULL, 0 });
	assert_done(source_open_memory("none", (struct span){ NULL, 0 }, &empty, &err), &err);
	assert_done(source_sha256(NULL, empty, &found, &err), &err);
	assert_true(digest_equal(&found, &expected));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_read_in_ranges_and_never_past_its_end,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_truncated_while_it_is_read_is_found_out,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_written_to_while_it_is_read_is_found_out,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_regular_file_is_refused_without_waiting,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_absent_file_is_said_to_be_absent, setup,
						teardown),
		cmocka_unit_test(memory_is_copied_and_read_like_a_file),
		cmocka_unit_test(a_slice_shows_its_part_and_nothing_beside_it),
		cmocka_unit_test(a_whole_source_is_read_within_the_limit_or_not_at_all),
		cmocka_unit_test(a_whole_source_is_hashed_step_by_step_until_it_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
