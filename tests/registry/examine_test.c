/* What an examination finds, what a repair puts back, and what a release leaves: through the calls
 * that the commands make. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/examine.h"
#include "registry/prune.h"
#include "registry/repair.h"
#include "registry/store.h"
#include "tests/registry/house.h"

static struct add_result house_with_model(struct house *house)
{
	CLEANUP(text_free) char *model = NULL;

	house_open(house);
	model = house_path(house, "model");
	house_model(model, 1.0f);
	return house_add(house, "model", "llm-x/base@v1");
}

static struct examine_report examine(struct house *house, bool read_all, uint32_t number,
				     uint32_t of)
{
	struct examine_request request = { .read_all = read_all, .share = { number, of } };
	struct examine_report report;
	struct error err = { 0 };

	house_reopen(house);
	assert_done(registry_examine(house->registry, &request, &report, &err), &err);
	return report;
}

/* Where the first loose object with the name `text` of the model's files lies. */
static char *object_of(struct house *house, const char *file, struct digest *out_digest)
{
	CLEANUP(text_free) char *path = house_path(house, file);
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct error err = { 0 };
	char hex[DIGEST_HEX_SIZE], name[2 * DIGEST_HEX_SIZE];
	char *object;

	buffer_init(&bytes, 1 << 20);
	assert_done(source_open_file(path, &source, &err) || source_read_all(source, &bytes, &err),
		    &err);
	*out_digest = sha256(buffer_view(&bytes));
	digest_to_hex(out_digest, hex);
	snprintf(name, sizeof(name), "objects/%.2s/%s", hex, hex);
	assert_done(registry_path(house->registry, name, &object, &err), &err);
	return object;
}

static void a_changed_object_is_found_by_reading_and_comes_back_from_the_folder(void **state)
{
	CLEANUP(examine_report_release) struct examine_report report = { .objects = 0 };
	CLEANUP(text_free) char *object = NULL;
	CLEANUP(text_free) char *from = NULL;
	struct error err = { 0 };
	struct digest digest;
	struct house house;

	(void)state;
	house_with_model(&house);
	from = house_path(&house, "model");
	object = object_of(&house, "model/config.json", &digest);
	report = examine(&house, true, 0, 0);
	assert_int_equal(report.damages.total, 0);
	assert_int_equal(report.unneeded, 0);
	assert_true(report.needed == report.objects);
	examine_report_release(&report);

	house_flip(object, 3);
	report = examine(&house, false, 0, 0);
	assert_int_equal(report.damages.total, 0);
	examine_report_release(&report);
	report = examine(&house, true, 0, 0);
	assert_int_equal(report.damages.total, 1);
	assert_int_equal(report.damages.item[0].what, DAMAGE_CHANGED);
	assert_true(digest_equal(&report.damages.item[0].object, &digest));
	assert_true(report.damages.item[0].needed);
	assert_string_equal(report.damages.item[0].hit[0].what, "config.json");

	/* Nothing of its own is whole, and the folder has it. */
	assert_done(registry_repair_own(house.registry, &report, &err), &err);
	assert_int_equal(repair_left(&report), 1);
	assert_done(registry_repair(house.registry, from, &report, &err), &err);
	assert_int_equal(repair_left(&report), 0);
	assert_int_equal(report.damages.item[0].state, REPAIR_DONE);
	examine_report_release(&report);
	report = examine(&house, true, 0, 0);
	assert_int_equal(report.damages.total, 0);
	house_close(&house);
}

static void a_missing_object_is_told_without_reading_and_not_found_elsewhere(void **state)
{
	CLEANUP(examine_report_release) struct examine_report report = { .objects = 0 };
	CLEANUP(text_free) char *object = NULL;
	CLEANUP(text_free) char *from = NULL;
	CLEANUP(text_free) char *other = NULL;
	struct error err = { 0 };
	struct digest digest;
	struct house house;

	(void)state;
	house_with_model(&house);
	object = object_of(&house, "model/config.json", &digest);
	assert_int_equal(unlink(object), 0);
	report = examine(&house, false, 0, 0);
	assert_int_equal(report.damages.total, 1);
	assert_int_equal(report.damages.item[0].what, DAMAGE_MISSING);
	from = house_path(&house, "elsewhere");
	other = house_path(&house, "elsewhere/other.json");
	house_write(other, "{}");
	assert_done(registry_repair(house.registry, from, &report, &err), &err);
	assert_int_equal(report.damages.item[0].state, REPAIR_NOT_FOUND);
	assert_int_equal(repair_left(&report), 1);
	house_close(&house);
}

static void shares_together_read_everything_and_each_thing_once(void **state)
{
	enum { SHARES = 3 };
	static const char *const file[] = { "model/config.json", "model/model.safetensors" };
	struct digest digest;
	struct house house;

	(void)state;
	house_with_model(&house);
	for (size_t i = 0; i < sizeof(file) / sizeof(*file); i++) {
		CLEANUP(text_free) char *object = object_of(&house, file[i], &digest);
		uint64_t found = 0;

		assert_true(file_exists(object));
		house_flip(object, 3);
		for (uint32_t number = 1; number <= SHARES; number++) {
			CLEANUP(examine_report_release)
			struct examine_report report = examine(&house, true, number, SHARES);

			assert_int_equal(report.share.of, SHARES);
			assert_true(report.damages.total <= 1);
			found += report.damages.total;
			assert_int_equal(report.damages.total,
					 store_share_has(&report.share, &digest));
		}
		assert_int_equal(found, 1);
		house_flip(object, 3);
	}
	house_close(&house);
}

static void released_bytes_are_no_damage_and_what_another_version_needs_stays(void **state)
{
	CLEANUP(examine_report_release) struct examine_report report = { .objects = 0 };
	CLEANUP(prune_report_release) struct prune_report pruned = { .count = 0 };
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(text_free) char *second = NULL;
	CLEANUP(text_free) char *config = NULL;
	CLEANUP(text_free) char *weights = NULL;
	struct name name = house_name("llm-x/base@v1");
	struct prune_request request = { .name = &name, .name_count = 1, .reason = "quota" };
	struct error err = { 0 };
	struct digest digest;
	struct house house;

	(void)state;
	house_with_model(&house);
	second = house_path(&house, "second");
	house_model(second, 2.0f); /* the same config.json */
	house_add(&house, "second", "llm-x/base@v2");
	house_reopen(&house); /* nobody writes any more */
	config = object_of(&house, "model/config.json", &digest);
	weights = object_of(&house, "model/model.safetensors", &digest);
	assert_done(signing_key_open(&house.ctx, "tester", &key, &err), &err);

	request.dry_run = true;
	assert_done(registry_prune(house.registry, NULL, &request, &pruned, &err), &err);
	assert_int_equal(pruned.count, 1);
	assert_true(pruned.item[0].needed_files >= 1 && pruned.item[0].files >= 1);
	assert_int_equal(pruned.removed, 0);
	assert_true(file_exists(weights));
	prune_report_release(&pruned);

	request.dry_run = false;
	assert_done(registry_prune(house.registry, key, &request, &pruned, &err), &err);
	assert_false(file_exists(weights));
	assert_true(file_exists(config));
	assert_true(pruned.removed >= 1);
	report = examine(&house, true, 0, 0);
	assert_int_equal(report.damages.total, 0);
	assert_true(report.released >= 1);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_changed_object_is_found_by_reading_and_comes_back_from_the_folder),
		cmocka_unit_test(a_missing_object_is_told_without_reading_and_not_found_elsewhere),
		cmocka_unit_test(shares_together_read_everything_and_each_thing_once),
		cmocka_unit_test(released_bytes_are_no_damage_and_what_another_version_needs_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
