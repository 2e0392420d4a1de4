/* May this statement be believed? Signature, policy, log and claim together (docs: trust). */
#ifndef VERIFY_BELIEVE_H
#define VERIFY_BELIEVE_H

#include "verify/checkpoint.h"
#include "verify/evidence.h"
#include "verify/policy.h"

/* One log that is trusted, with the policy of its statements. */
struct trust_anchor {
	struct note_key pinned; /* the key of the log that the pin names */
	struct digest policy_identity;
	struct policy policy;
	struct log_trust log; /* the keys of the log that the policy lists; borrowed from it */
};

/* What the person who asks decided to trust. {0} trusts nothing. */
struct trust {
	struct trust_anchor *anchor;
	size_t count;
};

/*
 * Take the policies that `pins` name out of `evidence`: the statement must have
 * the pinned identity, be signed by one of its own roots, have the name of the
 * pinned log key as its origin, and list that key. Pins whose policy is not there
 * are passed over. ERROR_UNTRUSTED: none of them is there; ERROR_CORRUPT: one is
 * there and contradicts its pin. The caller releases *out_trust.
 */
MUST_CHECK int trust_from_pins(const struct pins *pins, const struct evidence *evidence,
			       struct trust *out_trust, struct error *err);
void trust_release(struct trust *trust);
/* The anchor of a log, or NULL. Borrowed. */
const struct trust_anchor *trust_find(const struct trust *trust, const char *origin);
/* Does the policy of `origin` ask for this step for this name? */
bool trust_requires(const struct trust *trust, const char *origin, const char *name,
		    const char *step);

/* A statement that may be believed, and by what. */
struct believed {
	struct statement statement; /* owned */
	struct digest identity;
	struct digest key;            /* KEY of the signer that counts */
	uint64_t index;               /* of its entry in the log */
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
 * Believe the statement `identity` iff some envelope of it in `evidence` has a
 * signature that holds by a key that the policy of its origin accepts for its
 * kind and name, a log proof that holds under that origin's keys and witnesses, and an index
 * that the key counts for; and, where its kind has a claim, a claim of exactly
 * this statement that the same key signed and that was logged after it.
 * `expected` may be NULL. The caller releases *out_believed.
 *
 * When it fails, the gravest reason counts. ERROR_CORRUPT: something
 * contradicts (signature, proof, claim, name, kind, bytes). ERROR_ABSENT: the
 * statement, or the proof or claim of an accepted signer's, is not there.
 * ERROR_UNTRUSTED: whole, but no accepted key vouches ("signer unknown"), or no
 * pinned log is the origin. ERROR_SYSTEM: it could not be looked up.
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
