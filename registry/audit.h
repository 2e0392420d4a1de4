/* Check a whole registry: every tile, entry, signature, claim, body, and the checkpoint above them.
 */
#ifndef REGISTRY_AUDIT_H
#define REGISTRY_AUDIT_H

#include "registry/remembered.h"

struct audit_request {
	bool objects; /* read and hash every object too */

	/* Objects are somebody else's business (registry_examine): look for none of them. */
	bool statements_only;

	/*
	 * A statement that was logged and is not kept, or not as it was logged: told here in place
	 * of a finding. Or NULL.
	 */
	int (*lost)(void *arg, const struct digest *identity, const struct digest *signer,
		    const char *text, struct error *err);
	void *arg;

	/*
	 * Entries and statements that are remembered as audited are not read again where their
	 * files are as they were; what is read and holds is noted. NULL: everything is read.
	 */
	struct remembered *remembered;
};

struct audit_report {
	uint64_t entries, statements, controls, claims, objects;
	uint64_t withheld; /* objects and bodies that are missing and have a tombstone */
	uint64_t
		released; /* files of manifests that are missing, their bytes released on purpose */
	uint64_t remembered;      /* statements that were not read again … */
	int64_t remembered_since; /* … the first of them since then, seconds since 1970 */
	uint64_t findings;        /* what does not hold; 0: everything does */
	char *first;              /* the first finding, NULL without one */
	char **finding;           /* up to 100 of them, one line each */
	size_t finding_count;
};

void audit_report_release(struct audit_report *report);

/*
 * What does not hold is in the report; -1 is for what kept us from auditing.
 * Nothing is changed, and the index is asked for nothing but the tombstones of what is
 * missing, which are then believed by signature, policy and log.
 */
MUST_CHECK int registry_audit(struct registry *registry, const struct audit_request *request,
			      struct audit_report *out_report, struct error *err);

#endif
