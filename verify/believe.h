/* May this statement be believed? Signature, policy, log and claim together (docs: trust). */
#ifndef VERIFY_BELIEVE_H
#define VERIFY_BELIEVE_H

#include "verify/policy/chain.h"

/* One log that is trusted, with the policy of its statements. */
struct trust_anchor {
	struct note_key pinned; /* the key of the log that the pin names */
	struct policy_chain chain;
};

/* What the person who asks decided to trust. {0} trusts nothing. */
struct trust {
	struct trust_anchor *anchor;
	size_t count;
};

/*
 * Take the policies that `pins` name out of `evidence`, with the versions before and after and the
 * revocations that are there (policy_chain_walk says what is taken and what `upto` leaves out).
 * Pins whose policy is not there are passed over. ERROR_UNTRUSTED: none of them is
 * there; ERROR_CORRUPT: one is there and contradicts its pin. The caller releases *out_trust.
 */
MUST_CHECK int trust_from_pins(const struct pins *pins, const struct evidence *evidence,
			       uint64_t upto, struct trust *out_trust, struct error *err);
void trust_release(struct trust *trust);
/* The anchor of a log, or NULL. Borrowed. */
const struct trust_anchor *trust_find(const struct trust *trust, const char *origin);
/* The newest policy that the anchor leads to. Borrowed. */
const struct policy *trust_policy(const struct trust_anchor *anchor);
/* Does the policy of `origin` ask for this step for this name? */
bool trust_requires(const struct trust *trust, const char *origin, const char *name,
		    const char *step);

/* What somebody saw of a log before. Texts are borrowed. */
struct log_seen {
	char origin[NOTE_NAME_MAX + 1];
	uint64_t version;     /* the highest of its policy */
	struct digest policy; /* that statement's identity */
	uint64_t index;       /* the entry from which on it was in force */
	uint64_t size;        /* entries, the most that a checkpoint had */
	uint64_t read_size;   /* entries that this person's own reading of the log covers ... */
	uint64_t read_time;   /* ... as witnesses had seen it at this time; 0: unknown */
	struct digest read_root;
	const char *first_use; /* whence it was pinned without being compared; or NULL */
};

/*
 * 0 iff what the anchor leads to is no older than what was seen. ERROR_UNTRUSTED: its newest
 * version is lower ("rolled back"), and no revocation of one of its roots from before the entry
 * of the version that was seen explains that; ERROR_CORRUPT: another policy has the version that
 * was seen.
 */
MUST_CHECK int trust_seen_check(const struct trust_anchor *anchor, const struct log_seen *seen,
				struct error *err);

/* A statement that may be believed, and by what. */
struct believed {
	struct statement statement; /* owned */
	struct digest identity;
	struct digest key;      /* KEY of the signer that counts, the first where several do */
	struct signing *signer; /* all that count, each key once, by index; owned */
	size_t signer_count;
	uint64_t index;               /* the entry from which on it counts */
	struct checkpoint checkpoint; /* the signed one that shows it */
	bool claimed;                 /* its name exists by a claim */
	struct digest claim;          /* that claim's identity */
	uint64_t claim_index;
	const struct trust_anchor *anchor; /* borrowed from the trust */
};

/* What is expected of a statement; a member that is NULL or negative is not asked. */
struct expectation {
	int kind;         /* an enum statement_kind, or -1 */
	const char *name; /* text of owner/name@version */
};

/*
 * Believe the statement `identity` iff as many distinct keys as the policy of its origin asks for
 * signed it: each with an envelope in `evidence` that holds, a log proof under that origin's
 * keys and witnesses, and an index at which the policy then in force accepts the key for kind and
 * name, no revocation notwithstanding. The signature that completes the number gives the index.
 * Where its kind has a claim, one of exactly this statement must be there that one of these keys
 * signed and that was logged after its own signature. `expected` may be NULL. The caller releases
 * *out_believed.
 *
 * When it fails, the gravest reason counts. ERROR_CORRUPT: something
 * contradicts (signature, proof, claim, name, kind, bytes). ERROR_ABSENT: the
 * statement, or the proof or claim of an accepted signer's, is not there.
 * ERROR_UNTRUSTED: whole, but no accepted key vouches ("signer unknown"), or no
 * pinned log is the origin; or it is not there, and a tombstone that is believed says so ("withheld
 * since ..."). ERROR_SYSTEM: it could not be looked up.
 */
MUST_CHECK int believe_statement(const struct trust *trust, const struct evidence *evidence,
				 const struct digest *identity, const struct expectation *expected,
				 struct believed *out_believed, struct error *err);
void believed_release(struct believed *believed);

/*
 * The statement as it stands, its bytes checked against `identity` and nothing
 * else: for showing what an untrusted release says of itself. *out_key is the KEY
 * its envelope is filed under. The caller releases *out_statement.
 */
MUST_CHECK int peek_statement(const struct evidence *evidence, const struct digest *identity,
			      struct statement *out_statement, struct digest *out_key,
			      struct error *err);

#endif
