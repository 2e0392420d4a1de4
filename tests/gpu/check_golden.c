/* check_golden: the step "golden", what every family computes. */
#include "tests/gpu/check_model.h"
#include "tests/gpu/golden_tables.h"

#include <stdio.h>
#include <stdlib.h>

/* The model's file in the folder. */
static int model_write(const struct golden_table *table, const char *folder, struct error *err)
{
	CLEANUP(buffer_release) struct buffer file;
	char *path = NULL;
	int failed;

	buffer_init(&file, (size_t)2 * GOLDEN_MODEL_MAX_BYTES + 8);
	failed = golden_model_write(&table->model, &file, err) ||
		 path_join(folder, "model.safetensors", &path, err) ||
		 file_write(path, buffer_view(&file), 0644, FILE_REPLACE, err);
	free(path);
	return failed ? -1 : 0;
}

/* All probes of one table on the device; *out_holds, or what differs in out_text. */
static int table_try(const struct check *check, const struct golden_table *table,
		     const char *folder, bool *out_holds, char out_text[96], struct error *err)
{
	CLEANUP(check_model_close) struct check_model model = { 0 };
	CLEANUP(outputs_release) struct outputs outputs = { 0 };
	struct check_probe probe[16];

	if (table->probe_count > sizeof(probe) / sizeof(probe[0]))
		return error_set(err, ERROR_USAGE, "%s has too many probes", table->model.name);
	for (size_t i = 0; i < table->probe_count; i++)
		probe[i] = (struct check_probe){ table->probe[i].ids, table->probe[i].count };
	if (model_write(table, folder, err) ||
	    check_model_open(check, folder, table->config, true, &model, err) ||
	    check_model_run(check, &model, check->device, probe, table->probe_count, &outputs, err))
		return error_prefix(err, "%s", table->model.name);
	*out_holds = golden_table_holds(table, &outputs, out_text);
	return 0;
}

void check_golden(struct check *check)
{
	size_t count, equal = 0;
	const struct golden_table *table = golden_tables(&count);
	double start = check_clock();
	struct error err = { 0 };
	char *folder = NULL, text[96];
	bool holds;

	if (check_folder(check, &folder, &err)) {
		check_fail(check, "golden digests", "%s", err.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (table_try(check, &table[i], folder, &holds, text, &err)) {
			check_fail(check, "golden digests", "%s", err.text);
			err = (struct error){ 0 };
		} else if (!holds) {
			check_fail(check, "golden digests", "%s: other bits from %s on",
				   table[i].model.name, text);
		} else {
			equal++;
		}
	}
	if (equal == count)
		check_row("golden digests", "%zu models, every one the same, %.1f s", count,
			  check_clock() - start);
	if (folder_remove(folder, &err))
		fprintf(stderr, "gpu_check: %s\n", err.text);
	free(folder);
}
