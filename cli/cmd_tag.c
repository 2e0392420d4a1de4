/* tag: let an alias stand for a version. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/added.h"
#include "cli/open.h"

static int tag_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct add_result result;
	struct add_how how;
	struct name name;

	if (name_parse(call->operand[0], &name, err) || open_registry(call, &registry, err) ||
	    open_add_how(call, registry, &how, err) ||
	    registry_add_tag(registry, &how, &name, call->operand[1], &result, err))
		return -1;
	name.alias = true;
	snprintf(name.version, sizeof(name.version), "%s", call->operand[1]);
	return added_print(call, "tag", &name, &result, 1, err);
}

static const struct option tag_options[] = {
	OPTION_KEY, OPTION_TIMESTAMP, OPTION_DRY_RUN, { .name = NULL }
};

static const struct example tag_examples[] = {
	{ "akashi tag llm-x/base@step-500 best", "from now on llm-x/base:best is that version" },
	{ NULL, NULL },
};

const struct command command_tag = {
	.name = "tag",
	.summary = "let an alias stand for a version",
	.synopsis = "NAME@VERSION ALIAS",
	.description =
		"Moves an alias such as latest or best; it is written NAME:ALIAS. Each move is "
		"signed and logged, and akashi history tells them all. A version itself never "
		"moves.",
	.options = tag_options,
	.examples = tag_examples,
	.operands_min = 2,
	.operands_max = 2,
	.run = tag_run,
};
