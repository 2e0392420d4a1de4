/* What versions take up: own and shared parts, counted once, in bounded memory. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/packs/part_table.h"
#include "registry/usage.h"

static void write_file(const struct house *house, const char *folder, const char *name, char fill,
		       size_t len)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(text_free) char *at = house_path(house, folder);
	char *text = malloc(len + 1);

	assert_true(text && asprintf(&path, "%s/%s", at, name) > 0);
	memset(text, fill, len);
	text[len] = '\0';
	house_write(path, text);
	free(text);
}

static const struct usage_row *row_of(const struct usage *usage, const char *version)
{
	for (size_t i = 0; i < usage->count; i++)
		if (strcmp(usage->item[i].name.version, version) == 0)
			return &usage->item[i];
	fail_msg("no row for '%s'", version);
	return NULL;
}

/* "one" and "two" share a file; "three" is by itself. */
static void house_fill(struct house *house)
{
	static const char *const version[] = { "one", "two", "three" };
	struct error err = { 0 };

	/* Objects as they are: so large as their files. */
	assert_done(registry_configure(house->registry, SETTING_STORE_TYPE, "files", &err), &err);
	house_reopen(house);
	for (size_t i = 0; i < 3; i++) {
		char name[32];

		write_file(house, version[i], "own.bin", (char)('a' + i), 1000 * (i + 1));
		write_file(house, version[i], "again.bin", (char)('a' + i), 1000 * (i + 1));
		if (i < 2)
			write_file(house, version[i], "common.bin", 'x', 500);
		snprintf(name, sizeof(name), "a/m@%s", version[i]);
		house_add(house, version[i], name);
	}
}

static void what_is_shared_is_told_from_what_is_own(void **state)
{
	/* However few parts fit at once, the sums are the same. */
	static const size_t parts_max[] = { 0, 1, 2, 3 };
	struct error err = { 0 };
	struct house house;

	(void)state;
	house_open(&house);
	house_fill(&house);
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(usage_release) struct usage usage = { .item = NULL };
		const struct usage_row *one, *three;

		assert_done(registry_usage(&house.ctx, house.registry, NULL, 0, parts_max[i],
					   &usage, &err),
			    &err);
		one = row_of(&usage, "one");
		three = row_of(&usage, "three");
		assert_int_equal(usage.count, 3);
		assert_int_equal(one->files, 3);
		assert_int_equal(one->bytes, 2500);
		assert_int_equal(three->files, 2);
		assert_int_equal(three->bytes, 6000);
		assert_int_equal(one->missing, 0);
		assert_int_equal(usage.bytes, 2500 + 4500 + 6000);
		/* One file twice is kept once; so is what two versions have. */
		assert_int_equal(one->stored, 1500);
		assert_int_equal(one->own, 1000);
		assert_int_equal(row_of(&usage, "two")->stored, 2500);
		assert_int_equal(row_of(&usage, "two")->own, 2000);
		assert_int_equal(three->own, three->stored);
		assert_int_equal(three->stored, 3000);
		assert_int_equal(usage.stored, 1000 + 2000 + 3000 + 500);
	}
	house_close(&house);
}

static void others_count_when_it_is_decided_what_is_shared(void **state)
{
	static const char *const word[] = { "a/m@one", "a/none", "a/m@{one,three}" };
	CLEANUP(usage_release) struct usage usage = { .item = NULL };
	struct error err = { 0 };
	struct house house;

	(void)state;
	house_open(&house);
	house_fill(&house);
	assert_done(registry_usage(&house.ctx, house.registry, word, 1, 1, &usage, &err), &err);
	assert_int_equal(usage.count, 1);
	assert_int_equal(usage.item[0].own, 1000);
	assert_int_equal(usage.item[0].stored, 1500);
	assert_int_equal(usage.stored, 1500);
	usage_release(&usage);
	assert_done(registry_usage(&house.ctx, house.registry, word + 2, 1, 0, &usage, &err), &err);
	assert_int_equal(usage.count, 2);
	usage_release(&usage);
	assert_fails(registry_usage(&house.ctx, house.registry, word + 1, 1, 0, &usage, &err), &err,
		     ERROR_ABSENT);
	house_close(&house);
}

static void a_table_of_parts_finds_all_that_fit_and_says_when_it_is_full(void **state)
{
	struct part_table table;
	struct error err = { 0 };
	bool full;

	(void)state;
	part_table_init(&table, 5000);
	assert_null(part_table_find(&table, &(struct digest){ { 1 } }, false, &full, &err));
	for (uint32_t i = 0; i < 5000; i++) {
		struct digest digest = sha256((struct span){ (const uint8_t *)&i, sizeof(i) });
		struct part_entry *entry = part_table_find(&table, &digest, true, &full, &err);

		assert_non_null(entry);
		assert_int_equal(entry->first, 0);
		entry->first = i + 1;
	}
	for (uint32_t i = 0; i < 5000; i++) {
		struct digest digest = sha256((struct span){ (const uint8_t *)&i, sizeof(i) });

		assert_int_equal(part_table_find(&table, &digest, true, &full, &err)->first, i + 1);
	}
	assert_null(part_table_find(&table, &(struct digest){ { 1 } }, true, &full, &err));
	assert_true(full);
	part_table_clear(&table);
	assert_non_null(part_table_find(&table, &(struct digest){ { 1 } }, true, &full, &err));
	part_table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shared_is_told_from_what_is_own),
		cmocka_unit_test(others_count_when_it_is_decided_what_is_shared),
		cmocka_unit_test(a_table_of_parts_finds_all_that_fit_and_says_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
