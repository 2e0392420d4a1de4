/*
 * Taking news of pinned logs into what this user remembers: from a release directory as far as it
 * leads, from a log (a registry, a folder as it is served, a URL) by reading every entry.
 */
#ifndef REGISTRY_TRUST_UPDATE_H
#define REGISTRY_TRUST_UPDATE_H

#include "registry/trust_store.h"

/* What is known of one log now. Borrowed for the call. */
struct trust_updated {
	const struct policy_chain *chain;
	size_t standing;               /* retractions and supersessions that were met and count */
	const struct checkpoint *read; /* the log was read up to here; NULL for a release */
};
typedef int (*trust_updated_visit)(void *arg, const struct trust_updated *updated,
				   struct error *err);

/*
 * Follow the policies of the logs that `pins` (lines) name as far as `from` leads, check every
 * step, and remember them (not with `dry_run`). Hands each log to `visit`, after it was remembered.
 * ERROR_UNTRUSTED: nothing of a pinned log is there, or an older policy than was seen;
 * ERROR_CORRUPT: it is another log than was pinned or read before, or what is served contradicts
 * itself; ERROR_ABSENT, ERROR_SYSTEM: it cannot be had.
 */
MUST_CHECK int trust_update(const struct context *ctx, struct span pins, const char *from,
			    bool dry_run, trust_updated_visit visit, void *arg, struct error *err);

/*
 * The pin that the log at `where` gives of itself: the newest policy that its first one leads to,
 * and the key of that policy which signed the checkpoint. It follows from the entries, whole, and
 * from nobody's word but the server's. Malloced.
 */
MUST_CHECK int trust_pin_of_log(const struct context *ctx, const char *where, char **out_line,
				struct error *err);

#endif
