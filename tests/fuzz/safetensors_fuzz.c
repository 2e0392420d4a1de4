/* Whatever a file's header says: refused, or a table whose tensors lie inside the file. */
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
	struct error err = { 0 };

	if (source_open_memory("x.safetensors", (struct span){ data, size }, &source, &err) ||
	    format_open(source, &table, &err))
		return 0;
	for (size_t i = 0; i < table.count; i++) {
		if (table.tensor[i].offset + table.tensor[i].length > size)
			__builtin_trap();
	}
	return 0;
}
