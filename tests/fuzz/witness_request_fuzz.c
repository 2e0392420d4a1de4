/* Whatever a witness is asked: refused, or a request that is written and read again. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_release) struct buffer text;
	struct witness_request request;
	struct error err = { 0 };

	buffer_init(&text, WITNESS_REQUEST_MAX_BYTES);
	if (witness_request_parse((struct span){ data, size }, &request, &err))
		return 0;
	if (witness_request_build(&request, &text, &err) ||
	    !span_equal(buffer_view(&text), (struct span){ data, size }))
		abort();
	return 0;
}
