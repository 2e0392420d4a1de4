/*
 * blend: how many samples of each source are among the first N of a blend, as Megatron-LM orders
 * them (megatron/core/datasets: utils.normalize, helpers build_blending_indices).
 *
 * Sample n is taken from the source that is furthest behind its share, w * max(n, 1) - taken, the
 * first of equals. Everything is computed in the double precision that the definition has, so the
 * counts are equal to the last sample.
 */
#ifndef REGISTRY_LINT_BLEND_H
#define REGISTRY_LINT_BLEND_H

#include "kernels/kernels.h"

#define BLEND_SOURCES_MAX 4096u
#define BLEND_SAMPLES_MAX ((uint64_t)1 << 46)
#define BLEND_STEPS_MAX ((uint64_t)1 << 33)

/*
 * What counting may still take, for as many blends as it is handed to: of BLEND_STEPS_MAX at first,
 * count + 4 for each sample that is gone through, twice that where holes are followed as well (on
 * one core of a server some 10 to 20 s for all). `ctx` is asked for a stop about every millisecond.
 */
struct blend_work {
	const struct context *ctx;
	uint64_t left;
	bool over; /* the last blend would have taken more than was left */
};

/*
 * Divide by their sum, as numpy adds it up (pairwise). ERROR_CORRUPT where the sum is not above 0,
 * or a weight is negative or no number.
 */
MUST_CHECK int blend_normalize(double *weight, size_t count, struct error *err);

/*
 * out_taken[i] of the first `samples` are of source i; weight[i] are normalized `times`
 * times: Megatron-LM does so twice with weights that were given, once with its own. ERROR_USAGE
 * beyond the limits above. Takes milliseconds for any number of samples unless a weight is so small
 * that nothing but counting from far ahead, or from the front, is safe. What of that `work` has no
 * room for is not begun: ERROR_USAGE, and work->over. ERROR_SYSTEM: stopped on request.
 */
MUST_CHECK int blend_taken(const double *weight, size_t count, unsigned times, uint64_t samples,
			   struct blend_work *work, uint64_t *out_taken, struct error *err);

/* The same, sample by sample: what blend_taken is judged by. `weight` as it is used.
 * ERROR_SYSTEM: stopped on request. */
MUST_CHECK int blend_count(const double *weight, size_t count, uint64_t samples,
			   const struct context *ctx, uint64_t *out_taken, struct error *err);

#endif
