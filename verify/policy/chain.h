/*
 * The policy over time: versions that follow from one another, revocations, and
 * what counts by them (docs/formats.md, section 5).
 */
#ifndef VERIFY_POLICY_CHAIN_H
#define VERIFY_POLICY_CHAIN_H

#include "verify/checkpoint.h"
#include "verify/evidence.h"
#include "verify/policy.h"

#define POLICY_VERSIONS_MAX 1024   /* of one chain */
#define POLICY_REVOCATIONS_MAX 256 /* of one chain */

/* One signature that holds, and where it was logged. */
struct signing {
	struct digest key; /* KEY */
	uint64_t index;
};

/* One version of the policy. */
struct policy_version {
	struct policy policy;
	struct digest identity; /* of the statement */
	uint64_t index;         /* from this entry on it is in force */
	struct log_trust log;   /* its log keys and witnesses; borrowed from `policy` */
};

/* "Entries of this key above `last` do not count", by somebody who may say so. */
struct policy_revocation {
	struct digest identity; /* of the statement */
	struct digest signer;   /* KEY of the recovery key */
	struct digest key;      /* KEY of whom it is about */
	uint64_t last;
	uint64_t size; /* of the checkpoint that the revoker names; last < size */
	struct digest root;
	bool logged;
	uint64_t index; /* of its entry, where logged */
	char *reason;   /* owned */
};

/* Start with {0}. */
struct policy_chain {
	struct policy_version *version; /* each follows from the one before; owned */
	size_t count;
	size_t pinned; /* the version that somebody chose */
	uint64_t time; /* the latest at which witnesses had seen a version in the log; 0: unknown */
	struct policy_revocation *revocation;
	size_t revocation_count;
};

void policy_chain_release(struct policy_chain *chain);

/* ---- Made from what was read ---- */

/*
 * Take the first version that is known: `statement` is its policy, and `by` are its signatures,
 * which the caller has checked. Its own threshold of roots must be among them, and it is in force
 * from the one that completes it. ERROR_CORRUPT: no policy; ERROR_UNTRUSTED: too few signatures.
 */
MUST_CHECK int policy_chain_start(struct policy_chain *chain, const struct statement *statement,
				  const struct digest *identity, const struct signing *by,
				  size_t count, struct error *err);

/*
 * Take the next version. It must be the last one's plus 1, name that one as `previous`, and be
 * signed, above that one's index, by the threshold of that one's roots (first <= index <= last,
 * not revoked) and by the threshold of its own. It is in force from the signature that completes
 * both. ERROR_CORRUPT: it does not follow; ERROR_UNTRUSTED: too few signatures.
 */
MUST_CHECK int policy_chain_extend(struct policy_chain *chain, const struct statement *statement,
				   const struct digest *identity, const struct signing *by,
				   size_t count, struct error *err);

/* The index at which policy_chain_extend would put it; nothing is taken. Errors as there. */
MUST_CHECK int policy_chain_decide(const struct policy_chain *chain,
				   const struct statement *statement, const struct signing *by,
				   size_t count, uint64_t *out_index, struct error *err);

/*
 * Take a revocation that `signer` signed (checked by the caller): logged at `index`, or NULL. It
 * counts iff the signer may revoke by the pinned or a later version, or by an earlier one that
 * was in force at its index. It only ever lowers. ERROR_UNTRUSTED: the signer may not revoke;
 * ERROR_CORRUPT: no revocation, or one whose `last` is not below its checkpoint's size.
 */
MUST_CHECK int policy_chain_revoke(struct policy_chain *chain, const struct statement *statement,
				   const struct digest *identity, const struct digest *signer,
				   const uint64_t *index, struct error *err);

/* ---- Asked ---- */

/* The newest version. */
const struct policy_version *policy_chain_newest(const struct policy_chain *chain);

/* The version in force at an entry; NULL where only later ones are known. */
const struct policy_version *policy_chain_at(const struct policy_chain *chain, uint64_t index);

/* The listed key with this identity, of any version, or NULL. Borrowed. */
const struct policy_key *policy_chain_key(const struct policy_chain *chain,
					  const struct digest *id);

/* The last entry that a key counts for, by every version and revocation. */
uint64_t policy_chain_last(const struct policy_chain *chain, const struct digest *id);

/* The revocation that ends this key first, or NULL. Borrowed. */
const struct policy_revocation *policy_chain_revocation(const struct policy_chain *chain,
							const struct digest *id);

/*
 * 0 iff one signature of a statement of `kind` about `name` counts at its index: by the policy in
 * force there, and not revoked. ERROR_UNTRUSTED says why not; ERROR_ABSENT: only later versions
 * of the policy are known.
 */
MUST_CHECK int policy_chain_accepts_one(const struct policy_chain *chain, const struct signing *by,
					enum statement_kind kind, const char *name,
					struct error *err);

/*
 * 0 iff the signatures together count: as many distinct keys as the policy in force asks for.
 * *out_index is that of the one that completes them: the k-th lowest. `by` is sorted by index; a
 * key that stands twice counts once. ERROR_UNTRUSTED or ERROR_ABSENT otherwise.
 */
MUST_CHECK int policy_chain_accepts(const struct policy_chain *chain, struct signing *by,
				    size_t count, enum statement_kind kind, const char *name,
				    uint64_t *out_index, struct error *err);

/* The log keys and witnesses of a checkpoint of `size` entries: those of the version then in force.
 */
const struct log_trust *policy_chain_log(const struct policy_chain *chain, uint64_t size);

#endif
