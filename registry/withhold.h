/* Take an object away, and say so in the log first. */
#ifndef REGISTRY_WITHHOLD_H
#define REGISTRY_WITHHOLD_H

#include "registry/statement.h"

/*
 * Log a tombstone of the object, and once it is durable and believed by the registry's own policy,
 * remove the bytes. `reason` may be NULL where there is a tombstone already; so the same again
 * finishes what a crash left half done. *out_removed: the bytes were here until now.
 * ERROR_ABSENT: no such object, and no tombstone; ERROR_UNTRUSTED: the policy does not let `key`
 * say so, and nothing is removed; ERROR_USAGE: no reason is given for a new one.
 */
MUST_CHECK int registry_withhold(struct registry *registry, struct signing_key *key,
				 const struct digest *object, const char *reason,
				 struct statement_made *out_made, bool *out_removed,
				 struct error *err);

/*
 * What of all that a statement names by digest is withheld: appended to the array `list` as
 * {"object", "statement" (the tombstone), "index", "text" (since when, and why)}.
 */
MUST_CHECK int registry_withheld(struct registry *registry, const struct statement *statement,
				 struct json *list, struct error *err);

#endif
