/* Whose registry is it? What was found beside a download may have come with it. */
#include <stdlib.h>
#include <string.h>

#include "registry/evidence.h"
#include "registry/home.h"
#include "registry/pins.h"
#include "registry/sign.h"

/* Is one of the versions of its policy pinned, with a key of the log that it lists? */
static int is_pinned(const struct registry *registry, const struct policy_chain *chain,
		     bool *out_pinned, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };

	buffer_init(&text, PINS_MAX_BYTES);
	if (pins_load(registry->ctx, &text, err) || pins_parse(buffer_view(&text), &pins, err))
		return -1;
	*out_pinned = false;
	for (size_t i = 0; i < pins.count; i++)
		for (size_t v = 0; v < chain->count; v++) {
			const struct policy_version *version = &chain->version[v];

			if (!digest_equal(&pins.pin[i].policy, &version->identity))
				continue;
			for (size_t k = 0; k < version->policy.log_count; k++)
				*out_pinned |=
					note_key_equal(&version->policy.log[k], &pins.pin[i].log);
		}
	return 0;
}

struct looking {
	const struct context *ctx;
	const struct evidence *evidence;
	const struct policy_version *newest;
	bool found;
};

/* Did this key sign the policy in force? Being listed shows nothing: whoever made it may list whom
 * they like. */
static bool signed_policy(const struct looking *looking, const struct public_key *key)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;
	struct error ignored = { 0 };

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	return policy_is_root(&looking->newest->policy, public_key_id(key)) &&
	       !evidence_envelope(looking->evidence, &looking->newest->identity, public_key_id(key),
				  &bytes, &ignored) &&
	       !envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, &ignored) &&
	       digest_equal(&envelope.identity, &looking->newest->identity) &&
	       !envelope_check(&envelope, key, &ignored);
}

static int look_at_key(void *arg, const char *name, struct error *err)
{
	struct looking *looking = arg;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct error closed = { 0 };

	(void)err;
	/* One that does not open is none that shows anything. */
	if (!looking->found && !signing_key_open(looking->ctx, name, &key, &closed))
		looking->found = signed_policy(looking, key->public_key);
	return 0;
}

int registry_is_own(struct registry *registry, bool *out_own, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct context silent = *registry->ctx;
	struct looking looking = { .ctx = &silent };
	struct error nowhere = { 0 };
	bool pinned;

	silent.passphrase = NULL; /* looking is no reason to ask for one */
	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err) ||
	    is_pinned(registry, &trust.anchor[0].chain, &pinned, err))
		return -1;
	looking.evidence = evidence;
	looking.newest = policy_chain_newest(&trust.anchor[0].chain);
	if (!pinned && signing_key_list(&silent, look_at_key, &looking, &nowhere) &&
	    nowhere.code != ERROR_SYSTEM)
		return error_set(err, nowhere.code, "%s", nowhere.text);
	*out_own = pinned || looking.found;
	return 0;
}
