/* Whatever the bytes are: no timestamp by an authority that is nobody's root, and none of a message
 * made up here. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span response = { data, size };
	struct timestamp timestamp;
	struct error err = { 0 };

	if (timestamp_parse(response, &timestamp, &err))
		return 0;
	if (!timestamp.policy[0] || !timestamp.serial[0] || timestamp.authority[0])
		abort();
	err = (struct error){ 0 };
	if (!timestamp_check(response, span_of("a message that no authority saw"),
			     &(struct timestamp_trust){ .roots = &response, .root_count = 1 },
			     &timestamp, &err))
		abort();
	return 0;
}
