/* Lists of boundary activations of strangers. */
#include "verify/boundaries.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boundaries boundaries;
	struct error err = { 0 };

	if (!boundaries_from_object((struct span){ data, size }, &boundaries, &err))
		boundaries_release(&boundaries);
	return 0;
}
