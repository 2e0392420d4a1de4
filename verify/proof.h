/* The portable proof that an entry is in a log: c2sp.org/tlog-proof@v1. */
#ifndef VERIFY_PROOF_H
#define VERIFY_PROOF_H

#include "verify/checkpoint.h"

#define PROOF_MAX_BYTES (NOTE_MAX_BYTES + (16u << 10))

struct proof {
	uint64_t index;
	struct digest path[MERKLE_PROOF_MAX]; /* nearest sibling first */
	size_t path_len;
	struct span checkpoint; /* the signed note, as it stands; borrowed from the proof's bytes */
};

/* One line of a path, 44 characters of base64. ERROR_CORRUPT: anything else. */
MUST_CHECK int proof_hash_read(struct span line, struct digest *out_hash, struct error *err);

/* Read the text; an `extra` line is checked for form and ignored. ERROR_CORRUPT: malformed. */
MUST_CHECK int proof_parse(struct span text, struct proof *out_proof, struct error *err);

/* Append the text. */
MUST_CHECK int proof_build(const struct proof *proof, struct buffer *out, struct error *err);

/*
 * 0 iff the checkpoint is signed by a key of the log, has the quorum of witnesses that `log` asks
 * for, and `entry` is the leaf at proof->index of its tree. ERROR_UNTRUSTED: another log's, or no
 * quorum; ERROR_CORRUPT: a signature or the path does not hold.
 */
MUST_CHECK int proof_check(const struct proof *proof, struct span entry,
			   const struct log_trust *log, struct checkpoint *out_checkpoint,
			   struct error *err);

#endif
