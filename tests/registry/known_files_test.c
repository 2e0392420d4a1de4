/* Known files: what is noted is read again, and nothing else is believed. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/known_files.h"

static const struct known_file two[] = {
	{ "config.json", { 1, 2, 3, 4, 5 }, 0 },
	{ "data/a b.txt", { UINT64_MAX, 1, 0, INT64_MAX, 0 }, 7 },
};

static void what_was_noted_is_read_and_a_damaged_note_is_not(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(known_files_release) struct known_files known = { .file = NULL };
	CLEANUP(text_free) char *path = NULL;
	const struct registry registry = { .folder = folder };
	struct digest key = known_files_key("/models/a", NULL, 0), manifest = sha256(span_of("m"));
	char hex[DIGEST_HEX_SIZE];
	struct error err = { 0 };

	(void)state;
	assert_fails(known_files_read(&registry, &key, &known, &err), &err, ERROR_ABSENT);
	assert_done(known_files_write(&registry, &key, &manifest, two, 2, &err), &err);
	assert_done(known_files_read(&registry, &key, &known, &err), &err);
	assert_true(digest_equal(&known.manifest, &manifest));
	assert_int_equal(known.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct known_file *file = known_files_find(&known, two[i].name);

		assert_non_null(file);
		assert_true(file_stamp_equal(&file->stamp, &two[i].stamp));
		assert_int_equal(file->lines, two[i].lines);
	}
	assert_null(known_files_find(&known, "data"));
	known_files_release(&known);
	digest_to_hex(&key, hex);
	assert_true(asprintf(&path, "%s/known/%s", folder, hex) > 0);
	house_flip(path, 40);
	assert_fails(known_files_read(&registry, &key, &known, &err), &err, ERROR_CORRUPT);
}

static void each_path_and_set_of_patterns_has_its_own_note(void **state)
{
	static const char *const pattern[] = { "a", "b", "ab" };
	struct digest key[] = {
		known_files_key("/m", NULL, 0),        known_files_key("/n", NULL, 0),
		known_files_key("/m", pattern, 1),     known_files_key("/m", pattern, 2),
		known_files_key("/m", pattern + 2, 1), known_files_key("/m", pattern + 1, 1),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		for (size_t j = 0; j < i; j++)
			assert_false(digest_equal(&key[i], &key[j]));
}

static void files_of_the_last_two_seconds_may_have_changed_unseen(void **state)
{
	const int64_t second = 1000000000, now = 1000;
	const struct {
		int64_t changed, attributes;
		bool racy;
	} row[] = {
		{ 997 * second, 997 * second, false },
		{ 998 * second - 1, 0, false },
		{ 998 * second, 0, true },
		{ 0, 999 * second, true },
		{ 2000 * second, 0, true }, /* a clock that goes wrong */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct file_stamp stamp = { .changed_ns = row[i].changed,
						  .attributes_ns = row[i].attributes };

		assert_int_equal(known_files_is_racy(&stamp, now), row[i].racy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_noted_is_read_and_a_damaged_note_is_not),
		cmocka_unit_test(each_path_and_set_of_patterns_has_its_own_note),
		cmocka_unit_test(files_of_the_last_two_seconds_may_have_changed_unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
