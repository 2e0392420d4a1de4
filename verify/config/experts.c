/* config_experts: how many experts there are, and which layers have them. */
#include <string.h>

#include "verify/architecture.h"
#include "verify/config/read.h"
#include "verify/json.h"

/* The two spellings of one number; where both stand they must agree. */
static int count_read(const struct json *json, struct model_config *config, struct error *err)
{
	static const char *const names[] = { "num_local_experts", "num_experts" };
	uint32_t counts = 0, count = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct json *value = config_member(json, names[i]);

		if (!value)
			continue;
		if (config_count(value, names[i], 1, CONFIG_EXPERTS_MAX, &count, err))
			return -1;
		if (counts++ && count != config->experts)
			return error_set(err, ERROR_CORRUPT,
					 "config.json: '%s' and '%s' differ: %u and %u", names[0],
					 names[1], config->experts, count);
		config->experts = count;
	}
	if (!counts)
		return error_set(err, ERROR_CORRUPT, "config.json: '%s' is missing", names[1]);
	return 0;
}

int config_experts_read(const struct json *json, struct model_config *config, struct error *err)
{
	if (count_read(json, config, err))
		return -1;
	if (config->experts_chosen > config->experts)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: 'num_experts_per_tok' is %u, and there are %u "
				 "experts",
				 config->experts_chosen, config->experts);
	return 0;
}

int config_sparse_layers_read(const struct json *json, struct model_config *config,
			      struct error *err)
{
	const struct json *list = config_member(json, "mlp_only_layers");
	const struct json *value = config_member(json, "decoder_sparse_step");
	bool dense[CONFIG_LAYERS_MAX] = { false };
	uint32_t step = 1, layer;

	if (value && config_count(value, "decoder_sparse_step", 1, UINT32_MAX, &step, err))
		return -1;
	if (list && json_kind(list) != JSON_KIND_ARRAY)
		return error_set(err, ERROR_CORRUPT, "config.json: 'mlp_only_layers' is no list");
	for (size_t i = 0; i < json_count(list); i++) {
		if (config_count(json_at(list, i), "mlp_only_layers", 0, config->layers - 1, &layer,
				 err))
			return -1;
		dense[layer] = true;
	}
	for (layer = 0; layer < config->layers; layer++)
		if ((layer + 1) % step == 0 && !dense[layer])
			config_layer_add(config, LAYERS_SPARSE, layer);
	return 0;
}

int config_layer_types_refuse(const struct json *json, const struct model_config *config,
			      struct error *err)
{
	if (!config_member(json, "layer_types"))
		return 0;
	return error_set(err, ERROR_UNTRUSTED,
			 "config.json: 'layer_types' of the family '%s' are not computed by this "
			 "version",
			 config->architecture->name);
}
