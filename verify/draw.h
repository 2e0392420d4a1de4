/*
 * draw: the share of a record that is computed again, from the verifier's own
 * randomness or a stated seed (docs/numerics.md, "Replay"). Inside verify/ only.
 */
#ifndef VERIFY_DRAW_H
#define VERIFY_DRAW_H

#include "verify/outputs_compute.h"
#include "verify/record.h"

/* A seed as text with its NUL: 64 hexadecimal digits of one's own, or what was stated. */
#define DRAW_SEED_SIZE (2 * DIGEST_SIZE + 1)

/* Start with {0}. */
struct draw {
	size_t *index; /* of the probes, ascending */
	size_t count;
	struct probe_share *share;
	struct sequences sequences;
	uint32_t *ids;
	size_t *rows;
};

void draw_release(struct draw *draw);

/* What the caller said, else chance as hexadecimal digits. ERROR_USAGE: it does not fit `size`. */
MUST_CHECK int draw_seed(const struct context *ctx, const char *said, char *out_seed, size_t size,
			 struct error *err);

/*
 * Draw the seed before anything is computed, so that a computation that begins again is one of
 * the same share of these `probes`: request->seed is then `out_seed`, which is empty (and the
 * seed NULL) where all probes are computed. ERROR_USAGE as draw_seed.
 */
MUST_CHECK int draw_settle(const struct context *ctx, size_t probes, struct replay_request *request,
			   char out_seed[DRAW_SEED_SIZE], struct error *err);

/*
 * `count` of the numbers index[0 ... total - 1] without repetition, under the domain and
 * the seed; they stand ascending in the first places, and the rest is of no use.
 */
void draw_indices(const char *domain, const char *seed, size_t *index, size_t total, size_t count);

/*
 * Draw the probes and cut them as the request says. `seed` NULL: the first probes stand for
 * any others (to know the cost). `probes` must outlive the draw, which is released in any case.
 */
MUST_CHECK int draw_make(const struct forward *forward, const struct probes *probes,
			 const struct replay_request *request, const char *seed, struct draw *draw,
			 struct error *err);

/* What the share reaches and what it does not. Sorts draw->ids: call it last. */
void draw_coverage(const struct forward *forward, struct draw *draw,
		   struct replay_coverage *coverage);

#endif
