/* forward_pass: the parts of a pass. */
#include "verify/forward_pass.h"

#include <stdio.h>
#include <stdlib.h>

static int sequences_check(const struct model_config *config, const struct sequences *sequences,
			   struct error *err)
{
	size_t rows = sequences_rows(sequences);

	if (!rows)
		return error_set(err, ERROR_USAGE, "there is no token to compute with");
	for (size_t i = 0; i < sequences->count; i++)
		if (!sequences->row_count[i] || sequences->row_count[i] > config->context)
			return error_set(err, ERROR_USAGE,
					 "sequence %zu has %zu tokens, where 1 to %u are possible",
					 i, sequences->row_count[i], config->context);
	for (size_t i = 0; i < rows; i++)
		if (sequences->ids[i] >= config->vocab)
			return error_set(err, ERROR_USAGE,
					 "the token id %u is not in the vocabulary of %u",
					 sequences->ids[i], config->vocab);
	return 0;
}

/* Query, key and value as they lie in SLOT_FUSED, each from its first head on. */
static void fused_slots_set(struct stage *stage)
{
	static const enum slot slot[] = { SLOT_QUERY, SLOT_KEY, SLOT_VALUE };
	struct matrix fused = stage->slot[SLOT_FUSED];
	size_t head_dim = stage->config->head_dim;

	for (size_t i = 0; i < sizeof(slot) / sizeof(slot[0]); i++)
		stage->slot[slot[i]] = matrix_cols(fused, i * head_dim, fused.cols - 2 * head_dim);
}

/* One run of memory for all slots that are used. */
static int slots_new(struct pass *pass, const struct forward *forward, size_t rows,
		     struct error *err)
{
	size_t offset[SLOT_COUNT], size = 0;
	struct stage *stage = &pass->stage;

	for (enum slot slot = 0; slot < SLOT_COUNT; slot++) {
		size_t cols = config_dim(stage->config, slot_dim(slot));

		offset[slot] = size;
		if (forward->uses[slot])
			size += (rows * cols * sizeof(float) + 63) / 64 * 64;
	}
	if (backend_memory_new(stage->backend, size, &pass->slots, err))
		return -1;
	for (enum slot slot = 0; slot < SLOT_COUNT; slot++)
		if (forward->uses[slot])
			stage->slot[slot] = matrix_at(pass->slots, offset[slot], FLOAT_F32, rows,
						      config_dim(stage->config, slot_dim(slot)));
	if (stage->config->architecture->fused_heads)
		fused_slots_set(stage);
	pass->host = malloc(rows * stage->config->hidden * sizeof(float));
	if (!pass->host)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu tokens", rows);
	return 0;
}

/* Room to run experts, where there are some. */
static int pass_experts_open(struct pass *pass, const struct forward *forward, struct error *err)
{
	if (!forward->experts_used)
		return 0;
	pass->experts = (struct experts){ .ctx = pass->ctx,
					  .weights = pass->plan->weights,
					  .backend = pass->stage.backend,
					  .config = pass->stage.config,
					  .used = forward->experts_used };
	pass->stage.experts = &pass->experts;
	return experts_open(&pass->experts, sequences_rows(pass->sequences), err);
}

int pass_open(const struct context *ctx, const struct forward *forward, struct backend *backend,
	      const struct sequences *sequences, struct pass *pass, struct error *err)
{
	*pass = (struct pass){
		.ctx = ctx,
		.plan = &forward->plan,
		.sequences = sequences,
		.stage = { .ctx = ctx, .backend = backend, .config = &forward->plan.config }
	};
	return sequences_check(&forward->plan.config, sequences, err) ||
			       slots_new(pass, forward, sequences_rows(sequences), err) ||
			       pass_experts_open(pass, forward, err) ||
			       stage_open(&pass->stage, sequences, err)
		       ? -1
		       : 0;
}

void pass_release(struct pass *pass)
{
	loader_release(&pass->loader[0]);
	loader_release(&pass->loader[1]);
	experts_release(&pass->experts);
	stage_release(&pass->stage);
	backend_memory_free(&pass->slots);
	free(pass->host);
	*pass = (struct pass){ 0 };
}

int pass_embed(struct pass *pass, struct error *err)
{
	return embedding_run(&pass->stage, pass->ctx, pass->plan, pass->sequences, err);
}

int pass_state_check(const struct pass *pass, uint32_t index, struct error *err)
{
	char what[64];

	if (index)
		snprintf(what, sizeof(what), "the hidden state after layer %u", index - 1);
	else
		snprintf(what, sizeof(what), "the embedding");
	return exact_finite(pass->stage.backend, pass->stage.slot[SLOT_STATE], what, err);
}

int pass_state_get(struct pass *pass, struct error *err)
{
	return backend_download(pass->stage.backend, pass->stage.slot[SLOT_STATE], pass->host, err);
}

int pass_state_set(struct pass *pass, struct error *err)
{
	return backend_upload(pass->stage.backend, pass->stage.slot[SLOT_STATE], pass->host, err);
}

/* Run operations whose tensors the loader holds. */
static int loaded_run(struct pass *pass, struct loader *loader, const struct bound *bound,
		      size_t count, struct error *err)
{
	struct backend_memory *memory = NULL;
	int failed;

	if (loader_finish(loader, err))
		return -1;
	if (loader->set.size_bytes &&
	    backend_memory_wrap(pass->stage.backend,
				(struct span){ loader->bytes, loader->set.size_bytes }, &memory,
				err))
		return -1;
	failed = operations_run(&pass->stage, bound, count, &loader->set, memory, err);
	backend_memory_free(&memory);
	return failed;
}

int pass_layer_start(struct pass *pass, uint32_t layer, bool ahead, struct error *err)
{
	struct load_set set = { 0 };

	load_set_add_bound(&set, plan_layer(pass->plan, layer), pass->plan->layer_count);
	return loader_start(&pass->loader[layer % 2], pass->ctx, pass->plan->weights, &set, ahead,
			    err);
}

int pass_layer_run(struct pass *pass, uint32_t layer, struct error *err)
{
	stage_layer(&pass->stage, layer);
	if (loaded_run(pass, &pass->loader[layer % 2], plan_layer(pass->plan, layer),
		       pass->plan->layer_count, err))
		return error_prefix(err, "layer %u", layer);
	return 0;
}

/* The logits of some rows into a buffer that is used again, and to the sink. */
static int head_blocks_run(struct pass *pass, const struct forward_sink *sink, struct matrix head,
			   struct matrix block, struct error *err)
{
	struct matrix input = pass->stage.slot[SLOT_INPUT];
	float cap = pass->plan->config.logit_cap;

	for (size_t first = 0; first < input.rows; first += block.rows) {
		size_t rest = input.rows - first, rows = rest < block.rows ? rest : block.rows;
		struct matrix logits = matrix_rows(block, 0, rows);

		if (context_check_cancelled(pass->ctx, err) ||
		    exact_linear(pass->stage.backend, matrix_rows(input, first, rows), head, false,
				 MATRIX_NONE, logits, err) ||
		    (cap > 0.0f && exact_soft_cap(pass->stage.backend, logits, cap, logits, err)) ||
		    exact_finite(pass->stage.backend, logits, "the logits", err) ||
		    sink->logits(sink->user, pass->stage.backend, first, logits, err))
			return -1;
		context_progress(pass->ctx, "logits", "tokens", first + rows, input.rows);
	}
	return 0;
}

static int head_matrix_run(struct pass *pass, const struct forward_sink *sink,
			   struct backend_memory *weights, struct error *err)
{
	const struct model_config *config = &pass->plan->config;
	size_t rows = head_block_rows(pass->sequences);
	struct backend_memory *logits = NULL;
	enum float_format format;
	int failed;

	if (tensor_format(pass->plan->head, &format, err) ||
	    backend_memory_new(pass->stage.backend, rows * config->vocab * sizeof(float), &logits,
			       err))
		return -1;
	failed = head_blocks_run(pass, sink,
				 matrix_at(weights, 0, format, config->vocab, config->hidden),
				 matrix_at(logits, 0, FLOAT_F32, rows, config->vocab), err);
	backend_memory_free(&logits);
	return failed;
}

int pass_head(struct pass *pass, const struct forward_sink *sink, struct error *err)
{
	const struct plan *plan = pass->plan;
	struct backend_memory *memory = NULL;
	struct loader *loader = &pass->loader[0];
	struct load_set set = { 0 }, head = { 0 };
	int failed;

	load_set_add_bound(&set, plan->after_layers, plan->after_layers_count);
	load_set_add(&head, plan->head);
	if (loader_start(loader, pass->ctx, plan->weights, &set, false, err) ||
	    loaded_run(pass, loader, plan->after_layers, plan->after_layers_count, err) ||
	    loader_start(loader, pass->ctx, plan->weights, &head, false, err) ||
	    loader_finish(loader, err) ||
	    backend_memory_wrap(pass->stage.backend,
				(struct span){ loader->bytes, loader->set.size_bytes }, &memory,
				err))
		return -1;
	failed = head_matrix_run(pass, sink, memory, err);
	backend_memory_free(&memory);
	return failed;
}
