/* Probes of strangers, as lines and as an object. */
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { data, size };
	struct probes probes;
	struct error err = { 0 };

	if (!probes_read_lines(text, &probes, &err))
		probes_release(&probes);
	err = (struct error){ 0 };
	if (!probes_from_object(text, &probes, &err))
		probes_release(&probes);
	return 0;
}
