/* A log's checkpoint as it is believed: by one of the log's keys and a quorum of witnesses. */
#ifndef VERIFY_CHECKPOINT_H
#define VERIFY_CHECKPOINT_H

#include "verify/witness_policy.h"

/* Whom one asks about a log. {0} trusts no key. Borrowed. */
struct log_trust {
	const struct note_key *key; /* of one origin; several while keys are being changed */
	size_t key_count;
	const struct witness_policy *witnesses; /* NULL: none are asked */
};

struct checkpoint {
	struct tree_head head;
	size_t cosigned;  /* witnesses that count for the quorum and cosigned */
	size_t witnesses; /* that count for it; 0: none are asked */
	size_t needed;    /* the fewest that make a quorum */
	size_t colluders; /* the fewest that must cheat, with the operator, for a second tree */
	bool quorum;      /* true where none is asked */
	/*
	 * The latest time (seconds since 1970) at which a quorum had seen this tree as the largest:
	 * that of the cosignature which, latest first, completes it. 0: no quorum, or none asked.
	 */
	uint64_t time;
};

/*
 * Read a signed note as a checkpoint of the log that `trust` is about. A line of any of its keys
 * suffices; one under a listed key, or a listed witness, that does not hold fails the note; lines
 * of others are ignored. A note without a quorum is read: *out_checkpoint says so.
 * ERROR_CORRUPT: malformed, a listed key's line does not hold, or a checkpoint of another origin;
 * ERROR_UNTRUSTED: no listed key signed it.
 */
MUST_CHECK int checkpoint_open(struct span note, const struct log_trust *trust,
			       struct checkpoint *out_checkpoint, struct error *err);

/* ERROR_UNTRUSTED, with q and n, unless there is the quorum that was asked for. */
MUST_CHECK int checkpoint_need_quorum(const struct checkpoint *checkpoint, struct error *err);

/*
 * Append for people, in a few words: "not witnessed", or "2 of 3 witnesses cosigned it; for two
 * such logs the operator and 1 of them must cheat".
 */
MUST_CHECK int checkpoint_describe(const struct checkpoint *checkpoint, struct buffer *out,
				   struct error *err);

#endif
