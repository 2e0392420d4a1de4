/*
 * The tables in C of the golden models, for builds that read no JSON, say what the files of
 * tests/golden/ say; and a difference is noticed and named.
 */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/checkpoint.h"
#include "tests/gpu/golden_tables.h"
#include "tests/verify/golden.h"

struct files {
	struct json *paths;
	const struct golden_table *table;
	size_t count;
};

static int files_open(void **state)
{
	static struct files files;
	struct error err = { 0 };

	files.table = golden_tables(&files.count);
	*state = &files;
	return golden_list(TEST_GOLDEN, &files.paths, &err);
}

static int files_close(void **state)
{
	struct files *files = *state;

	json_free(&files->paths);
	return 0;
}

static void there_is_one_table_for_each_file(void **state)
{
	const struct files *files = *state;

	if (json_count(files->paths) != files->count)
		fail_msg("%zu files, %zu tables: see tests/gpu/golden_tables.h",
			 json_count(files->paths), files->count);
}

/* The config that config.json gives, every byte of it: a field that the tables left out is noticed.
 */
static void the_tables_hold_the_configs_that_are_read(void **state)
{
	const struct files *files = *state;

	for (size_t i = 0; i < files->count; i++) {
		struct model_config config;
		struct golden golden = { 0 };
		struct buffer text;
		struct error err = { 0 };

		memset(&config, 0, sizeof(config));
		buffer_init(&text, GOLDEN_MAX_BYTES);
		assert_done(golden_read(json_text(json_at(files->paths, i)), &golden, &err), &err);
		assert_done(json_write_pretty(json_member(golden.json, "config"), &text, &err),
			    &err);
		assert_done(model_config_read(buffer_view(&text), &config, &err), &err);
		assert_string_equal(golden.name, files->table[i].model.name);
		if (memcmp(&config, files->table[i].config, sizeof(config)))
			fail_msg("%s: another config", golden.name);
		buffer_release(&text);
		golden_release(&golden);
	}
}

static void the_tables_give_the_weights_that_the_files_give(void **state)
{
	const struct files *files = *state;

	for (size_t i = 0; i < files->count; i++) {
		struct golden golden = { 0 };
		struct buffer weights[2];
		struct error err = { 0 };

		buffer_init(&weights[0], (size_t)2 * GOLDEN_MODEL_MAX_BYTES);
		buffer_init(&weights[1], (size_t)2 * GOLDEN_MODEL_MAX_BYTES);
		assert_done(golden_read(json_text(json_at(files->paths, i)), &golden, &err), &err);
		assert_done(golden_model_write(&golden.model, &weights[0], &err), &err);
		assert_done(golden_model_write(&files->table[i].model, &weights[1], &err), &err);
		if (!span_equal(buffer_view(&weights[0]), buffer_view(&weights[1])))
			fail_msg("%s: other weights", golden.name);
		buffer_release(&weights[0]);
		buffer_release(&weights[1]);
		golden_release(&golden);
	}
}

static void the_tables_hold_the_probes_and_outputs_of_the_files(void **state)
{
	const struct files *files = *state;
	char text[96] = "";

	for (size_t i = 0; i < files->count; i++) {
		const struct golden_table *table = &files->table[i];
		struct golden golden = { 0 };
		struct error err = { 0 };

		assert_done(golden_read(json_text(json_at(files->paths, i)), &golden, &err), &err);
		assert_int_equal(golden.probes.count, table->probe_count);
		for (size_t k = 0; k < table->probe_count; k++) {
			assert_int_equal(golden.probes.probe[k].count, table->probe[k].count);
			assert_memory_equal(golden.probes.probe[k].ids, table->probe[k].ids,
					    4 * table->probe[k].count);
		}
		if (!golden_table_holds(table, &golden.outputs, text))
			fail_msg("%s: %s", golden.name, text);
		golden_release(&golden);
	}
}

static void what_differs_is_noticed_and_named(void **state)
{
	const struct files *files = *state;
	const struct golden_table *table = &files->table[0];
	struct golden golden = { 0 };
	struct error err = { 0 };
	struct probe_outputs *probe;
	char text[96];

	while (strcmp(table->model.name, "llama"))
		table++;
	assert_done(golden_read(json_text(json_at(files->paths, (size_t)(table - files->table))),
				&golden, &err),
		    &err);
	probe = &golden.outputs.probe[1];
	probe->top[22].id[7] ^= 1;
	assert_false(golden_table_holds(table, &golden.outputs, text));
	assert_string_equal(text, "only the largest logits or a likelihood");
	probe->position[22].byte[31] ^= 1;
	assert_false(golden_table_holds(table, &golden.outputs, text));
	assert_string_equal(text, "probe 1: position 22");
	probe->boundary[3].byte[0] ^= 128;
	assert_false(golden_table_holds(table, &golden.outputs, text));
	assert_string_equal(text, "probe 1: boundary 3");
	golden_release(&golden);
}

/* The same of the made-up checkpoints that are measured. */
static void the_shapes_of_checkpoints_have_the_config_that_is_written(void **state)
{
	const struct checkpoint_shape *shape = checkpoint_shape("tiny");
	struct model_config read, made = checkpoint_config(shape);
	char *folder = test_folder(), *path = NULL;
	struct error err = { 0 };
	struct buffer text;

	(void)state;
	memset(&read, 0, sizeof(read));
	buffer_init(&text, GOLDEN_MAX_BYTES);
	assert_done(checkpoint_make(folder, shape, 1, &err), &err);
	assert_done(path_join(folder, "config.json", &path, &err), &err);
	assert_done(file_read(path, &text, &err), &err);
	assert_done(model_config_read(buffer_view(&text), &read, &err), &err);
	assert_memory_equal(&read, &made, sizeof(made));
	buffer_release(&text);
	free(path);
	test_folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_one_table_for_each_file),
		cmocka_unit_test(the_tables_hold_the_configs_that_are_read),
		cmocka_unit_test(the_tables_give_the_weights_that_the_files_give),
		cmocka_unit_test(the_tables_hold_the_probes_and_outputs_of_the_files),
		cmocka_unit_test(what_differs_is_noticed_and_named),
		cmocka_unit_test(the_shapes_of_checkpoints_have_the_config_that_is_written),
	};

	return cmocka_run_group_tests(tests, files_open, files_close);
}
