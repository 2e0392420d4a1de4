/* How config.json is read: shared by config.c, config/rope.c and verify/arch/. Inside verify/ only.
 */
#ifndef VERIFY_CONFIG_READ_H
#define VERIFY_CONFIG_READ_H

#include "verify/config.h"

struct json;

/* decimal -> nearest binary64 -> nearest binary32; ERROR_CORRUPT if that is no finite number. */
MUST_CHECK int config_number(const struct json *value, const char *name, float *out_number,
			     struct error *err);

/* The same for the text of a number. */
MUST_CHECK int config_number_text(const char *text, const char *name, float *out_number,
				  struct error *err);

/* The nearest binary64, for what is computed with before it is rounded; and that of a text. */
MUST_CHECK int config_double_text(const char *text, const char *name, double *out_number,
				  struct error *err);
MUST_CHECK int config_double(const struct json *value, const char *name, double *out_number,
			     struct error *err);

/* A whole number from `min` to `max`; ERROR_CORRUPT otherwise. */
MUST_CHECK int config_count(const struct json *value, const char *name, uint32_t min, uint32_t max,
			    uint32_t *out_count, struct error *err);

/* The member, or NULL where it is absent or null. */
const struct json *config_member(const struct json *object, const char *name);

/*
 * Rotary positions: rope_theta, rope_scaling (transformers 4) or
 * rope_parameters (5) into config->rope, and what they do to config->context.
 * The sizes of heads and max_position_embeddings are known.
 */
MUST_CHECK int config_rope_read(const struct json *json, struct model_config *config,
				struct error *err);

/*
 * `layer_types` into the set LAYERS_SLIDING: "full_attention" and "sliding_attention".
 * ERROR_UNTRUSTED: another kind; ERROR_CORRUPT: not one for each layer, or
 * sliding layers where there is no window. True in *out_given if it is there.
 */
MUST_CHECK int config_layer_types_read(const struct json *json, struct model_config *config,
				       bool *out_given, struct error *err);

/* The layer is of this set. */
void config_layer_add(struct model_config *config, enum layer_set set, uint32_t layer);

/* Layers from `first` on slide. */
void config_slide_from(struct model_config *config, uint32_t first);

/*
 * For a family whose layers are all of one kind, which is known by now: ERROR_UNTRUSTED
 * where `layer_types` say otherwise.
 */
MUST_CHECK int config_layer_types_same(const struct json *json, const struct model_config *config,
				       struct error *err);

/*
 * Windows as Qwen has them: only with `use_sliding_window`, in the layers from
 * `max_window_layers` (28) on or those that `layer_types` name.
 */
MUST_CHECK int config_window_late_read(const struct json *json, struct model_config *config,
				       struct error *err);

/* ERROR_UNTRUSTED unless heads x head_dim is the hidden size. */
MUST_CHECK int config_heads_fill_hidden(const struct model_config *config, struct error *err);

/* An activation by its name; ERROR_UNTRUSTED: none that is computed. */
MUST_CHECK int config_activation(const struct json *value, const char *name,
				 enum activation *out_activation, struct error *err);

/*
 * `sliding_window` into config->window: null is none, and where it is not
 * mentioned at all it is `fallback` (0: none).
 */
MUST_CHECK int config_window_read(const struct json *json, uint32_t fallback,
				  struct model_config *config, struct error *err);

/*
 * The number of experts, `num_local_experts` or `num_experts`; the keys of the family's
 * table are read. ERROR_CORRUPT: neither, two that differ, or a token chooses more than there are.
 */
MUST_CHECK int config_experts_read(const struct json *json, struct model_config *config,
				   struct error *err);

/* `decoder_sparse_step` and `mlp_only_layers` into the set LAYERS_SPARSE. */
MUST_CHECK int config_sparse_layers_read(const struct json *json, struct model_config *config,
					 struct error *err);

/* ERROR_UNTRUSTED if there are `layer_types`: the family has none. */
MUST_CHECK int config_layer_types_refuse(const struct json *json, const struct model_config *config,
					 struct error *err);

#endif
