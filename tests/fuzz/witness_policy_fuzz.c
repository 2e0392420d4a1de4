/* Whatever the text is: refused, or a policy whose quorum can be reached and is met by all. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
	bool all[WITNESSES_MAX], none[WITNESSES_MAX] = { false };
	struct witness_quorum quorum;
	struct error err = { 0 };

	if (witness_policy_parse((struct span){ data, size }, &policy, &err))
		return 0;
	for (size_t i = 0; i < WITNESSES_MAX; i++)
		all[i] = true;
	quorum = witness_policy_quorum(policy);
	if (!witness_policy_met(policy, all) ||
	    witness_policy_met(policy, none) != (policy->quorum == WITNESS_QUORUM_NONE) ||
	    quorum.needed > quorum.witnesses || quorum.colluders > quorum.needed ||
	    quorum.witnesses > policy->witness_count)
		abort();
	return 0;
}
