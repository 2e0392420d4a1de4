/* model.safetensors.index.json of strangers. */
#include "verify/weights/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(weights_index_release) struct weights_index index = { 0 };
	struct error err = { 0 };

	if (source_open_memory("index", (struct span){ data, size }, &source, &err) ||
	    weights_index_read(source, &index, &err))
		return 0;
	for (size_t i = 0; i < index.count; i++) {
		if (index.entry[i].shard >= index.shard_count)
			__builtin_trap();
	}
	return 0;
}
