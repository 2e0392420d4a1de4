/* Pieces objects of strangers: refused, or written again to the same bytes. */
#include <stdlib.h>
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_release) struct buffer out;
	struct piece_record *record = NULL;
	struct error err = { 0 };
	size_t count;

	buffer_init(&out, size);
	if (pieces_read((struct span){ data, size }, &record, &count, &err))
		return 0;
	if (pieces_write(record, count, &out, &err) ||
	    !span_equal(buffer_view(&out), (struct span){ data, size }))
		__builtin_trap();
	free(record);
	return 0;
}
