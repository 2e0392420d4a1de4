/*
 * forward_bench FOLDER [COUNT LENGTH]: time and memory of one exact pass.
 *
 * Makes a checkpoint of the Llama-3.2-1B shape (1.24 billion parameters, bf16,
 * 2.5 GB) in FOLDER unless one is there, makes its manifest, then records COUNT
 * probes of LENGTH tokens (16 of 128) with every piece checked against the
 * manifest, and runs the layers alone, without the head, too. Peak memory is held
 * against what the pass itself said before it started: two layers or the head,
 * and the activations. AKASHI_THREADS: how many threads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "verify/manifest.h"
#include "verify/tree.h"
#include "verify/verify.h"
#include "verify/weights.h"

enum { LAYERS = 16, HIDDEN = 2048, INNER = 8192, HEADS = 32, KEY_HEADS = 8, VOCAB = 128256 };

static const struct {
	const char *name;
	size_t rows, cols;
} layer_tensors[] = {
	{ "input_layernorm.weight", 0, HIDDEN },
	{ "mlp.down_proj.weight", HIDDEN, INNER },
	{ "mlp.gate_proj.weight", INNER, HIDDEN },
	{ "mlp.up_proj.weight", INNER, HIDDEN },
	{ "post_attention_layernorm.weight", 0, HIDDEN },
	{ "self_attn.k_proj.weight", HIDDEN / HEADS *KEY_HEADS, HIDDEN },
	{ "self_attn.o_proj.weight", HIDDEN, HIDDEN },
	{ "self_attn.q_proj.weight", HIDDEN, HIDDEN },
	{ "self_attn.v_proj.weight", HIDDEN / HEADS *KEY_HEADS, HIDDEN },
};

#define LAYER_TENSORS (sizeof(layer_tensors) / sizeof(layer_tensors[0]))

static size_t header_add(struct buffer *header, const char *name, size_t rows, size_t cols,
			 size_t at, struct error *err)
{
	size_t size = 2 * (rows ? rows : 1) * cols;
	char shape[64];

	if (rows)
		snprintf(shape, sizeof(shape), "%zu,%zu", rows, cols);
	else
		snprintf(shape, sizeof(shape), "%zu", cols);
	if (buffer_printf(header, err,
			  "%s\"%s\":{\"dtype\":\"BF16\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
			  at ? "," : "", name, shape, at, at + size))
		exit(5);
	return at + size;
}

static size_t header_make(struct buffer *header, struct error *err)
{
	size_t at;
	char name[96];

	if (buffer_add_text(header, "{", err))
		exit(5);
	at = header_add(header, "model.embed_tokens.weight", VOCAB, HIDDEN, 0, err);
	for (int layer = 0; layer < LAYERS; layer++)
		for (size_t i = 0; i < LAYER_TENSORS; i++) {
			snprintf(name, sizeof(name), "model.layers.%d.%s", layer,
				 layer_tensors[i].name);
			at = header_add(header, name, layer_tensors[i].rows, layer_tensors[i].cols,
					at, err);
		}
	at = header_add(header, "model.norm.weight", 0, HIDDEN, at, err);
	if (buffer_add_text(header, "}", err))
		exit(5);
	while (header->len % 8)
		if (buffer_add_text(header, " ", err))
			exit(5);
	return at;
}

/* bf16 numbers of either sign between 2^-7 and 2^-5. */
static void numbers_fill(uint16_t *number, size_t count, uint64_t *state)
{
	for (size_t i = 0; i < count; i++) {
		*state ^= *state << 13;
		*state ^= *state >> 7;
		*state ^= *state << 17;
		number[i] = (uint16_t)((*state & 0x80ff) + 0x3c00);
	}
}

static int checkpoint_make(const char *folder, struct error *err)
{
	static const char config[] =
		"{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\","
		"\"hidden_size\":2048,\"intermediate_size\":8192,\"num_hidden_layers\":16,"
		"\"num_attention_heads\":32,\"num_key_value_heads\":8,\"head_dim\":64,"
		"\"vocab_size\":128256,\"max_position_embeddings\":131072,\"rope_theta\":500000.0,"
		"\"rms_norm_eps\":1e-05,\"tie_word_embeddings\":true}";
	CLEANUP(file_writer_free) struct file_writer *writer = NULL;
	CLEANUP(buffer_release) struct buffer header, size;
	static uint16_t numbers[1 << 20];
	uint64_t state = 88172645463325252u;
	char path[4096];
	size_t bytes;

	buffer_init(&header, 1u << 20);
	buffer_init(&size, 8);
	bytes = header_make(&header, err);
	snprintf(path, sizeof(path), "%s/config.json", folder);
	if (folder_make(folder, err) ||
	    file_write(path, span_of(config), 0644, FILE_REPLACE, err) ||
	    buffer_add_u64le(&size, header.len, err))
		return -1;
	snprintf(path, sizeof(path), "%s/model.safetensors", folder);
	if (file_writer_new(path, 0644, &writer, err) ||
	    file_writer_add(writer, buffer_view(&size), err) ||
	    file_writer_add(writer, buffer_view(&header), err))
		return -1;
	while (bytes) {
		size_t len = bytes < sizeof(numbers) ? bytes : sizeof(numbers);

		numbers_fill(numbers, len / 2, &state);
		if (file_writer_add(writer, (struct span){ (const uint8_t *)numbers, len }, err))
			return -1;
		bytes -= len;
	}
	return file_writer_commit(writer, FILE_REPLACE, err);
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double peak_mib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss / 1024;
}

struct model {
	struct tree *tree;
	struct weights *weights;
	struct manifest *manifest;
	struct forward *forward;
	struct backend *backend;
};

static int model_open(const struct context *ctx, const char *folder, struct model *model,
		      struct error *err)
{
	struct backend_options options = { .threads = ctx->threads };
	CLEANUP(buffer_release) struct buffer config;
	char path[4096];

	buffer_init(&config, CONFIG_MAX_BYTES);
	snprintf(path, sizeof(path), "%s/config.json", folder);
	if (file_read(path, &config, err) || tree_open(folder, NULL, &model->tree, err) ||
	    weights_open(model->tree, &model->weights, err) ||
	    manifest_build(ctx, model->tree, NULL, &model->manifest, err) ||
	    weights_expect(model->weights, model->manifest, err) ||
	    forward_open(ctx, model->weights, buffer_view(&config), &model->forward, err))
		return -1;
	return backend_open(NULL, &options, &model->backend, err);
}

/* When something began or ended. */
struct moment {
	double clock, processor;
};

static struct moment now(void)
{
	return (struct moment){ seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID) };
}

/* For forward.sh: what, seconds on the clock, seconds of processor time. */
static void said(const char *what, struct moment begin)
{
	struct moment end = now();

	printf("%s %.1f %.1f\n", what, end.clock - begin.clock, end.processor - begin.processor);
}

/* All layers, every boundary ignored, and no head. */
static int layers_only(const struct context *ctx, const struct model *model,
		       const struct probes *probes, struct error *err)
{
	struct forward_sink deaf = { 0 };
	size_t *rows = calloc(probes->count, sizeof(*rows)), at = 0;
	uint32_t *ids = calloc(probes_tokens(probes), sizeof(*ids));
	struct sequences sequences = { ids, rows, probes->count };
	int failed = !rows || !ids;

	for (size_t i = 0; !failed && i < probes->count; i++) {
		rows[i] = probes->probe[i].count;
		memcpy(ids + at, probes->probe[i].ids, rows[i] * sizeof(*ids));
		at += rows[i];
	}
	if (!failed)
		failed = forward_run(ctx, model->forward, model->backend, &sequences, &deaf, err);
	free(rows);
	free(ids);
	return failed ? -1 : 0;
}

static int measure(const char *folder, size_t count, size_t length, struct error *err)
{
	struct context ctx = { 0 };
	struct model model = { 0 };
	struct probes probes = { 0 };
	struct replay_request all = REPLAY_ALL;
	struct forward_cost cost;
	struct buffer outputs;
	struct digest root;
	struct moment begin, end;
	const char *threads = getenv("AKASHI_THREADS");
	char hex[DIGEST_HEX_SIZE];

	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	if (threads_new(threads ? strtoul(threads, NULL, 10) : 0, &ctx.threads, err) ||
	    model_open(&ctx, folder, &model, err) ||
	    probes_generate(count, length, "bench", VOCAB, &probes, err) ||
	    record_cost(model.forward, &probes, &all, &cost, err))
		return -1;
	printf("%s, %zu probes of %zu tokens: %.2f TFLOP, %.2f GB of weights\n",
	       backend_description(model.backend), count, length, cost.flop / 1e12,
	       (double)cost.read_bytes / 1e9);
	printf("peak before the pass: %.0f MiB; the pass announces %.0f MiB\n", peak_mib(),
	       (double)cost.memory_bytes / (1 << 20));
	begin = now();
	if (record_make(&ctx, model.forward, model.backend, &probes, &outputs, &root, err))
		return -1;
	end = now();
	digest_to_hex(&root, hex);
	printf("recorded at %.1f GFLOP/s a core\n",
	       cost.flop / (end.processor - begin.processor) / 1e9);
	said("pass", begin);
	printf("peak after the pass: %.0f MiB; root %.16s; object %zu bytes\n", peak_mib(), hex,
	       outputs.len);
	begin = now();
	if (layers_only(&ctx, &model, &probes, err))
		return -1;
	said("layers", begin);
	buffer_release(&outputs);
	probes_release(&probes);
	forward_close(&model.forward);
	backend_close(&model.backend);
	weights_close(&model.weights);
	manifest_free(&model.manifest);
	tree_close(&model.tree);
	threads_free(&ctx.threads);
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	char path[4096];

	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: forward_bench FOLDER [COUNT LENGTH]\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/model.safetensors", argv[1]);
	if ((!file_exists(path) && checkpoint_make(argv[1], &err)) ||
	    measure(argv[1], argc == 4 ? strtoul(argv[2], NULL, 10) : 16,
		    argc == 4 ? strtoul(argv[3], NULL, 10) : 128, &err)) {
		fprintf(stderr, "forward_bench: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return 0;
}
