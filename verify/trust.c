/* From pins to policies: what the person who asks decided to trust. */
#include <stdlib.h>
#include <string.h>

#include "verify/believe.h"
#include "verify/policy_walk.h"

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
