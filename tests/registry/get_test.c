/* Getting things back: on any number of threads, after an interruption, and nowhere else. */
#include "tests/registry/house.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/restore.h"

static const size_t sizes[] = { 0,   1,       63,      4194304, 4194305, 9000000,
				100, 5000000, 1000000, 2,       12,      8388608 };
#define FILES (sizeof(sizes) / sizeof(sizes[0]))

/* Folder "m" with files of many sizes, registered as a/m@1. */
static void house_fill(struct house *house)
{
	CLEANUP(text_free) char *folder = house_path(house, "m");
	uint8_t *bytes = malloc(9000000);
	uint64_t chance = 1;
	struct error err = { 0 };

	assert_non_null(bytes);
	house_model(folder, 0.5f);
	for (size_t i = 0; i < FILES; i++) {
		CLEANUP(text_free) char *path = NULL;

		assert_true(asprintf(&path, "%s/sub-%zu/file.bin", folder, i) > 0);
		house_write(path, "");
		for (size_t k = 0; k < sizes[i]; k++) {
			chance = chance * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = (uint8_t)(chance >> 56);
		}
		assert_done(file_write(path, (struct span){ bytes, sizes[i] }, 0644, FILE_REPLACE,
				       &err),
			    &err);
	}
	free(bytes);
	house_add(house, "m", "a/m@1");
}

/* What was visited, each held against what lies there. */
struct seen {
	size_t files, there;
	uint64_t kept;
};

static int file_seen(void *arg, const struct got_file *file, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *path = NULL;
	struct seen *seen = arg;
	struct digest found;

	buffer_init(&bytes, 10000000);
	assert_done(path_join(file->folder, file->path, &path, err), err);
	assert_done(file_read(path, &bytes, err), err);
	found = sha256(buffer_view(&bytes));
	assert_true(digest_equal(&found, file->sha256));
	assert_int_equal(bytes.len, file->size);
	seen->files++;
	seen->there += file->there;
	seen->kept += file->kept;
	return 0;
}

/* All of a/m@1 to the folder `out`. */
static int get_all(const struct context *ctx, const struct house *house, const char *out,
		   struct seen *seen, struct error *err)
{
	static const char *const word = "a/m@1";
	CLEANUP(versions_release) struct versions versions = { .item = NULL };
	struct get_request request = { .versions = &versions, .out = out };

	return versions_expand(house->registry, &word, 1, &versions, err) ||
			       registry_get(ctx, house->registry, &request, file_seen, seen, err)
		       ? -1
		       : 0;
}

static void any_number_of_threads_restores_the_same(void **state)
{
	static const size_t threads[] = { 1, 2, 5 };
	struct error err = { 0 };
	struct house house;

	(void)state;
	house_open(&house);
	house_fill(&house);
	for (size_t i = 0; i < 3; i++) {
		struct context ctx = house.ctx;
		char name[16];
		CLEANUP(text_free) char *out = NULL;
		struct seen first = { 0 }, again = { 0 };

		snprintf(name, sizeof(name), "out-%zu", i);
		out = house_path(&house, name);
		assert_done(threads_new(threads[i], &ctx.threads, &err), &err);
		assert_done(get_all(&ctx, &house, out, &first, &err), &err);
		assert_done(get_all(&ctx, &house, out, &again, &err), &err);
		threads_free(&ctx.threads);
		assert_true(first.files >= FILES && first.there == 0);
		assert_true(again.files == first.files && again.there == again.files);
	}
	house_close(&house);
}

/* Cancels after so many questions. */
static bool cancelled_soon(void *user)
{
	atomic_int *left = user;

	return atomic_fetch_sub(left, 1) <= 0;
}

static void what_was_stopped_goes_on(void **state)
{
	struct error err = { 0 };
	struct house house;
	uint64_t kept = 0;
	bool done = false;

	(void)state;
	house_open(&house);
	house_fill(&house);
	/* Each run gets a little further, until one comes to its end. */
	for (int turns = 4; !done; turns += 4) {
		CLEANUP(text_free) char *out = house_path(&house, "out");
		atomic_int left = turns;
		struct context ctx = house.ctx;
		struct seen seen = { 0 };

		ctx.user = &left;
		ctx.cancelled = cancelled_soon;
		ctx.now_unix_s = NULL;
		ctx.environment = NULL;
		ctx.random = NULL;
		assert_done(threads_new(3, &ctx.threads, &err), &err);
		done = get_all(&ctx, &house, out, &seen, &err) == 0;
		threads_free(&ctx.threads);
		assert_true(done || err.code == ERROR_SYSTEM);
		err = (struct error){ 0 };
		kept += seen.kept + seen.there;
		assert_true(turns < 400);
	}
	assert_true(kept > 0);
	house_close(&house);
}

static void nothing_leads_out_of_the_folder_or_between_unfinished_files(void **state)
{
	static const char *const path[] = { "../x", "a/../../x", ".cache/akashi/x", ".CACHE/Akashi",
					    "/x" };
	CLEANUP(test_folder_remove) char *folder = test_folder();

	(void)state;
	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		CLEANUP(restore_release) struct restore restore = { .folder = folder };
		struct error err = { 0 };

		assert_non_null(restore_add(&restore, path[i], &err));
		assert_fails(restore_look(&restore, &err), &err, ERROR_CORRUPT);
	}
}

static void too_little_room_is_said_before_the_first_byte(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *below = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(path_join(folder, "is/not/there", &below, &err), &err);
	for (size_t i = 0; i < 2; i++) {
		struct restore restore = { .folder = i ? below : folder };

		assert_done(restore_room(&restore, 1000, &err), &err);
		assert_int_equal(restore_room(&restore, UINT64_MAX / 2, &err), -1);
		assert_int_equal(err.code, ERROR_SYSTEM);
		assert_non_null(strstr(err.text, "not enough room"));
		err = (struct error){ 0 };
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_threads_restores_the_same),
		cmocka_unit_test(what_was_stopped_goes_on),
		cmocka_unit_test(nothing_leads_out_of_the_folder_or_between_unfinished_files),
		cmocka_unit_test(too_little_room_is_said_before_the_first_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
