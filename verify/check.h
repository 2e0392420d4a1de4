/* Check what somebody has, from the bytes up to the forward pass, and say so in one verdict. */
#ifndef VERIFY_CHECK_H
#define VERIFY_CHECK_H

#include "verify/record.h"

struct verdict;
struct evidence;
struct digest_list;
struct sigstore_trust;
struct certificate_list;
struct opening;
struct trust;
struct trust_anchor;
struct log_seen;

enum forward_tier {
	FORWARD_NONE,
	FORWARD_QUICK,    /* 8 drawn probes, first 16 positions */
	FORWARD_STANDARD, /* 16 probes, 128 positions */
	FORWARD_ALL       /* everything that was recorded */
};

/* "quick", "standard", "all", "none". ERROR_USAGE otherwise. */
MUST_CHECK int forward_tier_parse(const char *text, enum forward_tier *out_tier, struct error *err);

struct check_request {
	enum forward_tier forward;
	bool forward_named; /* the tier was named: a pass that is not possible then decides */
	/* Draw layers and check them alone; `forward` is then not looked at. It counts as named.
	 */
	struct spot_request spot;
	/*
	 * Compute everything again and narrow a disagreement down to one element; with the
	 * text of the other party's transcript in `against`, down to the step as well.
	 */
	bool dispute;
	struct span against;
	const char *seed; /* draws probes or layers as a stated seed did; NULL: own randomness */
	size_t evals;     /* items of each samples file that are recomputed; 0: none */
	bool rehash;      /* recompute whole-file digests too */

	bool derivations;          /* do again what was declared of how it was made */
	const char *const *parent; /* folders with its parents' bytes */
	size_t parent_count;

	/* What computes, as device_open takes it; NULL: a device if one is admitted, else the CPU.
	 */
	const char *device;
	bool hash_on_device; /* forward_hash */

	/* The text of trust files and pins, one line each; empty: nothing is pinned. */
	struct span pins;

	/* What this user remembers of logs: policies and revocations, and how far they were seen.
	 */
	struct evidence *held; /* or NULL */
	const struct log_seen *seen;
	size_t seen_count;
	/* Told of each anchor whose policies were checked, with the retractions and supersessions
	 * of its log that were met, and the entries it had; or NULL. */
	int (*learn)(void *learn_user, const struct trust_anchor *anchor,
		     const struct evidence *evidence, const struct digest_list *standing,
		     uint64_t size, struct error *err);
	void *learn_user;

	/*
	 * Look at things as they were at an entry, or at a time (seconds since 1970) where
	 * as_of_index is UINT64_MAX. No age is asked then, and nothing is learned. Without `as_of`
	 * as_of_index is not looked at.
	 */
	bool as_of;
	uint64_t as_of_index;
	int64_t as_of_time;
	bool allow_retracted; /* a retraction is told and does not leave the whole undecided */

	/* An OpenSSF signature over the directory, and whom it must be from: one PEM key, or
	 * certificates that lead to one of these roots. Empty and NULL where none is checked. */
	struct span signature, key_pem;
	const struct certificate_list *roots;
	const struct sigstore_trust *sigstore; /* before both: a keyless signer; or NULL */
	const char *const *ignored;            /* paths that the signature need not cover */
	size_t ignored_count;
	bool ignore_unsigned; /* nor any other that it does not list */
	bool allow_pre_v1;    /* MODELSIG_ALLOW_PRE_V1 */

	/* Roots of timestamp authorities, DER, that the person who asks named; beside the policy's.
	 * A signer's certificate counts at the time that one of them vouches for; else now. */
	const struct span *timestamp_root;
	size_t timestamp_root_count;

	/* What the checkpoint commits to and does not tell, opened (verify/commitment.h). One that
	 * opens nothing there fails the lineage. */
	const struct opening *opening;
	size_t opening_count;

	/* A registry that the user named or owns, with its trust; NULL where there is none. */
	struct evidence *anchor;
	const struct trust *anchor_trust;

	/*
	 * Optional: which statement of the anchor has the most of these whole-file
	 * digests (decisions 33)? ERROR_ABSENT when none has any. What it answers is checked, not
	 * believed.
	 */
	int (*find_files)(void *find_user, const struct digest *file, size_t count,
			  struct digest *out_statement, struct error *err);
	void *find_user;
};

/* Versions of policies, revocations and retractions above this entry are not looked at. */
static inline uint64_t check_upto(const struct check_request *request)
{
	return request->as_of ? request->as_of_index : UINT64_MAX;
}

/* Was a pass asked for by name, so that one that is not possible decides? */
static inline bool forward_is_named(const struct check_request *request)
{
	return (request->forward_named && request->forward != FORWARD_NONE) ||
	       spot_is_asked(&request->spot) || request->dispute;
}

/*
 * Check the directory, single file, or folder of the Hub's cache at `path`.
 * What is wrong with it is in the verdict; -1 is for what kept us from
 * judging (ERROR_ABSENT: no such path; ERROR_SYSTEM …). The caller frees it.
 */
MUST_CHECK int check_path(const struct context *ctx, const char *path,
			  const struct check_request *request, struct verdict **out_verdict,
			  struct error *err);

/*
 * Check owner/name@version as a registry keeps it. `identity` is the
 * checkpoint's or release's statement that an index gave for that name: it is
 * believed only if it says so itself. Statements and objects come from
 * request->anchor, and request->anchor_trust decides; both must be there.
 */
MUST_CHECK int check_name(const struct context *ctx, const char *name,
			  const struct digest *identity, const struct check_request *request,
			  struct verdict **out_verdict, struct error *err);

#endif
