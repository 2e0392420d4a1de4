/* Whatever the text is: refused, or base64 and digits that are written again as they were read. */
#include <stdlib.h>
#include <string.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_release) struct buffer bytes = { .max = size }, again = { .max = 2 * size };
	struct span text = { data, size };
	struct error err = { 0 };
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];

	if (!base64_decode(&bytes, text, &err) &&
	    (base64_encode(&again, buffer_view(&bytes), &err) ||
	     !span_equal(buffer_view(&again), text)))
		abort();
	err = (struct error){ 0 };
	if (digest_from_hex(text, &digest, &err))
		return 0;
	digest_to_hex(&digest, hex);
	if (memcmp(hex, data + size - 64, 64))
		abort();
	return 0;
}
