/* Whatever a file of --opening says: refused, or it opens its own commitment again. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(opening_release) struct opening opening = { 0 };
	struct error err = { 0 };
	struct digest again;

	if (opening_parse((struct span){ data, size }, &opening, &err))
		return 0;
	if (commitment_make(opening.salt, opening.value, &again, &err) ||
	    !digest_equal(&again, &opening.commitment))
		abort();
	opening_name(&opening);
	return 0;
}
