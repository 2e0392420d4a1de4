/*
 * eval_score: how likely the weights make the continuation of a request, exactly, and how far
 * what the harness got in its number format may lie from that. Inside verify/ only.
 */
#ifndef VERIFY_EVAL_SCORE_H
#define VERIFY_EVAL_SCORE_H

#include "verify/forward.h"
#include "verify/lm_eval/encode.h"

struct eval_score {
	double logprob;      /* the sum over the continuation's tokens, in nats */
	bool greedy;         /* every one of them is the likeliest */
	double doubt;        /* nats that would have to shift for `greedy` to be otherwise */
	double size;         /* the largest |logit| of its positions */
	double spread;       /* sqrt of the sum of foreign_scale(size)^2 over its positions */
	double whole_spread; /* the same of max(size, FOREIGN_SCALE_MIN) */
};

/* One pass over all requests; out_score has `count` of them. Errors as logits_pass. */
MUST_CHECK int eval_score(const struct context *ctx, struct forward *forward,
			  struct backend *backend, const struct eval_tokens *request, size_t count,
			  struct eval_score *out_score, struct error *err);

/* What a pass over these would cost. */
MUST_CHECK int eval_cost(const struct forward *forward, const struct eval_tokens *request,
			 size_t count, struct forward_cost *out_cost, struct error *err);

/*
 * What a sum of log-probabilities may be off by in this format: EVAL_UNITS units, one being
 * unit * (spread + |logprob|): rounding on the way to the logits adds up at random over the
 * tokens, and the harness rounds the sum itself. Measured: docs/published_scores.md.
 */
double eval_allowed(const struct eval_score *score, enum foreign_dtype dtype);

/* The same by all of the scale (see FOREIGN_SCALE_MAX): what is more than this is beyond it. */
double eval_explained(const struct eval_score *score, enum foreign_dtype dtype);

/* What one choice of a token may be off by: two log-probabilities, each as foreign_tolerance. */
double eval_allowed_greedy(const struct eval_score *score, enum foreign_dtype dtype);
double eval_explained_greedy(const struct eval_score *score, enum foreign_dtype dtype);

#endif
