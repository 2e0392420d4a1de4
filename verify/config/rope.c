/*
 * config_rope: rotary positions in the spellings of transformers 4
 * (`rope_theta` and `rope_scaling`) and 5 (`rope_parameters`). What the numbers
 * mean: rule 7 of docs/numerics.md.
 */
#include <stdlib.h>
#include <string.h>

#include "verify/architecture.h"
#include "verify/config/read.h"
#include "verify/json.h"

static const struct {
	const char *name;
	enum rope_scaling scaling;
} scalings[] = {
	{ "default", ROPE_PLAIN }, { "linear", ROPE_LINEAR }, { "dynamic", ROPE_DYNAMIC },
	{ "llama3", ROPE_LLAMA3 }, { "yarn", ROPE_YARN },     { "longrope", ROPE_LONGROPE },
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
	"finetuned",       "short_factor",
	"long_factor",
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

static int scaling_read(const struct json *parameters, const struct architecture *architecture,
			enum rope_scaling *out_scaling, struct error *err)
{
	bool longrope = architecture->rope_keys.longrope;
	const struct json *type = config_member(parameters, "rope_type");
	const char *text;

	if (!type)
		type = config_member(parameters, "type");
	text = type ? json_text(type) : "default";
	if (longrope && text && !strcmp(text, "su"))
		text = "longrope";
	for (size_t i = 0; text && i < sizeof(scalings) / sizeof(scalings[0]); i++)
		if (!strcmp(scalings[i].name, text)) {
			*out_scaling = scalings[i].scaling;
			if (longrope && *out_scaling != ROPE_PLAIN && *out_scaling != ROPE_LONGROPE)
				break;
			return 0;
		}
	return error_set(err, ERROR_UNTRUSTED,
			 "config.json: rope scaling of type '%.100s' is not computed by this "
			 "version for the family '%s'",
			 text ? text : "?", architecture->name);
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

/*
 * A number that stands inside the parameters (5), else at the top (4) under the
 * family's own name, or else under the common one. Where the family has a name
 * of its own, the common one may stand beside it, but not say something else.
 */
static int top_number_read(const struct json *json, const struct json *parameters, const char *name,
			   const char *own_name, const char *otherwise, double *out_number,
			   struct error *err)
{
	const struct json *inside = config_member(parameters, name);
	const struct json *top = config_member(json, name);
	const struct json *own = own_name ? config_member(json, own_name) : top;
	double common = 0;

	if (inside)
		return config_double(inside, name, out_number, err);
	if ((top && config_double(top, name, &common, err)) ||
	    (own ? config_double(own, own_name ? own_name : name, out_number, err)
		 : config_double_text(otherwise, name, out_number, err)))
		return -1;
	if (top && (common < *out_number || common > *out_number))
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json: '%s' and '%s' contradict each other", name,
				 own_name);
	return 0;
}

/* How many numbers of a head turn: the share is cut to a whole number in binary64. */
static int share_read(const struct json *json, const struct json *parameters,
		      const struct model_config *config, size_t *out_dim, struct error *err)
{
	const struct rope_keys *keys = &config->architecture->rope_keys;
	double share;

	if (top_number_read(json, parameters, "partial_rotary_factor", keys->share,
			    keys->share_else ? keys->share_else : "1", &share, err))
		return -1;
	if (!keys->partial && (share < 1.0 || share > 1.0))
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json: the family '%s' turns whole heads, and "
				 "'partial_rotary_factor' is not 1",
				 config->architecture->name);
	if (!(share > 0.0 && share <= 1.0))
		return error_set(err, ERROR_CORRUPT,
				 "config.json: a share of %g of a head cannot be turned", share);
	*out_dim = (size_t)((double)config->head_dim * share);
	if (!*out_dim || *out_dim % 2)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: heads of which %zu numbers turn cannot be turned in "
				 "pairs",
				 *out_dim);
	return 0;
}

/* The base and the rotated share; `local`: of the layers that slide. */
static int base_read(const struct json *json, const struct json *parameters, bool local,
		     const struct model_config *config, struct rope_frequencies *rope,
		     struct error *err)
{
	const struct rope_keys *keys = &config->architecture->rope_keys;
	const char *otherwise = keys->theta_else ? keys->theta_else : "10000";
	const struct json *inside = config_member(parameters, "rope_theta");
	double theta;

	if (local && inside) {
		if (config_double(inside, "rope_theta", &theta, err))
			return -1;
	} else if (local) {
		if (top_number_read(json, NULL, keys->local_theta, NULL, keys->local_theta_else,
				    &theta, err))
			return -1;
	} else if (top_number_read(json, parameters, "rope_theta", keys->theta, otherwise, &theta,
				   err)) {
		return -1;
	}
	if (share_read(json, parameters, config, &rope->dim, err))
		return -1;
	rope->theta = (float)theta;
	if (!(rope->theta > 1.0f) || !(rope->theta - rope->theta == 0.0f))
		return error_set(err, ERROR_CORRUPT,
				 "config.json: 'rope_theta' must be a binary32 number above 1");
	return 0;
}

/* The context before scaling: one at the top wins, none means max_position_embeddings. */
static int original_read(const struct json *json, const struct json *parameters,
			 const struct model_config *config, struct rope_frequencies *rope,
			 bool *out_given, struct error *err)
{
	static const char name[] = "original_max_position_embeddings";
	const char *otherwise = config->architecture->rope_keys.original_else;
	const struct json *value = config_member(json, name);

	rope->original_context = config->positions;
	if (!value && !otherwise)
		value = config_member(parameters, name);
	*out_given = value || otherwise;
	if (rope->scaling == ROPE_DYNAMIC)
		return 0;
	if (value)
		return config_count(value, name, 1, CONFIG_CONTEXT_MAX, &rope->original_context,
				    err);
	if (otherwise)
		rope->original_context = (uint32_t)strtoul(otherwise, NULL, 10);
	return 0;
}

static int factor_read(const struct json *parameters, const struct model_config *config,
		       struct rope_frequencies *rope, struct error *err)
{
	/* transformers takes the ratio of the contexts where YaRN's factor is null, longrope's
	 * absent. */
	if ((rope->scaling == ROPE_LONGROPE ||
	     (rope->scaling == ROPE_YARN && json_member(parameters, "factor"))) &&
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

static int attention_factor_read(const struct json *parameters, struct rope_frequencies *rope,
				 struct error *err)
{
	if (number_or(parameters, "attention_factor", 0.0f, &rope->attention_factor, err))
		return -1;
	if (config_member(parameters, "attention_factor") && !(rope->attention_factor > 0.0f))
		return error_set(
			err, ERROR_CORRUPT,
			"config.json: the rope parameter 'attention_factor' must be above 0");
	return 0;
}

/* A list of one factor for each pair. */
static int factors_read(const struct json *parameters, const char *name, size_t pairs,
			float *out_factor, struct error *err)
{
	const struct json *list = config_member(parameters, name);

	if (!list || json_kind(list) != JSON_KIND_ARRAY || json_count(list) != pairs)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: the rope parameter '%s' is not a list of %zu "
				 "numbers, one for each pair that turns",
				 name, pairs);
	for (size_t i = 0; i < pairs; i++) {
		if (config_number(json_at(list, i), name, &out_factor[i], err))
			return -1;
		if (!(out_factor[i] > 0.0f))
			return error_set(err, ERROR_CORRUPT,
					 "config.json: the rope parameter '%s' has a factor that "
					 "is not above 0",
					 name);
	}
	return 0;
}

static int longrope_read(const struct json *parameters, struct rope_frequencies *rope,
			 struct error *err)
{
	size_t pairs = rope->dim / 2;

	if (pairs > ROPE_FACTORS_MAX)
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json: longrope over %zu pairs, where this version "
				 "computes at most %d",
				 pairs, ROPE_FACTORS_MAX);
	if (rope->original_context < 2)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: longrope over a context of one token");
	if (factors_read(parameters, "short_factor", pairs, rope->short_factor, err) ||
	    factors_read(parameters, "long_factor", pairs, rope->long_factor, err))
		return -1;
	return attention_factor_read(parameters, rope, err);
}

static int yarn_read(const struct json *parameters, struct rope_frequencies *rope,
		     struct error *err)
{
	if (number_or(parameters, "beta_fast", 32.0f, &rope->beta_fast, err) ||
	    number_or(parameters, "beta_slow", 1.0f, &rope->beta_slow, err) ||
	    attention_factor_read(parameters, rope, err) ||
	    number_or(parameters, "mscale", 0.0f, &rope->mscale, err) ||
	    number_or(parameters, "mscale_all_dim", 0.0f, &rope->mscale_all_dim, err))
		return -1;
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

/* What makes no sense is the config's fault, and is said before anything is computed. */
static int numbers_check(const struct rope_frequencies *rope, struct error *err)
{
	struct error why = { 0 };

	if (!rope_frequencies_check(rope, &why))
		return 0;
	return error_set(err, ERROR_CORRUPT, "config.json: %s", why.text);
}

/* One set of parameters into `rope`; *out_original: the original context is given. */
static int parameters_read(const struct json *json, const struct json *parameters, bool local,
			   const struct model_config *config, struct rope_frequencies *rope,
			   bool *out_original, struct error *err)
{
	*out_original = false;
	if (parameters && json_kind(parameters) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: the rope parameters are no object");
	if (known_check(parameters, err) ||
	    scaling_read(parameters, config->architecture, &rope->scaling, err) ||
	    base_read(json, parameters, local, config, rope, err))
		return -1;
	if (rope->scaling == ROPE_PLAIN)
		return numbers_check(rope, err);
	if (original_read(json, parameters, config, rope, out_original, err) ||
	    factor_read(parameters, config, rope, err))
		return -1;
	if (rope->scaling == ROPE_LLAMA3 &&
	    (number_needed(parameters, "low_freq_factor", &rope->low_frequency_factor, err) ||
	     number_needed(parameters, "high_freq_factor", &rope->high_frequency_factor, err)))
		return -1;
	if (rope->scaling == ROPE_YARN && yarn_read(parameters, rope, err))
		return -1;
	if (rope->scaling == ROPE_LONGROPE && longrope_read(parameters, rope, err))
		return -1;
	return numbers_check(rope, err);
}

/* Gemma 3: rope_parameters of both kinds of layers (5), or rope_scaling of those that do not slide
 * (4). */
static int local_read(const struct json *json, const struct json *scaling,
		      const struct json **out_parameters, struct model_config *config,
		      struct error *err)
{
	const struct json *both = config_member(json, "rope_parameters");
	struct json_members at = { 0 };
	bool original_given;

	*out_parameters = scaling ? scaling : config_member(both, "full_attention");
	if (both && (scaling || json_kind(both) != JSON_KIND_OBJECT))
		return error_set(
			err, ERROR_UNTRUSTED,
			"config.json: 'rope_parameters' are not what the family '%s' keeps "
			"there, an object for each kind of layer without 'rope_scaling' "
			"beside it",
			config->architecture->name);
	while (json_next(both, &at))
		if (strcmp(at.key, "full_attention") && strcmp(at.key, "sliding_attention"))
			return error_set(err, ERROR_UNTRUSTED,
					 "config.json: 'rope_parameters' of the family '%s' have "
					 "'%.100s', where only kinds of layers are computed",
					 config->architecture->name, at.key);
	return parameters_read(json, config_member(both, "sliding_attention"), true, config,
			       &config->local_rope, &original_given, err);
}

int config_rope_read(const struct json *json, struct model_config *config, struct error *err)
{
	const struct json *parameters = config_member(json, "rope_scaling");
	bool original_given;

	if (json_kind(parameters) == JSON_KIND_OBJECT && !json_count(parameters))
		parameters = NULL;
	if (config->architecture->rope_keys.local_theta) {
		if (local_read(json, parameters, &parameters, config, err))
			return -1;
	} else if (!parameters) {
		parameters = config_member(json, "rope_parameters");
	}
	if (parameters_read(json, parameters, false, config, &config->rope, &original_given, err))
		return -1;
	context_stretch(config, original_given);
	return 0;
}
