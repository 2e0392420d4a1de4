/* lm_eval_results: the settings of a run of lm-evaluation-harness. */
#include "verify/lm_eval/results.h"

#include <stdlib.h>
#include <string.h>

#include "verify/json.h"

#define ARGUMENT_MAX 256 /* bytes of one value of model_args that is looked at */

/* Arguments with which the harness runs other weights than those of the checkpoint. */
static const char *const other_weights[] = {
	"peft",     "delta",     "gguf_file",           "load_in_8bit", "load_in_4bit",
	"autogptq", "gptqmodel", "quantization_config", "subfolder",
};

/*
 * A value of model_args as text: they are an object, or "key=value,key=value". False where
 * it is not there, or is None, null or False.
 */
static bool argument_get(const struct json *arguments, const char *key, char out[ARGUMENT_MAX])
{
	const struct json *member = json_member(arguments, key);
	const char *text = json_text(member), *at = json_text(arguments);
	size_t len = strlen(key);

	out[0] = '\0';
	if (json_kind(member) == JSON_KIND_BOOL)
		text = json_is_yes(member) ? "True" : "False";
	else if (member && !text && json_kind(member) != JSON_KIND_NULL)
		text = "given";
	while (at && *at) {
		size_t part = strcspn(at, ",");

		if (strncmp(at, key, len) == 0 && at[len] == '=' && part - len - 1 < ARGUMENT_MAX) {
			memcpy(out, at + len + 1, part - len - 1);
			out[part - len - 1] = '\0';
			text = out;
			break;
		}
		at += part + (at[part] == ',');
	}
	if (!text || strlen(text) >= ARGUMENT_MAX || !*text || strcmp(text, "None") == 0 ||
	    strcmp(text, "False") == 0)
		return false;
	if (text != out)
		memcpy(out, text, strlen(text) + 1);
	return true;
}

/* True where model_args say add_bos_token at all. */
static enum eval_special special_of(const struct json *arguments)
{
	const char *text = json_text(arguments);
	const struct json *member = json_member(arguments, "add_bos_token");
	char value[ARGUMENT_MAX];

	if (argument_get(arguments, "add_bos_token", value))
		return EVAL_SPECIAL_YES;
	if (json_kind(member) == JSON_KIND_BOOL || json_text(member) ||
	    (text && strstr(text, "add_bos_token=False")))
		return EVAL_SPECIAL_NO;
	return EVAL_SPECIAL_DEFAULT;
}

static int dtype_of(const struct json *config, enum foreign_dtype *out_dtype, struct error *err)
{
	static const char *const name[] = {
		[FOREIGN_F32] = "torch.float32",
		[FOREIGN_F16] = "torch.float16",
		[FOREIGN_BF16] = "torch.bfloat16",
	};
	const char *text = json_text(json_member(config, "model_dtype"));

	for (size_t i = 0; text && i < sizeof(name) / sizeof(name[0]); i++)
		if (strcmp(text, name[i]) == 0) {
			*out_dtype = (enum foreign_dtype)i;
			return 0;
		}
	return error_set(err, ERROR_UNTRUSTED,
			 "the results say that the model ran in '%.64s', for which no tolerance is "
			 "known",
			 text ? text : "nothing that is named");
}

/* ["<s>", "1"]: a token's text and id; false where it has none. */
static bool token_of(const struct json *pair, const char **out_text, uint32_t *out_id)
{
	const struct json *second = json_at(pair, 1);
	const char *text = json_text(second);
	unsigned long long id;
	char *end;

	if (json_kind(second) == JSON_KIND_INTEGER && json_integer_of(second) >= 0)
		id = (unsigned long long)json_integer_of(second);
	else if (text && *text >= '0' && *text <= '9' && (id = strtoull(text, &end, 10), !*end))
		;
	else
		return false;
	if (id > UINT32_MAX)
		return false;
	*out_id = (uint32_t)id;
	*out_text = json_text(json_at(pair, 0));
	return true;
}

static int arguments_check(const struct json *arguments, struct error *err)
{
	char value[ARGUMENT_MAX];

	for (size_t i = 0; i < sizeof(other_weights) / sizeof(other_weights[0]); i++)
		if (argument_get(arguments, other_weights[i], value))
			return error_set(err, ERROR_UNTRUSTED,
					 "the run was made with %s=%s: not these weights alone",
					 other_weights[i], value);
	if (argument_get(arguments, "prefix_token_id", value))
		return error_set(err, ERROR_UNTRUSTED, "the run was made with prefix_token_id=%s",
				 value);
	return 0;
}

int eval_run_read(const struct json *file, struct eval_run *out_run, struct error *err)
{
	const struct json *config = json_member(file, "config"), *arguments;
	const struct json *length = json_member(file, "max_length");
	struct eval_run run = { .file = file, .version = "" };
	const char *model = json_text(json_member(config, "model"));
	const char *version = json_text(json_member(file, "lm_eval_version"));

	if (!model)
		return error_set(err, ERROR_CORRUPT,
				 "the results do not say which kind of model ran");
	if (strcmp(model, "hf") != 0 && strcmp(model, "hf-auto") != 0 &&
	    strcmp(model, "huggingface") != 0)
		return error_set(
			err, ERROR_UNTRUSTED,
			"the results are of the harness's model '%.64s', and what is known "
			"here is how its 'hf' asks",
			model);
	arguments = json_member(config, "model_args");
	if (arguments_check(arguments, err) || dtype_of(config, &run.dtype, err))
		return -1;
	if (!token_of(json_member(file, "tokenizer_bos_token"), &run.prefix_text, &run.prefix) &&
	    !token_of(json_member(file, "tokenizer_eos_token"), &run.prefix_text, &run.prefix))
		return error_set(
			err, ERROR_UNTRUSTED,
			"the results name neither a first nor a last token of the tokenizer");
	if (json_kind(length) == JSON_KIND_INTEGER && json_integer_of(length) > 0)
		run.max_length = (uint64_t)json_integer_of(length);
	run.version = version ? version : "";
	run.special = special_of(arguments);
	*out_run = run;
	return 0;
}

int eval_task_read(const struct json *file, const char *name, struct eval_task *out_task,
		   struct error *err)
{
	const struct json *config = json_member(json_member(file, "configs"), name);
	const struct json *count =
		json_member(json_member(json_member(file, "n-samples"), name), "effective");
	struct eval_task task = { .name = name,
				  .kind = EVAL_OTHER,
				  .output_type = json_text(json_member(config, "output_type")),
				  .delimiter = json_text(json_member(config, "target_delimiter")) };

	if (!config || !task.output_type)
		return error_set(err, ERROR_ABSENT, "the results tell nothing of a task '%.128s'",
				 name);
	if (strcmp(task.output_type, "multiple_choice") == 0)
		task.kind = EVAL_CHOICE;
	else if (strcmp(task.output_type, "loglikelihood") == 0)
		task.kind = EVAL_LIKELIHOOD;
	if (!task.delimiter)
		task.delimiter = " ";
	if (json_kind(count) == JSON_KIND_INTEGER && json_integer_of(count) > 0)
		task.items = (uint64_t)json_integer_of(count);
	*out_task = task;
	return 0;
}
