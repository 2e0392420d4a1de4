/* What making and reading statements share. Private to registry/. */
#ifndef REGISTRY_STATEMENT_INNER_H
#define REGISTRY_STATEMENT_INNER_H

#include "registry/log.h"
#include "registry/statement.h"

#define IDENT_SIZE (2 * DIGEST_HEX_SIZE) /* "HEX.KEY" and its NUL */

/* The log's name of (statement, key): "HEX.KEY". */
void statement_ident(const struct digest *identity, const struct digest *key,
		     char out_ident[IDENT_SIZE]);

/* statements/HEX.KEY.json, malloced. */
MUST_CHECK int statement_path(const struct registry *registry, const struct digest *identity,
			      const struct digest *key, char **out_path, struct error *err);

/* KEY of each envelope of a statement that is kept, the smallest first; none is success. */
MUST_CHECK int statement_signers(struct registry *registry, const struct digest *identity,
				 struct digest_list *out_keys, struct error *err);

/* The entry of (statement, key), which names the whole public key; its bytes go into `bytes`. */
MUST_CHECK int statement_entry(struct registry *registry, const struct digest *identity,
			       const struct digest *key, struct buffer *bytes,
			       struct entry *out_entry, struct error *err);

/* Is a statement of this identity logged, its body here or not, as far as the index knows? */
MUST_CHECK int registry_knows(struct registry *registry, const struct digest *identity,
			      bool *out_known, struct error *err);

/*
 * Does this statement's name exist by a claim? If so, the text of what is claimed
 * ("owner/name@version", or "owner/name:alias#serial"), malloced; else NULL.
 */
MUST_CHECK int statement_claim_text(const struct statement *statement, char **out_text,
				    struct error *err);

/* The payload of the claim of a statement: a control statement of its own, with no time. */
MUST_CHECK int statement_claim_payload(const struct statement *statement,
				       const struct digest *identity, struct buffer *out,
				       struct error *err);

/*
 * Append `count` entries as one batch, and prove each with the bytes that were made here, not with
 * what the log says they are. `fill` gives item i, borrowed from the batch; `place` is told its
 * index.
 */
struct statement_batch {
	size_t count;
	struct log_item (*fill)(const void *batch, size_t i);
	void (*place)(void *batch, size_t i, uint64_t index);
	void *batch;
};
MUST_CHECK int statement_batch_log(struct registry *registry, const struct statement_batch *batch,
				   struct error *err);

/*
 * Append the envelope that the statement entry at `index` stands for, unchecked. An entry by a
 * P-384 key does not say the identity: the sequence does, and where what it says does not fit,
 * every envelope by that key is tried. ERROR_ABSENT: withheld.
 */
MUST_CHECK int entry_envelope(struct registry *registry, uint64_t index, const struct entry *entry,
			      struct buffer *out, struct error *err);

/*
 * Append the payload behind the entry at `index`, its signature and identity checked;
 * *out_identity is the statement's. ERROR_ABSENT: withheld; ERROR_CORRUPT: what lies there is
 * not it. Where the entry says its identity, from any thread.
 */
MUST_CHECK int entry_payload(struct registry *registry, uint64_t index, const struct entry *entry,
			     struct buffer *out, struct digest *out_identity, struct error *err);

#endif
