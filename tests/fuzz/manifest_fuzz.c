/* Manifests of strangers: refused, or written and read again to the same bytes. */
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(manifest_free) struct manifest *manifest = NULL, *again = NULL;
	CLEANUP(buffer_release) struct buffer out;
	struct digest identity;
	struct error err = { 0 };

	buffer_init(&out, MANIFEST_MAX_BYTES);
	if (manifest_parse((struct span){ data, size }, &manifest, &err))
		return 0;
	if (manifest_write(manifest, &out, &identity, &err) ||
	    manifest_parse(buffer_view(&out), &again, &err))
		__builtin_trap();
	return 0;
}
