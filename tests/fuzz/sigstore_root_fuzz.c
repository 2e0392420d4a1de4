/* Whatever the trusted root is: refused, or one whose every authority has a chain and a time. */
#include <stdlib.h>

#include "verify/sigstore/root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void authorities_look(const struct root_authority *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!list[i].chain.count || list[i].chain.count > SIGSTORE_CHAIN_MAX)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(sigstore_root_free) struct sigstore_root *root = NULL;
	struct error err = { 0 };

	if (sigstore_root_parse((struct span){ data, size }, &root, &err)) {
		if (!err.text[0] || root)
			abort();
		return 0;
	}
	authorities_look(root->certificates, root->certificates_count);
	authorities_look(root->timestamps, root->timestamps_count);
	for (size_t i = 0; i < root->log_count; i++)
		if (!root->log[i].host[0] || !root->log[i].id_len)
			abort();
	return 0;
}
