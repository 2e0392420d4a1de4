/* withhold: take an object away and leave a signed tombstone in its place. */
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/said.h"

static int withhold_print(const struct call *call, const char *hex,
			  const struct statement_made *made, bool removed, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (!call->json) {
		output_line(stdout, "withheld sha256:%s (entry %llu)%s", hex,
			    (unsigned long long)made->log_index,
			    removed ? ": the bytes were removed" : ": the bytes were gone already");
		return 0;
	}
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/withheld/1", err) ||
	    json_set_text(object, "object", hex, err) ||
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
	const char *word = call->operand[0];
	struct statement_made made;
	char hex[DIGEST_HEX_SIZE];
	struct digest object;
	bool removed;

	if (digest_from_hex(span_of(word), &object, err)) {
		*err = (struct error){ 0 };
		return error_set(err, ERROR_USAGE,
				 "'%s' is no digest of an object: sha256: and 64 digits, as "
				 "'akashi show' prints them",
				 word);
	}
	if (open_registry(call, &registry, err))
		return -1;
	digest_to_hex(&object, hex);
	if (call_has(call, "dry-run")) {
		output_line(stdout, "would withhold sha256:%s", hex);
		return 0;
	}
	return said_key(call, registry, &key, err) ||
			       registry_withhold(registry, key, &object, call_value(call, "reason"),
						 &made, &removed, err) ||
			       withhold_print(call, hex, &made, removed, err)
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
	{ NULL, NULL },
};

const struct command command_withhold = {
	.name = "withhold",
	.summary = "take an object away, and leave a signed tombstone in its place",
	.synopsis = "DIGEST --reason TEXT",
	.description =
		"First logs the tombstone, then removes the bytes from this registry. Statements, "
		"names and proofs stay and hold; whoever misses the object reads that it is "
		"withheld, since when and why (exit status 3). The same again finishes what was "
		"interrupted. Copies that others have are out of reach.",
	.options = withhold_options,
	.examples = withhold_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = withhold_run,
};
