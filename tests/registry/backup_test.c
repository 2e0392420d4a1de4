/* A backup beside others: what the log in it names is in it, and what came back forks nothing. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A house in which something happens while files are copied. */
struct scene {
	struct house house; /* the context's user: first */
	char *to, *back;
	void (*meanwhile)(struct scene *scene);
	int happened;
};

static void progress(void *user, const char *what, const char *unit, uint64_t done, uint64_t total)
{
	struct scene *scene = user;
	void (*meanwhile)(struct scene *) = scene->meanwhile;

	(void)unit;
	(void)done;
	(void)total;
	if (!meanwhile || strcmp(what, "copying") != 0)
		return;
	scene->meanwhile = NULL;
	scene->happened++;
	meanwhile(scene);
}

static void scene_open(struct scene *scene)
{
	CLEANUP(text_free) char *a = NULL, *b = NULL, *folder = NULL;
	struct error err = { 0 };

	*scene = (struct scene){ .happened = 0 };
	house_open(&scene->house);
	scene->house.ctx.progress = progress;
	scene->to = house_path(&scene->house, "backup");
	scene->back = house_path(&scene->house, "back");
	a = house_path(&scene->house, "a");
	b = house_path(&scene->house, "b");
	house_model(a, 1);
	house_model(b, 200);
	house_add(&scene->house, "a", "t/m@a");
	house_add(&scene->house, "b", "t/m@b");
	/* Who added lives as a writer until it is closed, and nobody prunes beside one. */
	folder = strdup(scene->house.registry->folder);
	assert_non_null(folder);
	registry_close(&scene->house.registry);
	assert_done(registry_open(&scene->house.ctx, folder, &scene->house.registry, &err), &err);
}

static void scene_close(struct scene *scene)
{
	house_close(&scene->house);
	free(scene->to);
	free(scene->back);
}

static void back_up(struct scene *scene, bool drop, struct backup_report *report)
{
	struct backup_request request = { .to = scene->to, .drop = drop };
	struct error err = { 0 };

	assert_done(registry_backup(scene->house.registry, &request, report, &err), &err);
}

/* Restored, and nothing is amiss: *out_entries of its log. */
static void bring_back(struct scene *scene, uint64_t *out_entries)
{
	CLEANUP(restored_release) struct restored restored = { .folder = NULL };
	struct restore_request request = { .from = scene->to, .folder = scene->back };
	struct error err = { 0 };

	assert_done(folder_remove(scene->back, &err), &err);
	assert_done(registry_restore(&scene->house.ctx, &request, &restored, &err), &err);
	if (restored.found.damages.total)
		fail_msg("%s", restored.found.damages.item[0].text);
	assert_int_equal(restored.damaged.total, 0);
	*out_entries = restored.found.entries;
}

/* ---- What happens meanwhile ---- */

static void prune_one(struct scene *scene)
{
	CLEANUP(registry_close) struct registry *other = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(prune_report_release) struct prune_report report = { .count = 0 };
	struct name name = house_name("t/m@a");
	struct prune_request request = { .name = &name, .name_count = 1, .reason = "test" };
	struct error err = { 0 };

	assert_done(registry_open(&scene->house.ctx, scene->house.registry->folder, &other, &err),
		    &err);
	assert_done(signing_key_open(&scene->house.ctx, "tester", &key, &err), &err);
	assert_done(registry_prune(other, key, &request, &report, &err), &err);
	assert_true(report.removed > 0);
}

static void collect(struct scene *scene)
{
	CLEANUP(registry_close) struct registry *other = NULL;
	struct gc_request request = { .all = true };
	struct store_collected collected;
	struct error err = { 0 };

	assert_done(registry_open(&scene->house.ctx, scene->house.registry->folder, &other, &err),
		    &err);
	assert_int_equal(registry_gc(other, &request, &collected, &err), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "backup"));
}

static void add_one(struct scene *scene)
{
	CLEANUP(registry_close) struct registry *mine = scene->house.registry;
	CLEANUP(text_free) char *c = house_path(&scene->house, "c");
	struct error err = { 0 };

	/* Through a handle of its own, as another process would. */
	assert_done(registry_open(&scene->house.ctx, mine->folder, &scene->house.registry, &err),
		    &err);
	house_model(c, 400);
	house_add(&scene->house, "c", "t/m@c");
	{
		struct registry *opened = scene->house.registry;

		scene->house.registry = mine;
		mine = opened; /* closed */
	}
}

/* ---- Stories ---- */

static void what_is_pruned_meanwhile_is_not_missed_in_the_backup(void **state)
{
	struct scene scene;
	struct backup_report report = { .copied = 0 };
	uint64_t entries, before;

	(void)state;
	scene_open(&scene);
	back_up(&scene, false, &report);
	before = report.state.entries;
	backup_report_release(&report);
	{
		struct error err = { 0 };

		assert_done(folder_remove(scene.to, &err), &err);
	}
	scene.meanwhile = prune_one;
	back_up(&scene, false, &report);
	assert_int_equal(scene.happened, 1);
	assert_int_equal(report.state.entries, before + 1); /* it was looked at again */
	bring_back(&scene, &entries);
	assert_int_equal(entries, report.state.entries);
	backup_report_release(&report);
	scene_close(&scene);
}

static void nothing_is_collected_while_a_backup_is_made(void **state)
{
	struct scene scene;
	struct backup_report report = { .copied = 0 };
	struct gc_request request = { .all = true };
	struct store_collected collected;
	struct error err = { 0 };

	(void)state;
	scene_open(&scene);
	scene.meanwhile = collect;
	back_up(&scene, false, &report);
	assert_int_equal(scene.happened, 1);
	assert_done(registry_gc(scene.house.registry, &request, &collected, &err), &err);
	backup_report_release(&report);
	scene_close(&scene);
}

static void what_is_added_meanwhile_is_whole_or_not_in_the_backup(void **state)
{
	struct scene scene;
	struct backup_report report = { .copied = 0 };
	uint64_t entries, before;

	(void)state;
	scene_open(&scene);
	scene.meanwhile = add_one;
	back_up(&scene, false, &report);
	assert_int_equal(scene.happened, 1);
	before = report.state.entries;
	backup_report_release(&report);
	bring_back(&scene, &entries);
	assert_int_equal(entries, before);
	back_up(&scene, true, &report);
	assert_true(report.state.entries > before);
	assert_int_equal(report.former, 0);
	bring_back(&scene, &entries);
	assert_int_equal(entries, report.state.entries);
	backup_report_release(&report);
	scene_close(&scene);
}

/* The path of some file below a folder of the backup, by find's order. */
static char *some_file(const char *folder, const char *below)
{
	CLEANUP(text_free) char *command = NULL;
	char line[4096] = "";
	FILE *out;

	assert_true(asprintf(&command, "find '%s/'%s -type f | sort | head -n 1", folder, below) >
		    0);
	out = popen(command, "r");
	assert_non_null(out);
	assert_non_null(fgets(line, sizeof(line), out));
	assert_int_equal(pclose(out), 0);
	line[strcspn(line, "\n")] = '\0';
	return strdup(line);
}

static void a_backup_that_was_tampered_with_is_told_apart_file_by_file(void **state)
{
	static const char *const below[] = { "objects",
					     "packs",
					     "statements",
					     "log/tile",
					     "states/*/files/log.db",
					     "states/*/files/log.restored" };
	struct scene scene;
	struct backup_report report = { .copied = 0 };

	(void)state;
	scene_open(&scene);
	back_up(&scene, false, &report);
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		CLEANUP(text_free) char *path = NULL;
		struct backup_report found = { .copied = 0 };
		struct error err = { 0 };

		if (i == 1)
			continue; /* what is so small lies loose */
		path = some_file(scene.to, below[i]);
		assert_int_equal(chmod(path, 0644), 0);
		house_flip(path, 20);
		assert_done(backup_check(&scene.house.ctx, scene.to, &found, &err), &err);
		assert_int_equal(found.damaged.total, 1);
		*strchr(found.damaged.text[0], ':') = '\0';
		assert_non_null(strstr(path, found.damaged.text[0]));
		backup_report_release(&found);
		house_flip(path, 20);
	}
	backup_report_release(&report);
	scene_close(&scene);
}

static void a_list_or_state_that_was_changed_restores_nothing(void **state)
{
	static const char *const below[] = { "states/*/list", "states/*/state", "akashi-backup" };
	struct scene scene;
	struct backup_report report = { .copied = 0 };

	(void)state;
	scene_open(&scene);
	back_up(&scene, false, &report);
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		CLEANUP(text_free) char *path = some_file(scene.to, below[i]);
		CLEANUP(restored_release) struct restored restored = { .folder = NULL };
		struct restore_request request = { .from = scene.to, .folder = scene.back };
		struct error err = { 0 };

		house_flip(path, 20);
		assert_int_equal(registry_restore(&scene.house.ctx, &request, &restored, &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		assert_false(file_exists(scene.back));
		house_flip(path, 20);
	}
	backup_report_release(&report);
	scene_close(&scene);
}

static void a_log_that_came_back_is_compared_before_it_signs(void **state)
{
	struct scene scene;
	struct backup_report report = { .copied = 0 };
	CLEANUP(registry_close) struct registry *old = NULL;
	CLEANUP(log_head_release) struct log_head head = { .size = 0 };
	CLEANUP(text_free) char *folder = NULL, *lock = NULL;
	const char *name = "a copy";
	struct span note;
	struct log_again_request request = { .seen = &note, .name = &name };
	struct log_again_report again;
	struct log *log, *mine;
	struct error err = { 0 };
	uint64_t entries;

	(void)state;
	scene_open(&scene);
	back_up(&scene, false, &report);
	backup_report_release(&report);
	bring_back(&scene, &entries);
	add_one(&scene);
	assert_done(path_join(scene.back, ".akashi", &folder, &err), &err);
	assert_done(path_join(folder, "lock.db", &lock, &err), &err);
	assert_done(registry_open(&scene.house.ctx, folder, &old, &err), &err);
	assert_done(registry_log(old, &log, &err), &err);
	assert_done(registry_log(scene.house.registry, &mine, &err), &err);
	assert_done(log_head(mine, &head, &err), &err);
	note = buffer_view(&head.note);

	assert_true(log_is_restored(log));
	assert_int_equal(log_recover(log, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	err = (struct error){ 0 };
	assert_int_equal(log_again(log, &request, &again, &err), -1); /* nothing is given */
	assert_int_equal(err.code, ERROR_USAGE);
	err = (struct error){ 0 };
	request.count = 1;
	request.unseen = true; /* what was seen weighs more than what is said */
	assert_int_equal(log_again(log, &request, &again, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_false(file_exists(lock));
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_pruned_meanwhile_is_not_missed_in_the_backup),
		cmocka_unit_test(nothing_is_collected_while_a_backup_is_made),
		cmocka_unit_test(what_is_added_meanwhile_is_whole_or_not_in_the_backup),
		cmocka_unit_test(a_backup_that_was_tampered_with_is_told_apart_file_by_file),
		cmocka_unit_test(a_list_or_state_that_was_changed_restores_nothing),
		cmocka_unit_test(a_log_that_came_back_is_compared_before_it_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
