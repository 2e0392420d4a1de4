/*
 * dispute: one layer of one probe again, step by step, and the pieces with which a
 * referee can compute one element by hand.
 */
#ifndef VERIFY_DISPUTE_H
#define VERIFY_DISPUTE_H

#include "verify/record.h"
#include "verify/transcript.h"

struct weights;

/* What is in dispute. */
struct dispute_place {
	uint32_t layer;
	size_t probe;
	bool row_known; /* else the first row that differs from the recorded result, or 0 */
	size_t row;
};

/* The layer's steps with all their numbers. Start with {0}. */
struct dispute {
	struct transcript transcript;
	const struct model_config *config; /* borrowed, as what follows */
	const struct bound **bound;        /* of each step; borrowed from the model */
	float **values;                    /* of each step: tokens x cols */
	float *input;                      /* the state before the layer: tokens x hidden */
	bool differs;                      /* from the recorded state after the layer: */
	size_t row, element;               /* the first such number, */
	float recorded, computed;          /* and both values */
};

void dispute_release(struct dispute *dispute);

/*
 * Run the layer on the probe from its recorded state, which is checked against the record's root.
 * ERROR_USAGE: no such layer, probe or row; else as record_spot.
 */
MUST_CHECK int dispute_run(const struct context *ctx, struct forward *forward,
			   struct backend *backend, const struct probes *probes,
			   struct span outputs, const struct digest *root,
			   const struct boundary_source *states, const struct dispute_place *place,
			   struct dispute *out_dispute, struct error *err);

/* Open another row in the transcript. */
void dispute_open_row(struct dispute *dispute, size_t row);

/* The last linear step that gives the layer's width: what the state was added from. */
size_t dispute_last_linear(const struct dispute *dispute);

/*
 * What a referee needs for one element of one step: the row of what the step read, the weights with
 * the pieces they lie in and the Merkle paths of these, and the result (docs/formats.md,
 * section 7). The caller frees *out_json.
 */
MUST_CHECK int dispute_open(const struct context *ctx, struct weights *weights,
			    const struct dispute *dispute, size_t step, size_t row, size_t element,
			    struct json **out_json, struct error *err);

#endif
