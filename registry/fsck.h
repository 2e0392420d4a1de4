/* Is what is served a log? Every file of it against its entries, and the root against the
 * checkpoint; nothing is asked of the entries themselves. */
#ifndef REGISTRY_FSCK_H
#define REGISTRY_FSCK_H

#include "registry/log/source.h"

struct fsck_report {
	struct tree_head head;             /* as the checkpoint says */
	bool key_asked;                    /* and a key was given that signed it */
	uint64_t entries, tiles, partials; /* read; compared; older partial tiles among them */
	uint64_t beyond; /* files that only a longer log has: of a writer at work, or of a crash */
	bool listed;     /* files that do not belong there were looked for */
	uint64_t findings;
	char **finding; /* up to 100 of them, one line each */
	size_t finding_count;
};

void fsck_report_release(struct fsck_report *report);

/*
 * Derive every tile of the log from its entry bundles and compare. `trust` NULL: nobody's
 * signature is asked for, the checkpoint need only be well-formed. Where files can be listed, each
 * is accounted for: partial tiles of earlier sizes must be the front of what is there now. What
 * does not hold is in the report; -1 is for what kept us from looking.
 */
MUST_CHECK int log_fsck(const struct context *ctx, const struct log_source *source,
			const struct log_trust *trust, struct fsck_report *out_report,
			struct error *err);

#endif
