/* history: the story of a name. */
#include "cli/open.h"
#include "cli/rows.h"

static int history_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(rows_release) struct rows rows = { .items = NULL };
	struct index *index;
	struct name name;
	char text[NAME_TEXT_MAX];

	if (name_parse_family(call->operand[0], &name, err))
		return -1;
	name_to_text(&name, text);
	if (open_registry(call, &registry, err) || registry_index(registry, &index, err) ||
	    rows_begin(call, "akashi/history/1", &rows, &object, err))
		return -1;
	rows.registry = registry;
	if (index_history(index, text, rows_take, &rows, err))
		return -1;
	if (!(call->json ? json_count(rows.items) : rows.table.rows))
		return error_set(err, ERROR_ABSENT, "nothing is registered under '%s'", text);
	return rows_print(call, &rows, object, err);
}

const struct command command_history = {
	.name = "history",
	.summary = "tell the story of a name",
	.synopsis = "OWNER/NAME",
	.description =
		"Every statement about the versions and aliases of a name, in the order of the "
		"log: index, time as its signer declared it, kind, subject, key, statement; of one "
		"whose body was withheld, since when, by whom and why.",
	.operands_min = 1,
	.operands_max = 1,
	.run = history_run,
};
