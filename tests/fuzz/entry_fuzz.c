/* Whatever the log holds: refused, or an entry by a key that may sign statements. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(entry_release) struct entry entry = { 0 };
	struct error err = { 0 };

	if (!entry_parse((struct span){ data, size }, &entry, &err) &&
	    !public_key_signs_statements(entry.key))
		abort();
	return 0;
}
