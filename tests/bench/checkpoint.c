/* checkpoint: made-up weights, written as they are drawn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/checkpoint.h"
#include "verify/architecture.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

enum { TENSORS_MAX_HERE = 512, STEP_ELEMENTS = 1 << 20 };

static const struct checkpoint_shape shapes[] = {
	{ "tiny", 64, 2, 128, 4, 2, 256, true, 0 },
	{ "2gb", 2048, 16, 8192, 32, 8, 32000, true, 0 }, /* 2.1 GB */
	{ "1b", 2048, 16, 8192, 32, 8, 128256, true,
	  0 }, /* Llama 3.2 1B: 1.24 billion parameters */
	{ "8b", 4096, 32, 14336, 32, 8, 128256, false, 0 }, /* Llama 3 8B: 16.1 GB */
	{ "moe", 1024, 3, 1792, 16, 4, 32000, true, 32 },   /* 1.1 GB, 11 MB each expert */
};

const struct checkpoint_shape *checkpoint_shape(const char *name)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (!strcmp(shapes[i].name, name))
			return &shapes[i];
	return NULL;
}

struct model_config checkpoint_config(const struct checkpoint_shape *shape)
{
	struct model_config config;

	memset(&config, 0, sizeof(config));
	config.architecture = &architecture_llama;
	config.layers = shape->layers;
	config.hidden = shape->hidden;
	config.intermediate = shape->intermediate;
	config.heads = shape->heads;
	config.key_heads = shape->key_heads;
	config.head_dim = shape->hidden / shape->heads;
	config.vocab = shape->vocab;
	config.positions = config.context = CHECKPOINT_CONTEXT;
	config.eps = (float)CHECKPOINT_EPS;
	config.activation = ACTIVATION_SILU;
	config.tied = shape->tied;
	config.rope = (struct rope_frequencies){ .dim = config.head_dim,
						 .theta = (float)CHECKPOINT_THETA,
						 .scaling = ROPE_PLAIN };
	return config;
}

struct made {
	char name[128];
	unsigned rows, cols; /* cols 0: a vector, all ones */
};

struct plan {
	struct made tensor[TENSORS_MAX_HERE];
	size_t count;
};

static void plan_add(struct plan *plan, unsigned rows, unsigned cols, const char *layer,
		     const char *part)
{
	struct made *made = &plan->tensor[plan->count++];

	made->rows = rows;
	made->cols = cols;
	snprintf(made->name, sizeof(made->name), "%s%s.weight", layer, part);
}

static void plan_experts(struct plan *plan, const struct checkpoint_shape *s, const char *layer)
{
	char part[64];

	plan_add(plan, s->experts, s->hidden, layer, "block_sparse_moe.gate");
	for (unsigned i = 0; i < s->experts; i++)
		for (unsigned w = 1; w <= 3; w++) {
			snprintf(part, sizeof(part), "block_sparse_moe.experts.%u.w%u", i, w);
			plan_add(plan, w == 2 ? s->hidden : s->intermediate,
				 w == 2 ? s->intermediate : s->hidden, layer, part);
		}
}

static void plan_mlp(struct plan *plan, const struct checkpoint_shape *s, const char *layer)
{
	plan_add(plan, s->hidden, s->intermediate, layer, "mlp.down_proj");
	plan_add(plan, s->intermediate, s->hidden, layer, "mlp.gate_proj");
	plan_add(plan, s->intermediate, s->hidden, layer, "mlp.up_proj");
}

static void plan_all(struct plan *plan, const struct checkpoint_shape *s)
{
	unsigned keys = s->hidden / s->heads * s->key_heads;

	plan_add(plan, s->vocab, s->hidden, "model.", "embed_tokens");
	for (unsigned i = 0; i < s->layers; i++) {
		char layer[32];

		snprintf(layer, sizeof(layer), "model.layers.%u.", i);
		plan_add(plan, s->hidden, 0, layer, "input_layernorm");
		if (s->experts)
			plan_experts(plan, s, layer);
		else
			plan_mlp(plan, s, layer);
		plan_add(plan, s->hidden, 0, layer, "post_attention_layernorm");
		plan_add(plan, keys, s->hidden, layer, "self_attn.k_proj");
		plan_add(plan, s->hidden, s->hidden, layer, "self_attn.o_proj");
		plan_add(plan, s->hidden, s->hidden, layer, "self_attn.q_proj");
		plan_add(plan, keys, s->hidden, layer, "self_attn.v_proj");
	}
	plan_add(plan, s->hidden, 0, "model.", "norm");
	if (!s->tied)
		plan_add(plan, s->vocab, s->hidden, "", "lm_head");
}

static uint64_t elements_of(const struct made *made)
{
	return (uint64_t)made->rows * (made->cols ? made->cols : 1);
}

static uint64_t bytes_of(const struct plan *plan, size_t first, size_t end)
{
	uint64_t bytes = 0;

	for (size_t i = first; i < end; i++)
		bytes += 2 * elements_of(&plan->tensor[i]);
	return bytes;
}

static int write_header(const struct plan *plan, size_t first, size_t end,
			struct file_writer *writer, struct error *err)
{
	CLEANUP(buffer_release) struct buffer header;
	CLEANUP(buffer_release) struct buffer length;
	uint64_t at = 0;

	buffer_init(&header, 1u << 20);
	buffer_init(&length, 8);
	if (buffer_add_text(&header, "{\"__metadata__\":{\"format\":\"pt\"}", err))
		return -1;
	for (size_t i = first; i < end; i++) {
		const struct made *made = &plan->tensor[i];
		uint64_t next = at + 2 * elements_of(made);
		char cols[16] = "";

		if (made->cols)
			snprintf(cols, sizeof(cols), ",%u", made->cols);
		if (buffer_printf(&header, err,
				  ",\"%s\":{\"dtype\":\"BF16\",\"shape\":[%u%s],"
				  "\"data_offsets\":[%llu,%llu]}",
				  made->name, made->rows, cols, (unsigned long long)at,
				  (unsigned long long)next))
			return -1;
		at = next;
	}
	if (buffer_add_text(&header, "}", err))
		return -1;
	while (header.len % 8) { /* so that the tensors are aligned */
		if (buffer_add_text(&header, " ", err))
			return -1;
	}
	return buffer_add_u64le(&length, header.len, err) ||
			       file_writer_add(writer, buffer_view(&length), err) ||
			       file_writer_add(writer, buffer_view(&header), err)
		       ? -1
		       : 0;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717u;
}

/* Small numbers of both signs, between 2^-7 and 2^-5; ones for a norm. */
static int write_values(const struct made *made, uint64_t seed, uint16_t *room,
			struct file_writer *writer, struct error *err)
{
	uint64_t left = elements_of(made), state = seed * 2654435761u + 1;

	while (left) {
		size_t count = left < STEP_ELEMENTS ? (size_t)left : STEP_ELEMENTS;

		for (size_t i = 0; i < count; i += 4) {
			uint64_t drawn = next_random(&state);

			for (size_t k = i; k < i + 4 && k < count; k++, drawn >>= 16)
				room[k] =
					made->cols ? (uint16_t)(0x3c00 | (drawn & 0x80ff)) : 0x3f80;
		}
		if (file_writer_add(writer, (struct span){ (uint8_t *)room, 2 * count }, err))
			return -1;
		left -= count;
	}
	return 0;
}

static int write_shard(const struct plan *plan, size_t first, size_t end, const char *path,
		       struct error *err)
{
	CLEANUP(file_writer_free) struct file_writer *writer = NULL;
	uint16_t *room = malloc(2 * STEP_ELEMENTS);
	int result = !room || file_writer_new(path, 0644, &writer, err) ||
		     write_header(plan, first, end, writer, err);

	for (size_t i = first; !result && i < end; i++)
		result = write_values(&plan->tensor[i], i + 1, room, writer, err);
	free(room);
	return result ? -1 : file_writer_commit(writer, FILE_REPLACE, err);
}

static int write_text(const char *folder, const char *name, const struct buffer *text,
		      struct error *err)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return file_write(path, buffer_view(text), 0644, FILE_REPLACE, err);
}

static int write_config(const char *folder, const struct checkpoint_shape *s, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	char experts[96] = "";

	if (s->experts)
		snprintf(experts, sizeof(experts),
			 "\"num_local_experts\":%u,\"num_experts_per_tok\":2,", s->experts);
	buffer_init(&text, 4096);
	return buffer_printf(
		       &text, err,
		       "{\"architectures\":[\"%sForCausalLM\"],\"model_type\":\"%s\",%s"
		       "\"hidden_size\":%u,\"num_hidden_layers\":%u,\"intermediate_size\":%u,"
		       "\"num_attention_heads\":%u,\"num_key_value_heads\":%u,\"vocab_size\":%u,"
		       "\"max_position_embeddings\":%u,\"rms_norm_eps\":" TEXT(
			       CHECKPOINT_EPS) ","
					       "\"rope_theta\":" TEXT(
						       CHECKPOINT_THETA) ",\"hidden_act\":\"silu\","
									 "\"attention_bias\":false,"
									 "\"mlp_bias\":false,"
									 "\"tie_word_embeddings\":%"
									 "s,\"torch_dtype\":"
									 "\"bfloat16\"}\n",
		       s->experts ? "Mixtral" : "Llama", s->experts ? "mixtral" : "llama", experts,
		       s->hidden, s->layers, s->intermediate, s->heads, s->key_heads, s->vocab,
		       CHECKPOINT_CONTEXT, s->tied ? "true" : "false") ||
			       write_text(folder, "config.json", &text, err)
		       ? -1
		       : 0;
}

/* Shards of about equal size, each of whole tensors, and the index over them. */
static int write_shards(const char *folder, const struct plan *plan, unsigned shards,
			struct error *err)
{
	CLEANUP(buffer_release) struct buffer index;
	uint64_t total = bytes_of(plan, 0, plan->count);
	size_t first = 0;

	buffer_init(&index, 1u << 20);
	if (buffer_printf(&index, err, "{\"metadata\":{\"total_size\":%llu},\"weight_map\":{",
			  (unsigned long long)total))
		return -1;
	for (unsigned shard = 1; shard <= shards; shard++) {
		char name[64], path[4096];
		size_t end = first + 1;

		while (end < plan->count &&
		       (shard == shards || bytes_of(plan, 0, end + 1) <= total / shards * shard))
			end++;
		snprintf(name, sizeof(name), "model-%05u-of-%05u.safetensors", shard, shards);
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (write_shard(plan, first, end, path, err))
			return -1;
		for (; first < end; first++) {
			if (buffer_printf(&index, err, "%s\"%s\":\"%s\"", first ? "," : "",
					  plan->tensor[first].name, name))
				return -1;
		}
	}
	return buffer_add_text(&index, "}}\n", err) ||
			       write_text(folder, "model.safetensors.index.json", &index, err)
		       ? -1
		       : 0;
}

int checkpoint_make(const char *folder, const struct checkpoint_shape *shape, unsigned shards,
		    struct error *err)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	char path[4096];
	int result;

	if (!plan)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	plan_all(plan, shape);
	snprintf(path, sizeof(path), "%s/model.safetensors", folder);
	result = folder_make(folder, err) || write_config(folder, shape, err);
	if (!result && shards < 2)
		result = write_shard(plan, 0, plan->count, path, err);
	else if (!result)
		result = write_shards(folder, plan, shards, err);
	free(plan);
	return result ? -1 : 0;
}
