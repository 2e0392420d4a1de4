/* verify, for one file or digest and a Sigstore bundle. */
#ifndef CLI_ARTIFACT_H
#define CLI_ARTIFACT_H

#include "cli/cli.h"

/* What --trusted-root, --identity, --issuer and --key name. */
struct artifact_trust {
	struct sigstore_root *root;
	struct public_key *key;
	struct sigstore_trust trust; /* borrows from the two, and from the call */
};

/*
 * Read them: an identity with its issuer, or a key. The caller releases
 * *out_trust. ERROR_USAGE for a combination that makes no sense.
 */
MUST_CHECK int artifact_trust_read(const struct call *call, struct artifact_trust *out_trust,
				   struct error *err);
void artifact_trust_release(struct artifact_trust *trust);

/*
 * Is the operand, with --signature and --trusted-root, one file or one digest, and the bundle
 * no signature over a model directory? *out_bundle is its text then; an empty buffer otherwise.
 */
MUST_CHECK int artifact_asked(const struct call *call, struct buffer *out_bundle,
			      struct error *err);

/* Check it and print the verdict. */
MUST_CHECK int artifact_verify(struct call *call, struct span bundle, struct error *err);

#endif
