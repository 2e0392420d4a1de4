/* Make a release directory that strangers can check with one pinned line. */
#ifndef REGISTRY_PUBLISH_H
#define REGISTRY_PUBLISH_H

#include "kernels/kernels.h"

struct registry;
struct json;

struct publish_request {
	const char *name;   /* owner/name@version of the checkpoint */
	const char *folder; /* where the release goes; must not exist, or be empty */
	const char *as;     /* the release's own owner/name@version; NULL: the checkpoint's */
	const char *key;    /* name of the signing key; NULL: user.key of the config */
	bool no_boundaries; /* leave out boundary activations, which take room */
	bool dry_run;       /* say what would be written and what would leave the house, and stop */
};

/*
 * Write the model's files as they were, README.md, model.sig, SHA256SUMS and
 * akashi/ (docs/formats.md, section 9). The folder appears whole or not at
 * all. *out_report lists what leaves the house: {"folder", "name", "pin",
 * "bytes", "files" [paths], "statements" [{"kind", "subject", "statement"}], "objects" [{"what",
 * "digest", "bytes"}]}; the caller frees it.
 */
MUST_CHECK int registry_publish(const struct context *ctx, struct registry *registry,
				const struct publish_request *request, struct json **out_report,
				struct error *err);

#endif
