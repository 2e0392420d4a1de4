/* From pins to policies: what the person who asks decided to trust. */
#include <stdlib.h>
#include <string.h>

#include "verify/believe.h"
#include "verify/policy/walk.h"

/* ERROR_ABSENT passes a pin over: its policy is not there. */
static int anchors_find(const struct pins *pins, const struct evidence *evidence, uint64_t upto,
			struct trust *trust, struct error *err)
{
	for (size_t i = 0; i < pins->count; i++) {
		struct trust_anchor *anchor = &trust->anchor[trust->count];
		struct error why = { 0 };

		if (!policy_chain_walk(&pins->pin[i], evidence, upto, &anchor->chain, &why)) {
			anchor->pinned = pins->pin[i].log;
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

int trust_from_pins(const struct pins *pins, const struct evidence *evidence, uint64_t upto,
		    struct trust *out_trust, struct error *err)
{
	struct trust trust = { .anchor = calloc(pins->count + 1, sizeof(struct trust_anchor)) };

	if (!trust.anchor)
		return error_set(err, ERROR_SYSTEM, "out of memory for trust");
	if (anchors_find(pins, evidence, upto, &trust, err)) {
		trust_release(&trust);
		return -1;
	}
	*out_trust = trust;
	return 0;
}

void trust_release(struct trust *trust)
{
	for (size_t i = 0; i < trust->count; i++)
		policy_chain_release(&trust->anchor[i].chain);
	free(trust->anchor);
	*trust = (struct trust){ 0 };
}

const struct trust_anchor *trust_find(const struct trust *trust, const char *origin)
{
	for (size_t i = 0; i < trust->count; i++)
		if (strcmp(trust_policy(&trust->anchor[i])->origin, origin) == 0)
			return &trust->anchor[i];
	return NULL;
}

const struct policy *trust_policy(const struct trust_anchor *anchor)
{
	return &policy_chain_newest(&anchor->chain)->policy;
}

bool trust_requires(const struct trust *trust, const char *origin, const char *name,
		    const char *step)
{
	for (size_t i = 0; i < trust->count; i++)
		if (strcmp(trust_policy(&trust->anchor[i])->origin, origin) == 0 &&
		    policy_requires(trust_policy(&trust->anchor[i]), name, step))
			return true;
	return false;
}

/* Was a root of the newest version revoked from before what was seen? Then that counts no more. */
static bool seen_was_revoked(const struct policy_chain *chain, const struct log_seen *seen)
{
	for (size_t i = 0; i < chain->revocation_count; i++)
		if (policy_is_root(&policy_chain_newest(chain)->policy,
				   &chain->revocation[i].key) &&
		    chain->revocation[i].last < seen->index)
			return true;
	return false;
}

int trust_seen_check(const struct trust_anchor *anchor, const struct log_seen *seen,
		     struct error *err)
{
	const struct policy_chain *chain = &anchor->chain;
	const struct policy *newest = trust_policy(anchor);

	if (newest->version < seen->version && !seen_was_revoked(chain, seen))
		return error_set(err, ERROR_UNTRUSTED,
				 "rolled back: version %llu is the newest policy of '%s' here, and "
				 "you have seen version %llu (akashi trust update takes it in)",
				 (unsigned long long)newest->version, newest->origin,
				 (unsigned long long)seen->version);
	for (size_t i = 0; i < chain->count; i++)
		if (chain->version[i].policy.version == seen->version &&
		    !digest_equal(&chain->version[i].identity, &seen->policy))
			return error_set(
				err, ERROR_CORRUPT,
				"version %llu of the policy of '%s' is another one than you "
				"have seen",
				(unsigned long long)seen->version, newest->origin);
	return 0;
}
