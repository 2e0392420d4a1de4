/* Check one artifact against a Sigstore bundle, and put into a verdict what a bundle showed. */
#ifndef VERIFY_CHECK_SIGSTORE_H
#define VERIFY_CHECK_SIGSTORE_H

#include "verify/sigstore.h"

struct json;
struct verdict;

/*
 * The file at `path`, or what has the digest `sha256` where path is NULL: is it
 * what `bundle` signs, by `trust`? What is wrong with it is in the verdict
 * (fails; not possible and undecided where nobody trusted vouches); -1 is for
 * what kept us from judging. `subject` names it for people. The caller frees
 * *out_verdict.
 */
MUST_CHECK int check_artifact(const struct context *ctx, const char *subject, const char *path,
			      const struct digest *sha256, struct span bundle,
			      const struct sigstore_trust *trust, struct verdict **out_verdict,
			      struct error *err);

/*
 * Say what a bundle showed: details of the steps "signature" and "log", and
 * their evidence for machines. The sentence of "signature" stays the caller's.
 */
MUST_CHECK int check_sigstore_say(struct verdict *verdict, const struct sigstore_evidence *shown,
				  struct error *err);

#endif
