/* run_facts: command and environment of a run, without what is nobody's business. */
#include "registry/run/facts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/run/secrets.h"

/* docs/runs.md lists them; values are kept as run_text_public leaves them. */
static const char *const variables[] = {
	"CONDA_DEFAULT_ENV",
	"CONDA_PREFIX",
	"CUBLAS_WORKSPACE_CONFIG",
	"CUDA_DEVICE_MAX_CONNECTIONS",
	"CUDA_DEVICE_ORDER",
	"CUDA_HOME",
	"CUDA_LAUNCH_BLOCKING",
	"CUDA_VERSION",
	"CUDA_VISIBLE_DEVICES",
	"GLOO_SOCKET_IFNAME",
	"GROUP_RANK",
	"GROUP_WORLD_SIZE",
	"HF_DATASETS_OFFLINE",
	"HF_HOME",
	"HF_HUB_OFFLINE",
	"LD_LIBRARY_PATH",
	"LD_PRELOAD",
	"LOADEDMODULES",
	"LOCAL_RANK",
	"LOCAL_WORLD_SIZE",
	"MKL_NUM_THREADS",
	"NCCL_ALGO",
	"NCCL_ASYNC_ERROR_HANDLING",
	"NCCL_BUFFSIZE",
	"NCCL_DEBUG",
	"NCCL_IB_DISABLE",
	"NCCL_IB_GID_INDEX",
	"NCCL_IB_HCA",
	"NCCL_IB_TIMEOUT",
	"NCCL_NVLS_ENABLE",
	"NCCL_P2P_DISABLE",
	"NCCL_PROTO",
	"NCCL_SHM_DISABLE",
	"NCCL_SOCKET_IFNAME",
	"NCCL_VERSION",
	"NVIDIA_PYTORCH_VERSION",
	"NVIDIA_TF32_OVERRIDE",
	"NVIDIA_VISIBLE_DEVICES",
	"NVTE_APPLY_QK_LAYER_SCALING",
	"NVTE_FLASH_ATTN",
	"NVTE_FUSED_ATTN",
	"OMPI_COMM_WORLD_LOCAL_SIZE",
	"OMPI_COMM_WORLD_SIZE",
	"OMP_NUM_THREADS",
	"PYTHONHASHSEED",
	"PYTHONPATH",
	"PYTORCH_CUDA_ALLOC_CONF",
	"PYTORCH_VERSION",
	"RANK",
	"TOKENIZERS_PARALLELISM",
	"TORCHELASTIC_MAX_RESTARTS",
	"TORCHELASTIC_RESTART_COUNT",
	"TORCHELASTIC_RUN_ID",
	"TORCH_CUDA_ARCH_LIST",
	"TORCH_NCCL_ASYNC_ERROR_HANDLING",
	"TRANSFORMERS_OFFLINE",
	"TZ",
	"VIRTUAL_ENV",
	"WANDB_MODE",
	"WANDB_PROJECT",
	"WANDB_RUN_ID",
	"WORLD_SIZE",
};

void run_facts_release(struct run_facts *facts)
{
	json_free(&facts->details);
}

/* ---- Texts ---- */

/* What may go on a name: "~; ls" or a line feed ends it, "~.old" does not. */
static bool component_end(char c)
{
	return (unsigned char)c < 0x80 && !isalnum((unsigned char)c) && !strchr("._-", c ? c : '/');
}

/* Append `text` with each `from` that ends a component replaced. */
static int replace(struct buffer *out, const char *text, const char *from, const char *to,
		   struct error *err)
{
	size_t len = strlen(from);

	while (*text) {
		if (len && strncmp(text, from, len) == 0 && component_end(text[len])) {
			if (buffer_add_text(out, to, err))
				return -1;
			text += len;
			continue;
		}
		if (buffer_add(out, (struct span){ (const uint8_t *)text, 1 }, err))
			return -1;
		text++;
	}
	return 0;
}

int run_text_public(const struct context *ctx, const char *text, char **out_text, struct error *err)
{
	const char *home = context_environment(ctx, "HOME");
	const char *user = context_environment(ctx, "USER");
	CLEANUP(buffer_release) struct buffer first, second;
	CLEANUP(text_free) char *plain = NULL;
	char folder[256];

	buffer_init(&first, 4 * RUN_COMMAND_MAX);
	buffer_init(&second, 4 * RUN_COMMAND_MAX);
	if (!user || !user[0])
		user = context_environment(ctx, "LOGNAME");
	/* A home of "/" is nobody's. */
	if (replace(&first, text, home && strlen(home) > 1 ? home : "", "~", err) ||
	    buffer_to_text(&first, &plain, err))
		return -1;
	if (!user || strcmp(user, "root") == 0 || strlen(user) < 2 ||
	    snprintf(folder, sizeof(folder), "/%s", user) >= (int)sizeof(folder))
		folder[0] = '\0';
	return replace(&second, plain, folder, "/~user", err) ||
			       buffer_to_text(&second, out_text, err)
		       ? -1
		       : 0;
}

const char *run_path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

int run_refuse(const struct context *ctx, struct run_facts *facts, const char *place,
	       const char *rule, struct error *err)
{
	struct json *item;

	context_notice(ctx, "%s holds what looks like %s, and is not kept", place, rule);
	return json_add_object(facts->refused, &item, err) ||
			       json_set_text(item, "place", place, err) ||
			       json_set_text(item, "rule", rule, err)
		       ? -1
		       : 0;
}

/* JSON takes UTF-8 alone: other bytes are escaped, and what is too long is cut. */
static int text_fit(const char *text, size_t max, char **out_text, struct error *err)
{
	size_t size = 4 * strnlen(text, max) + 1;
	char *cut = strndup(text, max), *escaped = malloc(size);

	if (!cut || !escaped) {
		free(cut);
		free(escaped);
		return error_set(err, ERROR_SYSTEM, "out of memory for a run's command");
	}
	text_escape(escaped, size, cut);
	free(cut);
	*out_text = escaped;
	return 0;
}

static int text_prepare(const struct context *ctx, const char *text, size_t max, char **out_text,
			struct error *err)
{
	CLEANUP(text_free) char *fit = NULL;

	return text_fit(text, max, &fit, err) || run_text_public(ctx, fit, out_text, err) ? -1 : 0;
}

/* ---- Command ---- */

/* "--hf-token" before its value. */
static bool asks_secret(const char *word)
{
	return word[0] == '-' && !strchr(word, '=') && secrets_name(word, strlen(word));
}

/* "--hf-token=VALUE", "HF_TOKEN=VALUE". */
static bool gives_secret(const char *word)
{
	size_t len = strcspn(word, "= ");

	return word[len] == '=' && word[len + 1] && secrets_name(word, len);
}

static int command_set(const struct context *ctx, const struct run_facts_request *request,
		       struct run_facts *facts, struct error *err)
{
	struct json *command;

	if (!request->command_count)
		return 0;
	if (json_set_array(facts->details, "command", &command, err))
		return -1;
	for (size_t i = 0; i < request->command_count; i++) {
		CLEANUP(text_free) char *text = NULL;
		struct secret_found found;
		const char *word = request->command[i];
		bool value_of_secret =
			(i && asks_secret(request->command[i - 1])) || gives_secret(word);
		char place[64];

		if (value_of_secret || secrets_find(span_of(word), &found)) {
			snprintf(place, sizeof(place), "word %zu of the command", i + 1);
			if (run_refuse(ctx, facts, place,
				       value_of_secret ? "the value of something called a secret"
						       : found.rule,
				       err) ||
			    json_add_text(command, "[refused]", err))
				return -1;
			continue;
		}
		if (text_prepare(ctx, word, RUN_COMMAND_MAX, &text, err) ||
		    json_add_text(command, text, err))
			return -1;
	}
	return 0;
}

/* ---- Environment ---- */

static int variable_set(const struct context *ctx, const char *name, struct json *environment,
			struct run_facts *facts, struct error *err)
{
	const char *value = context_environment(ctx, name);
	CLEANUP(text_free) char *text = NULL;
	struct secret_found found = { .rule = "a secret, by its name" };
	char place[300];

	if (!value || json_member(environment, name))
		return 0;
	if (secrets_name(name, strlen(name)) || secrets_find(span_of(value), &found)) {
		snprintf(place, sizeof(place), "the variable %.256s", name);
		return run_refuse(ctx, facts, place, found.rule, err);
	}
	return text_prepare(ctx, value, RUN_VARIABLE_MAX, &text, err) ||
			       json_set_text(environment, name, text, err)
		       ? -1
		       : 0;
}

static int environment_set(const struct context *ctx, const struct run_facts_request *request,
			   struct run_facts *facts, struct error *err)
{
	struct json *environment;

	if (json_set_object(facts->details, "environment", &environment, err))
		return -1;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (variable_set(ctx, variables[i], environment, facts, err))
			return -1;
	for (size_t i = 0; i < request->variable_count; i++)
		if (variable_set(ctx, request->variable[i], environment, facts, err))
			return -1;
	return 0;
}

static int outputs_set(const struct context *ctx, const struct run_facts_request *request,
		       struct json *details, struct error *err)
{
	struct json *outputs;

	if (!request->output_count)
		return 0;
	if (json_set_array(details, "outputs", &outputs, err))
		return -1;
	for (size_t i = 0; i < request->output_count; i++) {
		CLEANUP(text_free) char *text = NULL;

		if (text_prepare(ctx, request->output[i], RUN_COMMAND_MAX, &text, err) ||
		    json_add_text(outputs, text, err))
			return -1;
	}
	return 0;
}

static int identity_set(const struct context *ctx, struct run_facts *facts, struct error *err)
{
	char began[STATEMENT_TIME_SIZE];
	uint8_t chance[(RUN_ID_SIZE - 1) / 2];

	if (context_random(ctx, chance, sizeof(chance), err))
		return -1;
	for (size_t i = 0; i < sizeof(chance); i++)
		snprintf(facts->id + 2 * i, 3, "%02x", chance[i]);
	statement_time(ctx, began);
	return json_set_text(facts->details, "schema", RUN_DETAILS_SCHEMA, err) ||
			       json_set_text(facts->details, "id", facts->id, err) ||
			       json_set_text(facts->details, "began", began, err)
		       ? -1
		       : 0;
}

int run_facts_gather(const struct context *ctx, const struct run_facts_request *request,
		     struct run_facts *out_facts, struct error *err)
{
	CLEANUP(run_facts_release) struct run_facts facts = { .details = NULL };
	struct run_machine machine;

	if (json_object_new(&facts.details, err) ||
	    json_set_array(facts.details, "refused", &facts.refused, err) ||
	    identity_set(ctx, &facts, err) || command_set(ctx, request, &facts, err) ||
	    environment_set(ctx, request, &facts, err) ||
	    outputs_set(ctx, request, facts.details, err) ||
	    run_machine_set(ctx, request->root, facts.details, &machine, err))
		return -1;
	facts.nodes = machine.nodes;
	facts.gpus = machine.gpus;
	facts.gpus_known = machine.gpus_known;
	*out_facts = facts;
	facts.details = NULL; /* handed over */
	return 0;
}
