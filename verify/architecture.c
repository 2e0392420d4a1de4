/* architecture: the families that are built in, and the sizes their tables speak of. */
#include "verify/architecture.h"

#include <string.h>

static const struct architecture *const architectures[] = {
#define ARCHITECTURE(name, type) &architecture_##name,
#include "verify/architectures.def"
#undef ARCHITECTURE
};

const struct architecture *architecture_find(const char *model_type)
{
	for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++)
		if (!strcmp(architectures[i]->name, model_type))
			return architectures[i];
	return NULL;
}

const char *architecture_list(void)
{
	static const char list[] =
#define ARCHITECTURE(name, type) ", " type
#include "verify/architectures.def"
#undef ARCHITECTURE
		;

	return list + 2;
}

uint32_t config_dim(const struct model_config *config, enum dim dim)
{
	switch (dim) {
	case DIM_HIDDEN:
		return config->hidden;
	case DIM_QUERY:
		return config->heads * config->head_dim;
	case DIM_KEY:
		return config->key_heads * config->head_dim;
	case DIM_INTERMEDIATE:
		return config->intermediate;
	case DIM_VOCAB:
		return config->vocab;
	case DIM_POSITIONS:
		return config->positions;
	case DIM_TYPES:
		return config->types;
	case DIM_HEAD:
		return config->head_dim;
	case DIM_FUSED:
		return (config->heads + 2 * config->key_heads) * config->head_dim;
	case DIM_EXPERTS:
		return config->experts;
	case DIM_EXPERT:
		return config->expert_intermediate;
	case DIM_SHARED:
		return config->shared_intermediate;
	case DIM_ONE:
		return 1;
	case DIM_COUNT:
		break;
	}
	return 0;
}

const char *dim_name(enum dim dim)
{
	static const char *const names[DIM_COUNT] = {
		[DIM_HIDDEN] = "hidden size",
		[DIM_QUERY] = "attention heads x head size",
		[DIM_KEY] = "key heads x head size",
		[DIM_INTERMEDIATE] = "intermediate size",
		[DIM_VOCAB] = "vocabulary",
		[DIM_POSITIONS] = "positions",
		[DIM_TYPES] = "token types",
		[DIM_HEAD] = "head size",
		[DIM_FUSED] = "query, key and value",
		[DIM_EXPERTS] = "experts",
		[DIM_EXPERT] = "intermediate size of an expert",
		[DIM_SHARED] = "intermediate size of the shared expert",
		[DIM_ONE] = "one",
	};

	return dim < DIM_COUNT ? names[dim] : "size";
}

enum dim slot_dim(enum slot slot)
{
	switch (slot) {
	case SLOT_QUERY:
	case SLOT_MIXED:
		return DIM_QUERY;
	case SLOT_KEY:
	case SLOT_VALUE:
		return DIM_KEY;
	case SLOT_GATE:
	case SLOT_UP:
		return DIM_INTERMEDIATE;
	case SLOT_FUSED:
		return DIM_FUSED;
	case SLOT_ROUTER:
		return DIM_EXPERTS;
	case SLOT_SHARED_GATE:
	case SLOT_SHARED_UP:
		return DIM_SHARED;
	case SLOT_SHARED_SCALE:
		return DIM_ONE;
	default:
		return DIM_HIDDEN;
	}
}

uint32_t operation_count(const struct operation *operation, const struct model_config *config)
{
	if (!operation->each_head || (operation->when && !config->feature[operation->when]))
		return 1;
	return config_dim(config, slot_dim(operation->x)) / config->head_dim;
}

bool operation_applies(const struct operation *operation, const struct model_config *config,
		       uint32_t layer)
{
	if (operation->when && !config->feature[operation->when])
		return false;
	if (operation->unless && config->feature[operation->unless])
		return false;
	if (operation->in && !model_config_layer_in(config, operation->in, layer))
		return false;
	return !operation->not_in || !model_config_layer_in(config, operation->not_in, layer);
}
