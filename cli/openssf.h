/* What --signature and the options beside it name: an OpenSSF signature, and whom it must be from.
 */
#ifndef CLI_OPENSSF_H
#define CLI_OPENSSF_H

#include "cli/artifact.h"
#include "cli/open.h"

/* The files that the options name, read. Start with openssf_init, end with openssf_release. */
struct openssf {
	struct buffer signature, key;
	struct certificates roots;
	const char **ignored;
	struct artifact_trust trust;
};

void openssf_init(struct openssf *files);
void openssf_release(struct openssf *files);

/*
 * Read them into `files` and point `request` at them. ERROR_USAGE for options that
 * do not go together and ignore paths that cannot be one; ERROR_ABSENT,
 * ERROR_CORRUPT, ERROR_SYSTEM for a file that cannot be read.
 */
MUST_CHECK int openssf_read(const struct call *call, struct openssf *files,
			    struct check_request *request, struct error *err);

/* clang-format off */
#define OPTIONS_OPENSSF \
	{ .name = "signature", \
	  .argument = "FILE", \
	  .help = "check this OpenSSF Model Signing signature over the directory, or over one file; " \
		  "needs --key, --root or --trusted-root, and no registry" }, \
	{ .name = "key", \
	  .argument = "PEM", \
	  .help = "the public key that --signature must be from" }, \
	{ .name = "root", \
	  .argument = "PEM", \
	  .repeatable = true, \
	  .help = "the root certificates that the signer's must lead to; it must be valid now, or " \
		  "at the time of a timestamp in the signature (--tsa-root)" }, \
	{ .name = "trusted-root", \
	  .argument = "JSON", \
	  .help = "whom to believe about --signature when it is a Sigstore bundle: a " \
		  "trusted_root.json that you chose; PATH may then be one file, or " \
		  "sha256:DIGEST" }, \
	{ .name = "identity", \
	  .argument = "ID", \
	  .help = "who must have signed the Sigstore bundle, exactly: a mail address or URI" }, \
	{ .name = "issuer", \
	  .argument = "URL", \
	  .help = "the identity provider that must have vouched for --identity" }, \
	{ .name = "ignore", \
	  .argument = "PATH", \
	  .repeatable = true, \
	  .help = "with --signature: leave out this file or folder of the directory, besides what " \
		  "the signature leaves out; it is named all the same" }, \
	{ .name = "ignore-unsigned", \
	  .help = "with --signature: accept files that the signature does not list; they are named " \
		  "all the same" }, \
	{ .name = "allow-pre-v1", \
	  .help = "with --signature: take what model-signing 0.1 and 0.2 signed by mistake for the " \
		  "standard's encoding" }
/* clang-format on */

#endif
