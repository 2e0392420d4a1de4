/* Whatever the bytes are: refused, or an envelope with a payload and a signature. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct error err = { 0 };

	if (!envelope_parse((struct span){ data, size }, ENVELOPE_MAX_BYTES, &envelope, &err) &&
	    (!envelope.payload.len || !envelope.signature.len))
		abort();
	return 0;
}
