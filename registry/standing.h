/* Does what was just signed count by the registry's own policy? */
#ifndef REGISTRY_STANDING_H
#define REGISTRY_STANDING_H

#include "registry/statement.h"

/*
 * Tell, as a notice, of each statement that was just logged and does not count by the policy in
 * force at its entry: because the policy does not list the key for it, or asks for more keys than
 * one. It is no failure: an admission comes too late for it, a second signature (registry_cosign)
 * does not. Where the policy cannot be read nothing is told.
 */
void registry_standing_tell(struct registry *registry, const struct statement_draft *draft,
			    const struct statement_made *made, size_t count);

/*
 * Would a statement of `kind` about `subject` (owner/name@version, or "owner/name@" as
 * statement_model has it) count, if this key signed it and it were logged next? Alone, or with the
 * others that the policy asks for. ERROR_UNTRUSTED says why not; other errors: it cannot be told.
 */
MUST_CHECK int registry_standing_ask(struct registry *registry, const struct digest *key,
				     enum statement_kind kind, const char *subject,
				     struct error *err);

#endif
