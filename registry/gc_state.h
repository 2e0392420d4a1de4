/*
 * What the statements of a registry need, told so that a later gc knows whether it can have become
 * less: which statements there were, and what was released.
 */
#ifndef REGISTRY_GC_STATE_H
#define REGISTRY_GC_STATE_H

#include "registry/registry.h"

/* Append it to `out`: 64 bytes, and eight for each statement. */
MUST_CHECK int gc_state_take(struct registry *registry, struct buffer *out, struct error *err);

/*
 * Is every statement of then still here, and the same released, by the same rules? Statements that
 * came since only need more. Nothing well-formed stands: that is no failure. The names of
 * statements are kept by 64 bits each, so nobody may throw anything away because of it.
 */
MUST_CHECK int gc_state_stands(struct registry *registry, struct span state, bool *out_stands,
			       struct error *err);

/* --- for registry/gc_state.c, tests and fuzzing only --- */

/* Are all numbers of `then`, eight bytes each and in order, among `count` sorted ones of now? */
bool gc_state_holds(struct span then, const uint64_t *now, size_t count);

#endif
