/* eval_score: the log-probability of continuations, from exact logits. */
#include "verify/eval_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify/logits_pass.h"

/*
 * By format, in the units of eval_allowed. Measured on the tiny model (docs/published_scores.md):
 * at most 3.8 (f32), 0.96 (f16) and 1.2 (bf16). f32 leaves room for widths that were not measured,
 * as in foreign_compare.c.
 */
static const double units_allowed[] = {
	[FOREIGN_F32] = 96,
	[FOREIGN_F16] = 6,
	[FOREIGN_BF16] = 6,
};

static double allowed_of(const struct eval_score *score, double spread, enum foreign_dtype dtype)
{
	return units_allowed[dtype] * foreign_tolerance_of(dtype, false).unit *
	       (spread + fabs(score->logprob));
}

double eval_allowed(const struct eval_score *score, enum foreign_dtype dtype)
{
	return allowed_of(score, score->spread, dtype);
}

double eval_explained(const struct eval_score *score, enum foreign_dtype dtype)
{
	return allowed_of(score, score->whole_spread, dtype);
}

static double greedy_of(double scale, enum foreign_dtype dtype)
{
	struct foreign_tolerance tolerance = foreign_tolerance_of(dtype, false);

	return 2 * tolerance.largest * tolerance.unit * scale;
}

double eval_allowed_greedy(const struct eval_score *score, enum foreign_dtype dtype)
{
	return greedy_of(foreign_scale(score->size), dtype);
}

double eval_explained_greedy(const struct eval_score *score, enum foreign_dtype dtype)
{
	return greedy_of(fmax(score->size, FOREIGN_SCALE_MIN), dtype);
}

struct scoring {
	const struct eval_tokens *request;
	struct eval_score *score;
};

static bool is_scored(void *user, size_t sequence, size_t position)
{
	const struct eval_tokens *request = &((struct scoring *)user)->request[sequence];

	return position + request->scored >= request->count;
}

static void token_score(void *user, size_t sequence, size_t position, const float *logits,
			uint32_t vocab)
{
	struct scoring *scoring = user;
	struct eval_score *score = &scoring->score[sequence];
	struct distribution d = distribution_of(logits, vocab);
	uint32_t id = scoring->request[sequence].ids[position + 1];
	double size = foreign_scale(d.size), whole = fmax(d.size, FOREIGN_SCALE_MIN);
	double behind = (double)logits[d.likeliest] - logits[id];

	score->logprob += distribution_log(&d, id);
	score->size = fmax(score->size, d.size);
	score->spread += size * size;
	score->whole_spread += whole * whole;
	if (behind > 0) {
		score->doubt = score->greedy ? behind : fmax(score->doubt, behind);
		score->greedy = false;
	} else if (score->greedy) {
		score->doubt = fmin(score->doubt, d.margin);
	}
}

/* The tokens of the requests, one after another. */
struct stacked {
	struct sequences sequences;
	uint32_t *ids;
	size_t *rows;
};

static void stacked_release(struct stacked *stacked)
{
	free(stacked->ids);
	free(stacked->rows);
}

static int stack(const struct eval_tokens *request, size_t count, struct stacked *stacked,
		 struct error *err)
{
	size_t total = 0, at = 0;

	for (size_t i = 0; i < count; i++)
		total += request[i].count;
	stacked->ids = calloc(total ? total : 1, sizeof(*stacked->ids));
	stacked->rows = calloc(count ? count : 1, sizeof(*stacked->rows));
	if (!stacked->ids || !stacked->rows)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu tokens", total);
	for (size_t i = 0; i < count; i++) {
		memcpy(stacked->ids + at, request[i].ids, request[i].count * sizeof(uint32_t));
		at += stacked->rows[i] = request[i].count;
	}
	stacked->sequences = (struct sequences){ stacked->ids, stacked->rows, count };
	return 0;
}

int eval_score(const struct context *ctx, struct forward *forward, struct backend *backend,
	       const struct eval_tokens *request, size_t count, struct eval_score *out_score,
	       struct error *err)
{
	CLEANUP(stacked_release) struct stacked stacked = { .ids = NULL };
	uint32_t vocab = forward_config(forward)->vocab;
	struct scoring scoring = { request, out_score };
	struct logits_listener listener = { &scoring, is_scored, token_score };

	for (size_t i = 0; i < count; i++) {
		out_score[i] = (struct eval_score){ .greedy = true, .doubt = INFINITY };
		/* What goes in is checked by the pass; the last one is only asked for. */
		if (request[i].ids[request[i].count] >= vocab)
			return error_set(err, ERROR_USAGE,
					 "token %u is not in the vocabulary of %u",
					 request[i].ids[request[i].count], vocab);
	}
	if (stack(request, count, &stacked, err) ||
	    logits_pass(ctx, forward, backend, &stacked.sequences, &listener, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		out_score[i].spread = sqrt(out_score[i].spread);
		out_score[i].whole_spread = sqrt(out_score[i].whole_spread);
	}
	return 0;
}

int eval_cost(const struct forward *forward, const struct eval_tokens *request, size_t count,
	      struct forward_cost *out_cost, struct error *err)
{
	CLEANUP(stacked_release) struct stacked stacked = { .ids = NULL };

	if (stack(request, count, &stacked, err))
		return -1;
	*out_cost = forward_estimate(forward, &stacked.sequences);
	return 0;
}
