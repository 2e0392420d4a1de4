/* Is everything here that the registry's log names, and is it what it is called? */
#ifndef REGISTRY_EXAMINE_H
#define REGISTRY_EXAMINE_H

#include "registry/damage.h"
#include "registry/home.h"
#include "registry/store_check.h"

struct examine_request {
	bool again;    /* read every statement again, also those that are remembered; so read_all */
	bool read_all; /* read every byte that is kept, and compare it with its digest … */
	struct store_share share; /* … or of one share of it */
};

struct examine_report {
	struct damages damages;
	bool read_all;
	struct store_share share;
	uint64_t entries, statements;      /* of the log; whole ones */
	uint64_t objects, bytes;           /* that lie in the store */
	uint64_t needed;                   /* different objects that something registered needs */
	uint64_t unneeded, unneeded_bytes; /* that lie there and nothing needs */
	uint64_t withheld; /* objects and statements that are not here, and a tombstone says why */
	uint64_t released; /* files that are not here, released on purpose */
	uint64_t unknown;  /* statements of kinds that a later version made: not followed */
	uint64_t remembered;      /* of the statements: read and found whole before, not again */
	int64_t remembered_since; /* the first of them since then, seconds since 1970 */
	bool index_made;          /* the index was damaged or behind, and was made again */
};

void examine_report_release(struct examine_report *report);

/*
 * The log as registry_audit takes it, every object that a statement needs, through manifests and
 * lists to the last file, and everything that lies in the store. What does not hold is in the
 * report, each thing with who is hit by it; -1 is for what kept us from looking. Nothing is
 * changed but the index, which is derived. Memory does not grow with the number of objects: what
 * is needed is sorted through a file in TMPDIR and met with what is there, digest by digest.
 */
MUST_CHECK int registry_examine(struct registry *registry, const struct examine_request *request,
				struct examine_report *out_report, struct error *err);

#endif
