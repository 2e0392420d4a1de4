/* Whatever the text is: refused, or a proof that is written as it was read (but for `extra`). */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_release) struct buffer again;
	struct error err = { 0 };
	struct proof proof;

	buffer_init(&again, PROOF_MAX_BYTES);
	if (proof_parse((struct span){ data, size }, &proof, &err))
		return 0;
	if (proof_build(&proof, &again, &err) || again.len > size)
		abort();
	return 0;
}
