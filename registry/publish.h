/* Make a release directory that strangers can check with one pinned line. */
#ifndef REGISTRY_PUBLISH_H
#define REGISTRY_PUBLISH_H

#include "kernels/kernels.h"

struct registry;
struct json;

/* What does not leave the house: it is committed to instead. {0} hides nothing. */
struct publish_private {
	const char *const *glob; /* names that are private: whole, or owner/name */
	size_t glob_count;
	bool run, git, diff; /* the run, the git facts, the diff alone */
};

struct publish_request {
	const char *name;   /* owner/name@version of the checkpoint */
	const char *folder; /* where the release goes; must not exist, or be empty */
	const char *as;     /* the release's own owner/name@version; NULL: the checkpoint's */
	const char *key;    /* name of the signing key; NULL: user.key of the config */
	struct publish_private private;
	bool no_boundaries; /* leave out boundary activations, which take room */
	bool dry_run;       /* say what would be written and what would leave the house, and stop */
};

/*
 * Write the model's files as they were, README.md, model.sig, SHA256SUMS and
 * akashi/ (docs/formats.md, section 9). The folder appears whole or not at
 * all. *out_report lists what leaves the house: {"folder", "name", "pin",
 * "bytes", "files" [paths], "statements" [{"kind", "subject", "statement"}], "objects" [{"what",
 * "digest", "bytes"}]}; the caller frees it.
 *
 * Where `private` (or publish.private of the config) hides something that the checkpoint says, a
 * projected checkpoint is said under `as`, which must be given, and that is published: each
 * private part is a commitment, opened by what `openings/` keeps (registry/openings.h). What
 * others said of the internal name stays at home. The report then has "private" [{"what",
 * "name"?, "commitment"? (not in a rehearsal)}]. ERROR_UNTRUSTED: something that would leave
 * names what is private.
 */
MUST_CHECK int registry_publish(const struct context *ctx, struct registry *registry,
				const struct publish_request *request, struct json **out_report,
				struct error *err);

#endif
