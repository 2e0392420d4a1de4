/* trust update: take newer policies, revocations and retractions of pinned logs into what this user
 * remembers. */
#include "cli/trust.h"

#include <inttypes.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

/* What is printed of each log. */
struct telling {
	const struct call *call;
	struct json *items; /* NULL without --json */
};

static int tell_json(struct json *items, const struct trust_updated *updated, struct error *err)
{
	const struct policy_version *newest = policy_chain_newest(updated->chain);
	const struct checkpoint *read = updated->read;
	struct json *item, *log;

	if (json_add_object(items, &item, err) ||
	    json_set_text(item, "origin", newest->policy.origin, err) ||
	    json_set_size(item, "version", newest->policy.version, err) ||
	    json_set_digest(item, "policy", &newest->identity, err) ||
	    json_set_size(item, "revocations", updated->chain->revocation_count, err) ||
	    json_set_size(item, "standing", updated->standing, err))
		return -1;
	return read && (json_set_object(item, "read", &log, err) ||
			json_set_size(log, "size", read->head.size, err) ||
			json_set_hex(log, "root", &read->head.root, err) ||
			json_set_size(log, "time", read->time, err))
		       ? -1
		       : 0;
}

static int tell(void *arg, const struct trust_updated *updated, struct error *err)
{
	const struct telling *telling = arg;
	const struct policy_version *newest = policy_chain_newest(updated->chain);
	size_t revocations = updated->chain->revocation_count;
	char log[64] = "";

	if (telling->items)
		return tell_json(telling->items, updated, err);
	if (telling->call->quiet)
		return 0;
	if (updated->read)
		snprintf(log, sizeof(log), "; read up to entry %" PRIu64 "%s",
			 updated->read->head.size, updated->read->time ? "" : ", not dated");
	output_line(stdout, "%s: policy version %" PRIu64 ", %zu revocation%s%s",
		    newest->policy.origin, newest->policy.version, revocations,
		    revocations == 1 ? "" : "s", log);
	return 0;
}

static int update_run(struct call *call, struct error *err)
{
	struct telling telling = { call, NULL };
	CLEANUP(buffer_release) struct buffer pins;
	CLEANUP(json_free) struct json *object = NULL;

	buffer_init(&pins, PINS_MAX_BYTES);
	if (pins_load(call->ctx, &pins, err))
		return -1;
	if (call->json && (json_object_new(&object, err) ||
			   json_set_text(object, "schema", "akashi/trust-update/1", err) ||
			   json_set_array(object, "items", &telling.items, err)))
		return -1;
	if (trust_update(call->ctx, buffer_view(&pins), call->operand[0], call_has(call, "dry-run"),
			 tell, &telling, err))
		return -1;
	return call->json ? output_json(object, err) : 0;
}

static const struct option update_options[] = { OPTION_DRY_RUN, { .name = NULL } };

static const struct example update_examples[] = {
	{ "akashi trust update https://example.org/llm/log",
	  "read the log on, and remember what it says about trust" },
	{ "akashi trust update ./release", "what came with a release binds from now on" },
	{ NULL, NULL },
};

const struct command trust_update_command = {
	.name = "update",
	.summary = "take in newer policies, revocations and retractions of pinned logs",
	.synopsis = "URL|REGISTRY|DIR",
	.description =
		"Follows the policies of the logs that you pinned, checks every step, and keeps "
		"them, with revocations, retractions and supersessions, beside your pins. Whatever "
		"is verified later is held against them. A log (a URL, a registry, a folder as it "
		"is served) is read from where you left it, entry by entry, and must continue what "
		"you read; so nothing in it can be kept from you, and where its policy has a "
		"maximum age, what you verify counts as looked up at the time that its witnesses "
		"say. A release directory leads as far as it goes. A source whose newest policy or "
		"log is older than what you have seen is refused as rolled back. akashi verify "
		"remembers what it meets as well.",
	.options = update_options,
	.examples = update_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = update_run,
};
