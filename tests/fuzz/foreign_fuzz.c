/* Outputs that another framework wrote, as anyone may hand them in. */
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct foreign foreign;
	struct error err = { 0 };

	if (!foreign_read((struct span){ data, size }, &foreign, &err))
		foreign_release(&foreign);
	return 0;
}
