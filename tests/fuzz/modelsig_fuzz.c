/* Whatever the bundle is: refused, or files that lead nowhere else. */
#include <stdlib.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct error err = { 0 };

	if (modelsig_read((struct span){ data, size }, &signature, &err))
		return 0;
	for (size_t i = 0; i < signature.file_count; i++)
		if (signature.file[i].path[0] == '/' ||
		    !modelsig_find(&signature, signature.file[i].path))
			abort();
	modelsig_ignores(&signature, "a/b");
	return 0;
}
