/* Any JSON as a proof about a log's state of two leaves: refused, or it shows what the tree says.
 */
#include <stdlib.h>
#include <string.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The tree over "a LF {}" and "c LF {}", as a stranger would build it from docs/formats.md. */
static struct digest root_of_two(void)
{
	struct digest a = merkle_leaf(span_of("a\n{}")), c = merkle_leaf(span_of("c\n{}"));

	return merkle_node(&a, &c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { "a", "b", "c", "d" };
	struct json_limits limits = { .max_bytes = STATE_PROOF_MAX_BYTES, .max_depth = 16 };
	CLEANUP(json_free) struct json *proof = NULL;
	struct digest root = root_of_two();
	struct error err = { 0 };

	if (json_parse((struct span){ data, size }, &limits, &proof, &err))
		return 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct json *value = NULL;
		bool there = strcmp(keys[i], "a") == 0 || strcmp(keys[i], "c") == 0;
		struct error why = { 0 };

		if (!state_proof_check(proof, keys[i], 2, &root, &value, &why) &&
		    (value != NULL) != there)
			abort();
	}
	return 0;
}
