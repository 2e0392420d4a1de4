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

#endif
