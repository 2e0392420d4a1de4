/*
 * logits_pass: run sequences and hear the logits of each position on the host, as the
 * comparisons with what others wrote need them. Inside verify/ only.
 */
#ifndef VERIFY_LOGITS_PASS_H
#define VERIFY_LOGITS_PASS_H

#include "verify/forward.h"

struct logits_listener {
	void *user;
	/* Optional: does anybody want this position? Its logits are passed over otherwise. */
	bool (*wants)(void *user, size_t sequence, size_t position);
	/* The logits of one position of one sequence, borrowed during the call. */
	void (*heard)(void *user, size_t sequence, size_t position, const float *logits,
		      uint32_t vocab);
};

/*
 * Run the sequences in as many passes as their activations need, in order. Errors as
 * forward_run; ERROR_UNTRUSTED: the model has no language-model head.
 */
MUST_CHECK int logits_pass(const struct context *ctx, struct forward *forward,
			   struct backend *backend, const struct sequences *sequences,
			   const struct logits_listener *listener, struct error *err);

/* The logits of one position as probabilities, in binary64: ln p(id) = logit[id] - shift. */
struct distribution {
	const float *logit; /* borrowed */
	double shift;
	double size;        /* the largest |logit|: what rounding is in proportion to */
	double margin;      /* of the likeliest token over the next, in nats */
	uint32_t likeliest; /* of equal ones the lowest id */
};

/* `logits` must outlive it; where one is NaN, so is every probability. */
struct distribution distribution_of(const float *logits, uint32_t vocab);

/* ln p(id); id < vocab. */
double distribution_log(const struct distribution *distribution, uint32_t id);

#endif
