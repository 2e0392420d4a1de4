/* adapter_config: what PEFT's adapter_config.json says of a low-rank adapter. */
#include "verify/adapter_config.h"

#include <math.h>
#include <string.h>

#include "verify/decimal.h"

/* Options under which a merge computes something else, unless they are absent, null, false or
 * empty. */
static const char *const not_computed[] = {
	"use_dora",          "use_qalora",          "use_bdlora",
	"lora_bias",         "layer_replication",   "trainable_token_indices",
	"target_parameters", "arrow_config",        "alora_invocation_tokens",
	"megatron_config",   "velora_config",       "monteclora_config",
	"kasa_config",       "ensure_weight_tying",
};

/* Ways to begin that leave the base's weights as they are. */
static const char *const known_begins[] = { "gaussian", "orthogonal", "eva" };

void adapter_config_release(struct adapter_config *config)
{
	json_free(&config->json);
	*config = (struct adapter_config){ 0 };
}

/* Absent, null, false, or an empty list or object. */
static bool is_unset(const struct json *value)
{
	switch (json_kind(value)) {
	case JSON_KIND_NULL:
		return true;
	case JSON_KIND_BOOL:
		return !json_is_yes(value);
	case JSON_KIND_ARRAY:
	case JSON_KIND_OBJECT:
		return json_count(value) == 0;
	default:
		return false;
	}
}

static int options_check(const struct json *json, struct error *err)
{
	const struct json *begins = json_member(json, "init_lora_weights");
	const char *bias = json_text(json_member(json, "bias"));
	bool known = json_kind(begins) == JSON_KIND_BOOL || json_kind(begins) == JSON_KIND_NULL;

	for (size_t i = 0; i < sizeof(not_computed) / sizeof(not_computed[0]); i++)
		if (!is_unset(json_member(json, not_computed[i])))
			return error_set(err, ERROR_UNTRUSTED,
					 "'%s' is set, which is not computed here",
					 not_computed[i]);
	if (bias && strcmp(bias, "none") != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "'bias' is '%.64s': adapters that change biases are not computed",
				 bias);
	for (size_t i = 0; i < sizeof(known_begins) / sizeof(known_begins[0]); i++)
		known = known ||
			(json_text(begins) && strcmp(json_text(begins), known_begins[i]) == 0);
	if (!known)
		return error_set(err, ERROR_UNTRUSTED,
				 "'init_lora_weights' is '%.64s', which may change the base's "
				 "weights too: not computed",
				 json_text(begins) ? json_text(begins) : "of another kind");
	return 0;
}

/* Every entry of a pattern is a number that makes sense. */
static int pattern_check(const struct json *pattern, bool whole, struct error *err)
{
	struct json_members at = { 0 };
	double number;

	while (json_next(pattern, &at)) {
		if (strpbrk(at.key, "\\^$*+?()[]{}|"))
			return error_set(err, ERROR_UNTRUSTED,
					 "the pattern '%.100s' is an expression: only names of "
					 "modules are computed",
					 at.key);
		if (decimal_of_json(at.value, &number, err))
			return error_prefix(err, "pattern '%.100s'", at.key);
		if (whole && (json_kind(at.value) != JSON_KIND_INTEGER || number < 1 ||
			      number > ADAPTER_RANK_MAX))
			return error_set(err, ERROR_CORRUPT, "pattern '%.100s': no rank", at.key);
	}
	return 0;
}

static int read_into(struct adapter_config *config, struct error *err)
{
	const struct json *json = config->json;
	const char *type;

	if (json_need_string(json, "peft_type", &type, err))
		return -1;
	if (strcmp(type, "LORA") != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "a '%.64s' adapter: only LORA ones are computed", type);
	if (options_check(json, err) || json_need_size(json, "r", &config->rank, err))
		return -1;
	if (decimal_of_json(json_member(json, "lora_alpha"), &config->alpha, err))
		return error_prefix(err, "'lora_alpha'");
	if (!config->rank || config->rank > ADAPTER_RANK_MAX)
		return error_set(err, ERROR_CORRUPT, "'r' is 1 to %u", ADAPTER_RANK_MAX);
	if (json_maybe_bool(json, "use_rslora", false, &config->by_root, err) ||
	    json_maybe_bool(json, "fan_in_fan_out", false, &config->transposed, err) ||
	    json_maybe_object(json, "rank_pattern", &config->rank_pattern, err) ||
	    json_maybe_object(json, "alpha_pattern", &config->alpha_pattern, err))
		return -1;
	return pattern_check(config->rank_pattern, true, err) ||
			       pattern_check(config->alpha_pattern, false, err)
		       ? -1
		       : 0;
}

int adapter_config_read(struct span text, struct adapter_config *out_config, struct error *err)
{
	struct json_limits limits = { .max_bytes = ADAPTER_CONFIG_MAX_BYTES, .max_values = 100000 };
	struct adapter_config config = { 0 };

	if (json_parse(text, &limits, &config.json, err) || read_into(&config, err)) {
		adapter_config_release(&config);
		return error_prefix(err, "adapter_config.json");
	}
	*out_config = config;
	return 0;
}

/* The value of the first pattern that is the module, or its last parts. */
static const struct json *pattern_find(const struct json *pattern, const char *module)
{
	struct json_members at = { 0 };
	size_t len = strlen(module);

	while (json_next(pattern, &at)) {
		size_t tail = strlen(at.key);

		if (tail <= len && strcmp(module + len - tail, at.key) == 0 &&
		    (tail == len || module[len - tail - 1] == '.'))
			return at.value;
	}
	return NULL;
}

void adapter_config_module(const struct adapter_config *config, const char *module,
			   uint64_t *out_rank, double *out_scale)
{
	const struct json *rank = pattern_find(config->rank_pattern, module);
	const struct json *alpha = pattern_find(config->alpha_pattern, module);
	struct error ignored = { 0 };
	double number = config->alpha;

	*out_rank = rank ? (uint64_t)json_integer_of(rank) : config->rank;
	if (alpha && decimal_of_json(alpha, &number, &ignored))
		number = config->alpha;
	*out_scale =
		config->by_root ? number / sqrt((double)*out_rank) : number / (double)*out_rank;
}
