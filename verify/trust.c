/* From pins to policies: what the person who asks decided to trust. */
#include <stdlib.h>
#include <string.h>

#include "verify/believe.h"
#include "verify/envelope.h"

/* 0 when one of the policy's own roots signed this envelope. */
static int root_signed(const struct policy *policy, const struct envelope *envelope,
		       const struct digest *signer, struct error *err)
{
	const struct policy_key *key = policy_key_find(policy, signer);
	bool root = false;

	for (size_t i = 0; i < policy->root_count; i++)
		root = root || digest_equal(&policy->root[i], signer);
	if (!root || !key)
		return error_set(err, ERROR_CORRUPT,
				 "the pinned policy of '%s' is not signed by one of its roots",
				 policy->origin);
	return envelope_check(envelope, key->key, err);
}

static int anchor_agrees(const struct trust_anchor *anchor, struct error *err)
{
	const struct policy *policy = &anchor->policy;

	if (strcmp(policy->origin, anchor->pinned.name) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the pinned policy is that of '%s', and the pinned log is '%s'",
				 policy->origin, anchor->pinned.name);
	for (size_t i = 0; i < policy->log_count; i++)
		if (note_key_equal(&policy->log[i], &anchor->pinned))
			return 0;
	return error_set(err, ERROR_CORRUPT,
			 "the pinned policy of '%s' does not list the pinned key", policy->origin);
}

/* The anchor out of the envelope that `signer` made. */
static int anchor_read(const struct pin *pin, const struct evidence *evidence,
		       const struct digest *signer, struct trust_anchor *anchor, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (evidence_envelope(evidence, &pin->policy, signer, &bytes, err) ||
	    envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, err))
		return -1;
	if (!digest_equal(&envelope.identity, &pin->policy))
		return error_set(
			err, ERROR_CORRUPT,
			"what lies under the pinned policy's identity is another statement");
	if (statement_parse(buffer_view(&envelope.payload), &statement, err) ||
	    policy_parse(&statement, &anchor->policy, err))
		return -1;
	anchor->pinned = pin->log;
	anchor->policy_identity = pin->policy;
	anchor->log = (struct log_trust){ .key = anchor->policy.log,
					  .key_count = anchor->policy.log_count };
	if (anchor_agrees(anchor, err) || root_signed(&anchor->policy, &envelope, signer, err)) {
		policy_release(&anchor->policy);
		return -1;
	}
	return 0;
}

/* ERROR_ABSENT when the policy is not there; any one envelope by a root will do. */
static int anchor_find(const struct pin *pin, const struct evidence *evidence,
		       struct trust_anchor *anchor, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };

	if (evidence_signers(evidence, &pin->policy, &signers, err))
		return -1;
	for (size_t i = 0; i < signers.count; i++) {
		struct error why = { 0 };

		if (!anchor_read(pin, evidence, &signers.item[i], anchor, &why))
			return 0;
		if (err->code == ERROR_NONE || why.code == ERROR_SYSTEM)
			*err = why;
	}
	if (err->code != ERROR_NONE)
		return -1;
	return error_set(err, ERROR_ABSENT, "the pinned policy of '%s' is not there",
			 pin->log.name);
}

static int anchors_find(const struct pins *pins, const struct evidence *evidence,
			struct trust *trust, struct error *err)
{
	for (size_t i = 0; i < pins->count; i++) {
		struct error why = { 0 };

		if (!anchor_find(&pins->pin[i], evidence, &trust->anchor[trust->count], &why)) {
			trust->count++;
			continue;
		}
		if (why.code != ERROR_ABSENT) {
			*err = why;
			return error_prefix(err, "pin %zu", i + 1);
		}
	}
	if (!trust->count)
		return error_set(err, ERROR_UNTRUSTED,
				 "none of the %zu pinned policies is among the statements here",
				 pins->count);
	return 0;
}

int trust_from_pins(const struct pins *pins, const struct evidence *evidence,
		    struct trust *out_trust, struct error *err)
{
	struct trust trust = { .anchor = calloc(pins->count + 1, sizeof(struct trust_anchor)) };

	if (!trust.anchor)
		return error_set(err, ERROR_SYSTEM, "out of memory for trust");
	if (anchors_find(pins, evidence, &trust, err)) {
		trust_release(&trust);
		return -1;
	}
	*out_trust = trust;
	return 0;
}

void trust_release(struct trust *trust)
{
	for (size_t i = 0; i < trust->count; i++)
		policy_release(&trust->anchor[i].policy);
	free(trust->anchor);
	*trust = (struct trust){ 0 };
}

const struct trust_anchor *trust_find(const struct trust *trust, const char *origin)
{
	for (size_t i = 0; i < trust->count; i++)
		if (strcmp(trust->anchor[i].policy.origin, origin) == 0)
			return &trust->anchor[i];
	return NULL;
}

bool trust_requires(const struct trust *trust, const char *origin, const char *name,
		    const char *step)
{
	for (size_t i = 0; i < trust->count; i++)
		if (strcmp(trust->anchor[i].policy.origin, origin) == 0 &&
		    policy_requires(&trust->anchor[i].policy, name, step))
			return true;
	return false;
}
