/* Envelopes that exist already: another signature of a statement, or one made elsewhere. */
#ifndef REGISTRY_COSIGN_H
#define REGISTRY_COSIGN_H

#include "registry/statement.h"

/* Append the bundle of a payload, signed by `key`. */
MUST_CHECK int payload_sign(struct signing_key *key, struct span payload, struct buffer *out_bundle,
			    struct error *err);

/* One envelope to be taken in. Borrowed. */
struct envelope_item {
	struct span bundle;
	const struct public_key *key; /* whose signature it must be */
};

/*
 * Keep and log envelopes of statements of this registry's origin, as one batch in their order; what
 * was logged before keeps its place. Each is checked first and proven afterwards. Statements with
 * a claim must be registered: their claim is not made here. ERROR_CORRUPT: a signature
 * does not hold; ERROR_USAGE: a statement of another log, or of a name that is not registered.
 */
MUST_CHECK int registry_log_envelopes(struct registry *registry, const struct envelope_item *item,
				      size_t count, struct statement_made *out_made,
				      struct error *err);

/* Sign a statement of the registry with one more key, and log that. */
MUST_CHECK int registry_cosign(struct registry *registry, struct signing_key *key,
			       const struct digest *identity, struct statement_made *out_made,
			       struct error *err);

#endif
