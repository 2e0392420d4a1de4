/* Drop the bytes of versions on purpose, and keep every signed fact about them. */
#ifndef REGISTRY_PRUNE_H
#define REGISTRY_PRUNE_H

#include "registry/statement.h"

struct prune_request {
	const struct name *name; /* versions of checkpoints and datasets */
	size_t name_count;
	/*
	 * And of this family (NULL: none) all checkpoints but the `keep_last` that were
	 * registered last, and those that an alias in force points at.
	 */
	const struct name *family;
	uint64_t keep_last;
	const char *reason; /* NULL only where every version was released before */
	bool dry_run;
};

/* One version. */
struct prune_item {
	struct name name;
	struct digest statement, manifest;
	uint64_t files, bytes;               /* that nothing else needs: they go */
	uint64_t needed_files, needed_bytes; /* that something else needs: they stay */
	char *needed_by;                     /* the first that needs one of them, or NULL */
	struct statement_made made; /* the retention statement; existed: of an earlier run */
};

struct prune_report {
	struct prune_item *item; /* in the order of the log */
	size_t count;
	uint64_t removed, removed_bytes; /* objects that are gone now */
	bool later;       /* the store gives room back when it is collected (akashi gc) */
	uint64_t writers; /* that live, and may count on the files: a collection removes them */
};

void prune_report_release(struct prune_report *report);

/*
 * Log a `retention` statement for each version that says that its bytes are released, and once
 * that is durable and believed by the registry's own policy, remove the files that nothing else
 * needs. Manifest, pieces, records and all statements stay. The same again finishes what
 * was interrupted. ERROR_USAGE: an alias, a kind that has no files, no reason; ERROR_UNTRUSTED: the
 * policy does not let `key` say so, and nothing is removed; ERROR_CORRUPT: what else needs the
 * bytes cannot be told, and nothing is said or removed. `key` may be NULL in a dry run. While
 * somebody writes into a store that collects, the bytes are released and stay there until it is
 * collected; while it is collected, waits.
 */
MUST_CHECK int registry_prune(struct registry *registry, struct signing_key *key,
			      const struct prune_request *request, struct prune_report *out_report,
			      struct error *err);

/*
 * The version's files were stored again: where their release is in force, say that they are kept.
 * *out_said: it was.
 */
MUST_CHECK int registry_keep_again(struct registry *registry, struct signing_key *key,
				   const struct digest *statement, bool *out_said,
				   struct error *err);

/* released_explain by the registry's own policy. Returns -1. */
int registry_released_explain(struct registry *registry, const struct digest *statement,
			      struct error *err);

#endif
