/* Check what somebody has, from the bytes up to the forward pass, and say so in one verdict. */
#ifndef VERIFY_CHECK_H
#define VERIFY_CHECK_H

#include "kernels/kernels.h"

struct verdict;
struct evidence;
struct trust;
struct tree;

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
	const char *seed;   /* draws the probes again as a stated seed did; NULL: own randomness */
	bool rehash;        /* recompute whole-file digests too */

	/* The text of trust files and pins, one line each; empty: nothing is pinned. */
	struct span pins;

	/* An OpenSSF signature over the directory and the PEM key it must be from, both or neither.
	 */
	struct span signature, key_pem;

	/* A registry that the user named or owns, with its trust; NULL where there is none. */
	const struct evidence *anchor;
	const struct trust *anchor_trust;
};

/*
 * Check the directory, single file, or folder of the Hub's cache at `path`.
 * What is wrong with it is in the verdict; -1 is for what kept us from
 * judging (ERROR_ABSENT: no such path; ERROR_SYSTEM …). The caller frees it.
 */
MUST_CHECK int check_path(const struct context *ctx, const char *path,
			  const struct check_request *request, struct verdict **out_verdict,
			  struct error *err);

/*
 * Check owner/name@version as a registry keeps it: `evidence` gives the
 * statements and objects, `trust` decides.
 */
MUST_CHECK int check_name(const struct context *ctx, const char *name,
			  const struct evidence *evidence, const struct trust *trust,
			  const struct check_request *request, struct verdict **out_verdict,
			  struct error *err);

#endif
