/*
 * experts: a layer's experts, read only where tokens are routed to them (rule 9
 * of docs/numerics.md). Inside verify/ only.
 *
 * The router runs on all tokens first. Then the experts that were chosen are
 * read in ascending order, as many at a time as a window of memory holds, the
 * next window while this one is computed. An expert that no token chose is
 * never read.
 */
#ifndef VERIFY_EXPERTS_H
#define VERIFY_EXPERTS_H

#include "verify/architecture.h"
#include "verify/loader.h"

/* The three matrices of an expert: down(activation(gate(x)) * up(x)). */
enum expert_part { EXPERT_GATE, EXPERT_UP, EXPERT_DOWN, EXPERT_PARTS };

/* One layer's experts and the tensors that hold them, borrowed from the weights. */
struct bound_experts {
	uint32_t count;
	bool fused; /* all in two tensors: gate above up of each expert, and down of each */
	const struct tensor **tensor; /* fused: 2; else the parts of expert 0, of expert 1, ... */
	size_t tensor_count;
};

/*
 * Find the experts of the layer whose tensors are called `prefix` ("model.") +
 * `layer` ("layers.3.") + `names`, in the layout that the weights have, and
 * check their shapes. ERROR_CORRUPT: a tensor is missing or has another shape;
 * ERROR_UNTRUSTED: its number format. The caller frees *out_experts.
 */
MUST_CHECK int experts_bind(const struct model_config *config, const struct weights *weights,
			    const struct experts_names *names, const char *prefix,
			    const char *layer, struct bound_experts **out_experts,
			    struct error *err);

/* Free and set *experts to NULL. NULL inside is fine. */
void bound_experts_free(struct bound_experts **experts);

/* Where one part of one expert lies: `rows` x `cols` numbers from byte `offset` of a tensor. */
struct expert_slice {
	const struct tensor *tensor;
	uint64_t offset, length;
	size_t rows, cols;
};

/* Where one part of an expert's weights lies. */
struct expert_slice expert_slice(const struct bound_experts *experts,
				 const struct model_config *config, uint32_t id,
				 enum expert_part part);

/* All parts of one expert, as stored. */
uint64_t expert_bytes(const struct bound_experts *experts, uint32_t id);

/* Read at a time: experts of this many bytes together, at least one, at most EXPERTS_WINDOW. */
#define EXPERTS_WINDOW_BYTES ((uint64_t)64 << 20)
#define EXPERTS_WINDOW 16

/* Tokens that one expert works on at a time. */
#define EXPERT_BLOCK_ROWS ((size_t)480)

/* Who goes where, of the tokens that one backend computes. */
struct routing {
	uint32_t *expert; /* tokens x chosen: of each token, ascending */
	float *weight;
	size_t *first; /* experts + 1: where the tokens of an expert begin in `row` */
	uint32_t *row; /* tokens x chosen, by expert: the tokens that chose it, ascending */
	float *row_weight;
};

/* What one backend keeps in order to run experts. */
struct experts_lane {
	struct backend *backend;
	struct backend_memory *memory; /* of the four below: a block of tokens */
	struct matrix input, gate, up, output;
	struct routing routing;
};

/* What a pass keeps in order to run experts. Set the first three; experts_open does the rest. */
struct experts {
	struct supply *supply; /* borrowed */
	const struct model_config *config;
	uint8_t *used; /* borrowed: bit layer * experts + id is set once it was read */

	struct loader loader[2];
	struct experts_lane lane[SUPPLY_BACKENDS_MAX]; /* of each backend of the supply */
	uint32_t *hit; /* experts that some token chose, on whatever backend, ascending */
	size_t hit_count;
};

/* Prepare for passes over `rows` tokens at the most on each backend. */
MUST_CHECK int experts_open(struct experts *experts, size_t rows, struct error *err);
void experts_release(struct experts *experts);

/* What experts are run on: of one backend. */
struct experts_state {
	struct matrix logits; /* of the router: rows x experts */
	struct matrix x, y;   /* rows x hidden */
};

/* What `experts` holds for each expert that a token chooses. */
#define ROUTED_BYTES (2 * sizeof(uint32_t) + 2 * sizeof(float))

/* And beside that: two windows of experts, the largest of `bytes` of `all_bytes`, and a block. */
uint64_t experts_memory_bytes(const struct model_config *config, uint64_t bytes, uint64_t all_bytes,
			      size_t rows);

/*
 * Rule 9: y = the sum over the chosen experts, ascending, of weight * expert(x), for the
 * state of each backend. An expert that tokens of several backends chose is read once.
 */
MUST_CHECK int experts_run(struct experts *experts, const struct bound_experts *bound,
			   uint32_t layer, const struct experts_state *state, struct error *err);

#endif
