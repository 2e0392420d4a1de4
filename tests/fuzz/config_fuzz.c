/* config.json of strangers. */
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model_config config;
	struct error err = { 0 };

	if (model_config_read((struct span){ data, size }, &config, &err))
		return 0;
	if (!config.layers || !config.head_dim || config.heads % config.key_heads ||
	    config.experts > CONFIG_EXPERTS_MAX || config.experts_chosen > config.experts ||
	    config.experts_chosen > EXACT_CHOSEN_MAX)
		__builtin_trap();
	if (config.rope.dim && rope_frequencies_check(&config.rope, &err))
		__builtin_trap();
	if (config.local_rope.dim && rope_frequencies_check(&config.local_rope, &err))
		__builtin_trap();
	return 0;
}
