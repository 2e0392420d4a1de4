/* What was examined and held is not read again, and nothing that changed is taken for it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry/audit.h"
#include "registry/examine.h"
#include "registry/gc.h"
#include "registry/reach.h"
#include "registry/remembered.h"
#include "registry/store.h"
#include "tests/registry/house.h"

/* Far enough behind what the file system's clock says, so that every stamp tells. */
static int64_t later(void *user)
{
	(void)user;
	return (int64_t)time(NULL) + 60;
}

static struct add_result house_with_model(struct house *house)
{
	CLEANUP(text_free) char *model = NULL;

	house_open(house);
	house->ctx.now_unix_s = later;
	model = house_path(house, "model");
	house_model(model, 1.0f);
	return house_add(house, "model", "llm-x/base@v1");
}

/* fsck: statements that were remembered, and findings. */
static void fsck(struct house *house, bool again, uint64_t *out_remembered, uint64_t *out_found)
{
	CLEANUP(examine_report_release) struct examine_report report = { .objects = 0 };
	struct examine_request request = { .again = again };
	struct error err = { 0 };

	house_reopen(house);
	assert_done(registry_examine(house->registry, &request, &report, &err), &err);
	*out_remembered = report.remembered;
	*out_found = report.damages.total;
	assert_true(report.statements >= report.remembered);
	if (!report.damages.total)
		assert_int_equal(report.unneeded, 0);
}

static char *statement_file(struct house *house, const struct digest *identity)
{
	char hex[DIGEST_HEX_SIZE], command[1200];
	char *path = calloc(1, 1024);
	FILE *list;

	digest_to_hex(identity, hex);
	snprintf(command, sizeof(command), "ls %s/statements/%s.*", house->registry->folder, hex);
	list = popen(command, "r");
	assert_non_null(list);
	assert_non_null(fgets(path, 1024, list));
	pclose(list);
	path[strcspn(path, "\n")] = '\0';
	return path;
}

static char *manifest_file(struct house *house, const struct digest *manifest)
{
	char hex[DIGEST_HEX_SIZE], name[2 * DIGEST_HEX_SIZE];
	struct error err = { 0 };
	char *path;

	digest_to_hex(manifest, hex);
	snprintf(name, sizeof(name), "objects/%.2s/%s", hex, hex);
	assert_done(registry_path(house->registry, name, &path, &err), &err);
	return path;
}

static void what_held_is_not_read_again_unless_that_is_asked(void **state)
{
	CLEANUP(text_free) char *model = NULL;
	uint64_t remembered, found, all;
	struct house house;

	(void)state;
	house_with_model(&house);
	fsck(&house, false, &remembered, &found);
	assert_int_equal(remembered, 0);
	assert_int_equal(found, 0);
	fsck(&house, false, &all, &found);
	assert_true(all > 2);
	assert_int_equal(found, 0);
	fsck(&house, true, &remembered, &found);
	assert_int_equal(remembered, 0);
	assert_int_equal(found, 0);

	/* Only what came is read. */
	model = house_path(&house, "other");
	house_model(model, 2.0f);
	house_add(&house, "other", "llm-x/base@v2");
	fsck(&house, false, &remembered, &found);
	assert_int_equal(remembered, all);
	assert_int_equal(found, 0);
	fsck(&house, false, &remembered, &found);
	assert_true(remembered > all);
	house_close(&house);
}

static void a_statement_that_changed_is_read_again(void **state)
{
	CLEANUP(text_free) char *path = NULL;
	uint64_t remembered, found, all;
	struct add_result added;
	struct house house;

	(void)state;
	added = house_with_model(&house);
	fsck(&house, false, &remembered, &found);
	fsck(&house, false, &all, &found);
	path = statement_file(&house, &added.made.identity);
	house_flip(path, 200);
	fsck(&house, false, &remembered, &found);
	assert_int_equal(remembered, all - 1);
	assert_true(found > 0);
	house_flip(path, 200);
	fsck(&house, false, &remembered, &found);
	assert_int_equal(remembered, all - 1);
	assert_int_equal(found, 0);

	/* One that is gone is missed. */
	assert_int_equal(unlink(path), 0);
	fsck(&house, false, &remembered, &found);
	assert_int_equal(remembered, all - 1);
	assert_true(found > 0);
	house_close(&house);
}

static void a_manifest_that_changed_or_went_is_told(void **state)
{
	CLEANUP(text_free) char *path = NULL;
	uint64_t remembered, found, all;
	struct add_result added;
	struct house house;

	(void)state;
	added = house_with_model(&house);
	fsck(&house, false, &remembered, &found);
	fsck(&house, false, &all, &found);
	path = manifest_file(&house, &added.manifest);
	house_flip(path, 30);
	fsck(&house, false, &remembered, &found);
	assert_true(found > 0);
	assert_int_equal(unlink(path), 0);
	fsck(&house, false, &remembered, &found);
	assert_true(found > 0);
	house_close(&house);
}

static void a_file_that_does_not_hold_counts_as_none(void **state)
{
	uint64_t remembered, found, all;
	struct error err = { 0 };
	struct house house;
	struct stat st;
	char *path;

	(void)state;
	house_with_model(&house);
	fsck(&house, false, &remembered, &found);
	fsck(&house, false, &all, &found);
	assert_done(registry_path(house.registry, "remembered", &path, &err), &err);
	assert_int_equal(stat(path, &st), 0);
	for (off_t at = 0; at < st.st_size; at += 101) {
		house_flip(path, (long)at);
		fsck(&house, false, &remembered, &found);
		assert_int_equal(found, 0);
		/* A flipped bit of one statement's facts costs that statement. */
		assert_true(remembered == 0 || remembered + 1 == all || remembered == all);
		if (remembered != all)
			fsck(&house, false, &remembered, &found);
		assert_int_equal(remembered, all);
	}
	assert_int_equal(truncate(path, st.st_size / 2), 0);
	fsck(&house, false, &remembered, &found);
	assert_int_equal(remembered, 0);
	assert_int_equal(found, 0);

	/* Nor does one of another log. */
	house.registry->origin = "example.org/other";
	{
		CLEANUP(remembered_close) struct remembered *other = NULL;

		assert_done(remembered_open(house.registry, false, &other, &err), &err);
		assert_int_equal(other->count, 0);
	}
	free(path);
	house_close(&house);
}

static int needed_count(void *arg, const struct reach_object *object, struct error *err)
{
	(void)err;
	*(uint64_t *)arg += object->released ? 1 << 20 : object->needed ? 1 << 10 : 1;
	return 0;
}

static uint64_t reach(struct house *house, struct remembered *remembered)
{
	uint64_t count = 0;
	struct reach_request request = { .visit = needed_count,
					 .arg = &count,
					 .remembered = remembered };
	struct error err = { 0 };

	assert_done(reach_each(house->registry, &request, &err), &err);
	return count;
}

static void what_is_remembered_is_needed_as_what_is_read(void **state)
{
	struct error err = { 0 };
	struct house house;
	uint64_t read;

	(void)state;
	house_with_model(&house);
	read = reach(&house, NULL);
	for (int i = 0; i < 3; i++) {
		CLEANUP(remembered_close) struct remembered *remembered = NULL;

		assert_done(remembered_open(house.registry, false, &remembered, &err), &err);
		assert_int_equal(remembered->count > 0, i > 0);
		assert_int_equal(reach(&house, remembered), read);
		assert_int_equal(reach(&house, remembered), read);
		remembered_save(remembered, true);
	}
	house_close(&house);
}

static void a_collection_keeps_what_remembered_statements_need(void **state)
{
	const struct gc_request request = { .all = true };
	CLEANUP(source_close) struct source *source = NULL;
	struct store_collected collected;
	uint64_t remembered, found;
	struct error err = { 0 };
	struct house house;

	(void)state;
	house_with_model(&house);
	for (int i = 0; i < 3; i++) {
		house_reopen(&house);
		assert_done(registry_gc(house.registry, &request, &collected, &err), &err);
		assert_int_equal(collected.removed, 0);
		fsck(&house, false, &remembered, &found);
		assert_int_equal(found, 0);
		fsck(&house, true, &remembered, &found);
		assert_int_equal(found, 0);
	}
	house_audit(&house, 0);
	house_close(&house);
}

static void very_many_statements_are_found_by_entry_and_by_name(void **state)
{
	enum { MANY = 5000 };
	CLEANUP(remembered_close) struct remembered *r = NULL;
	CLEANUP(remembered_close) struct remembered *again = NULL;
	struct error err = { 0 };
	struct house house;

	(void)state;
	house_open(&house);
	house.ctx.now_unix_s = later;
	assert_done(remembered_open(house.registry, false, &r, &err), &err);
	for (uint32_t i = 0; i < MANY; i++) {
		struct digest leaf = sha256((struct span){ (const uint8_t *)&i, 4 });
		struct remembered_news news = { .leaf = &leaf,
						.read = true,
						.audited = true,
						.facts = { leaf.byte, 1 + i % 32 } };

		news.identity = sha256(digest_view(&leaf));
		news.signer = sha256((struct span){ (const uint8_t *)"key", i % 3 });
		assert_done(remembered_add(r, &news, &err), &err);
	}
	remembered_save(r, true);
	assert_done(remembered_open(house.registry, false, &again, &err), &err);
	assert_int_equal(again->count, MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		CLEANUP(buffer_release) struct buffer facts;
		struct digest leaf = sha256((struct span){ (const uint8_t *)&i, 4 });
		struct digest identity = sha256(digest_view(&leaf));
		struct digest signer = sha256((struct span){ (const uint8_t *)"key", i % 3 });
		struct digest other = sha256((struct span){ (const uint8_t *)"key", 3 });
		const struct remembered_item *item = remembered_entry(again, &leaf);

		buffer_init(&facts, 64);
		assert_non_null(item);
		assert_ptr_equal(item, remembered_statement(again, &identity, &signer));
		assert_null(remembered_statement(again, &identity, &other));
		assert_null(remembered_entry(again, &identity));
		assert_true(item->audited);
		assert_done(remembered_facts(again, item, &facts, &err), &err);
		assert_int_equal(facts.len, 1 + i % 32);
		assert_memory_equal(facts.data, leaf.byte, facts.len);
	}
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_held_is_not_read_again_unless_that_is_asked),
		cmocka_unit_test(a_statement_that_changed_is_read_again),
		cmocka_unit_test(a_manifest_that_changed_or_went_is_told),
		cmocka_unit_test(a_file_that_does_not_hold_counts_as_none),
		cmocka_unit_test(what_is_remembered_is_needed_as_what_is_read),
		cmocka_unit_test(a_collection_keeps_what_remembered_statements_need),
		cmocka_unit_test(very_many_statements_are_found_by_entry_and_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
