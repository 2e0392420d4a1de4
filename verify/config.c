/* config: read config.json by the table of its architecture. */
#include "verify/config.h"

#include <stdlib.h>
#include <string.h>

#include "verify/architecture.h"
#include "verify/config/read.h"
#include "verify/decimal.h"
#include "verify/json.h"
#include "verify/name.h"

/*
 * Keys that change what some family or engine computes, and that only those of
 * ours compute that have them in their own table. transformers would pass over
 * most of them in silence; here they are refused. NULL: must be empty.
 */
static const struct config_fixed common_fixed[] = {
	{ "quantization_config", NULL },
	{ "use_bidirectional_attention", "false" },
	{ "clip_qkv", NULL },
	{ "pruned_heads", NULL },
	{ "is_encoder_decoder", "false" },
	{ "alibi", "false" },
	{ "attn_logit_softcapping", NULL },
	{ "final_logit_softcapping", NULL },
	{ "query_pre_attn_scalar", NULL },
	{ "attention_multiplier", NULL },
	{ "embedding_multiplier", NULL },
	{ "residual_multiplier", NULL },
	{ "logits_scaling", NULL },
	{ "logit_scale", NULL },
	{ .name = NULL },
};

static const struct {
	const char *name;
	enum activation activation;
} activations[] = {
	{ "silu", ACTIVATION_SILU },           { "swish", ACTIVATION_SILU },
	{ "gelu", ACTIVATION_GELU_ERF },       { "gelu_new", ACTIVATION_GELU_TANH },
	{ "gelu_fast", ACTIVATION_GELU_TANH }, { "gelu_pytorch_tanh", ACTIVATION_GELU_TANH },
	{ "relu", ACTIVATION_RELU },
};

const struct json *config_member(const struct json *object, const char *name)
{
	const struct json *value = json_member(object, name);

	return value && json_kind(value) != JSON_KIND_NULL ? value : NULL;
}

/* A double that is finite as binary32 too: 0, or -1. */
static int to_binary32(double wide, float *out_number)
{
	float number = (float)wide;

	if (!(number - number == 0.0f))
		return -1;
	*out_number = number;
	return 0;
}

int config_double_text(const char *text, const char *name, double *out_number, struct error *err)
{
	if (decimal_parse(text, out_number, err))
		return error_prefix(err, "config.json: '%s'", name);
	return 0;
}

int config_number_text(const char *text, const char *name, float *out_number, struct error *err)
{
	double wide;

	if (config_double_text(text, name, &wide, err))
		return -1;
	if (to_binary32(wide, out_number))
		return error_set(err, ERROR_CORRUPT,
				 "config.json: '%s' is %s, which is no binary32 number", name,
				 text);
	return 0;
}

int config_double(const struct json *value, const char *name, double *out_number, struct error *err)
{
	if (json_kind(value) == JSON_KIND_INTEGER) {
		*out_number = (double)json_integer_of(value);
		return 0;
	}
	if (json_kind(value) == JSON_KIND_NUMBER)
		return config_double_text(json_number_text(value), name, out_number, err);
	return error_set(err, ERROR_CORRUPT, "config.json: '%s' is no number", name);
}

int config_number(const struct json *value, const char *name, float *out_number, struct error *err)
{
	if (json_kind(value) == JSON_KIND_INTEGER) {
		*out_number = (float)(double)json_integer_of(value);
		return 0;
	}
	if (json_kind(value) == JSON_KIND_NUMBER)
		return config_number_text(json_number_text(value), name, out_number, err);
	return error_set(err, ERROR_CORRUPT, "config.json: '%s' is no number", name);
}

int config_count(const struct json *value, const char *name, uint32_t min, uint32_t max,
		 uint32_t *out_count, struct error *err)
{
	int64_t count = json_integer_of(value);

	if (json_kind(value) != JSON_KIND_INTEGER)
		return error_set(err, ERROR_CORRUPT, "config.json: '%s' is no whole number", name);
	if (count < (int64_t)min || count > (int64_t)max)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: '%s' is %lld, where %u to %u is possible", name,
				 (long long)count, min, max);
	*out_count = (uint32_t)count;
	return 0;
}

static int activation_take(const char *text, const char *name, enum activation *out_activation,
			   struct error *err)
{
	for (size_t i = 0; text && i < sizeof(activations) / sizeof(activations[0]); i++)
		if (!strcmp(activations[i].name, text)) {
			*out_activation = activations[i].activation;
			return 0;
		}
	return error_set(err, ERROR_UNTRUSTED,
			 "config.json: '%s' is '%s', an activation that this version does not "
			 "compute",
			 name, text ? text : "no text");
}

static int above_zero_take(const struct json *value, const char *name, float *out_number,
			   struct error *err)
{
	if (config_number(value, name, out_number, err))
		return -1;
	if (!(*out_number > 0.0f))
		return error_set(err, ERROR_CORRUPT, "config.json: '%s' must be above 0", name);
	return 0;
}

int config_activation(const struct json *value, const char *name, enum activation *out_activation,
		      struct error *err)
{
	return activation_take(json_text(value), name, out_activation, err);
}

/* The key as it stands in config.json. */
static int key_take(const struct config_key *key, const struct json *value, void *field,
		    struct error *err)
{
	switch (key->kind) {
	case KEY_COUNT:
		return config_count(value, key->name, 1, key->max, field, err);
	case KEY_NUMBER:
		return config_number(value, key->name, field, err);
	case KEY_LIMIT:
	case KEY_DIVISOR:
		return above_zero_take(value, key->name, field, err);
	case KEY_FLAG:
		if (json_kind(value) != JSON_KIND_BOOL)
			return error_set(err, ERROR_CORRUPT,
					 "config.json: '%s' is neither true nor false", key->name);
		*(bool *)field = json_is_yes(value);
		return 0;
	case KEY_ACTIVATION:
		return config_activation(value, key->name, field, err);
	}
	return error_set(err, ERROR_USAGE, "'%s' is of no known kind", key->name);
}

/* The key's value where config.json says nothing. */
static int key_default(const struct config_key *key, void *field, struct error *err)
{
	if (!key->fallback)
		return error_set(err, ERROR_CORRUPT, "config.json: '%s' is missing", key->name);
	switch (key->kind) {
	case KEY_COUNT:
		*(uint32_t *)field = (uint32_t)strtoul(key->fallback, NULL, 10);
		return 0;
	case KEY_NUMBER:
	case KEY_LIMIT:
	case KEY_DIVISOR:
		return config_number_text(key->fallback, key->name, field, err);
	case KEY_FLAG:
		*(bool *)field = !strcmp(key->fallback, "true");
		return 0;
	case KEY_ACTIVATION:
		return activation_take(key->fallback, key->name, field, err);
	}
	return error_set(err, ERROR_USAGE, "'%s' is of no known kind", key->name);
}

static int keys_read(const struct json *json, const struct config_key *key,
		     struct model_config *config, struct error *err)
{
	for (; key->name; key++) {
		const struct json *value = config_member(json, key->name);
		void *field = (char *)config + key->field;
		bool null = !value && json_member(json, key->name);

		/* The field is 0 already. */
		if (null && key->kind == KEY_LIMIT)
			continue;
		if (null && key->kind == KEY_DIVISOR)
			return error_set(err, ERROR_CORRUPT,
					 "config.json: '%s' is null, where a number above 0 is "
					 "needed",
					 key->name);
		if (value ? key_take(key, value, field, err) : key_default(key, field, err))
			return -1;
	}
	return 0;
}

/* Does the family compute with that key? */
static bool keys_have(const struct config_key *key, const char *name)
{
	while (key->name && strcmp(key->name, name))
		key++;
	return key->name;
}

/* Is this the value that is computed? An empty list or object counts as nothing said. */
static bool is_only(const struct json *value, const char *only)
{
	switch (json_kind(value)) {
	case JSON_KIND_BOOL:
		return only && !strcmp(only, json_is_yes(value) ? "true" : "false");
	case JSON_KIND_STRING:
		return only && !strcmp(only, json_text(value));
	case JSON_KIND_ARRAY:
	case JSON_KIND_OBJECT:
		return !only && !json_count(value);
	default:
		return false;
	}
}

static int fixed_check(const struct json *json, const struct config_fixed *fixed,
		       const struct config_key *keys, struct error *err)
{
	for (; fixed && fixed->name; fixed++) {
		const struct json *value = config_member(json, fixed->name);

		if (value && !keys_have(keys, fixed->name) && !is_only(value, fixed->only))
			return error_set(err, ERROR_UNTRUSTED,
					 "config.json: '%s' has a value that this version does "
					 "not compute (only %s)",
					 fixed->name, fixed->only ? fixed->only : "nothing");
	}
	return 0;
}

/* What the family may leave out, and what must fit together. */
static int shape_finish(struct model_config *config, struct error *err)
{
	if (!config->head_dim && config->hidden % config->heads)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: hidden size %u is no multiple of the %u attention "
				 "heads",
				 config->hidden, config->heads);
	if (!config->head_dim)
		config->head_dim = config->hidden / config->heads;
	if (!config->key_heads)
		config->key_heads = config->heads;
	if (config->heads % config->key_heads)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: %u attention heads are no multiple of the %u key "
				 "heads",
				 config->heads, config->key_heads);
	if ((uint64_t)config->heads * config->head_dim > CONFIG_WIDTH_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: %u heads of %u are wider than %u", config->heads,
				 config->head_dim, CONFIG_WIDTH_MAX);
	if (!(config->eps >= 0.0f))
		return error_set(err, ERROR_CORRUPT, "config.json: the norms' epsilon is negative");
	config->context = config->positions;
	return 0;
}

int config_heads_fill_hidden(const struct model_config *config, struct error *err)
{
	if (config->heads * config->head_dim == config->hidden)
		return 0;
	return error_set(err, ERROR_UNTRUSTED,
			 "config.json: %u heads of %u do not make up the hidden size %u, and the "
			 "family '%s' is computed only so",
			 config->heads, config->head_dim, config->hidden,
			 config->architecture->name);
}

/* Every class that config.json names must be of the family. */
static int classes_check(const struct json *json, const struct architecture *architecture,
			 struct error *err)
{
	const struct json *classes = config_member(json, "architectures");

	for (size_t i = 0; i < json_count(classes); i++) {
		const char *text = json_text(json_at(classes, i));

		if (!text || !name_matches(architecture->classes, text))
			return error_set(err, ERROR_UNTRUSTED,
					 "config.json: the architecture '%s' is not computed by "
					 "this version, though its model_type is '%s'",
					 text ? text : "?", architecture->name);
	}
	return 0;
}

static int family_read(const struct json *json, struct model_config *config, struct error *err)
{
	const char *type = json_text(json_member(json, "model_type"));

	if (!type)
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json names no 'model_type': the architecture is unknown");
	config->architecture = architecture_find(type);
	if (!config->architecture && config_member(json, "text_config"))
		return error_set(err, ERROR_UNTRUSTED,
				 "the architecture '%.100s' wraps a text model ('text_config') in "
				 "one that also reads images or sound, and is not computed by this "
				 "version; export the text model by itself (known: %s)",
				 type, architecture_list());
	if (!config->architecture)
		return error_set(err, ERROR_UNTRUSTED,
				 "the architecture '%.100s' is not computed by this version "
				 "(known: %s)",
				 type, architecture_list());
	return classes_check(json, config->architecture, err);
}

int model_config_read(struct span text, struct model_config *out_config, struct error *err)
{
	const struct json_limits limits = { .max_bytes = CONFIG_MAX_BYTES };
	CLEANUP(json_free) struct json *json = NULL;
	struct model_config config = { 0 };
	const struct architecture *architecture;

	if (json_parse(text, &limits, &json, err))
		return error_prefix(err, "config.json");
	if (family_read(json, &config, err))
		return -1;
	architecture = config.architecture;
	if (fixed_check(json, common_fixed, architecture->keys, err) ||
	    fixed_check(json, architecture->fixed, architecture->keys, err) ||
	    keys_read(json, architecture->keys, &config, err) || shape_finish(&config, err) ||
	    (architecture->rope && config_rope_read(json, &config, err)) ||
	    (architecture->finish && architecture->finish(json, &config, err)))
		return -1;
	*out_config = config;
	return 0;
}

bool model_config_needs_whole_probes(const struct model_config *config)
{
	return !config->architecture->causal || rope_depends_on_length(&config->rope) ||
	       rope_depends_on_length(&config->local_rope);
}
