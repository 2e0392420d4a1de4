/* Whatever the bytes are: refused, or read and written and read again to the same spelling. */
#include <stdlib.h>
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_free) struct json *value = NULL, *again = NULL;
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	buffer_init(&out, 64u << 20);
	if (json_parse((struct span){ data, size }, NULL, &value, &err))
		return 0;
	if (json_write_pretty(value, &out, &err) ||
	    json_parse(buffer_view(&out), NULL, &again, &err))
		abort();
	return 0;
}
