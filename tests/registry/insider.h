/* Somebody with push rights who writes into a house's log what should not be there. */
#ifndef TESTS_REGISTRY_INSIDER_H
#define TESTS_REGISTRY_INSIDER_H

#include "tests/registry/house.h"

#define INSIDER_ORIGIN "example.org/test" /* of a house */

/* Log any bytes as the next entry. */
void insider_append(struct house *house, struct span entry);

/* The user's key of that name, made when there is none. The caller closes it. */
struct signing_key *insider_key(struct house *house, const char *name);

/* The signature of `key` over a payload, and the entry that would be logged; both are initialised.
 */
void insider_entry(struct signing_key *key, enum statement_kind kind, struct span payload,
		   struct buffer *signature, struct buffer *entry);

/* Log a payload as `kind`, signed by the key called `name`, without asking anybody. */
void insider_say(struct house *house, const char *name, enum statement_kind kind,
		 struct span payload);

/* The payload of a statement of `type` about a subject, with the predicate's members as text. */
void insider_payload(const char *type, const char *subject, const struct digest *digest,
		     const char *more, struct buffer *out);

/* The payload of a claim of lab/m@`version` for a statement. */
void insider_claim(const char *version, const struct digest *statement, const char *origin,
		   struct buffer *out);

#endif
