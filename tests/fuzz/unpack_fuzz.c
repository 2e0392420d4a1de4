/* Whatever a packed file is, and however it is cut: refused, or unpacked in bounded steps. */
#include <stdlib.h>

#include "registry/corpus/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int visit(void *user, struct span bytes, struct error *err)
{
	size_t *left = user;

	if (bytes.len > UNPACK_STEP_BYTES || !bytes.len)
		abort();
	if (bytes.len > *left)
		return error_set(err, ERROR_CORRUPT, "enough");
	*left -= bytes.len;
	return 0;
}

static void unpack_all(enum packing packing, struct span bytes, size_t step)
{
	CLEANUP(unpack_free) struct unpack *unpack = NULL;
	struct error err = { 0 };
	size_t left = 8u << 20;

	if (unpack_new(packing, &unpack, &err))
		return;
	while (bytes.len) {
		struct span part = { bytes.data, bytes.len < step ? bytes.len : step };

		if (unpack_add(unpack, part, visit, &left, &err))
			return;
		bytes.data += part.len;
		bytes.len -= part.len;
	}
	if (unpack_end(unpack, &err))
		return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { data + 1, size - 1 };

	if (!size)
		return 0;
	unpack_all(data[0] & 1 ? PACKING_GZIP : PACKING_ZSTD, rest, 1 + (data[0] >> 1));
	return 0;
}
