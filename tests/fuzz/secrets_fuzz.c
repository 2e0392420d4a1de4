/* Any text that is about to leave: looked through, and what is found is never repeated. */
#include <stdlib.h>
#include <string.h>

#include "registry/run/secrets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { 0 };

	if (secrets_scan((struct span){ data, size }, "card", &err) && err.code != ERROR_UNTRUSTED)
		abort();
	return 0;
}
