/* supersede: say that a newer version takes the place of another. */
#include "cli/open.h"
#include "cli/output.h"
#include "cli/said.h"

static int supersede_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct statement_made made;
	struct name name, by;

	if (name_parse(call->operand[0], &name, err) || name_parse(call->operand[1], &by, err) ||
	    open_registry(call, &registry, err))
		return -1;
	if (call_has(call, "dry-run")) {
		output_line(stdout, "would supersede %s by %s", call->operand[0], call->operand[1]);
		return 0;
	}
	return said_key(call, registry, &key, err) ||
			       registry_supersede(registry, key, &name, &by,
						  call_value(call, "reason"), &made, err) ||
			       said_print(call, "superseded", call->operand[0], &made, err)
		       ? -1
		       : 0;
}

static const struct option supersede_options[] = {
	{ .name = "reason", .argument = "TEXT", .help = "why; everybody will read it" },
	OPTION_KEY,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example supersede_examples[] = {
	{ "akashi supersede llm-x/base@v1 llm-x/base@v2", "akashi verify names v2 beside v1" },
	{ NULL, NULL },
};

const struct command command_supersede = {
	.name = "supersede",
	.summary = "say that a newer version takes the place of another",
	.synopsis = "NAME@VERSION NEWER@VERSION",
	.description = "Signed and logged, by a key that the policy lets say so. The older version "
		       "stays good: who verifies it is told of the newer one.",
	.options = supersede_options,
	.examples = supersede_examples,
	.operands_min = 2,
	.operands_max = 2,
	.run = supersede_run,
};
