/* forward_pass: open a pass, and run its layers. */
#include "verify/forward/pass.h"
#include "verify/forward/units.h"

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

/* One run of memory for all slots that a stage uses. */
static int slots_new(const struct forward *forward, struct stage *stage,
		     struct backend_memory **out_slots, struct error *err)
{
	size_t offset[SLOT_COUNT], size = 0;

	for (enum slot slot = 0; slot < SLOT_COUNT; slot++) {
		size_t cols = config_dim(stage->config, slot_dim(slot));

		offset[slot] = size;
		if (forward->uses[slot])
			size += (stage->rows * cols * sizeof(float) + 63) / 64 * 64;
	}
	if (backend_memory_new(stage->backend, size, out_slots, err))
		return -1;
	for (enum slot slot = 0; slot < SLOT_COUNT; slot++)
		if (forward->uses[slot])
			stage->slot[slot] =
				matrix_at(*out_slots, offset[slot], FLOAT_F32, stage->rows,
					  config_dim(stage->config, slot_dim(slot)));
	if (stage->config->architecture->fused_heads)
		fused_slots_set(stage);
	return 0;
}

/* ---- Sharing out ---- */

/*
 * Runs of sequences in order, one for each backend, of about equally many tokens: a sequence
 * goes to the backend that the middle of its tokens falls to, as long as every one has some.
 */
static void share_out(const struct sequences *sequences, struct stage *stage, size_t stages)
{
	size_t rows = sequences_rows(sequences), row = 0, at = 0;

	for (size_t i = 0; i < stages; i++) {
		size_t first = at, left = stages - i - 1;

		stage[i].first_row = row;
		while (at < sequences->count - left) {
			size_t count = sequences->row_count[at];

			if (at > first && left && (2 * row + count) * stages > 2 * (i + 1) * rows)
				break;
			row += count;
			at++;
		}
		stage[i].rows = row - stage[i].first_row;
		stage[i].sequences = (struct sequences){ sequences->ids + stage[i].first_row,
							 sequences->row_count + first, at - first };
	}
}

static int stages_open(struct pass *pass, const struct forward *forward, struct error *err)
{
	for (size_t i = 0; i < pass->stages; i++) {
		struct stage *stage = &pass->stage[i];

		if (slots_new(forward, stage, &pass->slots[i], err) || stage_open(stage, err))
			return -1;
	}
	return 0;
}

/* Room to run experts, where there are some. */
static int pass_experts_open(struct pass *pass, const struct forward *forward, struct error *err)
{
	size_t rows = 0;

	if (!forward->experts_used)
		return 0;
	pass->experts = (struct experts){ .supply = &pass->supply,
					  .config = &pass->plan->config,
					  .used = forward->experts_used };
	for (size_t i = 0; i < pass->stages; i++) {
		pass->stage[i].experts = &pass->experts;
		rows = pass->stage[i].rows > rows ? pass->stage[i].rows : rows;
	}
	return experts_open(&pass->experts, rows, err);
}

int pass_room(const struct pass *pass, uint64_t *out_bytes, struct error *err)
{
	*out_bytes = UINT64_MAX;
	for (size_t i = 0; i < pass->stages; i++) {
		uint64_t left;

		if (backend_memory_left(pass->stage[i].backend, &left, err))
			return -1;
		*out_bytes = left < *out_bytes ? left : *out_bytes;
	}
	return 0;
}

/* How much of a layer is loaded at a time, and room for it, once for all layers. */
static int unit_choose(struct pass *pass, struct error *err)
{
	uint64_t room;

	pass->unit_bytes = SIZE_MAX;
	if (!pass_is_staged(pass))
		return 0;
	if (pass_room(pass, &room, err))
		return -1;
	room = units_room(pass->plan, room);
	pass->unit_bytes = units_limit(pass->plan, room);
	pass->loader[0].least_bytes = pass->loader[1].least_bytes = pass->unit_bytes;
	return 0;
}

int pass_open(const struct context *ctx, const struct forward *forward, struct backend *backend,
	      const struct sequences *sequences, struct pass *pass, struct error *err)
{
	size_t rows, backends = backend_count(backend);

	*pass = (struct pass){ .ctx = ctx, .plan = &forward->plan, .sequences = sequences };
	if (sequences_check(&forward->plan.config, sequences, err))
		return -1;
	backends = backends < sequences->count ? backends : sequences->count;
	pass->stages = backends < SUPPLY_BACKENDS_MAX ? backends : SUPPLY_BACKENDS_MAX;
	for (size_t i = 0; i < pass->stages; i++)
		pass->stage[i] = (struct stage){ .ctx = ctx,
						 .backend = backend_peer(backend, i),
						 .config = &forward->plan.config };
	share_out(sequences, pass->stage, pass->stages);
	rows = sequences_rows(sequences);
	pass->host = malloc(rows * forward->plan.config.hidden * sizeof(float));
	if (!pass->host)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu tokens", rows);
	if (supply_open(ctx, forward->plan.weights, backend, pass->stages, &pass->supply, err))
		return -1;
	pass->supply.hash_there = forward->hash_there && pass_is_staged(pass);
	if (stages_open(pass, forward, err) || pass_experts_open(pass, forward, err))
		return -1;
	return unit_choose(pass, err);
}

void pass_release(struct pass *pass)
{
	loader_release(&pass->loader[0]);
	loader_release(&pass->loader[1]);
	experts_release(&pass->experts);
	for (size_t i = 0; i < pass->stages; i++) {
		stage_release(&pass->stage[i]);
		backend_memory_free(&pass->slots[i]);
	}
	supply_release(&pass->supply);
	free(pass->host);
	*pass = (struct pass){ 0 };
}

bool pass_is_staged(const struct pass *pass)
{
	return pass->supply.staging != NULL;
}

int pass_embed(struct pass *pass, struct error *err)
{
	return embedding_run(pass->stage, pass->stages, &pass->supply, pass->plan, pass->sequences,
			     err);
}

/* ---- The state ---- */

int pass_state_check(const struct pass *pass, uint32_t index, struct error *err)
{
	char what[64];

	if (index)
		snprintf(what, sizeof(what), "the hidden state after layer %u", index - 1);
	else
		snprintf(what, sizeof(what), "the embedding");
	for (size_t i = 0; i < pass->stages; i++)
		if (exact_finite(pass->stage[i].backend, pass->stage[i].slot[SLOT_STATE], what,
				 err))
			return -1;
	return 0;
}

int pass_state_get(struct pass *pass, struct error *err)
{
	size_t hidden = pass->plan->config.hidden;

	for (size_t i = 0; i < pass->stages; i++)
		if (backend_download(pass->stage[i].backend, pass->stage[i].slot[SLOT_STATE],
				     pass->host + pass->stage[i].first_row * hidden, err))
			return -1;
	return 0;
}

int pass_state_set(struct pass *pass, struct error *err)
{
	size_t hidden = pass->plan->config.hidden;

	for (size_t i = 0; i < pass->stages; i++)
		if (backend_upload(pass->stage[i].backend, pass->stage[i].slot[SLOT_STATE],
				   pass->host + pass->stage[i].first_row * hidden, err))
			return -1;
	return 0;
}

/* ---- Layers ---- */

/* Begin to read the unit of a layer that begins with operation `first`. */
static int unit_start(struct pass *pass, uint32_t layer, size_t first, bool ahead,
		      struct error *err)
{
	const struct bound *bound = plan_layer(pass->plan, layer) + first;
	struct load_set set = { 0 };

	unit_take(bound, pass->plan->layer_count - first, pass->unit_bytes, &set);
	return loader_start(&pass->loader[pass->turn], &pass->supply, &set, ahead, err);
}

int pass_layer_start(struct pass *pass, uint32_t layer, bool ahead, struct error *err)
{
	return unit_start(pass, layer, 0, ahead, err);
}

/* Begin to read what follows operation `first` - 1 of a layer, if anything does. */
static int follower_start(struct pass *pass, uint32_t layer, size_t first, uint32_t next,
			  struct error *err)
{
	if (first < pass->plan->layer_count)
		return unit_start(pass, layer, first, true, err);
	return next == LAYER_NONE ? 0 : unit_start(pass, next, 0, true, err);
}

int pass_layer_run(struct pass *pass, uint32_t layer, uint32_t next, struct error *err)
{
	const struct bound *bound = plan_layer(pass->plan, layer);
	size_t count = pass->plan->layer_count, taken;

	for (size_t i = 0; i < pass->stages; i++)
		stage_layer(&pass->stage[i], layer);
	for (size_t first = 0; first < count; first += taken) {
		struct loader *loader = &pass->loader[pass->turn];
		struct load_set set = { 0 };

		taken = unit_take(bound + first, count - first, pass->unit_bytes, &set);
		pass->turn ^= 1;
		/* On the host each reader is one thread; on a device one takes all blocks of the
		 * ring. */
		if (!pass_is_staged(pass) && follower_start(pass, layer, first + taken, next, err))
			return -1;
		if (loader_finish(loader, err))
			return error_prefix(err, "layer %u", layer);
		if (pass_is_staged(pass) && follower_start(pass, layer, first + taken, next, err))
			return -1;
		if (operations_run(pass->stage, pass->stages, bound + first, taken, &set,
				   loader->memory, err))
			return error_prefix(err, "layer %u", layer);
	}
	return 0;
}

void pass_layers_end(struct pass *pass)
{
	loader_release(&pass->loader[0]);
	loader_release(&pass->loader[1]);
	experts_release(&pass->experts);
}
