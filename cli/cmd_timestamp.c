/* timestamp: let an authority say when a statement existed. */
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

/* One signature of the statement: stamp it, say what was answered. */
static int stamp(const struct call *call, struct registry *registry, const struct digest *statement,
		 const struct digest *key, struct json *items, struct error *err)
{
	char when[TIME_TEXT_MAX], hex[DIGEST_HEX_SIZE];
	struct timestamp says;
	struct json *item;
	bool existed;

	if (registry_timestamp(registry, statement, key, &says, &existed, err))
		return -1;
	time_to_text(says.time_unix_s, when);
	digest_to_hex(key, hex);
	if (!call->json) {
		printf("%s: signed by %.12s, existed at %s (policy %s, serial %s)%s\n",
		       call->operand[0], hex, when, says.policy, says.serial,
		       existed ? "; it had this timestamp already" : "");
		return 0;
	}
	return json_add_object(items, &item, err) || json_set_hex(item, "key", key, err) ||
			       json_set_text(item, "time", when, err) ||
			       json_set_text(item, "policy", says.policy, err) ||
			       json_set_text(item, "serial", says.serial, err) ||
			       json_set_size(item, "accuracyMicroseconds", says.accuracy_us, err) ||
			       json_set_bool(item, "existed", existed, err)
		       ? -1
		       : 0;
}

static int timestamp_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(digest_list_release) struct digest_list keys = { .item = NULL };
	CLEANUP(json_free) struct json *object = NULL;
	struct digest statement;
	struct json *items;
	struct name name;

	if (open_registry(call, &registry, err) ||
	    argument_resolve(registry, call->operand[0], &name, &statement, err) ||
	    registry_evidence(registry, &evidence, err) ||
	    evidence_signers(evidence, &statement, &keys, err))
		return -1;
	if (!keys.count)
		return error_set(err, ERROR_ABSENT, "no signed statement is there for '%s'",
				 call->operand[0]);
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/timestamp/1", err) ||
	    json_set_digest(object, "statement", &statement, err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < keys.count; i++)
		if (stamp(call, registry, &statement, &keys.item[i], items, err))
			return -1;
	return call->json ? output_json(object, err) : 0;
}

static const struct option timestamp_options[] = { OPTION_TIMESTAMP, { .name = NULL } };

static const struct example timestamp_examples[] = {
	{ "akashi timestamp llm-x/base@v1 --timestamp-url http://tsa.example.org",
	  "what was signed while the authority was down gets its timestamp now" },
	{ NULL, NULL },
};

const struct command command_timestamp = {
	.name = "timestamp",
	.summary = "let an authority say when a statement existed (RFC 3161)",
	.synopsis = "NAME@VERSION|DIGEST [--timestamp-url URL]",
	.description =
		"Sends the digest of each signature of the statement, and nothing else, to the "
		"authority, and keeps its answer beside the statement; a timestamp that is there "
		"already stays. Releases that are published later carry it. akashi verify "
		"believes it when the authority is named there (--tsa-root) or by the pinned "
		"policy.",
	.options = timestamp_options,
	.examples = timestamp_examples,
	.exit_notes = "0: the statement has a timestamp. 3: the authority refused. 5: it was not "
		      "reached; nothing changed.",
	.operands_min = 1,
	.operands_max = 1,
	.run = timestamp_run,
};
