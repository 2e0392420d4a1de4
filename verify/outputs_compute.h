/* Compute outputs: a forward pass and what is written down of it. Inside verify/ only. */
#ifndef VERIFY_OUTPUTS_COMPUTE_H
#define VERIFY_OUTPUTS_COMPUTE_H

#include "verify/boundaries.h"
#include "verify/forward.h"
#include "verify/outputs.h"
#include "verify/probes.h"

/* Activations that one pass of a record or a replay may hold. */
#define PASS_MEMORY_BYTES ((uint64_t)1 << 30)

/* The first tokens of one probe. */
struct probe_share {
	const struct probe *probe;
	size_t tokens;
};

/*
 * Run the shares, in as many passes as activations of `memory_bytes` ask for, and fill
 * *out_outputs: one probe for each share, in order. Boundaries and NLL are
 * those of the share; they are comparable with another computation only where
 * both are of the same number of tokens. `keep` (or NULL) is handed every boundary's states.
 */
MUST_CHECK int outputs_compute(const struct context *ctx, struct forward *forward,
			       struct backend *backend, const struct probe_share *share,
			       size_t count, uint64_t memory_bytes,
			       const struct boundary_sink *keep, struct outputs *out_outputs,
			       struct error *err);

/* Which layers run, and what stands before each. */
struct outputs_jump {
	const bool *wanted;                   /* of all layers */
	const struct outputs *recorded;       /* of these very shares */
	const struct boundary_source *states; /* checked against what is recorded */
};

/*
 * The same with only some layers, each from its recorded state: of boundaries only 0, the
 * one after each wanted layer and, for an encoder, the last are filled in. Every share is a whole
 * probe of jump->recorded. ERROR_CORRUPT also when a state is not the one that was recorded.
 */
MUST_CHECK int outputs_compute_some(const struct context *ctx, struct forward *forward,
				    struct backend *backend, const struct probe_share *share,
				    size_t count, uint64_t memory_bytes,
				    const struct outputs_jump *jump, struct outputs *out_outputs,
				    struct error *err);

/* The ids and lengths of some shares, one after another; *out_ids and *out_rows are malloced. */
MUST_CHECK int shares_sequences(const struct probe_share *share, size_t count,
				struct sequences *out_sequences, uint32_t **out_ids,
				size_t **out_rows, struct error *err);

#endif
