/* Small models with experts, for tests. */
#include "tests/verify/tiny_moe.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { HIDDEN = 24, KEYS = 12, INNER = 40, EXPERT = 20, SHARED = 28, VOCAB = 67 };

static void layer_add(struct tiny_model *model, unsigned layer, const char *name, uint64_t rows,
		      uint64_t cols)
{
	char full[TINY_NAME_MAX];

	snprintf(full, sizeof(full), "model.layers.%u.%s", layer, name);
	tiny_tensor_add(model, full, rows, cols);
}

static bool is_mixtral(const char *family)
{
	return !strcmp(family, "mixtral");
}

void tiny_expert_name(const char *family, unsigned layer, unsigned expert, unsigned part,
		      char out_name[TINY_NAME_MAX])
{
	static const char *const mixtral[] = { "w1", "w3", "w2" };
	static const char *const qwen[] = { "gate_proj", "up_proj", "down_proj" };

	snprintf(out_name, TINY_NAME_MAX, "model.layers.%u.%s.experts.%u.%s.weight", layer,
		 is_mixtral(family) ? "block_sparse_moe" : "mlp", expert,
		 (is_mixtral(family) ? mixtral : qwen)[part]);
}

static void experts_add(struct tiny_model *model, const char *family, unsigned layer,
			unsigned experts)
{
	uint64_t inner = is_mixtral(family) ? INNER : EXPERT;
	char name[TINY_NAME_MAX];

	layer_add(model, layer,
		  is_mixtral(family) ? "block_sparse_moe.gate.weight" : "mlp.gate.weight", experts,
		  HIDDEN);
	for (unsigned id = 0; id < experts; id++)
		for (unsigned part = 0; part < 3; part++) {
			tiny_expert_name(family, layer, id, part, name);
			tiny_tensor_add(model, name, part == 2 ? HIDDEN : inner,
					part == 2 ? inner : HIDDEN);
		}
}

static void attention_add(struct tiny_model *model, const char *family, unsigned layer)
{
	layer_add(model, layer, "input_layernorm.weight", 0, HIDDEN);
	layer_add(model, layer, "self_attn.q_proj.weight", HIDDEN, HIDDEN);
	layer_add(model, layer, "self_attn.k_proj.weight", KEYS, HIDDEN);
	layer_add(model, layer, "self_attn.v_proj.weight", KEYS, HIDDEN);
	layer_add(model, layer, "self_attn.o_proj.weight", HIDDEN, HIDDEN);
	layer_add(model, layer, "post_attention_layernorm.weight", 0, HIDDEN);
	if (!strcmp(family, "qwen2_moe")) {
		layer_add(model, layer, "self_attn.q_proj.bias", 0, HIDDEN);
		layer_add(model, layer, "self_attn.k_proj.bias", 0, KEYS);
		layer_add(model, layer, "self_attn.v_proj.bias", 0, KEYS);
	}
	if (!strcmp(family, "qwen3_moe")) {
		layer_add(model, layer, "self_attn.q_norm.weight", 0, HIDDEN / 4);
		layer_add(model, layer, "self_attn.k_norm.weight", 0, HIDDEN / 4);
	}
}

static void rest_add(struct tiny_model *model, const char *family, unsigned layer, unsigned experts)
{
	if (!strcmp(family, "qwen3_moe") && layer == 0) {
		layer_add(model, layer, "mlp.gate_proj.weight", INNER, HIDDEN);
		layer_add(model, layer, "mlp.up_proj.weight", INNER, HIDDEN);
		layer_add(model, layer, "mlp.down_proj.weight", HIDDEN, INNER);
		return;
	}
	experts_add(model, family, layer, experts);
	if (!strcmp(family, "qwen2_moe")) {
		layer_add(model, layer, "mlp.shared_expert.gate_proj.weight", SHARED, HIDDEN);
		layer_add(model, layer, "mlp.shared_expert.up_proj.weight", SHARED, HIDDEN);
		layer_add(model, layer, "mlp.shared_expert.down_proj.weight", HIDDEN, SHARED);
		layer_add(model, layer, "mlp.shared_expert_gate.weight", 1, HIDDEN);
	}
}

struct tiny_model tiny_moe(const char *family, unsigned experts)
{
	struct tiny_model model = { .stored = "BF16" };

	snprintf(model.config, sizeof(model.config),
		 "{\"model_type\":\"%s\",\"hidden_size\":24,\"intermediate_size\":40,"
		 "\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,"
		 "\"vocab_size\":67,\"max_position_embeddings\":64,\"num_experts\":%u,"
		 "\"num_experts_per_tok\":2%s}",
		 family, experts,
		 is_mixtral(family) ? ",\"sliding_window\":7"
		 : !strcmp(family, "qwen2_moe")
			 ? ",\"moe_intermediate_size\":20,\"shared_expert_intermediate_size\":28"
			 : ",\"moe_intermediate_size\":20,\"norm_topk_prob\":true,"
			   "\"decoder_sparse_step\":2");
	tiny_tensor_add(&model, "model.embed_tokens.weight", VOCAB, HIDDEN);
	for (unsigned layer = 0; layer < 2; layer++) {
		attention_add(&model, family, layer);
		rest_add(&model, family, layer, experts);
	}
	tiny_tensor_add(&model, "model.norm.weight", 0, HIDDEN);
	tiny_tensor_add(&model, "lm_head.weight", VOCAB, HIDDEN);
	return model;
}

/* ---- A file of safetensors, tensor by tensor ---- */

struct file {
	struct buffer header, data;
};

static void file_open(struct file *file)
{
	struct error err = { 0 };

	buffer_init(&file->header, 1u << 20);
	buffer_init(&file->data, 1u << 24);
	assert_done(buffer_add_text(&file->header, "{\"__metadata__\":{}", &err), &err);
}

/* The next tensor, bf16, from byte `begin` of the data on. */
static void header_add(struct file *file, const char *name, const char *shape, uint64_t begin,
		       uint64_t size)
{
	struct error err = { 0 };

	assert_done(buffer_printf(&file->header, &err,
				  ",\"%s\":{\"dtype\":\"BF16\",\"shape\":[%s],"
				  "\"data_offsets\":[%llu,%llu]}",
				  name, shape, (unsigned long long)begin,
				  (unsigned long long)(begin + size)),
		    &err);
}

/* Header and data to model.safetensors, which is then made `hole` bytes longer. */
static void file_close(struct file *file, const char *folder, uint64_t hole)
{
	struct error err = { 0 };
	struct buffer whole;
	char *path = NULL;

	assert_done(buffer_add_text(&file->header, "}", &err), &err);
	while (file->header.len % 8)
		assert_done(buffer_add_text(&file->header, " ", &err), &err);
	buffer_init(&whole, 1u << 25);
	assert_done(buffer_add_u64le(&whole, file->header.len, &err), &err);
	assert_done(buffer_add(&whole, buffer_view(&file->header), &err), &err);
	assert_done(buffer_add(&whole, buffer_view(&file->data), &err), &err);
	assert_done(path_join(folder, "model.safetensors", &path, &err), &err);
	assert_done(file_write(path, buffer_view(&whole), 0644, FILE_REPLACE, &err), &err);
	if (hole)
		assert_int_equal(truncate(path, (off_t)(whole.len + hole)), 0);
	free(path);
	buffer_release(&whole);
	buffer_release(&file->header);
	buffer_release(&file->data);
}

static void config_write(const char *folder, const char *config)
{
	struct error err = { 0 };
	char *path = NULL;

	assert_done(path_join(folder, "config.json", &path, &err), &err);
	assert_done(file_write(path, span_of(config), 0644, FILE_REPLACE, &err), &err);
	free(path);
}

/* ---- Experts in two tensors ---- */

static void bytes_copy(struct tiny_open *open, const char *name, struct buffer *out)
{
	const struct tensor *tensor = weights_find(open->weights, name);
	struct error err = { 0 };
	uint8_t *room;

	assert_non_null(tensor);
	assert_done(buffer_extend(out, (size_t)tensor->length, &room, &err), &err);
	assert_done(weights_read(open->weights, tensor, 0, room, (size_t)tensor->length, &err),
		    &err);
}

static void fused_add(struct file *file, struct tiny_open *open, const char *family, unsigned layer,
		      unsigned experts)
{
	uint64_t inner = is_mixtral(family) ? INNER : EXPERT, begin = file->data.len;
	char name[TINY_NAME_MAX], shape[64];

	for (unsigned id = 0; id < experts; id++)
		for (unsigned part = 0; part < 2; part++) {
			tiny_expert_name(family, layer, id, part, name);
			bytes_copy(open, name, &file->data);
		}
	snprintf(name, sizeof(name), "model.layers.%u.mlp.experts.gate_up_proj", layer);
	snprintf(shape, sizeof(shape), "%u,%u,%u", experts, (unsigned)(2 * inner), HIDDEN);
	header_add(file, name, shape, begin, file->data.len - begin);
	begin = file->data.len;
	for (unsigned id = 0; id < experts; id++) {
		tiny_expert_name(family, layer, id, 2, name);
		bytes_copy(open, name, &file->data);
	}
	snprintf(name, sizeof(name), "model.layers.%u.mlp.experts.down_proj", layer);
	snprintf(shape, sizeof(shape), "%u,%u,%u", experts, HIDDEN, (unsigned)inner);
	header_add(file, name, shape, begin, file->data.len - begin);
}

void tiny_moe_write_fused(const char *family, unsigned experts, const char *folder)
{
	struct tiny_model model = tiny_moe(family, experts);
	char *plain = test_folder();
	struct error err = { 0 };
	struct tiny_open open;
	struct file file;

	tiny_model_write(&model, plain);
	assert_done(tiny_model_open(plain, 0, NULL, &open, &err), &err);
	file_open(&file);
	for (size_t i = 0; i < model.count; i++) {
		const struct tiny_tensor *tensor = &model.tensor[i];
		uint64_t begin = file.data.len;
		char shape[64];

		if (strstr(tensor->name, ".experts."))
			continue;
		bytes_copy(&open, tensor->name, &file.data);
		if (tensor->rank == 2)
			snprintf(shape, sizeof(shape), "%u,%u", (unsigned)tensor->shape[0],
				 (unsigned)tensor->shape[1]);
		else
			snprintf(shape, sizeof(shape), "%u", (unsigned)tensor->shape[0]);
		header_add(&file, tensor->name, shape, begin, file.data.len - begin);
	}
	for (unsigned layer = !strcmp(family, "qwen3_moe"); layer < 2; layer++)
		fused_add(&file, &open, family, layer, experts);
	file_close(&file, folder, 0);
	config_write(folder, model.config);
	tiny_model_close(&open);
	test_folder_remove(&plain);
}

/* ---- Large experts ---- */

static void numbers_add(struct file *file, const char *name, unsigned rows, unsigned cols)
{
	uint64_t state = 1 + file->data.len, begin = file->data.len;
	size_t count = (size_t)(rows ? rows : 1) * cols;
	struct error err = { 0 };
	char shape[64];
	uint8_t *room;

	assert_done(buffer_extend(&file->data, 2 * count, &room, &err), &err);
	for (size_t i = 0; i < count; i++) { /* between 2^-7 and 2^-5, of both signs */
		uint16_t number = (uint16_t)(0x3c00 | (test_random(&state) >> 40 & 0x80ff));

		memcpy(room + 2 * i, &number, 2);
	}
	snprintf(shape, sizeof(shape), rows ? "%u,%u" : "%u", rows ? rows : cols, cols);
	header_add(file, name, shape, begin, 2 * count);
}

/* Every expert's tensors, or the two of all, from byte `at` on; where they end. */
static uint64_t large_add(struct file *file, unsigned experts, unsigned hidden, unsigned inner,
			  bool fused, uint64_t at)
{
	uint64_t size = (uint64_t)2 * hidden * inner;
	char name[TINY_NAME_MAX], shape[64];

	if (fused) {
		snprintf(shape, sizeof(shape), "%u,%u,%u", experts, 2 * inner, hidden);
		header_add(file, "model.layers.0.mlp.experts.gate_up_proj", shape, at,
			   2 * experts * size);
		snprintf(shape, sizeof(shape), "%u,%u,%u", experts, hidden, inner);
		header_add(file, "model.layers.0.mlp.experts.down_proj", shape,
			   at + 2 * experts * size, experts * size);
		return at + 3 * experts * size;
	}
	for (unsigned i = 0; i < 3 * experts; i++, at += size) {
		tiny_expert_name("mixtral", 0, i / 3, i % 3, name);
		snprintf(shape, sizeof(shape), "%u,%u", i % 3 == 2 ? hidden : inner,
			 i % 3 == 2 ? inner : hidden);
		header_add(file, name, shape, at, size);
	}
	return at;
}

void tiny_moe_write_large(unsigned experts, unsigned hidden, unsigned inner, bool fused,
			  const char *folder)
{
	char config[512];
	uint64_t end;
	struct file file;

	file_open(&file);
	numbers_add(&file, "model.embed_tokens.weight", VOCAB, hidden);
	numbers_add(&file, "model.layers.0.input_layernorm.weight", 0, hidden);
	numbers_add(&file, "model.layers.0.self_attn.q_proj.weight", 64, hidden);
	numbers_add(&file, "model.layers.0.self_attn.k_proj.weight", 64, hidden);
	numbers_add(&file, "model.layers.0.self_attn.v_proj.weight", 64, hidden);
	numbers_add(&file, "model.layers.0.self_attn.o_proj.weight", hidden, 64);
	numbers_add(&file, "model.layers.0.post_attention_layernorm.weight", 0, hidden);
	numbers_add(&file, "model.layers.0.block_sparse_moe.gate.weight", experts, hidden);
	numbers_add(&file, "model.norm.weight", 0, hidden);
	numbers_add(&file, "lm_head.weight", VOCAB, hidden);
	end = large_add(&file, experts, hidden, inner, fused, file.data.len);
	snprintf(config, sizeof(config),
		 "{\"model_type\":\"mixtral\",\"hidden_size\":%u,\"intermediate_size\":%u,"
		 "\"num_hidden_layers\":1,\"num_attention_heads\":1,\"num_key_value_heads\":1,"
		 "\"head_dim\":64,\"vocab_size\":67,\"max_position_embeddings\":64,"
		 "\"num_local_experts\":%u,\"num_experts_per_tok\":2}",
		 hidden, inner, experts);
	file_close(&file, folder, end - file.data.len);
	config_write(folder, config);
}
