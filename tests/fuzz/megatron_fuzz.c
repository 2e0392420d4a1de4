/* Whatever an index is, and however it is cut: refused, or the same numbers for every way to cut.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/megatron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct found {
	uint64_t tokens, documents, bytes;
};

static int read_in_steps(struct span bytes, size_t step, struct found *out_found)
{
	struct megatron index = { .carried = 0 };
	struct error err = { 0 };

	while (bytes.len) {
		struct span part = { bytes.data, bytes.len < step ? bytes.len : step };

		if (megatron_add(&index, part, &err))
			return -1;
		bytes.data += part.len;
		bytes.len -= part.len;
	}
	return megatron_end(&index, &out_found->tokens, &out_found->documents, &out_found->bytes,
			    &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct found whole = { 0 }, cut = { 0 };
	struct span bytes = { data, size };

	if (read_in_steps(bytes, SIZE_MAX, &whole) != read_in_steps(bytes, 5, &cut) ||
	    memcmp(&whole, &cut, sizeof(whole)) != 0)
		abort();
	return 0;
}
