/* Take an object or a statement's body away, and say so in the log first. */
#ifndef REGISTRY_WITHHOLD_H
#define REGISTRY_WITHHOLD_H

#include "registry/statement.h"

/*
 * What somebody's word names: NAME@VERSION or a statement's identity, or an object's digest
 * ("sha256:HEX", both whole). ERROR_USAGE: neither; ERROR_ABSENT: nothing is called so.
 */
MUST_CHECK int registry_withhold_find(struct registry *registry, const char *word,
				      struct tombstone *out_what, struct error *err);

/*
 * Log a tombstone, and once it is durable and believed by the registry's own policy, remove the
 * bytes: the object, or every envelope of the statement; then the index is made again, since what
 * was said stands in it. `reason` may be NULL where there is a tombstone already; so the same again
 * finishes what a crash left half done. *out_removed: the bytes were here until now.
 * ERROR_ABSENT: no such thing, and no tombstone; ERROR_UNTRUSTED: the policy does not let `key`
 * say so, and nothing is removed; ERROR_USAGE: no reason is given for a new one, or the statement
 * is of a kind that is logged whole, which nobody can take away.
 */
MUST_CHECK int registry_withhold(struct registry *registry, struct signing_key *key,
				 const struct tombstone *what, const char *reason,
				 struct statement_made *out_made, bool *out_removed,
				 struct error *err);

/*
 * What of all that a statement names by digest is withheld: appended to the array `list` as
 * {"object" or "named", "statement" (the tombstone), "index", "text" (since when, and why)}.
 */
MUST_CHECK int registry_withheld(struct registry *registry, const struct statement *statement,
				 struct json *list, struct error *err);

/*
 * `err` says why the body of a statement could not be had. Where it is absent and a tombstone is
 * believed by the registry's own policy, it is ERROR_UNTRUSTED afterwards and says what
 * withheld_text says. Returns -1.
 */
int registry_explain(struct registry *registry, const struct digest *identity, struct error *err);

/* The same of an object. Neither is for threads. */
int registry_explain_object(struct registry *registry, const struct digest *object,
			    struct error *err);

/* Why the body of a statement is not here: "withheld since ...", or that it is missing. */
MUST_CHECK int registry_bodiless_text(struct registry *registry, const struct digest *identity,
				      char out_text[WITHHELD_TEXT_SIZE], struct error *err);

#endif
