/* Whatever the text is: refused, or a list of files in the order of their names. */
#include <stdlib.h>
#include <string.h>

#include "registry/known_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(known_files_release) struct known_files known = { .file = NULL };
	struct error err = { 0 };

	if (known_files_parse((struct span){ data, size }, &known, &err))
		return 0;
	for (size_t i = 0; i < known.count; i++)
		if (known_files_find(&known, known.file[i].name) != &known.file[i])
			abort();
	return 0;
}
