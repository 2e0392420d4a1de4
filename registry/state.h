/* The state of a registry's log (verify/state.h): read from the tiles, signed, proven. */
#ifndef REGISTRY_STATE_H
#define REGISTRY_STATE_H

#include "registry/log/walk.h"
#include "registry/statement.h"

/*
 * Take what the control entries [from, to) of a log say into `state`. Entries of `head` alone
 * are read, each led to its root. What cannot be read as a control statement of this
 * origin leaves no trace.
 */
MUST_CHECK int state_read(struct tiles *tiles, const struct tree_head *head, uint64_t from,
			  uint64_t to, struct state *state, struct error *err);

/* The same for one entry that was read already. */
MUST_CHECK int state_take_entry(struct state *state, uint64_t index, const char *origin,
				struct span entry, struct error *err);

/* A `state` statement of a registry's log. */
struct state_made {
	struct digest identity, key; /* of the statement, of its signer */
	uint64_t index;              /* of its entry */
	uint64_t size, count;        /* entries covered, leaves */
	struct digest root;
};

/*
 * Read the state of everything that is published, sign it with `key` (NULL: nothing is signed or
 * logged; identity, key and index are then unset) and log it. The witnesses are asked to cosign
 * anew what it speaks of, and that checkpoint is put into it: it says as of when it speaks.
 */
MUST_CHECK int registry_state_say(struct registry *registry, struct signing_key *key,
				  struct state_made *out_made, struct error *err);

/*
 * The newest signed state of the registry's log that holds (and whose signer `chain` accepts at its
 * entry, where that is not NULL), with proofs about asked[count]
 * (docs/formats.md, section 4: `akashi/state-proofs/1`). Each is what a person writes
 * (owner/name@version, owner/name:alias#serial, a KEY, a statement's identity), or the key of a
 * leaf, or what keys begin with ("revocation:HEX."); a leaf is left out where one asked for right
 * before it showed that nothing begins so. What is proven is what was signed, whatever
 * came later. The caller frees *out_proofs; `out_made` may be NULL. ERROR_ABSENT when no state was
 * signed yet; ERROR_USAGE: not to be asked for.
 */
MUST_CHECK int registry_state_prove(struct registry *registry, const struct policy_chain *chain,
				    const char *const *asked, size_t count,
				    struct json **out_proofs, struct state_made *out_made,
				    struct error *err);

#endif
