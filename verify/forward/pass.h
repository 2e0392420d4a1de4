/*
 * forward_pass: what one pass over some sequences holds, and its parts one by one, for
 * whoever runs all layers in turn (forward/run.c) or only some of them from
 * states that were recorded (outputs_spot.c). Inside verify/ only.
 */
#ifndef VERIFY_FORWARD_PASS_H
#define VERIFY_FORWARD_PASS_H

#include "verify/forward/inner.h"
#include "verify/loader.h"
#include "verify/operations.h"

/* No layer: nothing is read ahead. */
#define LAYER_NONE UINT32_MAX

/* Everything one pass needs. Start with {0}; pass_release frees it, also after a failure. */
struct pass {
	const struct context *ctx; /* borrowed, as the next two */
	const struct plan *plan;
	const struct sequences *sequences;
	struct supply supply;
	/* One for each backend that shares the pass: runs of sequences, in order. */
	struct stage stage[SUPPLY_BACKENDS_MAX];
	struct backend_memory *slots[SUPPLY_BACKENDS_MAX]; /* all activations */
	size_t stages;
	struct loader loader[2]; /* units alternate between them */
	size_t turn;             /* which of them is next */
	size_t unit_bytes;       /* of what is loaded at a time; a whole layer where it fits */
	struct experts experts;  /* of a model that has some */
	float *host;             /* the state, rows x hidden, on the host */
};

/*
 * Hold the sequences against the model, share them out among `backend` and those
 * that share with it, and make room for their activations. Errors: forward_run.
 */
MUST_CHECK int pass_open(const struct context *ctx, const struct forward *forward,
			 struct backend *backend, const struct sequences *sequences,
			 struct pass *pass, struct error *err);
void pass_release(struct pass *pass);

/* Do operations run on devices, beside what the host does? */
bool pass_is_staged(const struct pass *pass);

/* Memory that is left on each of its devices. */
MUST_CHECK int pass_room(const struct pass *pass, uint64_t *out_bytes, struct error *err);

/* The embedding: the state is then boundary 0. */
MUST_CHECK int pass_embed(struct pass *pass, struct error *err);

/* Begin to read a layer's tensors; with `ahead`, while something else is computed. */
MUST_CHECK int pass_layer_start(struct pass *pass, uint32_t layer, bool ahead, struct error *err);
/*
 * Let the layer, whose reading was begun, make boundary `layer` + 1 out of boundary
 * `layer`, while layer `next` (or LAYER_NONE) is read. On a device it may still be
 * under way when this returns.
 */
MUST_CHECK int pass_layer_run(struct pass *pass, uint32_t layer, uint32_t next, struct error *err);

/* ERROR_CORRUPT if the state, which stands at boundary `index`, has a NaN or an infinity. */
MUST_CHECK int pass_state_check(const struct pass *pass, uint32_t index, struct error *err);
/* Copy the state to pass->host, or from it. */
MUST_CHECK int pass_state_get(struct pass *pass, struct error *err);
MUST_CHECK int pass_state_set(struct pass *pass, struct error *err);

/* No layer is run any more: free what they were read into. */
void pass_layers_end(struct pass *pass);

/* Final norm and head, from the state at the last boundary; sink->logits is told. Layers are at an
 * end. */
MUST_CHECK int pass_head(struct pass *pass, const struct forward_sink *sink, struct error *err);

#endif
