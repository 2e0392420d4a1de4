/* card: what is signed about a model, for people and programs. */
#include "cli/card_register.h"
#include "cli/open.h"
#include "cli/output.h"

static int card_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *facts = NULL;

	if (open_registry(call, &registry, err) ||
	    facts_gather(registry, call->ctx, call->operand[0], &facts, err))
		return -1;
	return output_json(facts, err);
}

static const struct example card_examples[] = {
	{ "akashi card llm-x/base@step-500 --json", "everything signed about it, as one document" },
	{ NULL, NULL },
};

static const struct command *const subcommands[] = { &card_register_command, NULL };

const struct command command_card = {
	.name = "card",
	.summary = "gather what is signed about a model",
	.synopsis = "NAME@VERSION",
	.description =
		"Gathers everything that believed statements say about a checkpoint (its files and "
		"settings, data, runs, parents, evaluations, records, verdicts, releases and "
		"cards) "
		"into one document, each part with the statement that says so and its signer. What "
		"was only committed to is named as undisclosed; a statement that is not believed "
		"is named with the reason, and counts for nothing.",
	.examples = card_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = card_run,
	.subcommands = subcommands,
};
