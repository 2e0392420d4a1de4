/*
 * The state of a log at one size, as a sorted tree (docs/formats.md, section 4): which
 * statement has a name, what was said about keys, policies and statements, and,
 * by two neighbours, what was never said.
 *
 * It follows from the log's entries alone: whoever reads the tiles gets the same root.
 */
#ifndef VERIFY_STATE_H
#define VERIFY_STATE_H

#include "verify/statement.h"

#define STATE_KEY_MAX 512    /* bytes of a leaf's key */
#define STATE_VALUE_MAX 4096 /* bytes of its value */
#define STATE_KINDS_MAX 32   /* kinds of control statements that a state covers */
#define STATE_PROOF_MAX_BYTES (32u << 10)
#define STATE_PROOFS_MAX_BYTES (4u << 20) /* of a file of proofs */

/* What the entries of a log say, taken in one by one. */
struct state;
MUST_CHECK int state_new(struct state **out_state, struct error *err);
void state_free(struct state **state);

/*
 * Take in a control statement, logged at `index`, that `signer` (a KEY) signed. Indexes
 * never fall. The kinds that have no leaf (`state`) and what is about no name or
 * digest leave no trace.
 */
MUST_CHECK int state_take(struct state *state, uint64_t index, const struct statement *statement,
			  const struct digest *identity, const struct digest *signer,
			  struct error *err);

/* The texts of leaves' keys; the caller frees them. */
/* "claim:owner/name@version", or with ":alias#serial"; in lower case. */
MUST_CHECK int state_claim_key(const struct name *name, uint64_t serial, char **out_key,
			       struct error *err);
/* "KIND:HEX.SIGNER": what the key `signer` said about a key or statement. */
MUST_CHECK int state_about_key(enum statement_kind kind, const struct digest *about,
			       const struct digest *signer, char **out_key, struct error *err);
/* "policy:VERSION.SIGNER", the version as 20 digits. */
MUST_CHECK int state_policy_key(uint64_t version, const struct digest *signer, char **out_key,
				struct error *err);

/* The kinds of control statements that this version makes leaves of, sorted; how many. */
size_t state_kinds(const char *out_kind[STATE_KINDS_MAX]);

/* A state at one size: sorted, hashed. */
struct state_tree;
/*
 * What the entries below `size` give, over leaves of the given kinds. ERROR_UNTRUSTED when
 * a kind is unknown here: then nothing can be said about the root.
 */
MUST_CHECK int state_tree_at(const struct state *state, uint64_t size, const char *const *kind,
			     size_t kind_count, struct state_tree **out_tree, struct error *err);
void state_tree_free(struct state_tree **tree);

uint64_t state_tree_count(const struct state_tree *tree);
struct digest state_tree_root(const struct state_tree *tree);
/* Leaf `index` in the order of keys. Borrowed. */
void state_tree_leaf(const struct state_tree *tree, uint64_t index, const char **out_key,
		     const char **out_value);

/* A proof for one key: its leaf, or the neighbours between which it would stand. The caller frees
 * *out_proof. */
MUST_CHECK int state_tree_prove(const struct state_tree *tree, const char *key,
				struct json **out_proof, struct error *err);

/*
 * 0 iff `proof` shows what the tree (count, root) says about `key`: *out_value is then the
 * leaf's value, borrowed from `proof`, or NULL when the tree has no such leaf.
 * ERROR_CORRUPT: the proof is malformed, is about another key, or does not hold.
 */
MUST_CHECK int state_proof_check(const struct json *proof, const char *key, uint64_t count,
				 const struct digest *root, const struct json **out_value,
				 struct error *err);

/* What a `state` statement says. */
struct state_said {
	uint64_t size; /* entries covered: all below */
	uint64_t count;
	struct digest root;
	struct digest policy;              /* the policy statement that the signer went by */
	const char *kind[STATE_KINDS_MAX]; /* borrowed from the statement */
	size_t kind_count;
	const char *checkpoint; /* the signed note over these entries, unchecked; or NULL; borrowed
				 */
};
/* ERROR_CORRUPT for another kind of statement, or a malformed one. */
MUST_CHECK int state_said_parse(const struct statement *statement, struct state_said *out_said,
				struct error *err);

/*
 * state_proof_check against what was said. ERROR_UNTRUSTED where the state does not cover
 * statements of the key's kind, so that nothing follows from a leaf's absence.
 */
MUST_CHECK int state_ask(const struct state_said *said, const struct json *proof, const char *key,
			 const struct json **out_value, struct error *err);

/*
 * By a proof for the text `prefix` itself ("revocation:HEX.", "policy:VERSION."), which is no
 * leaf's key: is there any leaf whose key begins so? Errors as state_ask.
 */
MUST_CHECK int state_ask_any(const struct state_said *said, const struct json *proof,
			     const char *prefix, bool *out_any, struct error *err);

#endif
