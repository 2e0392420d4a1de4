/* The file of a lease: any bytes are read as they were written, or refused. */
#include "registry/lease/inner.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_release) struct buffer again;
	struct lease_owner owner;
	struct error err = { 0 };
	uint64_t beat;

	buffer_init(&again, LEASE_TEXT_MAX);
	if (lease_text_parse((struct span){ data, size }, &owner, &beat, &err))
		return 0;
	if (lease_text_write(&owner, beat, &again, &err) ||
	    !span_equal(buffer_view(&again), (struct span){ data, size }))
		abort();
	return 0;
}
