/* log state: sign what the log says at its size, and prove single answers from it. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/log.h"
#include "cli/open.h"
#include "cli/output.h"

static int said_json(const struct state_made *made, bool logged, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/state/1", err) ||
	    json_set_size(object, "size", made->size, err) ||
	    json_set_size(object, "count", made->count, err) ||
	    json_set_hex(object, "root", &made->root, err) ||
	    json_set_bool(object, "logged", logged, err))
		return -1;
	if (logged && (json_set_digest(object, "statement", &made->identity, err) ||
		       json_set_hex(object, "key", &made->key, err) ||
		       json_set_size(object, "index", made->index, err)))
		return -1;
	return output_json(object, err);
}

static int say_run(struct call *call, struct registry *registry, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	bool logged = !call_has(call, "dry-run");
	char root[DIGEST_HEX_SIZE];
	struct state_made made;
	const char *name;

	if (logged && (registry_key_name(registry, call_value(call, "key"), &name, err) ||
		       signing_key_open(call->ctx, name, &key, err)))
		return -1;
	if (registry_state_say(registry, key, &made, err))
		return -1;
	if (call->json)
		return said_json(&made, logged, err);
	digest_to_hex(&made.root, root);
	printf("%s: %" PRIu64 " leaves over %" PRIu64 " entries, root %s", registry->origin,
	       made.count, made.size, root);
	if (logged)
		printf(", signed as entry %" PRIu64, made.index);
	putchar('\n');
	return 0;
}

static int prove_run(struct call *call, struct registry *registry, struct error *err)
{
	CLEANUP(texts_free) const char **asked = NULL;
	CLEANUP(json_free) struct json *proofs = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct state_made made;
	size_t count;

	buffer_init(&text, STATE_PROOFS_MAX_BYTES);
	if (call_values(call, "prove", &asked, &count, err) ||
	    registry_state_prove(registry, NULL, asked, count, &proofs, &made, err))
		return -1;
	/* Machines and files take the same: there is nothing in it that people would read. */
	return output_json(proofs, err);
}

static int state_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;

	if (open_registry(call, &registry, err))
		return -1;
	return call_has(call, "prove") ? prove_run(call, registry, err)
				       : say_run(call, registry, err);
}

static const struct option state_options[] = {
	{ .name = "prove",
	  .argument = "WHAT",
	  .repeatable = true,
	  .help = "sign nothing; print what the newest signed state says about this, with proofs: "
		  "NAME@VERSION, NAME:ALIAS#SERIAL, a KEY, a statement's identity, or the key of a "
		  "leaf" },
	OPTION_KEY,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example state_examples[] = {
	{ "akashi log state", "sign the state of the log as it stands now; for cron, say hourly" },
	{ "akashi log state --prove llm-x/base@v1 > state.json",
	  "show which one statement has that name, or that none has" },
	{ NULL, NULL },
};

const struct command log_command_state = {
	.name = "state",
	.summary = "sign what the log says at its size, or prove an answer from it",
	.synopsis = "[--prove WHAT]...",
	.description =
		"The state is a sorted tree over all names, keys, policies and what was said about "
		"them. Its root, signed and logged, lets a stranger check offline that a name has "
		"exactly one statement and that a key was not revoked; akashi monitor builds the "
		"same tree from the log's tiles and finds out a root that is not theirs. The "
		"witnesses "
		"are asked to cosign anew what it speaks of, and so it has a date, by which a "
		"policy's maximum age goes. Run it regularly where the log is written.",
	.options = state_options,
	.examples = state_examples,
	.run = state_run,
};
