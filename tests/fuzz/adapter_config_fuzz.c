/* adapter_config.json of strangers, and a derivation's predicate in the same bytes. */
#include <stdlib.h>

#include "verify/adapter_config.h"
#include "verify/derivation.h"
#include "verify/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_derivation(struct span text)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct json_limits limits = { .max_bytes = STATEMENT_PAYLOAD_MAX_BYTES, .max_depth = 16 };
	struct derivation derivation;
	struct error err = { 0 };

	if (json_parse(text, &limits, &json, &err) || derivation_parse(json, &derivation, &err))
		return;
	if (!derivation.parent_count || derivation.parent_count > DERIVATION_PARENTS_MAX ||
	    derivation.tolerance > DERIVATION_TOLERANCE_MAX)
		__builtin_trap();
	derivation_release(&derivation);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct adapter_config config;
	struct error err = { 0 };
	uint64_t rank;
	double scale;

	read_derivation((struct span){ data, size });
	if (adapter_config_read((struct span){ data, size }, &config, &err))
		return 0;
	adapter_config_module(&config, "model.layers.0.self_attn.q_proj", &rank, &scale);
	if (!rank || rank > ADAPTER_RANK_MAX)
		__builtin_trap();
	adapter_config_release(&config);
	return 0;
}
