/* What is said when something should no longer be used: versions, keys. */
#ifndef REGISTRY_RETRACT_H
#define REGISTRY_RETRACT_H

#include "registry/statement.h"

/* "owner/name@version should no longer be used." The same again is success. */
MUST_CHECK int registry_retract(struct registry *registry, struct signing_key *key,
				const struct name *name, const char *reason,
				struct statement_made *out_made, struct error *err);

/* "This result does not count": of an eval, by its statement. ERROR_USAGE: it is of another kind.
 */
MUST_CHECK int registry_retract_eval(struct registry *registry, struct signing_key *key,
				     const struct digest *eval, const char *reason,
				     struct statement_made *out_made, struct error *err);

/* "`by` takes the place of `name`." `reason` may be NULL. */
MUST_CHECK int registry_supersede(struct registry *registry, struct signing_key *key,
				  const struct name *name, const struct name *by,
				  const char *reason, struct statement_made *out_made,
				  struct error *err);

/*
 * "What `about` (KEY) signed above entry `last` does not count." The log as it stands is the
 * checkpoint that it names. ERROR_USAGE: `last` is not below its size; ERROR_UNTRUSTED: the
 * policy in force does not let `key` revoke, or lists no such key.
 */
MUST_CHECK int registry_revoke(struct registry *registry, struct signing_key *key,
			       const struct digest *about, uint64_t last, const char *reason,
			       struct statement_made *out_made, struct error *err);

/*
 * Was the statement `identity` retracted by a statement that the policy lets its signer make?
 * Anybody who may write into the log can log one; those that are not believed count for nothing.
 * *out_key: KEY of who did, where somebody did.
 */
MUST_CHECK int registry_retracted(struct registry *registry, const struct digest *identity,
				  bool *out_retracted, struct digest *out_key, struct error *err);

#endif
