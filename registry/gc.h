/* Throw away what no statement of a registry needs. */
#ifndef REGISTRY_GC_H
#define REGISTRY_GC_H

#include "registry/home.h"
#include "registry/store_collect.h"

#define GC_GRACE_S (14 * 86400)
#define GC_NOTES_S (90 * 86400) /* what a path held is of use for so long (known_files.h) */

/* The lease in a registry's folder that whoever collects holds, and whoever copies it all. */
#define REGISTRY_COLLECTING "collecting"

struct gc_request {
	int64_t grace_s; /* what was written within it stays */
	bool dry_run;
	bool again; /* look at everything again, also at statements that are remembered */
	bool all;   /* see store_collect_request */
};

/*
 * Objects that no statement needs (registry/reach.h) go, and the bytes that were released
 * or withheld on purpose; also beside writers, whose half-done work the grace covers, and who
 * are waited for where they may count on something. Memory: four to eight bytes for each object
 * and each record in packs. ERROR_CORRUPT, and nothing is thrown away: what some statement needs
 * cannot be told, because something is damaged or missing. ERROR_SYSTEM: a backup is being made,
 * or another collection.
 */
MUST_CHECK int registry_gc(struct registry *registry, const struct gc_request *request,
			   struct store_collected *out_collected, struct error *err);

/*
 * After something was added: small files of the store that became very many are put together in a
 * pack. Nothing is done where that is not worth it, or while a backup or a collection is at work.
 */
MUST_CHECK int registry_tidy(struct registry *registry, struct error *err);

#endif
