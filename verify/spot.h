/*
 * spot: compute some layers of a record again, each from the state that was recorded before it.
 *
 * The layers come from the verifier's own randomness; embedding, final norm and
 * head are always looked at, and every probe runs through each layer that was
 * drawn. A layer whose tensors or whose recorded step are not what they should be is
 * found when it is drawn (docs/numerics.md, "Spot checks").
 */
#ifndef VERIFY_SPOT_H
#define VERIFY_SPOT_H

#include "verify/draw.h"

/* The layers that were drawn. Start with {0}. */
struct spot_draw {
	uint32_t layers;           /* of the model */
	uint32_t sampled;          /* at least 1 */
	bool *wanted;              /* of each layer */
	bool seeded;               /* by a stated seed */
	char seed[DRAW_SEED_SIZE]; /* what drew them, to repeat it */
};

void spot_draw_release(struct spot_draw *draw);

/* Draw, by the stated `seed` or (NULL) by the verifier's own chance. */
MUST_CHECK int spot_draw_make(const struct context *ctx, const struct forward *forward,
			      const struct spot_request *request, const char *seed,
			      struct spot_draw *draw, struct error *err);

/* What it would cost. */
MUST_CHECK int spot_cost(const struct forward *forward, const struct probes *probes,
			 const struct spot_draw *draw, struct forward_cost *out_cost,
			 struct error *err);

/*
 * The names of files that hold tensors of what was drawn and that are not here, appended to
 * `out`, separated by ", "; *out_count of them.
 */
MUST_CHECK int spot_missing(const struct forward *forward, const struct weights *weights,
			    const struct spot_draw *draw, struct buffer *out, size_t *out_count,
			    struct error *err);

struct spot_report {
	struct replay_report replay; /* over all probes, of what was computed */
	struct replay_list list;
	size_t *layer_exact;    /* of each layer that was drawn: probes that agree after it */
	size_t embedding_exact; /* probes whose embedding agrees */
	size_t head_exact;      /* probes whose logits, largest logits and NLL agree */
};

void spot_report_release(struct spot_report *report);

/*
 * Compute what was drawn and compare. `states` are the recorded boundary activations; what they
 * say is checked against the record's root before anything is computed from it.
 * 0 with a report also when outputs differ; errors as record_replay, and ERROR_ABSENT for a
 * tensor whose file is not here. The caller releases the report.
 */
MUST_CHECK int record_spot(const struct context *ctx, struct forward *forward,
			   struct backend *backend, const struct probes *probes,
			   struct span outputs, const struct digest *root,
			   const struct boundary_source *states, const struct spot_draw *draw,
			   struct spot_report *out_report, struct error *err);

/*
 * The chance that at least one of `bad` layers is among `sampled` ones of `layers`:
 * 1 - C(layers - bad, sampled) / C(layers, sampled), exact, cut (never rounded up) to six
 * decimals. 0 < bad <= SPOT_BAD_MAX, bad <= layers.
 */
#define SPOT_BAD_MAX 5
#define SPOT_CHANCE_SIZE 32
void spot_chance(uint32_t layers, uint32_t sampled, uint32_t bad, char out_text[SPOT_CHANCE_SIZE]);

#endif
