/* shapes: Llama-shaped checkpoints of any size whose numbers are all 0, in a file that is a hole.
 */
#include "tests/verify/shapes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/verify/checkpoint.h"

enum { TEXT_MAX_BYTES = 4 << 20 };

/* One more tensor of the header; `cols` 0: a vector. */
static void tensor_add(struct buffer *header, uint64_t *offset, const char *name, uint64_t rows,
		       uint64_t cols)
{
	uint64_t end = *offset + 2 * rows * (cols ? cols : 1);
	struct error err = { 0 };
	char more[32] = "";

	if (cols)
		snprintf(more, sizeof(more), ",%llu", (unsigned long long)cols);
	assert_done(buffer_printf(header, &err,
				  "%s\"%s\":{\"dtype\":\"BF16\",\"shape\":[%llu%s],"
				  "\"data_offsets\":[%llu,%llu]}",
				  *offset ? "," : "{", name, (unsigned long long)rows, more,
				  (unsigned long long)*offset, (unsigned long long)end),
		    &err);
	*offset = end;
}

static void layer_add(struct buffer *header, uint64_t *offset, const struct shape *shape,
		      unsigned layer)
{
	uint64_t key = (uint64_t)shape->hidden / shape->heads * shape->key_heads;
	const struct {
		const char *name;
		uint64_t rows, cols;
	} tensor[] = {
		{ "input_layernorm", shape->hidden, 0 },
		{ "self_attn.q_proj", shape->hidden, shape->hidden },
		{ "self_attn.k_proj", key, shape->hidden },
		{ "self_attn.v_proj", key, shape->hidden },
		{ "self_attn.o_proj", shape->hidden, shape->hidden },
		{ "post_attention_layernorm", shape->hidden, 0 },
		{ "mlp.gate_proj", shape->inner, shape->hidden },
		{ "mlp.up_proj", shape->inner, shape->hidden },
		{ "mlp.down_proj", shape->hidden, shape->inner },
	};
	char name[96];

	for (size_t i = 0; i < sizeof(tensor) / sizeof(tensor[0]); i++) {
		snprintf(name, sizeof(name), "model.layers.%u.%s.weight", layer, tensor[i].name);
		tensor_add(header, offset, name, tensor[i].rows, tensor[i].cols);
	}
}

void shape_write(const struct shape *shape, const char *folder)
{
	char config[512], *path = path_of(folder, "model.safetensors");
	struct buffer header, file;
	uint64_t offset = 0;
	struct error err = { 0 };
	int fd;

	snprintf(config, sizeof(config),
		 "{\"model_type\":\"llama\",\"architectures\":[\"LlamaForCausalLM\"],"
		 "\"hidden_size\":%u,\"intermediate_size\":%u,\"num_hidden_layers\":%u,"
		 "\"num_attention_heads\":%u,\"num_key_value_heads\":%u,\"vocab_size\":%u,"
		 "\"max_position_embeddings\":8192,\"rms_norm_eps\":1e-05,\"rope_theta\":500000.0,"
		 "\"hidden_act\":\"silu\",\"tie_word_embeddings\":false}",
		 shape->hidden, shape->inner, shape->layers, shape->heads, shape->key_heads,
		 shape->vocab);
	put_text(folder, "config.json", config);
	buffer_init(&header, TEXT_MAX_BYTES);
	buffer_init(&file, TEXT_MAX_BYTES);
	tensor_add(&header, &offset, "model.embed_tokens.weight", shape->vocab, shape->hidden);
	for (unsigned layer = 0; layer < shape->layers; layer++)
		layer_add(&header, &offset, shape, layer);
	tensor_add(&header, &offset, "model.norm.weight", shape->hidden, 0);
	tensor_add(&header, &offset, "lm_head.weight", shape->vocab, shape->hidden);
	assert_done(buffer_add_text(&header, "}", &err), &err);
	assert_done(buffer_add_u64le(&file, header.len, &err), &err);
	assert_done(buffer_add(&file, buffer_view(&header), &err), &err);
	put_file(folder, "model.safetensors", buffer_view(&file));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)(file.len + offset)), 0);
	close(fd);
	free(path);
	buffer_release(&header);
	buffer_release(&file);
}
