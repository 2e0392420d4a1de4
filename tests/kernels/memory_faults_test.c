/* Without memory the ground floor fails with words, leaks nothing and leaves nothing behind. */
#include "tests/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/hash_stream.h"
#include "tests/faults.h"

static int buffers(void *arg, struct error *err)
{
	CLEANUP(buffer_release) struct buffer buf;
	char *text = NULL;

	(void)arg;
	buffer_init(&buf, 1 << 20);
	for (int i = 0; i < 100; i++)
		if (buffer_add_text(&buf, "thirty-two characters, no less. ", err) ||
		    buffer_printf(&buf, err, "%d", i))
			return -1;
	if (hex_encode(&buf, span_of("abc"), err) || base64_encode(&buf, span_of("abc"), err) ||
	    base64_decode(&buf, span_of("Zm9v"), err) || buffer_to_text(&buf, &text, err))
		return -1;
	free(text);
	return 0;
}

static int sources(void *arg, struct error *err)
{
	CLEANUP(source_close) struct source *memory = NULL, *slice = NULL, *file = NULL;
	CLEANUP(source_close) struct source *beneath = NULL;
	CLEANUP(buffer_release) struct buffer buf;
	char path[600];

	snprintf(path, sizeof(path), "%s/there", (const char *)arg);
	buffer_init(&buf, 1 << 20);
	return source_open_memory("memory", span_of("0123456789"), &memory, err) ||
			       source_open_slice(memory, 1, 8, &slice, err) ||
			       source_open_file(path, &file, err) ||
			       source_open_beneath(arg, "there", &beneath, err) ||
			       source_read_all(slice, &buf, err) ||
			       source_read_all(beneath, &buf, err) || file_read(path, &buf, err)
		       ? -1
		       : 0;
}

static int written_files(void *arg, struct error *err)
{
	char path[600], folder[600];

	snprintf(path, sizeof(path), "%s/written", (const char *)arg);
	snprintf(folder, sizeof(folder), "%s/below/deep", (const char *)arg);
	return file_write(path, span_of("x"), 0644, FILE_REPLACE, err) ||
			       file_write(path, span_of("y"), 0644, FILE_KEEP_FIRST, err) ||
			       folder_make(folder, err)
		       ? -1
		       : 0;
}

static int streams_and_threads(void *arg, struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;
	CLEANUP(threads_free) struct threads *threads = NULL;

	(void)arg;
	return hash_stream_new(&stream, err) || threads_new(2, &threads, err) ? -1 : 0;
}

static void buffers_and_texts_fail_whole(void **state)
{
	(void)state;
	assert_true(every_allocation_fails_once(buffers, NULL) > 100);
}

static void sources_fail_whole(void **state)
{
	assert_true(every_allocation_fails_once(sources, *state) >= 8);
}

static void files_fail_whole_and_leave_no_temporary_name(void **state)
{
	DIR *folder;
	struct dirent *entry;

	assert_true(every_allocation_fails_once(written_files, *state) >= 4);
	folder = opendir(*state);
	while ((entry = readdir(folder)))
		assert_null(strstr(entry->d_name, ".tmp"));
	closedir(folder);
}

static void streams_and_threads_fail_whole(void **state)
{
	hash_own_admitted(); /* decided before anything fails */
	assert_true(every_allocation_fails_once(streams_and_threads, *state) >= 2);
}

static int setup(void **state)
{
	struct error err = { 0 };
	char path[600];

	*state = test_folder();
	snprintf(path, sizeof(path), "%s/there", (const char *)*state);
	return file_write(path, span_of("0123456789"), 0644, FILE_REPLACE, &err);
}

static int teardown(void **state)
{
	test_folder_remove((char **)state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_and_texts_fail_whole),
		cmocka_unit_test(sources_fail_whole),
		cmocka_unit_test(files_fail_whole_and_leave_no_temporary_name),
		cmocka_unit_test(streams_and_threads_fail_whole),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
