/*
 * config_rope: rotary positions in the spellings of transformers 4
 * (`rope_theta` and `rope_scaling`) and 5 (`rope_parameters`). What the numbers
 * mean: rule 7 of docs/numerics.md.
 */
#include <string.h>

#include "verify/architecture.h"
#include "verify/config_read.h"
#include "verify/json.h"

static const struct {
	const char *name;
	enum rope_scaling scaling;
} scalings[] = {
	{ "default", ROPE_PLAIN }, { "linear", ROPE_LINEAR }, { "dynamic", ROPE_DYNAMIC },
	{ "llama3", ROPE_LLAMA3 }, { "yarn", ROPE_YARN },
};

/* Everything that may stand among the rope parameters; another key would be an unknown option. */
static const char *const known[] = {
	"rope_type",       "type",
	"rope_theta",      "partial_rotary_factor",
	"factor",          "original_max_position_embeddings",
	"low_freq_factor", "high_freq_factor",
	"beta_fast",       "beta_slow",
	"truncate",        "attention_factor",
	"mscale",          "mscale_all_dim",
	"finetuned",
};

static int known_check(const struct json *parameters, struct error *err)
{
	struct json_members at = { 0 };

	while (json_next(parameters, &at)) {
		size_t i = 0, count = sizeof(known) / sizeof(known[0]);

		while (i < count && strcmp(known[i], at.key))
			i++;
		if (i == count)
			return error_set(err, ERROR_UNTRUSTED,
					 "config.json: the rope parameter '%.100s' is not computed "
					 "by this version",
					 at.key);
	}
	return 0;
}

static int scaling_read(const struct json *parameters, enum rope_scaling *out_scaling,
			struct error *err)
{
	const struct json *type = config_member(parameters, "rope_type");
	const char *text;

	if (!type)
		type = config_member(parameters, "type");
	text = type ? json_text(type) : "default";
	for (size_t i = 0; text && i < sizeof(scalings) / sizeof(scalings[0]); i++)
		if (!strcmp(scalings[i].name, text)) {
			*out_scaling = scalings[i].scaling;
			return 0;
		}
	return error_set(err, ERROR_UNTRUSTED,
			 "config.json: rope scaling of type '%.100s' is not computed by this "
			 "version",
			 text ? text : "?");
}

/* A number of `object`, or `fallback` where nothing is said. */
static int number_or(const struct json *object, const char *name, float fallback, float *out_number,
		     struct error *err)
{
	const struct json *value = config_member(object, name);

	if (value)
		return config_number(value, name, out_number, err);
	*out_number = fallback;
	return 0;
}

static int number_needed(const struct json *object, const char *name, float *out_number,
			 struct error *err)
{
	if (!config_member(object, name))
		return error_set(err, ERROR_CORRUPT,
				 "config.json: the rope parameter '%s' is missing", name);
	return number_or(object, name, 0.0f, out_number, err);
}

/* The base and the rotated share: inside the parameters (5), else at the top (4). */
static int base_read(const struct json *json, const struct json *parameters,
		     struct model_config *config, struct error *err)
{
	float theta, share;

	if (number_or(json, "rope_theta", 10000.0f, &theta, err) ||
	    number_or(parameters, "rope_theta", theta, &theta, err) ||
	    number_or(json, "partial_rotary_factor", 1.0f, &share, err) ||
	    number_or(parameters, "partial_rotary_factor", share, &share, err))
		return -1;
	if (!(theta > 1.0f))
		return error_set(err, ERROR_CORRUPT, "config.json: 'rope_theta' must be above 1");
	if (share != 1.0f)
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json: the family '%s' turns whole heads, and "
				 "'partial_rotary_factor' is not 1",
				 config->architecture->name);
	if (config->head_dim % 2)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: heads of %u numbers cannot be turned in pairs",
				 config->head_dim);
	config->rope.theta = theta;
	config->rope.dim = config->head_dim;
	return 0;
}

/* The context before scaling: one at the top wins, none means max_position_embeddings. */
static int original_read(const struct json *json, const struct json *parameters,
			 struct model_config *config, bool *out_given, struct error *err)
{
	static const char name[] = "original_max_position_embeddings";
	const struct json *value = config_member(json, name);

	config->rope.original_context = config->positions;
	if (!value)
		value = config_member(parameters, name);
	*out_given = value != NULL;
	if (value && config->rope.scaling != ROPE_DYNAMIC)
		return config_count(value, name, 1, CONFIG_CONTEXT_MAX,
				    &config->rope.original_context, err);
	return 0;
}

static int factor_read(const struct json *parameters, struct model_config *config,
		       struct error *err)
{
	struct rope_frequencies *rope = &config->rope;

	/* transformers takes the ratio of the contexts where YaRN's factor is null. */
	if (rope->scaling == ROPE_YARN && json_member(parameters, "factor") &&
	    !config_member(parameters, "factor")) {
		rope->factor = (float)((double)config->positions / (double)rope->original_context);
		return 0;
	}
	if (number_needed(parameters, "factor", &rope->factor, err))
		return -1;
	if (!(rope->factor >= 1.0f))
		return error_set(err, ERROR_CORRUPT,
				 "config.json: the rope parameter 'factor' is below 1");
	return 0;
}

static int yarn_read(const struct json *parameters, struct rope_frequencies *rope,
		     struct error *err)
{
	if (number_or(parameters, "beta_fast", 32.0f, &rope->beta_fast, err) ||
	    number_or(parameters, "beta_slow", 1.0f, &rope->beta_slow, err) ||
	    number_or(parameters, "attention_factor", 0.0f, &rope->attention_factor, err) ||
	    number_or(parameters, "mscale", 0.0f, &rope->mscale, err) ||
	    number_or(parameters, "mscale_all_dim", 0.0f, &rope->mscale_all_dim, err))
		return -1;
	if (config_member(parameters, "attention_factor") && !(rope->attention_factor > 0.0f))
		return error_set(
			err, ERROR_CORRUPT,
			"config.json: the rope parameter 'attention_factor' must be above 0");
	/* As in transformers, a zero counts as nothing said. */
	if (rope->beta_fast == 0.0f)
		rope->beta_fast = 32.0f;
	if (rope->beta_slow == 0.0f)
		rope->beta_slow = 1.0f;
	return json_maybe_bool(parameters, "truncate", true, &rope->truncate, err);
}

/* How far positions reach: the scaling may stretch max_position_embeddings. */
static void context_stretch(struct model_config *config, bool original_given)
{
	double stretched = (double)config->positions * (double)config->rope.factor;
	enum rope_scaling scaling = config->rope.scaling;

	if (scaling == ROPE_LINEAR || scaling == ROPE_DYNAMIC ||
	    (scaling == ROPE_YARN && !original_given))
		config->context =
			stretched < CONFIG_CONTEXT_MAX ? (uint32_t)stretched : CONFIG_CONTEXT_MAX;
}

int config_rope_read(const struct json *json, struct model_config *config, struct error *err)
{
	struct rope_frequencies *rope = &config->rope;
	const struct json *parameters = config_member(json, "rope_scaling");
	bool original_given;

	if (!json_count(parameters))
		parameters = config_member(json, "rope_parameters");
	if (parameters && json_kind(parameters) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: the rope parameters are no object");
	if (known_check(parameters, err) || scaling_read(parameters, &rope->scaling, err) ||
	    base_read(json, parameters, config, err))
		return -1;
	if (rope->scaling == ROPE_PLAIN)
		return 0;
	if (original_read(json, parameters, config, &original_given, err) ||
	    factor_read(parameters, config, err))
		return -1;
	if (rope->scaling == ROPE_LLAMA3 &&
	    (number_needed(parameters, "low_freq_factor", &rope->low_frequency_factor, err) ||
	     number_needed(parameters, "high_freq_factor", &rope->high_frequency_factor, err)))
		return -1;
	if (rope->scaling == ROPE_YARN && yarn_read(parameters, rope, err))
		return -1;
	context_stretch(config, original_given);
	return 0;
}
