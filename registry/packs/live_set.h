/*
 * A set of digests in little memory that errs towards keeping: what was added is in
 * it, and one in some ten thousand others seems to be (Bloom filters, B. H. Bloom 1970, each for
 * twice as many as the one before, as in Almeida and others 2007; four to eight bytes a digest); of
 * seventeen million or more, four in a thousand. What must not be thrown away is asked
 * for here.
 */
#ifndef REGISTRY_PACKS_LIVE_SET_H
#define REGISTRY_PACKS_LIVE_SET_H

#include "kernels/kernels.h"

struct live_set;

/*
 * An empty set. `salt` decides which others seem to be in it: with another one the next time, none
 * is kept by accident for good. With room for `expected` digests from the start (0: unknown) it
 * takes four bytes for each, of more than six million fewer and at least one and a half, and one
 * look into memory. The caller frees *out_set.
 */
MUST_CHECK int live_set_new(uint64_t salt, uint64_t expected, struct live_set **out_set,
			    struct error *err);
void live_set_free(struct live_set **set);

/* Any thread, beside others that add and ask. */
MUST_CHECK int live_set_add(struct live_set *set, const struct digest *digest, struct error *err);
bool live_set_has(const struct live_set *set, const struct digest *digest);

#endif
