/* Whatever a policy statement says: refused, or asked without harm. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct digest nobody = { { 0 } };
	struct error err = { 0 };

	if (statement_parse((struct span){ data, size }, &statement, &err) ||
	    policy_parse(&statement, &policy, &err))
		return 0;
	if (!policy_accepts(&policy, &nobody, STATEMENT_run, "a/b@c", 0, &err))
		abort();
	policy_requires(&policy, "a/b@c", "bytes");
	return 0;
}
