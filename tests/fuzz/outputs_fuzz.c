/* Outputs objects of strangers. */
#include "verify/outputs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outputs outputs;
	struct error err = { 0 };

	if (!outputs_from_object((struct span){ data, size }, &outputs, &err))
		outputs_release(&outputs);
	err = (struct error){ 0 };
	if (!outputs_from_private_object((struct span){ data, size }, &outputs, &err))
		outputs_release(&outputs);
	return 0;
}
