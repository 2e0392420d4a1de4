/* outputs_compute: listen to a pass and digest what it says. */
#include "verify/outputs_compute.h"

#include <stdlib.h>
#include <string.h>

#include "verify/forward/inner.h"

/* What one pass is told. */
struct listener {
	const struct context *ctx;
	struct outputs *outputs;
	size_t first;                      /* probe of `outputs` that sequence 0 is */
	const struct sequences *sequences; /* of this pass */
	const struct boundary_sink *keep;  /* or NULL */
	const struct outputs_jump *jump;   /* or NULL: all layers */
	uint64_t first_token;              /* of the pass, counted over all probes */
	size_t *probe_of, *position_of;    /* of each row */
	uint32_t *next;                    /* the token after each row, 0 after the last */
	float *loss;                       /* of each row */
	float *picked;                     /* of one block, the logit of each row's next token */
	struct values *part;               /* what is digested together */
	struct digest *digest;             /* of them */
	struct exact_top *top;             /* of one block */
	float *max, *sum;                  /* of one block */
};

/* The digests of rows `first_row` ... of all rows go to their positions. */
static void positions_take(struct listener *listener, size_t first_row, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		size_t row = first_row + i;
		size_t probe = listener->first + listener->probe_of[row];

		listener->outputs->probe[probe].position[listener->position_of[row]] =
			listener->digest[i];
	}
}

/* Rows `first_row` ... of all rows, on the host. */
static int positions_digest(struct listener *listener, size_t first_row, size_t rows, size_t cols,
			    const float *values, struct error *err)
{
	for (size_t i = 0; i < rows; i++)
		listener->part[i] = (struct values){ 0, values + i * cols };
	if (values_digests(listener->ctx->threads, listener->outputs->logits ? "logits" : "hidden",
			   cols, listener->part, rows, listener->digest, err))
		return -1;
	positions_take(listener, first_row, rows);
	return 0;
}

static int boundary_heard(void *user, uint32_t index, const float *values, size_t rows,
			  struct error *err)
{
	struct listener *listener = user;
	struct outputs *outputs = listener->outputs;
	size_t count = listener->sequences->count, row = 0;

	for (size_t i = 0; i < count; i++) {
		size_t tokens = listener->sequences->row_count[i];

		listener->part[i] = (struct values){ tokens, values + row * outputs->hidden };
		row += tokens;
	}
	if (values_digests(listener->ctx->threads, "boundary", outputs->hidden, listener->part,
			   count, listener->digest, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		outputs->probe[listener->first + i].boundary[index] = listener->digest[i];
	if (!outputs->logits && index == outputs->layers &&
	    positions_digest(listener, 0, rows, outputs->hidden, values, err))
		return -1;
	return listener->keep ? listener->keep->rows(listener->keep->user, index, values, rows, err)
			      : 0;
}

/* Where the host can look at the logits. */
static int logits_look(struct listener *listener, size_t first_row, struct matrix logits,
		       const float *values, struct error *err)
{
	if (positions_digest(listener, first_row, logits.rows, logits.cols, values, err))
		return -1;
	for (size_t i = 0; i < logits.rows; i++)
		listener->picked[i] = values[i * logits.cols + listener->next[first_row + i]];
	return 0;
}

/* Where it cannot: only digests and single numbers come here. */
static int logits_ask(struct listener *listener, struct backend *backend, size_t first_row,
		      struct matrix logits, struct error *err)
{
	uint8_t head[VALUES_HEADER_MAX];
	struct span header = { head, values_header("logits", 0, logits.cols, head) };

	if (exact_digest_rows(backend, logits, header, listener->digest, err) ||
	    exact_pick(backend, logits, listener->next + first_row, listener->picked, err))
		return -1;
	positions_take(listener, first_row, logits.rows);
	return 0;
}

/* How unlikely the token is that follows a row in its sequence. */
static void losses_take(struct listener *listener, size_t first_row, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		size_t row = first_row + i, sequence = listener->probe_of[row];

		if (listener->position_of[row] + 1 < listener->sequences->row_count[sequence])
			listener->loss[row] = exact_token_loss(listener->max[i], listener->sum[i],
							       listener->picked[i]);
	}
}

static int logits_heard(void *user, struct backend *backend, size_t first_row, struct matrix logits,
			struct error *err)
{
	struct listener *listener = user;
	const float *values = backend_view(backend, logits);

	if (exact_top_logits(backend, logits, listener->top, err) ||
	    exact_partition(backend, logits, listener->max, listener->sum, err))
		return -1;
	for (size_t i = 0; i < logits.rows; i++) {
		size_t row = first_row + i;

		listener->outputs->probe[listener->first + listener->probe_of[row]]
			.top[listener->position_of[row]] = listener->top[i];
	}
	if (values ? logits_look(listener, first_row, logits, values, err)
		   : logits_ask(listener, backend, first_row, logits, err))
		return -1;
	losses_take(listener, first_row, logits.rows);
	return 0;
}

static void listener_release(struct listener *listener)
{
	free(listener->probe_of);
	free(listener->position_of);
	free(listener->loss);
	free(listener->next);
	free(listener->picked);
	free(listener->part);
	free(listener->digest);
	free(listener->top);
	free(listener->max);
	free(listener->sum);
}

static int listener_open(struct listener *listener, struct error *err)
{
	const struct sequences *sequences = listener->sequences;
	size_t rows = 0, row = 0;

	for (size_t i = 0; i < sequences->count; i++)
		rows += sequences->row_count[i];
	listener->probe_of = calloc(rows, sizeof(size_t));
	listener->position_of = calloc(rows, sizeof(size_t));
	listener->next = calloc(rows, sizeof(uint32_t));
	listener->loss = calloc(rows, sizeof(float));
	listener->picked = calloc(rows, sizeof(float));
	listener->top = calloc(rows, sizeof(struct exact_top));
	listener->max = calloc(rows, sizeof(float));
	listener->sum = calloc(rows, sizeof(float));
	listener->part = calloc(rows, sizeof(struct values));
	listener->digest = calloc(rows, sizeof(struct digest));
	if (!listener->probe_of || !listener->position_of || !listener->next || !listener->loss ||
	    !listener->picked || !listener->top || !listener->max || !listener->sum ||
	    !listener->part || !listener->digest)
		return error_set(err, ERROR_SYSTEM, "no memory for the outputs of %zu tokens",
				 rows);
	for (size_t i = 0; i < sequences->count; i++)
		for (size_t t = 0; t < sequences->row_count[i]; t++, row++) {
			listener->probe_of[row] = i;
			listener->position_of[row] = t;
			if (t + 1 < sequences->row_count[i])
				listener->next[row] = sequences->ids[row + 1];
		}
	return 0;
}

/* The NLL of each sequence: the lane sum of its losses. */
static void losses_add(struct listener *listener)
{
	size_t row = 0;

	for (size_t i = 0; i < listener->sequences->count; i++) {
		size_t rows = listener->sequences->row_count[i];

		listener->outputs->probe[listener->first + i].nll =
			exact_lane_sum(listener->loss + row, rows - 1);
		row += rows;
	}
}

/* The recorded state at a boundary, probe by probe the one that the record's root covers. */
static int state_recorded(void *user, uint32_t boundary, float *out_values, size_t rows,
			  struct error *err)
{
	struct listener *listener = user;
	const struct boundary_source *states = listener->jump->states;
	const struct outputs *recorded = listener->jump->recorded;

	if (states->rows(states->user, boundary, listener->first_token, out_values, rows, err))
		return -1;
	for (size_t i = 0; i < listener->sequences->count; i++) {
		size_t tokens = listener->sequences->row_count[i], probe = listener->first + i;
		struct digest found =
			values_digest("boundary", tokens, recorded->hidden, out_values);

		if (!digest_equal(&found, &recorded->probe[probe].boundary[boundary]))
			return error_set(err, ERROR_CORRUPT,
					 "the activations that were kept for boundary %u are not "
					 "those that were recorded for probe %zu",
					 boundary, probe);
		out_values += tokens * recorded->hidden;
	}
	return 0;
}

/* One pass over the weights. */
static int pass_listen(struct listener *listener, struct forward *forward, struct backend *backend,
		       struct error *err)
{
	struct forward_sink sink = { .user = listener,
				     .boundary = boundary_heard,
				     .logits = listener->outputs->logits ? logits_heard : NULL };

	struct forward_states states = { listener, state_recorded };

	if (listener_open(listener, err))
		return -1;
	if (listener->jump
		    ? forward_run_some(listener->ctx, forward, backend, listener->sequences,
				       listener->jump->wanted, &states, &sink, err)
		    : forward_run(listener->ctx, forward, backend, listener->sequences, &sink, err))
		return -1;
	if (listener->outputs->logits)
		losses_add(listener);
	return 0;
}

int shares_sequences(const struct probe_share *share, size_t count, struct sequences *out_sequences,
		     uint32_t **out_ids, size_t **out_rows, struct error *err)
{
	size_t *rows = calloc(count, sizeof(*rows)), total = 0, at = 0;
	uint32_t *ids;

	for (size_t i = 0; i < count; i++)
		total += share[i].tokens;
	ids = calloc(total, sizeof(*ids));
	if (!rows || !ids) {
		free(rows);
		free(ids);
		return error_set(err, ERROR_SYSTEM, "no memory for %zu tokens", total);
	}
	for (size_t i = 0; i < count; i++) {
		memcpy(ids + at, share[i].probe->ids, 4 * share[i].tokens);
		at += rows[i] = share[i].tokens;
	}
	*out_sequences = (struct sequences){ ids, rows, count };
	*out_ids = ids;
	*out_rows = rows;
	return 0;
}

/* Pass after pass, each with as many sequences as fit. */
static int passes_run(const struct context *ctx, struct forward *forward, struct backend *backend,
		      const struct sequences *all, uint64_t memory_bytes,
		      const struct boundary_sink *keep, const struct outputs_jump *jump,
		      struct outputs *outputs, struct error *err)
{
	const uint32_t *ids = all->ids;

	for (size_t first = 0; first < all->count;) {
		struct sequences rest = { ids, all->row_count + first, all->count - first };
		struct sequences some = { ids, rest.row_count,
					  forward_batch(forward, &rest, memory_bytes) };
		struct listener listener = {
			.ctx = ctx,
			.outputs = outputs,
			.first = first,
			.sequences = &some,
			.keep = keep,
			.jump = jump,
			.first_token = (uint64_t)(ids - all->ids),
		};
		int failed = pass_listen(&listener, forward, backend, err);

		listener_release(&listener);
		if (failed)
			return -1;
		for (size_t i = 0; i < some.count; i++)
			ids += some.row_count[i];
		first += some.count;
	}
	return 0;
}

static int outputs_open(const struct forward *forward, const struct probe_share *share,
			size_t count, struct outputs *outputs, struct error *err)
{
	const struct model_config *config = forward_config(forward);

	outputs->layers = config->layers;
	outputs->hidden = config->hidden;
	outputs->vocab = config->vocab;
	outputs->logits = forward_has_logits(forward);
	if (outputs_new(outputs, count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		outputs->probe[i].identity = probe_identity(share[i].probe);
		if (outputs_probe_new(outputs, &outputs->probe[i], share[i].tokens, err))
			return -1;
	}
	return 0;
}

static int shares_compute(const struct context *ctx, struct forward *forward,
			  struct backend *backend, const struct probe_share *share, size_t count,
			  uint64_t memory_bytes, const struct boundary_sink *keep,
			  const struct outputs_jump *jump, struct outputs *out_outputs,
			  struct error *err)
{
	struct outputs outputs = { 0 };
	struct sequences sequences;
	uint32_t *ids;
	size_t *rows;
	int failed;

	if (shares_sequences(share, count, &sequences, &ids, &rows, err))
		return -1;
	failed = outputs_open(forward, share, count, &outputs, err) ||
		 passes_run(ctx, forward, backend, &sequences, memory_bytes, keep, jump, &outputs,
			    err);
	free(ids);
	free(rows);
	if (failed) {
		outputs_release(&outputs);
		return -1;
	}
	*out_outputs = outputs;
	return 0;
}

int outputs_compute(const struct context *ctx, struct forward *forward, struct backend *backend,
		    const struct probe_share *share, size_t count, uint64_t memory_bytes,
		    const struct boundary_sink *keep, struct outputs *out_outputs,
		    struct error *err)
{
	return shares_compute(ctx, forward, backend, share, count, memory_bytes, keep, NULL,
			      out_outputs, err);
}

int outputs_compute_some(const struct context *ctx, struct forward *forward,
			 struct backend *backend, const struct probe_share *share, size_t count,
			 uint64_t memory_bytes, const struct outputs_jump *jump,
			 struct outputs *out_outputs, struct error *err)
{
	return shares_compute(ctx, forward, backend, share, count, memory_bytes, NULL, jump,
			      out_outputs, err);
}
