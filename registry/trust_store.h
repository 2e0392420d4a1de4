/*
 * What this user remembers of the logs that are pinned: newer policies, revocations, retractions
 * and supersessions, the highest version seen, and how far the log itself was read. In
 * $XDG_CONFIG_HOME/akashi/trust/, a folder for each origin: `seen.json`, and akashi/ with
 * statements and proofs as a release has them.
 */
#ifndef REGISTRY_TRUST_STORE_H
#define REGISTRY_TRUST_STORE_H

#include "verify/verify.h"

struct trust_store;

/*
 * Open what is remembered of the origins that these pins name; nothing is no error.
 * ERROR_CORRUPT: what is there cannot be read. The caller closes *out_store.
 */
MUST_CHECK int trust_store_open(const struct context *ctx, struct span pins,
				struct trust_store **out_store, struct error *err);
void trust_store_close(struct trust_store **store);

/* The policies, revocations, retractions and supersessions that are held, or NULL. Borrowed. */
struct evidence *trust_store_held(const struct trust_store *store);
/* What was seen of an origin, or NULL. Borrowed. */
const struct log_seen *trust_store_seen(const struct trust_store *store, const char *origin);

/* Let a check use what is remembered, and remember what it learns. */
void trust_store_lend(struct trust_store *store, struct check_request *request);

#define TRUST_STANDING_MAX 2048u /* retractions and supersessions that are kept of one log */

/* What was learned of an anchor whose chain was checked. */
struct trust_news {
	const struct trust_anchor *anchor;
	const struct evidence *evidence;    /* that has the statements and proofs */
	const struct digest_list *standing; /* believed retractions and supersessions; or NULL */
	uint64_t size;                      /* entries that the log had; 0: unknown */
	/* The checkpoint up to which every entry was read, now or before; or NULL. */
	const struct checkpoint *read;
};

/*
 * Keep the policies, revocations, retractions and supersessions, and how far the log was seen and
 * read. Nothing is written when nothing is new. Where more than TRUST_STANDING_MAX would have to be
 * kept, those that came first are, and the log does not count as read.
 */
MUST_CHECK int trust_store_keep(struct trust_store *store, const struct trust_news *news,
				struct error *err);

/* Remember that an origin was pinned on first use from `from`. */
MUST_CHECK int trust_store_first_use(const struct context *ctx, const char *origin,
				     const char *from, struct error *err);

#endif
