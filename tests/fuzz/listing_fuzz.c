/* Whatever a table or a script is: refused, or sums that its entries come to. */
#include <stdlib.h>

#include "registry/corpus/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(counts_release) struct counts counts = { .source = NULL };
	struct error err = { 0 };
	uint64_t entries, sum = 0;

	if (!size || listing_read((enum listing_kind)(data[0] % 3),
				  (struct span){ data + 1, size - 1 }, &counts, &entries, &err))
		return 0;
	for (size_t i = 0; i < counts.source_count; i++)
		sum += counts.source[i].sum.tokens;
	if (sum != counts.all.tokens || counts.source_count > entries)
		abort();
	return 0;
}
