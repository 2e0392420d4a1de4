/*
 * blend: how many samples of each source are among the first N of a blend, as Megatron-LM orders
 * them (megatron/core/datasets: utils.normalize, helpers build_blending_indices).
 *
 * Sample n is taken from the source that is furthest behind its share, w * max(n, 1) - taken, the
 * first of equals. Everything is computed in the double precision that the definition has, so the
 * counts are equal to the last sample.
 */
#ifndef REGISTRY_BLEND_H
#define REGISTRY_BLEND_H

#include "kernels/kernels.h"

#define BLEND_SOURCES_MAX 4096u
#define BLEND_SAMPLES_MAX ((uint64_t)1 << 46)

/*
 * Divide by their sum, as numpy adds it up (pairwise). ERROR_CORRUPT where the sum is not above 0,
 * or a weight is negative or no number.
 */
MUST_CHECK int blend_normalize(double *weight, size_t count, struct error *err);

/*
 * out_taken[i] of the first `samples` are of source i; weight[i] are normalized `times`
 * times: Megatron-LM does so twice with weights that were given, once with its own. ERROR_USAGE
 * beyond the limits above. Takes milliseconds for any number of samples unless a weight is so small
 * that nothing but counting from the front is safe: then, as ever, samples x sources steps,
 * and ERROR_USAGE beyond 2^37 of them.
 */
MUST_CHECK int blend_taken(const double *weight, size_t count, unsigned times, uint64_t samples,
			   uint64_t *out_taken, struct error *err);

/* The same, sample by sample: what blend_taken is judged by. `weight` as it is used. */
void blend_count(const double *weight, size_t count, uint64_t samples, uint64_t *out_taken);

#endif
