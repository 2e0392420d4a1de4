/* checkpoint: Llama- and Mixtral-shaped checkpoints of random bf16 weights, the same at every run.
 */
#ifndef TESTS_BENCH_CHECKPOINT_H
#define TESTS_BENCH_CHECKPOINT_H

#include "verify/config.h"

/* What every one of them has. */
#define CHECKPOINT_CONTEXT 4096u
#define CHECKPOINT_EPS 1e-05
#define CHECKPOINT_THETA 10000.0

struct checkpoint_shape {
	const char *name;
	unsigned hidden, layers, intermediate, heads, key_heads, vocab;
	bool tied;        /* the embedding is the head */
	unsigned experts; /* 0: Llama; else Mixtral, two of them for each token */
};

/* "tiny", "2gb", "1b", "8b", "moe"; NULL: there is none of that name. Static. */
const struct checkpoint_shape *checkpoint_shape(const char *name);

/* What its config.json says, of one without experts. */
struct model_config checkpoint_config(const struct checkpoint_shape *shape);

/*
 * Write config.json and model.safetensors, or shards with their index, into the folder, which is
 * made where there is none.
 */
MUST_CHECK int checkpoint_make(const char *folder, const struct checkpoint_shape *shape,
			       unsigned shards, struct error *err);

#endif
