/* forward_head: final norm and head, whose rows may be too many for a device. */
#include "verify/forward/pass.h"
#include "verify/forward/units.h"

/*
 * Blocks of tokens, one on each stage at a time, against chunks of the head's rows. Where
 * stages share the pass, blocks go round them, so that the sink hears them in order.
 */
struct head {
	struct pass *pass;
	const struct forward_sink *sink;
	enum float_format format;
	size_t rows, block_rows;
	size_t chunk_rows; /* of the head, in memory at once */
	size_t chunks;
	struct backend_memory *memory[SUPPLY_BACKENDS_MAX];
	struct matrix logits[SUPPLY_BACKENDS_MAX]; /* block_rows x vocab on each */
};

/* ---- Sizes ---- */

/* On a device: as many tokens at once as a quarter of its memory has logits for, within bounds. */
static void head_sizes_there(struct head *head, uint64_t room_bytes)
{
	const struct tensor *tensor = head->pass->plan->head;
	size_t vocab = head->pass->plan->config.vocab;
	uint64_t most = room_bytes / 4 / (vocab * sizeof(float)), left;

	if (head->block_rows > most)
		head->block_rows = most ? (size_t)most : 1;
	left = room_bytes - room_bytes / 16;
	if (left > head->block_rows * vocab * sizeof(float))
		left -= head->block_rows * vocab * sizeof(float);
	if (tensor->length > left)
		head->chunk_rows = (size_t)(left / 2 / (tensor->length / vocab));
	if (!head->chunk_rows)
		head->chunk_rows = 1;
}

static int head_sizes(struct head *head, struct error *err)
{
	struct pass *pass = head->pass;
	size_t vocab = pass->plan->config.vocab;
	uint64_t room_bytes;

	head->rows = sequences_rows(pass->sequences);
	head->block_rows = pass_is_staged(pass) ? HEAD_BLOCK_ROWS_DEVICE : HEAD_BLOCK_ROWS;
	for (size_t i = 0; i < pass->stages; i++)
		if (pass->stage[i].rows < head->block_rows)
			head->block_rows = pass->stage[i].rows;
	head->chunk_rows = vocab;
	if (pass_is_staged(pass)) {
		if (pass_room(pass, &room_bytes, err))
			return -1;
		head_sizes_there(head, room_bytes);
	}
	head->chunks = (vocab + head->chunk_rows - 1) / head->chunk_rows;
	return 0;
}

static int head_open(struct head *head, struct error *err)
{
	struct pass *pass = head->pass;
	size_t vocab = pass->plan->config.vocab;

	if (tensor_format(pass->plan->head, &head->format, err) || head_sizes(head, err))
		return -1;
	for (size_t i = 0; i < pass->stages; i++) {
		if (backend_memory_new(pass->stage[i].backend,
				       head->block_rows * vocab * sizeof(float), &head->memory[i],
				       err))
			return -1;
		head->logits[i] = matrix_at(head->memory[i], 0, FLOAT_F32, head->block_rows, vocab);
	}
	return 0;
}

static void head_release(struct head *head)
{
	for (size_t i = 0; i < head->pass->stages; i++)
		backend_memory_free(&head->memory[i]);
}

/* ---- Reading ---- */

static size_t chunk_row_count(const struct head *head, size_t chunk)
{
	size_t rest = head->pass->plan->config.vocab - chunk * head->chunk_rows;

	return rest < head->chunk_rows ? rest : head->chunk_rows;
}

/* Chunks alternate between the pass's loaders. */
static int chunk_start(struct head *head, size_t chunk, bool ahead, struct error *err)
{
	struct pass *pass = head->pass;
	uint64_t row_bytes = pass->plan->head->length / pass->plan->config.vocab;
	struct load_set set = { 0 };

	load_set_add_range(&set, pass->plan->head, chunk * head->chunk_rows * row_bytes,
			   chunk_row_count(head, chunk) * row_bytes);
	return loader_start(&pass->loader[chunk % 2], &pass->supply, &set, ahead, err);
}

/* ---- Blocks ---- */

/* Tokens that block `index` has. */
static size_t block_row_count(const struct head *head, size_t index)
{
	size_t first = index * head->block_rows;

	if (first >= head->rows)
		return 0;
	return head->rows - first < head->block_rows ? head->rows - first : head->block_rows;
}

/* The head's input for a block: where it lies, or on stage `at` if it has to be brought there. */
static int block_input(struct head *head, size_t index, size_t at, struct matrix *out_input,
		       struct error *err)
{
	struct pass *pass = head->pass;
	size_t rows = block_row_count(head, index), first = index * head->block_rows;

	if (pass->stages == 1) {
		*out_input = matrix_rows(pass->stage[0].slot[SLOT_INPUT], first, rows);
		return 0;
	}
	*out_input = matrix_rows(pass->stage[at].slot[SLOT_INPUT], 0, rows);
	return backend_upload(pass->stage[at].backend, *out_input,
			      pass->host + first * pass->plan->config.hidden, err);
}

/* Blocks `index` ..., one on each stage, against one chunk of the head. */
static int chunk_run(struct head *head, size_t index, size_t chunk, const struct matrix *input,
		     struct error *err)
{
	struct pass *pass = head->pass;
	struct loader *loader = &pass->loader[chunk % 2];

	for (size_t i = 0; i < pass->stages && block_row_count(head, index + i); i++) {
		size_t cols = chunk_row_count(head, chunk);
		struct matrix weight = matrix_at(loader->memory[i], 0, head->format, cols,
						 pass->plan->config.hidden);
		struct matrix logits =
			matrix_rows(head->logits[i], 0, block_row_count(head, index + i));

		if (exact_linear(pass->stage[i].backend, input[i], weight, false, MATRIX_NONE,
				 matrix_cols(logits, chunk * head->chunk_rows, cols), err))
			return -1;
	}
	return 0;
}

/* The sink hears a block whose logits are there. */
static int block_tell(struct head *head, size_t index, size_t at, struct error *err)
{
	struct pass *pass = head->pass;
	struct backend *backend = pass->stage[at].backend;
	size_t rows = block_row_count(head, index), first = index * head->block_rows;
	struct matrix logits = matrix_rows(head->logits[at], 0, rows);
	float cap = pass->plan->config.logit_cap;

	if ((cap > 0.0f && exact_soft_cap(backend, logits, cap, logits, err)) ||
	    exact_finite(backend, logits, "the logits", err) ||
	    head->sink->logits(head->sink->user, backend, first, logits, err))
		return -1;
	context_progress(pass->ctx, "logits", "tokens", first + rows, head->rows);
	return 0;
}

/* Blocks `index` ..., one on each stage. A head in one chunk was read once for all. */
static int blocks_run(struct head *head, size_t index, struct error *err)
{
	struct matrix input[SUPPLY_BACKENDS_MAX];
	struct pass *pass = head->pass;

	for (size_t i = 0; i < pass->stages && block_row_count(head, index + i); i++)
		if (block_input(head, index + i, i, &input[i], err))
			return -1;
	if (head->chunks > 1 && chunk_start(head, 0, false, err))
		return -1;
	for (size_t chunk = 0; chunk < head->chunks; chunk++) {
		if (head->chunks > 1 &&
		    (loader_finish(&pass->loader[chunk % 2], err) ||
		     (chunk + 1 < head->chunks && chunk_start(head, chunk + 1, true, err))))
			return -1;
		if (chunk_run(head, index, chunk, input, err))
			return -1;
	}
	for (size_t i = 0; i < pass->stages && block_row_count(head, index + i); i++)
		if (block_tell(head, index + i, i, err))
			return -1;
	return 0;
}

/* ---- All ---- */

static int after_layers_run(struct pass *pass, struct error *err)
{
	const struct plan *plan = pass->plan;
	struct loader *loader = &pass->loader[0];
	struct load_set set = { 0 };

	load_set_add_bound(&set, plan->after_layers, plan->after_layers_count);
	return loader_start(loader, &pass->supply, &set, false, err) ||
			       loader_finish(loader, err) ||
			       operations_run(pass->stage, pass->stages, plan->after_layers,
					      plan->after_layers_count, &set, loader->memory, err)
		       ? -1
		       : 0;
}

/* Where blocks go round, the whole input comes to the host first. */
static int inputs_get(struct pass *pass, struct error *err)
{
	for (size_t i = 0; pass->stages > 1 && i < pass->stages; i++)
		if (backend_download(
			    pass->stage[i].backend, pass->stage[i].slot[SLOT_INPUT],
			    pass->host + pass->stage[i].first_row * pass->plan->config.hidden, err))
			return -1;
	return 0;
}

static int head_run(struct head *head, struct error *err)
{
	struct pass *pass = head->pass;

	if (head_open(head, err) || inputs_get(pass, err))
		return -1;
	if (head->chunks == 1 &&
	    (chunk_start(head, 0, false, err) || loader_finish(&pass->loader[0], err)))
		return -1;
	for (size_t index = 0; block_row_count(head, index); index += pass->stages)
		if (context_check_cancelled(pass->ctx, err) || blocks_run(head, index, err))
			return -1;
	return 0;
}

int pass_head(struct pass *pass, const struct forward_sink *sink, struct error *err)
{
	struct head head = { .pass = pass, .sink = sink };
	int failed;

	pass_layers_end(pass);
	failed = after_layers_run(pass, err);
	loader_release(
		&pass->loader[0]); /* its tensors are small; the head has a size of its own */
	if (!failed)
		failed = head_run(&head, err);
	head_release(&head);
	return failed ? -1 : 0;
}
