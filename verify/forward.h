/*
 * forward: run token sequences through a model, exactly (docs/numerics.md),
 * with one layer's weights in memory at a time.
 *
 * Whatever is computed with was hashed in the very buffer it is computed from;
 * where the weights come with a manifest, every piece is compared with it.
 */
#ifndef VERIFY_FORWARD_H
#define VERIFY_FORWARD_H

#include "kernels/kernels.h"
#include "verify/config.h"

struct weights;

/* A model whose config.json and tensors agree. */
struct forward;

/*
 * Read config.json and hold it against the tensors: every tensor that the
 * architecture needs is there once, with the dimensions that config.json
 * gives, in a number format that can be computed with; layers, biases and the
 * head are neither missing nor left over (rule 10). `weights` are borrowed
 * until forward_close. ERROR_UNTRUSTED: an architecture, option or number
 * format that this version does not compute (the forward step is not possible,
 * and the text says why); ERROR_CORRUPT: config.json contradicts the tensors.
 */
MUST_CHECK int forward_open(const struct context *ctx, struct weights *weights, struct span config,
			    struct forward **out_forward, struct error *err);

/* The same for a model whose config is known without a text, and valid; it is copied. */
MUST_CHECK int forward_open_config(const struct context *ctx, struct weights *weights,
				   const struct model_config *config, struct forward **out_forward,
				   struct error *err);

/* Close and set *forward to NULL. Cannot fail. */
void forward_close(struct forward **forward);

/*
 * Where pieces of weights are hashed that go to devices: with `on_device`, in the devices' own
 * memory, from which they are computed with, before anything is computed from them. On the
 * host, as they pass through, unless this says otherwise. No result and no message depends on it.
 */
void forward_hash(struct forward *forward, bool on_device);

/* Borrowed until forward_close. */
const struct model_config *forward_config(const struct forward *forward);

/* True when there is a language-model head: logits, top-8, NLL. */
bool forward_has_logits(const struct forward *forward);

/* Several token sequences: row_count[i] ids of sequence i, one after another in `ids`. */
struct sequences {
	const uint32_t *ids;
	const size_t *row_count;
	size_t count;
};

/* What a pass costs, known before it starts. */
struct forward_cost {
	double flop;           /* multiply and add counted as two */
	uint64_t read_bytes;   /* of weights */
	bool at_most;          /* read_bytes is a bound: which experts are read, tokens decide */
	uint64_t memory_bytes; /* the most that is held at once: layers, head, activations */

	/* Where devices compute: what one holds if it computes all tokens and layers are loaded
	 * whole; what it must have at least, for layers and head in parts; and what the host holds.
	 */
	uint64_t device_bytes, device_least_bytes, host_bytes;
	bool on_device;             /* forward_cost_place found devices */
	uint64_t device_left_bytes; /* of that which has the least left */
};

/*
 * Let the cost say what is so on this backend and those that share with it. A device
 * that does not even say what memory it has changes nothing: its failure comes out of the pass.
 */
void forward_cost_place(struct forward_cost *cost, struct backend *backend);

/*
 * "304 Gflop, at most 1.2e+03 MB of weights to read, about 222 MB of memory", and on a device
 * what it holds and whether its layers have to go in parts: for people.
 */
#define FORWARD_COST_TEXT_MAX 320
void forward_cost_text(const struct forward_cost *cost, char out_text[FORWARD_COST_TEXT_MAX]);

struct forward_cost forward_estimate(const struct forward *forward,
				     const struct sequences *sequences);

/* The same for a pass that runs only the layers that are `wanted` (forward_run_some); NULL: all. */
struct forward_cost forward_estimate_some(const struct forward *forward,
					  const struct sequences *sequences, const bool *wanted);

/* Who is told what a pass computes. A slot that returns -1 ends the pass. */
struct forward_sink {
	void *user;

	/*
	 * Optional. The hidden state at boundary `index` (0: before the first layer,
	 * l: after layer l): rows x hidden, borrowed during the call, free of NaN
	 * and infinity. For an encoder the last one is its result.
	 */
	int (*boundary)(void *user, uint32_t index, const float *values, size_t rows,
			struct error *err);

	/*
	 * Optional. The logits of some rows, `first_row` counted over all
	 * sequences, in the backend's memory until the call returns, free of NaN
	 * and infinity.
	 */
	int (*logits)(void *user, struct backend *backend, size_t first_row, struct matrix logits,
		      struct error *err);
};

/*
 * Run the sequences through every layer. ERROR_USAGE: an id that is not in the
 * vocabulary, or a sequence that is empty or longer than the context;
 * ERROR_CORRUPT: a NaN or an infinity appeared, or a tensor is not the one
 * that the manifest names.
 */
MUST_CHECK int forward_run(const struct context *ctx, struct forward *forward,
			   struct backend *backend, const struct sequences *sequences,
			   const struct forward_sink *sink, struct error *err);

/* Where the states come from that some layers are run on. */
struct forward_states {
	void *user;

	/* Fill in the state at `boundary`, rows x hidden. */
	int (*state)(void *user, uint32_t boundary, float *out_values, size_t rows,
		     struct error *err);
};

/*
 * Run the embedding, the layers that are `wanted` (of all layers), and final norm and head,
 * each from the state that `states` gives for the boundary before it, and read no tensor of
 * other layers. The sink is told of boundary 0, of the boundary after each wanted layer, and of
 * the logits; of an encoder's last boundary first, as `states` gives it. Errors as
 * forward_run; ERROR_ABSENT: a tensor lies in a file that is not here.
 */
MUST_CHECK int forward_run_some(const struct context *ctx, struct forward *forward,
				struct backend *backend, const struct sequences *sequences,
				const bool *wanted, const struct forward_states *states,
				const struct forward_sink *sink, struct error *err);

/* How many sequences, from the first, fit one pass within `memory_bytes` of activations; at
 * least 1. */
size_t forward_batch(const struct forward *forward, const struct sequences *sequences,
		     uint64_t memory_bytes);

/* Tensors that no pass has any use for (a pooler, position_ids), by index; names are borrowed. */
size_t forward_unread_count(const struct forward *forward);
const char *forward_unread_name(const struct forward *forward, size_t index);

/* The experts of all layers that have some, and what passes since forward_open made of them. */
struct forward_experts {
	size_t count;          /* pairs of layer and expert; 0: the model has none */
	size_t used;           /* pairs that some token was routed to */
	uint64_t unread_bytes; /* of the others, which were never read */
};

/* Since forward_open, over all passes but those that were forgotten. */
struct forward_experts forward_experts(const struct forward *forward);

/* What passes made of experts so far counts, whatever becomes of the next one. */
void forward_experts_keep(struct forward *forward);
/* A pass is done again: what was made of experts since forward_experts_keep does not count. */
void forward_experts_forget(struct forward *forward);

/* Experts of one layer, 0 where it has none; and was that one read by a pass since forward_open? */
uint32_t forward_layer_experts(const struct forward *forward, uint32_t layer);
bool forward_expert_used(const struct forward *forward, uint32_t layer, uint32_t id);

#endif
