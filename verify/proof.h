/* The portable proof that an entry is in a log: c2sp.org/tlog-proof@v1. */
#ifndef VERIFY_PROOF_H
#define VERIFY_PROOF_H

#include "verify/note.h"

#define PROOF_MAX_BYTES (NOTE_MAX_BYTES + (16u << 10))

struct proof {
	uint64_t index;
	struct digest path[MERKLE_PROOF_MAX]; /* nearest sibling first */
	size_t path_len;
	struct span checkpoint; /* the signed note, as it stands; borrowed from the proof's bytes */
};

/* Read the text; an `extra` line is checked for form and ignored. ERROR_CORRUPT otherwise. */
MUST_CHECK int proof_parse(struct span text, struct proof *out_proof, struct error *err);

/* Append the text. */
MUST_CHECK int proof_build(const struct proof *proof, struct buffer *out, struct error *err);

/*
 * 0 iff the checkpoint is signed by `log` and `entry` is the leaf at proof->index
 * of its tree. *out_head is that checkpoint. ERROR_UNTRUSTED: another
 * log's; ERROR_CORRUPT: the signature or the path does not hold.
 */
MUST_CHECK int proof_check(const struct proof *proof, struct span entry, const struct note_key *log,
			   struct tree_head *out_head, struct error *err);

#endif
