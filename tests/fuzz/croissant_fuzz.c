/* Whatever a description is: refused, or files that are compared or are not here. */
#include <stdlib.h>

#include "registry/corpus/croissant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(croissant_release) struct croissant croissant = { .root = NULL };
	struct manifest_file file[] = { { .path = "a.jsonl", .size = 3 },
					{ .path = "sub/b c.jsonl", .size = 5 } };
	struct manifest manifest = { .file = file, .file_count = 2 };
	struct error err = { 0 };
	uint64_t checked, elsewhere;

	if (croissant_parse((struct span){ data, size }, &croissant, &err))
		return 0;
	if (croissant.derived_count > CROISSANT_DERIVED_MAX ||
	    croissant.made_count > CROISSANT_DERIVED_MAX || !croissant.conforms_to)
		abort();
	if (croissant_check(&croissant, &manifest, &checked, &elsewhere, &err))
		return 0;
	if (checked + elsewhere > croissant.file_count)
		abort();
	return 0;
}
