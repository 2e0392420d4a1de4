/* Small models of every family, made up number by number, for tests. */
#include "tests/verify/tiny_model.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Tables ---- */

void tiny_tensor_add(struct tiny_model *model, const char *name, uint64_t rows, uint64_t cols)
{
	struct tiny_tensor *tensor = &model->tensor[model->count];

	assert_true(model->count < TINY_TENSORS_MAX);
	*tensor = (struct tiny_tensor){ .shape = { rows ? rows : cols, cols },
					.rank = rows ? 2 : 1,
					.norm = !rows && strstr(name, "weight"),
					.seed = 1 + model->count };
	snprintf(tensor->name, sizeof(tensor->name), "%s", name);
	model->count++;
}

struct tiny_tensor *tiny_tensor(struct tiny_model *model, const char *name)
{
	for (size_t i = 0; i < model->count; i++)
		if (!strcmp(model->tensor[i].name, name))
			return &model->tensor[i];
	fail_msg("no tensor '%s'", name);
	return NULL;
}

void tiny_tensor_drop(struct tiny_model *model, const char *name)
{
	*tiny_tensor(model, name) = model->tensor[model->count - 1];
	model->count--;
}

void tiny_config_edit(struct tiny_model *model, const char *from, const char *to)
{
	char *at = strstr(model->config, from), rest[sizeof(model->config)];

	assert_non_null(at);
	snprintf(rest, sizeof(rest), "%s", at + strlen(from));
	snprintf(at, sizeof(model->config) - (size_t)(at - model->config), "%s%s", to, rest);
}

/* Tensors of one layer: its prefix and the name, rows and columns of each; ends in NULL. */
struct row {
	const char *name;
	uint64_t rows, cols;
};

static void rows_add(struct tiny_model *model, const char *prefix, const struct row *row)
{
	char name[96];

	for (; row->name; row++) {
		snprintf(name, sizeof(name), "%s%s", prefix, row->name);
		tiny_tensor_add(model, name, row->rows, row->cols);
	}
}

enum { HIDDEN = 24, KEYS = 12, INNER = 40, VOCAB = 67, POSITIONS = 64 };

static void llama_fill(struct tiny_model *model, bool biased)
{
	static const struct row layer[] = {
		{ "input_layernorm.weight", 0, HIDDEN },
		{ "self_attn.q_proj.weight", HIDDEN, HIDDEN },
		{ "self_attn.k_proj.weight", KEYS, HIDDEN },
		{ "self_attn.v_proj.weight", KEYS, HIDDEN },
		{ "self_attn.o_proj.weight", HIDDEN, HIDDEN },
		{ "post_attention_layernorm.weight", 0, HIDDEN },
		{ "mlp.gate_proj.weight", INNER, HIDDEN },
		{ "mlp.up_proj.weight", INNER, HIDDEN },
		{ "mlp.down_proj.weight", HIDDEN, INNER },
		{ NULL, 0, 0 },
	};
	static const struct row biases[] = {
		{ "self_attn.q_proj.bias", 0, HIDDEN },
		{ "self_attn.k_proj.bias", 0, KEYS },
		{ "self_attn.v_proj.bias", 0, KEYS },
		{ NULL, 0, 0 },
	};
	char prefix[64];

	tiny_tensor_add(model, "model.embed_tokens.weight", VOCAB, HIDDEN);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(prefix, sizeof(prefix), "model.layers.%u.", i);
		rows_add(model, prefix, layer);
		if (biased)
			rows_add(model, prefix, biases);
	}
	tiny_tensor_add(model, "model.norm.weight", 0, HIDDEN);
	tiny_tensor_add(model, "lm_head.weight", VOCAB, HIDDEN);
}

static void gpt2_fill(struct tiny_model *model)
{
	static const struct row layer[] = {
		{ "ln_1.weight", 0, HIDDEN },
		{ "ln_1.bias", 0, HIDDEN },
		{ "attn.c_attn.weight", HIDDEN, (uint64_t)3 * HIDDEN },
		{ "attn.c_attn.bias", 0, (uint64_t)3 * HIDDEN },
		{ "attn.c_proj.weight", HIDDEN, HIDDEN },
		{ "attn.c_proj.bias", 0, HIDDEN },
		{ "ln_2.weight", 0, HIDDEN },
		{ "ln_2.bias", 0, HIDDEN },
		{ "mlp.c_fc.weight", HIDDEN, INNER },
		{ "mlp.c_fc.bias", 0, INNER },
		{ "mlp.c_proj.weight", INNER, HIDDEN },
		{ "mlp.c_proj.bias", 0, HIDDEN },
		{ NULL, 0, 0 },
	};

	tiny_tensor_add(model, "transformer.wte.weight", VOCAB, HIDDEN);
	tiny_tensor_add(model, "transformer.wpe.weight", POSITIONS, HIDDEN);
	rows_add(model, "transformer.h.0.", layer);
	rows_add(model, "transformer.h.1.", layer);
	tiny_tensor_add(model, "transformer.ln_f.weight", 0, HIDDEN);
	tiny_tensor_add(model, "transformer.ln_f.bias", 0, HIDDEN);
}

static void bert_fill(struct tiny_model *model)
{
	static const struct row outside[] = {
		{ "embeddings.word_embeddings.weight", VOCAB, HIDDEN },
		{ "embeddings.position_embeddings.weight", POSITIONS, HIDDEN },
		{ "embeddings.token_type_embeddings.weight", 2, HIDDEN },
		{ "embeddings.LayerNorm.weight", 0, HIDDEN },
		{ "embeddings.LayerNorm.bias", 0, HIDDEN },
		{ "pooler.dense.weight", HIDDEN, HIDDEN },
		{ "pooler.dense.bias", 0, HIDDEN },
		{ NULL, 0, 0 },
	};
	static const struct row layer[] = {
		{ "attention.self.query.weight", HIDDEN, HIDDEN },
		{ "attention.self.query.bias", 0, HIDDEN },
		{ "attention.self.key.weight", HIDDEN, HIDDEN },
		{ "attention.self.key.bias", 0, HIDDEN },
		{ "attention.self.value.weight", HIDDEN, HIDDEN },
		{ "attention.self.value.bias", 0, HIDDEN },
		{ "attention.output.dense.weight", HIDDEN, HIDDEN },
		{ "attention.output.dense.bias", 0, HIDDEN },
		{ "attention.output.LayerNorm.weight", 0, HIDDEN },
		{ "attention.output.LayerNorm.bias", 0, HIDDEN },
		{ "intermediate.dense.weight", INNER, HIDDEN },
		{ "intermediate.dense.bias", 0, INNER },
		{ "output.dense.weight", HIDDEN, INNER },
		{ "output.dense.bias", 0, HIDDEN },
		{ "output.LayerNorm.weight", 0, HIDDEN },
		{ "output.LayerNorm.bias", 0, HIDDEN },
		{ NULL, 0, 0 },
	};

	rows_add(model, "", outside);
	rows_add(model, "encoder.layer.0.", layer);
	rows_add(model, "encoder.layer.1.", layer);
}

#define SIZES                                                                                      \
	"\"hidden_size\":24,\"intermediate_size\":40,\"num_hidden_layers\":2,"                     \
	"\"num_attention_heads\":4,\"vocab_size\":67,\"max_position_embeddings\":64"

struct tiny_model tiny_model(const char *family)
{
	struct tiny_model model = { .stored = "BF16" };
	bool qwen2 = !strcmp(family, "qwen2");

	if (!strcmp(family, "gpt2")) {
		snprintf(model.config, sizeof(model.config), "%s",
			 "{\"model_type\":\"gpt2\",\"n_embd\":24,\"n_inner\":40,\"n_layer\":2,"
			 "\"n_head\":4,\"n_positions\":64,\"vocab_size\":67}");
		gpt2_fill(&model);
	} else if (!strcmp(family, "bert")) {
		snprintf(model.config, sizeof(model.config), "%s",
			 "{\"model_type\":\"bert\"," SIZES "}");
		bert_fill(&model);
	} else {
		snprintf(model.config, sizeof(model.config),
			 "{\"model_type\":\"%s\"," SIZES ",\"num_key_value_heads\":2%s}", family,
			 !strcmp(family, "mistral") ? ",\"sliding_window\":7"
			 : qwen2 ? ",\"use_sliding_window\":true,\"sliding_window\":5,"
				   "\"max_window_layers\":1"
				 : "");
		llama_fill(&model, qwen2);
	}
	return model;
}

struct tiny_model tiny_model_deep(const char *family, unsigned layers)
{
	struct tiny_model model = tiny_model(family);
	size_t shallow = model.count;
	char count[64];

	snprintf(count, sizeof(count), "\"num_hidden_layers\":%u", layers);
	tiny_config_edit(&model, "\"num_hidden_layers\":2", count);
	for (unsigned layer = 2; layer < layers; layer++)
		for (size_t i = 0; i < shallow; i++) {
			const struct tiny_tensor *like = &model.tensor[i];
			const char *digit = strstr(like->name, ".0.");
			char name[96];

			if (!digit)
				continue;
			snprintf(name, sizeof(name), "%.*s.%u%s", (int)(digit - like->name),
				 like->name, layer, digit + 2);
			tiny_tensor_add(&model, name, like->rank == 2 ? like->shape[0] : 0,
					like->shape[1]);
		}
	return model;
}

/* ---- On disk ---- */

static size_t stored_size(const char *stored)
{
	return !strcmp(stored, "F32") ? 4 : !strcmp(stored, "I64") ? 8 : 2;
}

static uint64_t tensor_count(const struct tiny_tensor *tensor)
{
	return tensor->rank == 2 ? tensor->shape[0] * tensor->shape[1] : tensor->shape[0];
}

static const char *tensor_stored(const struct tiny_model *model, const struct tiny_tensor *tensor)
{
	return tensor->stored ? tensor->stored : model->stored;
}

static size_t tensor_size(const struct tiny_model *model, const struct tiny_tensor *tensor)
{
	return (size_t)tensor_count(tensor) * stored_size(tensor_stored(model, tensor));
}

/*
 * Numbers in (-1/4, 1/4) with 8 significant bits, so that binary32 and bf16
 * hold the same; near 1 for the weights of norms. As f16 the same bits mean something else.
 */
static void tensor_write(const struct tiny_model *model, const struct tiny_tensor *tensor,
			 uint8_t *out)
{
	const char *stored = tensor_stored(model, tensor);
	uint64_t state = 0x9e3779b97f4a7c15u * tensor->seed;

	for (uint64_t i = 0; i < tensor_count(tensor); i++) {
		int32_t step = (int32_t)(test_random(&state) >> 32 & 0x7f) - 64;
		float number = (float)step / 256.0f + (tensor->norm ? 1.0f : 0.0f);
		uint32_t bits;

		if (tensor->has_nan && !i)
			number = __builtin_nanf("");
		memcpy(&bits, &number, sizeof(bits));
		if (!strcmp(stored, "F32"))
			memcpy(out + 4 * i, &bits, 4);
		else if (!strcmp(stored, "BF16"))
			memcpy(out + 2 * i, (uint8_t *)&bits + 2, 2);
	}
}

static void header_write(const struct tiny_model *model, struct buffer *out)
{
	struct error err = { 0 };
	size_t at = 0;

	assert_done(buffer_add_text(out, "{", &err), &err);
	for (size_t i = 0; i < model->count; i++) {
		const struct tiny_tensor *tensor = &model->tensor[i];
		size_t size = tensor_size(model, tensor);
		char shape[64];

		if (tensor->rank == 2)
			snprintf(shape, sizeof(shape), "%llu,%llu",
				 (unsigned long long)tensor->shape[0],
				 (unsigned long long)tensor->shape[1]);
		else
			snprintf(shape, sizeof(shape), "%llu",
				 (unsigned long long)tensor->shape[0]);
		assert_done(buffer_printf(out, &err,
					  "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],"
					  "\"data_offsets\":[%zu,%zu]}",
					  i ? "," : "", tensor->name, tensor_stored(model, tensor),
					  shape, at, at + size),
			    &err);
		at += size;
	}
	assert_done(buffer_add_text(out, "}", &err), &err);
	while (out->len % 8)
		assert_done(buffer_add_text(out, " ", &err), &err);
}

static char *file_in(const char *folder, const char *name)
{
	struct error err = { 0 };
	char *path = NULL;

	assert_done(path_join(folder, name, &path, &err), &err);
	return path;
}

static void file_in_write(const char *folder, const char *name, struct span bytes)
{
	struct error err = { 0 };
	char *path = file_in(folder, name);

	assert_done(file_write(path, bytes, 0644, FILE_REPLACE, &err), &err);
	free(path);
}

void tiny_model_write(const struct tiny_model *model, const char *folder)
{
	struct error err = { 0 };
	struct buffer header, file;

	buffer_init(&header, 1u << 20);
	buffer_init(&file, 1u << 24);
	header_write(model, &header);
	assert_done(buffer_add_u64le(&file, header.len, &err), &err);
	assert_done(buffer_add(&file, buffer_view(&header), &err), &err);
	for (size_t i = 0; i < model->count; i++) {
		size_t size = tensor_size(model, &model->tensor[i]);
		uint8_t *room;

		assert_done(buffer_extend(&file, size, &room, &err), &err);
		memset(room, 0, size);
		tensor_write(model, &model->tensor[i], room);
	}
	file_in_write(folder, "model.safetensors", buffer_view(&file));
	file_in_write(folder, "config.json", span_of(model->config));
	buffer_release(&header);
	buffer_release(&file);
}

void tiny_model_flip(const struct tiny_model *model, const char *folder, const char *name)
{
	tiny_model_flip_at(model, folder, name, 0);
}

void tiny_model_flip_at(const struct tiny_model *model, const char *folder, const char *name,
			size_t index)
{
	char *path = file_in(folder, "model.safetensors");
	struct error err = { 0 };
	struct buffer file;
	size_t at = 8;

	buffer_init(&file, 1u << 24);
	assert_done(file_read(path, &file, &err), &err);
	for (size_t i = 0; i < 8; i++)
		at += (size_t)file.data[i] << 8 * i;
	for (size_t i = 0; strcmp(model->tensor[i].name, name); i++)
		at += tensor_size(model, &model->tensor[i]);
	at += index * stored_size(model->stored);
	file.data[at] ^= 1;
	assert_done(file_write(path, buffer_view(&file), 0644, FILE_REPLACE, &err), &err);
	buffer_release(&file);
	free(path);
}

/* ---- Opened ---- */

int tiny_model_open(const char *folder, size_t threads, const char *variant,
		    struct tiny_open *out_open, struct error *err)
{
	CLEANUP(source_close) struct source *config = NULL;
	struct tiny_open open = { .ctx = test_context() };
	struct backend_options options = { .variant = variant };

	buffer_init(&open.config, CONFIG_MAX_BYTES);
	if ((threads && threads_new(threads, &open.ctx.threads, err)) ||
	    tree_open(folder, NULL, &open.tree, err) ||
	    tree_open_file(open.tree, "config.json", &config, err) ||
	    source_read_all(config, &open.config, err) ||
	    weights_open(open.tree, &open.weights, err) ||
	    forward_open(&open.ctx, open.weights, buffer_view(&open.config), &open.forward, err)) {
		tiny_model_close(&open);
		return -1;
	}
	options.threads = open.ctx.threads;
	if (backend_open("cpu", &options, &open.backend, err)) {
		tiny_model_close(&open);
		return -1;
	}
	*out_open = open;
	return 0;
}

void tiny_model_close(struct tiny_open *open)
{
	forward_close(&open->forward);
	if (open->backend)
		backend_close(&open->backend);
	weights_close(&open->weights);
	tree_close(&open->tree);
	buffer_release(&open->config);
	threads_free(&open->ctx.threads);
}
