/* du: what registered versions take up. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

/* "63 %": how much less than the files that are here is stored; more is a negative saving. */
static void saving_to_text(uint64_t bytes, uint64_t stored, char out_text[SIZE_TEXT_MAX])
{
	if (bytes)
		snprintf(out_text, SIZE_TEXT_MAX, "%.0f %%",
			 100 * (1 - (double)stored / (double)bytes));
	else
		snprintf(out_text, SIZE_TEXT_MAX, "-");
}

static int saving_json(struct json *object, uint64_t bytes, uint64_t stored, struct error *err)
{
	char text[SIZE_TEXT_MAX];

	if (!bytes)
		return 0;
	snprintf(text, sizeof(text), "%.4f", 1 - (double)stored / (double)bytes);
	return json_set_text(object, "saving", text, err);
}

static int row_json(struct json *items, const struct usage_row *row, struct error *err)
{
	char name[NAME_TEXT_MAX];
	struct json *item;

	name_to_text(&row->name, name);
	if (json_add_object(items, &item, err) || json_set_text(item, "name", name, err) ||
	    json_set_text(item, "kind", row->kind, err) ||
	    json_set_digest(item, "statement", &row->statement, err))
		return -1;
	if (row->unknown)
		return json_set_bool(item, "unknown", true, err);
	if (json_set_size(item, "files", row->files, err) ||
	    json_set_size(item, "bytes", row->bytes, err) ||
	    json_set_size(item, "stored", row->stored, err) ||
	    json_set_size(item, "own", row->own, err) ||
	    json_set_size(item, "shared", row->stored - row->own, err) ||
	    json_set_size(item, "missing", row->missing, err))
		return -1;
	return saving_json(item, row->bytes - row->missing, row->stored, err);
}

static int du_json(const struct usage *usage, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items, *total;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/usage/1", err) ||
	    json_set_object(object, "total", &total, err) ||
	    json_set_size(total, "versions", usage->count, err) ||
	    json_set_size(total, "bytes", usage->bytes, err) ||
	    json_set_size(total, "stored", usage->stored, err) ||
	    json_set_size(total, "missing", usage->missing, err) ||
	    saving_json(total, usage->bytes - usage->missing, usage->stored, err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < usage->count; i++)
		if (row_json(items, &usage->item[i], err))
			return -1;
	return output_json(object, err);
}

static int row_table(struct table *table, const struct usage_row *row, struct error *err)
{
	char name[NAME_TEXT_MAX], files[SIZE_TEXT_MAX], bytes[SIZE_TEXT_MAX], stored[SIZE_TEXT_MAX];
	char own[SIZE_TEXT_MAX], shared[SIZE_TEXT_MAX], saving[SIZE_TEXT_MAX];

	name_to_text(&row->name, name);
	if (row->unknown)
		return table_add(table,
				 (const char *const[]){ name, row->kind, "its manifest is not here",
							NULL, NULL, NULL, NULL, NULL },
				 err);
	snprintf(files, sizeof(files), "%" PRIu64, row->files);
	size_to_text(row->bytes, bytes);
	size_to_text(row->stored, stored);
	size_to_text(row->own, own);
	size_to_text(row->stored - row->own, shared);
	saving_to_text(row->bytes - row->missing, row->stored, saving);
	return table_add(
		table,
		(const char *const[]){ name, row->kind, files, bytes, stored, own, shared, saving },
		err);
}

static int du_text(const struct call *call, const struct usage *usage, struct error *err)
{
	CLEANUP(table_release)
	struct table table = { .columns = 8,
			       .heading = { "NAME", "KIND", "FILES", "BYTES", "STORED", "OWN",
					    "SHARED", "SAVED" } };
	char bytes[SIZE_TEXT_MAX], stored[SIZE_TEXT_MAX], saving[SIZE_TEXT_MAX];

	for (size_t i = 0; i < usage->count; i++)
		if (row_table(&table, &usage->item[i], err))
			return -1;
	table_print(&table, call);
	if (call->quiet)
		return 0;
	size_to_text(usage->bytes, bytes);
	size_to_text(usage->stored, stored);
	saving_to_text(usage->bytes - usage->missing, usage->stored, saving);
	printf("%zu %s: files of %s take %s (saved: %s)\n", usage->count,
	       usage->count == 1 ? "version" : "versions", bytes, stored, saving);
	if (usage->missing) {
		size_to_text(usage->missing, bytes);
		printf("%s of them are not in the store\n", bytes);
	}
	return 0;
}

static int du_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(usage_release) struct usage usage = { .item = NULL };

	if (open_registry(call, &registry, err) ||
	    registry_usage(call->ctx, registry, call->operand, call->operand_count, 0, &usage, err))
		return -1;
	return call->json ? du_json(&usage, err) : du_text(call, &usage, err);
}

static const struct example du_examples[] = {
	{ "akashi du", "every checkpoint, dataset and release" },
	{ "akashi du llm-x/base", "what each version of one model takes" },
	{ "akashi du 'llm-x/base@step-*' --json", "some versions, for a program" },
	{ NULL, NULL },
};

const struct command command_du = {
	.name = "du",
	.summary = "tell what checkpoints and datasets take up in the store",
	.synopsis = "[NAME|NAME@VERSION]...",
	.description =
		"For each version: its files and their bytes, what they take in the store "
		"(compressed, each part that they have in common once), how much of that is its "
		"own, that is, needed by no other registered version, and how much it shares; and "
		"how much less than its files that is. The last line counts what several versions "
		"share once.\n\n"
		"Files kept by reference take nothing; neither do hard links, while their file has "
		"another name. Versions that are not asked about count as well when it is decided "
		"what is shared.",
	.examples = du_examples,
	.operands_max = SIZE_MAX,
	.run = du_run,
};
