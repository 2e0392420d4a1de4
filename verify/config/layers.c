/* config_layers: what only some layers of a model have: sliding windows. */
#include <string.h>

#include "verify/architecture.h"
#include "verify/config/read.h"
#include "verify/json.h"

bool model_config_layer_in(const struct model_config *config, enum layer_set set, uint32_t layer)
{
	return config->layer_set[set][layer / 8] >> layer % 8 & 1;
}

void config_layer_add(struct model_config *config, enum layer_set set, uint32_t layer)
{
	config->layer_set[set][layer / 8] |= (uint8_t)(1u << layer % 8);
}

bool model_config_slides(const struct model_config *config, uint32_t layer)
{
	return config->window && model_config_layer_in(config, LAYERS_SLIDING, layer);
}

void config_slide_from(struct model_config *config, uint32_t first)
{
	for (uint32_t layer = first; layer < config->layers; layer++)
		config_layer_add(config, LAYERS_SLIDING, layer);
}

int config_window_read(const struct json *json, uint32_t fallback, struct model_config *config,
		       struct error *err)
{
	const struct json *window = config_member(json, "sliding_window");

	if (window)
		return config_count(window, "sliding_window", 1, CONFIG_CONTEXT_MAX,
				    &config->window, err);
	config->window = json_member(json, "sliding_window") ? 0 : fallback;
	return 0;
}

int config_layer_types_read(const struct json *json, struct model_config *config, bool *out_given,
			    struct error *err)
{
	const struct json *types = config_member(json, "layer_types");

	if (types && (json_kind(types) != JSON_KIND_ARRAY || json_count(types) != config->layers))
		return error_set(err, ERROR_CORRUPT,
				 "config.json: 'layer_types' is not a list of %u, one for each "
				 "layer",
				 config->layers);
	for (uint32_t layer = 0; layer < json_count(types); layer++) {
		const char *type = json_text(json_at(types, layer));

		if (type && !strcmp(type, "full_attention"))
			continue;
		if (!type || strcmp(type, "sliding_attention"))
			return error_set(err, ERROR_UNTRUSTED,
					 "config.json: layer %u is of type '%s', which this "
					 "version does not compute",
					 layer, type ? type : "?");
		if (!config->window)
			return error_set(err, ERROR_CORRUPT,
					 "config.json: layer %u slides, but there is no sliding "
					 "window",
					 layer);
		config_layer_add(config, LAYERS_SLIDING, layer);
	}
	*out_given = types != NULL;
	return 0;
}

int config_layer_types_same(const struct json *json, const struct model_config *config,
			    struct error *err)
{
	struct model_config listed = *config;
	bool given;

	memset(listed.layer_set[LAYERS_SLIDING], 0, sizeof(listed.layer_set[LAYERS_SLIDING]));
	if (config_layer_types_read(json, &listed, &given, err))
		return -1;
	if (given && memcmp(listed.layer_set[LAYERS_SLIDING], config->layer_set[LAYERS_SLIDING],
			    sizeof(listed.layer_set[LAYERS_SLIDING])))
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json: 'layer_types' of the family '%s' tell layers apart, "
				 "which this version does not compute",
				 config->architecture->name);
	return 0;
}

int config_window_late_read(const struct json *json, struct model_config *config, struct error *err)
{
	const struct json *first = config_member(json, "max_window_layers");
	uint32_t first_layer = 28;
	bool slides, given;

	if (json_maybe_bool(json, "use_sliding_window", false, &slides, err))
		return error_prefix(err, "config.json");
	if (slides && config_window_read(json, 4096, config, err))
		return -1;
	if (first && config_count(first, "max_window_layers", 0, UINT32_MAX, &first_layer, err))
		return -1;
	if (config_layer_types_read(json, config, &given, err))
		return -1;
	if (!given && config->window)
		config_slide_from(config, first_layer);
	return 0;
}
