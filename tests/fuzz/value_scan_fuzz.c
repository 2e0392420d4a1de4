/* Values: what is counted of a tensor is what is counted of its elements, one by one. */
#include <stdlib.h>

#include "verify/value_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value_scan all, one;
	uint64_t nan = 0, infinite = 0;
	enum dtype dtype;
	size_t width;
	bool zero = true;

	if (!size)
		return 0;
	dtype = (enum dtype)(data[0] % DTYPE_COUNT);
	width = dtype == DTYPE_C64 ? 4 : dtype_bits(dtype) < 8 ? 1 : dtype_bits(dtype) / 8;
	data++;
	size--;
	value_scan(dtype, (struct span){ data, size }, &all);
	for (size_t at = 0; at + width <= size; at += width) {
		value_scan(dtype, (struct span){ data + at, width }, &one);
		if ((one.nan || one.infinite) && !nan && !infinite && all.first != at / width)
			abort();
		nan += one.nan;
		infinite += one.infinite;
		zero = zero && one.zero;
	}
	if (all.nan != nan || all.infinite != infinite || all.zero != zero ||
	    all.elements != size / width)
		abort();
	return 0;
}
