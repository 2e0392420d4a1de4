/* cosign: sign a registered statement with one more key. */
#include <stdlib.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/said.h"

static int cosign_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct statement_made made;
	struct digest identity;
	struct name name;

	if (open_registry(call, &registry, err) ||
	    argument_resolve(registry, call->operand[0], &name, &identity, err))
		return -1;
	if (call_has(call, "dry-run")) {
		output_line(stdout, "would sign %s once more", call->operand[0]);
		return 0;
	}
	return said_key(call, registry, &key, err) ||
			       registry_cosign(registry, key, &identity, &made, err) ||
			       said_print(call, "cosigned", call->operand[0], &made, err)
		       ? -1
		       : 0;
}

static const struct option cosign_options[] = { OPTION_KEY, OPTION_DRY_RUN, { .name = NULL } };

static const struct example cosign_examples[] = {
	{ "akashi cosign llm-x/base@step-500 --key reviewer",
	  "a second signature of the same statement, where the policy asks for two" },
	{ NULL, NULL },
};

const struct command command_cosign = {
	.name = "cosign",
	.summary = "sign a registered statement with one more key",
	.synopsis = "NAME@VERSION|STATEMENT --key NAME",
	.description = "The statement stays the same; the signature is an envelope and an entry of "
		       "the log of its own. Where the policy asks for several signers, the one "
		       "that completes the number decides from which entry on it counts.",
	.options = cosign_options,
	.examples = cosign_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = cosign_run,
};
