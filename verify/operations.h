/* operations: what a table of operations does on a backend. Inside verify/ only. */
#ifndef VERIFY_OPERATIONS_H
#define VERIFY_OPERATIONS_H

#include "verify/experts.h"
#include "verify/forward.h"
#include "verify/loader.h"

/* Sequences that are turned by the same cos and sin. */
struct rope_group {
	struct matrix cos, sin;
	struct backend_memory *memory;
	size_t first_row, rows;
	struct batch batch;
};

/* One set of rotary frequencies. */
struct rope_set {
	struct rope_group *group;
	size_t count;
};

/* Who is told of every step of a table. */
struct stage_watch {
	void *user;

	/* `result` is what the operation wrote: borrowed until the next one runs. */
	int (*done)(void *user, const struct bound *bound, struct backend *backend,
		    struct matrix result, struct error *err);
};

/*
 * What operations work on: some sequences, on one backend. A pass that several
 * backends share has one stage for each. Set backend, config and slots; stage_open does the rest.
 */
struct stage {
	const struct context *ctx; /* asked between operations whether to stop; or NULL */
	struct backend *backend;
	struct sequences sequences; /* borrowed */
	size_t first_row, rows;     /* among the rows of the pass */
	const struct model_config *config;
	struct matrix slot[SLOT_COUNT];
	struct batch batch;
	uint32_t layer;  /* the current one */
	uint32_t window; /* of the current layer; 0: none */
	float scale;     /* of attention scores */
	struct rope_set rope, local_rope;
	const struct rope_set *turn; /* of the current layer */
	struct experts *experts;     /* what runs OP_EXPERTS, one for all; NULL: there are none */
	const struct stage_watch *watch; /* or NULL */
	struct backend_memory *ones;     /* the gain of norms without one; NULL: there are none */
};

/* Prepare for the stage's sequences: rotary tables for the positions in use. */
MUST_CHECK int stage_open(struct stage *stage, struct error *err);
void stage_release(struct stage *stage);

/* The operations that follow are those of this layer: its window, its rotary frequencies. */
void stage_layer(struct stage *stage, uint32_t layer);

/* The slot that an operation writes: rotations work in place. */
enum slot operation_result(const struct operation *operation);

/*
 * Run bound operations on `stages` stages, one operation after another, on stage i with the tensors
 * that lie in memory[i] where `set` says.
 */
MUST_CHECK int operations_run(struct stage *stage, size_t stages, const struct bound *bound,
			      size_t count, const struct load_set *set,
			      struct backend_memory *const *memory, struct error *err);

/* Run the embedding's operations on the stages of a pass over `sequences`; tables are read row by
 * row. */
MUST_CHECK int embedding_run(struct stage *stage, size_t stages, struct supply *supply,
			     const struct plan *plan, const struct sequences *sequences,
			     struct error *err);

#endif
