/* trust update: take newer policies and revocations of pinned logs into what this user remembers.
 */
#include "cli/trust.h"

#include <inttypes.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

/* Where news come from. Owned. */
struct news {
	struct registry *registry;
	struct evidence *source, *joined;
	const struct evidence *evidence; /* borrowed: both */
	char origin[NOTE_NAME_MAX + 1];  /* of a registry: its log ... */
	struct log_head head;            /* ... as its own key signed it */
};

static void news_release(struct news *news)
{
	evidence_close(&news->joined);
	evidence_close(&news->source);
	log_head_release(&news->head);
	registry_close(&news->registry);
}

/* A release directory, or a registry. */
static int news_open(const struct call *call, const char *from, struct evidence *held,
		     struct news *news, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	struct log *log;

	if (release_dir_exists(from)) {
		if (release_dir_open(from, &news->source, err))
			return -1;
	} else {
		if (registry_find(call->ctx, from, NULL, &folder, err) ||
		    registry_open(call->ctx, folder, &news->registry, err) ||
		    registry_evidence(news->registry, &news->source, err) ||
		    registry_log(news->registry, &log, err) || log_head(log, &news->head, err))
			return -1;
		snprintf(news->origin, sizeof(news->origin), "%s", news->registry->origin);
	}
	news->evidence = news->source;
	if (!held)
		return 0;
	if (evidence_join(news->source, held, &news->joined, err))
		return -1;
	news->evidence = news->joined;
	return 0;
}

/*
 * How many entries the log has here, 0 where nothing says so. What counts is who is pinned: a
 * registry has a key of its own for any origin, and what it says would be remembered for good.
 */
static int size_read(const struct news *news, const struct trust_anchor *anchor, uint64_t *out_size,
		     struct error *err)
{
	const struct log_trust *log = policy_chain_log(&anchor->chain, news->head.size);
	struct checkpoint checkpoint;

	*out_size = 0;
	if (strcmp(trust_policy(anchor)->origin, news->origin) != 0)
		return 0;
	if (checkpoint_open(buffer_view(&news->head.note), log, &checkpoint, err) ||
	    checkpoint_need_quorum(&checkpoint, err))
		return error_prefix(err, "the log of '%s' here is not the one that you pinned",
				    news->origin);
	*out_size = checkpoint.head.size;
	return 0;
}

/* One pinned log: its policies as they follow from what is here and what is held. */
static int anchor_take(const struct call *call, struct trust_store *store, const struct news *news,
		       const struct trust_anchor *anchor, struct json *items, struct error *err)
{
	const struct policy_version *newest = policy_chain_newest(&anchor->chain);
	const char *origin = newest->policy.origin;
	const struct log_seen *seen = trust_store_seen(store, origin);
	struct json *item;
	uint64_t size;

	if (size_read(news, anchor, &size, err))
		return -1;
	if (seen && trust_seen_check(anchor, seen, err))
		return -1;
	if (seen && size && size < seen->size)
		return error_set(err, ERROR_CORRUPT,
				 "rolled back: the log of '%s' has %" PRIu64
				 " entries here, and you have seen %" PRIu64,
				 origin, size, seen->size);
	if (!call_has(call, "dry-run") &&
	    trust_store_keep(store, anchor, news->evidence, size, err))
		return -1;
	if (items)
		return json_add_object(items, &item, err) ||
				       json_set_text(item, "origin", origin, err) ||
				       json_set_size(item, "version", newest->policy.version,
						     err) ||
				       json_set_digest(item, "policy", &newest->identity, err) ||
				       json_set_size(item, "revocations",
						     anchor->chain.revocation_count, err)
			       ? -1
			       : 0;
	if (!call->quiet)
		output_line(stdout, "%s: policy version %" PRIu64 ", %zu revocation%s", origin,
			    newest->policy.version, anchor->chain.revocation_count,
			    anchor->chain.revocation_count == 1 ? "" : "s");
	return 0;
}

static int update_run(struct call *call, struct error *err)
{
	CLEANUP(trust_store_close) struct trust_store *store = NULL;
	CLEANUP(news_release) struct news news = { .registry = NULL };
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items = NULL;

	buffer_init(&text, PINS_MAX_BYTES);
	if (pins_load(call->ctx, &text, err) || pins_parse(buffer_view(&text), &pins, err))
		return -1;
	if (!pins.count)
		return error_set(err, ERROR_UNTRUSTED,
				 "you pinned no log: 'akashi trust pin' begins with one");
	if (trust_store_open(call->ctx, buffer_view(&text), &store, err) ||
	    news_open(call, call->operand[0], trust_store_held(store), &news, err) ||
	    trust_from_pins(&pins, news.evidence, UINT64_MAX, &trust, err))
		return -1;
	if (call->json && (json_object_new(&object, err) ||
			   json_set_text(object, "schema", "akashi/trust-update/1", err) ||
			   json_set_array(object, "items", &items, err)))
		return -1;
	for (size_t i = 0; i < trust.count; i++)
		if (anchor_take(call, store, &news, &trust.anchor[i], items, err))
			return -1;
	return call->json ? output_json(object, err) : 0;
}

static const struct option update_options[] = { OPTION_DRY_RUN, { .name = NULL } };

static const struct example update_examples[] = {
	{ "akashi trust update ./release", "what came with a release binds from now on" },
	{ NULL, NULL },
};

const struct command trust_update_command = {
	.name = "update",
	.summary = "take in newer policies and revocations of pinned logs",
	.synopsis = "DIR|REGISTRY",
	.description =
		"Follows the policies of the logs that you pinned as far as a release directory or "
		"a registry leads, checks every step, and keeps them, with revocations, beside "
		"your pins. Whatever is verified later is held against them; a source whose newest "
		"policy is older than what you have seen is refused as rolled back. akashi verify "
		"remembers what it meets as well.",
	.options = update_options,
	.examples = update_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = update_run,
};
