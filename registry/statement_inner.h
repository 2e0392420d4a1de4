/* What making and reading statements share. Private to registry/. */
#ifndef REGISTRY_STATEMENT_INNER_H
#define REGISTRY_STATEMENT_INNER_H

#include "registry/statement.h"

#define IDENT_SIZE (2 * DIGEST_HEX_SIZE) /* "HEX.KEY" and its NUL */

/* The log's name of (statement, key): "HEX.KEY". */
void statement_ident(const struct digest *identity, const struct digest *key,
		     char out_ident[IDENT_SIZE]);

/* statements/HEX.KEY.json, malloced. */
MUST_CHECK int statement_path(const struct registry *registry, const struct digest *identity,
			      const struct digest *key, char **out_path, struct error *err);

/*
 * Does this statement's name exist by a claim? If so, the text of what is claimed
 * ("owner/name@version", or "owner/name:alias#serial"), malloced; else NULL.
 */
MUST_CHECK int statement_claim_text(const struct statement *statement, char **out_text,
				    struct error *err);

/*
 * Append the envelope that a statement entry stands for, unchecked. An entry by a P-384 key does
 * not say the identity: then every envelope by that key is tried. ERROR_ABSENT: withheld.
 */
MUST_CHECK int entry_envelope(struct registry *registry, const struct entry *entry,
			      struct buffer *out, struct error *err);

/*
 * Append the payload behind an entry, its signature and identity checked; *out_identity is
 * the statement's. ERROR_ABSENT: withheld; ERROR_CORRUPT: what lies there is not it.
 */
MUST_CHECK int entry_payload(struct registry *registry, const struct entry *entry,
			     struct buffer *out, struct digest *out_identity, struct error *err);

#endif
