/* retract: say that a version should no longer be used. */
#include "cli/open.h"
#include "cli/output.h"
#include "cli/said.h"

static int retract_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	const char *reason = call_value(call, "reason");
	const char *word = call->operand[0];
	struct digest eval;
	struct statement_made made;
	struct name name;
	bool by_digest = argument_kind(word, &word) == ARGUMENT_DIGEST;
	int failed;

	if (!reason)
		return error_set(err, ERROR_USAGE, "--reason TEXT is needed: everybody will ask");
	if ((!by_digest && name_parse(word, &name, err)) || open_registry(call, &registry, err) ||
	    (by_digest && argument_resolve(registry, word, &name, &eval, err)))
		return -1;
	if (call_has(call, "dry-run")) {
		output_line(stdout, "would retract %s", call->operand[0]);
		return 0;
	}
	if (said_key(call, registry, &key, err))
		return -1;
	failed = by_digest ? registry_retract_eval(registry, key, &eval, reason, &made, err)
			   : registry_retract(registry, key, &name, reason, &made, err);
	return failed ? -1 : said_print(call, "retracted", call->operand[0], &made, err);
}

static const struct option retract_options[] = {
	{ .name = "reason", .argument = "TEXT", .help = "why; everybody will read it" },
	OPTION_KEY,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example retract_examples[] = {
	{ "akashi retract llm-x/base@step-500 --reason 'trained on a test set'",
	  "akashi verify says so, and leaves it undecided" },
	{ "akashi retract sha256:12adb5df --reason 'a wrong prompt'",
	  "a result of an evaluation, by its statement (akashi show NAME@VERSION lists them)" },
	{ NULL, NULL },
};

const struct command command_retract = {
	.name = "retract",
	.summary = "say that a version, or a result, should no longer be used",
	.synopsis = "NAME@VERSION|DIGEST --reason TEXT",
	.description =
		"Signed and logged, by a key that the policy lets say so. Nothing is removed: the "
		"version keeps its name and its proofs. Who verifies it and knows of the "
		"retraction gets exit status 3 with the reason, unless --allow-retracted.\n\n"
		"A result that was registered with `akashi add eval` is named by its statement: it "
		"is "
		"shown and compared as invalidated from then on.",
	.options = retract_options,
	.examples = retract_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = retract_run,
};
