/*
 * forward_llama MODEL.gguf COUNT LENGTH THREADS: one pass of llama.cpp over COUNT sequences.
 *
 * Built by forward.sh against llama.cpp's library, not by our build. Prints "load CLOCK
 * PROCESSOR", then "prompt ..." (logits of each sequence's last token only, as prompt
 * processing and llama-bench do) and "pass ..." (every logit) in seconds.
 */
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct moment {
	double clock, processor;
};

static struct moment now(void)
{
	struct timespec clock;
	struct rusage used;

	clock_gettime(CLOCK_MONOTONIC, &clock);
	getrusage(RUSAGE_SELF, &used);
	return (struct moment){
		(double)clock.tv_sec + 1e-9 * (double)clock.tv_nsec,
		(double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
			1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec),
	};
}

static void said(const char *what, struct moment begin)
{
	struct moment end = now();

	printf("%s %.1f %.1f\n", what, end.clock - begin.clock, end.processor - begin.processor);
	fflush(stdout);
}

static void quiet(enum ggml_log_level level, const char *text, void *user)
{
	(void)user;
	if (level == GGML_LOG_LEVEL_ERROR)
		fputs(text, stderr);
}

static int pass(struct llama_context *context, struct llama_batch batch, int count, int length,
		int vocab, int every)
{
	batch.n_tokens = count * length;
	for (int i = 0; i < batch.n_tokens; i++) {
		batch.token[i] = (llama_token)((1103515245u * (unsigned)i + 12345u) >> 8) % vocab;
		batch.pos[i] = i % length;
		batch.n_seq_id[i] = 1;
		batch.seq_id[i][0] = i / length;
		batch.logits[i] = (int8_t)(every || i % length == length - 1);
	}
	llama_memory_clear(llama_get_memory(context), true);
	return llama_decode(context, batch) || !llama_get_logits_ith(context, batch.n_tokens - 1);
}

int main(int argc, char **argv)
{
	struct llama_model_params model_params = llama_model_default_params();
	struct llama_context_params params = llama_context_default_params();
	struct llama_model *model;
	struct llama_context *context;
	struct llama_batch batch;
	struct moment begin = now();
	int count, length, vocab;

	if (argc != 5)
		return 2;
	count = (int)strtol(argv[2], NULL, 10);
	length = (int)strtol(argv[3], NULL, 10);
	llama_log_set(quiet, NULL);
	model = llama_model_load_from_file(argv[1], model_params);
	params.n_ctx = (uint32_t)(count * length);
	params.n_batch = params.n_ctx;
	params.n_ubatch = 512; /* its default; 2048 was no faster */
	params.n_seq_max = (uint32_t)count;
	params.n_threads = params.n_threads_batch = (int)strtol(argv[4], NULL, 10);
	params.type_k = params.type_v = GGML_TYPE_F32;
	params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
	context = model ? llama_init_from_model(model, params) : NULL;
	if (!context)
		return 1;
	said("load", begin);
	vocab = llama_vocab_n_tokens(llama_model_get_vocab(model));
	batch = llama_batch_init(count * length, 0, 1);
	if (pass(context, batch, count, 16, vocab, 0)) /* maps the weights */
		return 1;
	begin = now();
	if (pass(context, batch, count, length, vocab, 0))
		return 1;
	said("prompt", begin);
	begin = now();
	if (pass(context, batch, count, length, vocab, 1))
		return 1;
	said("pass", begin);
	llama_batch_free(batch);
	llama_free(context);
	llama_model_free(model);
	return 0;
}
