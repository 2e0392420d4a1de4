/* Checkpoints of a log that somebody kept: taken from wherever they may lie. Nothing is believed.
 */
#ifndef REGISTRY_BACKUP_KEPT_NOTES_H
#define REGISTRY_BACKUP_KEPT_NOTES_H

#include "verify/verify.h"

#define KEPT_NOTES_MAX 65536u

/* Bytes of a checkpoint or a .tlog-proof, and where each was found. Start with {0}. */
struct kept_notes {
	struct buffer *note;
	char **name;
	size_t count;
};

void kept_notes_release(struct kept_notes *notes);

/*
 * Add what `where` has: a file with a checkpoint or a .tlog-proof; a release (a folder with
 * akashi/proofs/), all of its proofs; a log as it is served, in a folder, a registry or under a
 * URL, its checkpoint. ERROR_ABSENT.
 */
MUST_CHECK int kept_notes_take(const struct context *ctx, const char *where,
			       struct kept_notes *notes, struct error *err);

#endif
