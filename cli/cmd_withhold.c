/* withhold: take an object or a statement away and leave a signed tombstone in its place. */
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/said.h"

static int withhold_print(const struct call *call, const struct tombstone *what,
			  const struct statement_made *made, bool removed, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	CLEANUP(json_free) struct json *object = NULL;

	digest_to_hex(&what->digest, hex);
	if (!call->json) {
		output_line(stdout, "withheld %ssha256:%s (entry %llu)%s",
			    what->what == WITHHELD_STATEMENT ? "statement " : "", hex,
			    (unsigned long long)made->log_index,
			    removed ? ": the bytes were removed" : ": the bytes were gone already");
		return 0;
	}
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/withheld/1", err) ||
	    json_set_text(object, what->what == WITHHELD_STATEMENT ? "named" : "object", hex,
			  err) ||
	    json_set_digest(object, "statement", &made->identity, err) ||
	    json_set_size(object, "index", made->log_index, err) ||
	    json_set_bool(object, "existed", made->existed, err) ||
	    json_set_bool(object, "removed", removed, err))
		return -1;
	return output_json(object, err);
}

static int withhold_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct statement_made made;
	char hex[DIGEST_HEX_SIZE];
	struct tombstone what;
	bool removed;

	if (open_registry(call, &registry, err) ||
	    registry_withhold_find(registry, call->operand[0], &what, err))
		return -1;
	digest_to_hex(&what.digest, hex);
	if (call_has(call, "dry-run")) {
		output_line(stdout, "would withhold the %s sha256:%s",
			    what.what == WITHHELD_STATEMENT ? "statement" : "object", hex);
		return 0;
	}
	return said_key(call, registry, &key, err) ||
			       registry_withhold(registry, key, &what, call_value(call, "reason"),
						 &made, &removed, err) ||
			       withhold_print(call, &what, &made, removed, err)
		       ? -1
		       : 0;
}

static const struct option withhold_options[] = {
	{ .name = "reason",
	  .argument = "TEXT",
	  .help = "why; everybody can read it for ever, so it names nobody" },
	OPTION_KEY,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example withhold_examples[] = {
	{ "akashi withhold sha256:9f86d0...0a08 --reason 'asked for by a data subject'",
	  "a run file, a diff, items of an evaluation: whatever is kept under that digest" },
	{ "akashi withhold llm-x/base-run@v1 --reason 'names a person'",
	  "the statement itself: its names, digests and scores; the name stays taken" },
	{ NULL, NULL },
};

const struct command command_withhold = {
	.name = "withhold",
	.summary = "take something away, and leave a signed tombstone in its place",
	.synopsis = "NAME@VERSION|DIGEST --reason TEXT",
	.description =
		"First logs the tombstone, then removes the bytes from this registry: an object, "
		"or the body of a statement. Log entries, names and proofs stay and hold; whoever "
		"misses the bytes reads that they are withheld, since when, by whom and why (exit "
		"status 3). The same again finishes what was interrupted. Copies that others have "
		"are out of reach.\n\n"
		"What is logged whole cannot be taken away: claims, policies, keys, revocations, "
		"retractions, tombstones.",
	.options = withhold_options,
	.examples = withhold_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = withhold_run,
};
