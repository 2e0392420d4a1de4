/* A repository and its registry: what waits is delivered, and what is known of commits is noted. */
#ifndef REGISTRY_HOOK_SYNC_H
#define REGISTRY_HOOK_SYNC_H

#include "registry/hook/say.h"

struct hook_synced {
	struct outbox_delivery delivery;
	size_t notes; /* lines that were written about commits of this repository */
};

/*
 * Deliver what waits (outbox_deliver), then note, for commits that are in this repository, what the
 * registry says of them since the last time: runs, and checkpoints that were made from them. With
 * `notes` false nothing is noted. What the registry's settings say is remembered
 * (hook_known_write).
 */
MUST_CHECK int hook_sync(struct registry *registry, struct git_work *work, const char *key,
			 bool notes, struct hook_synced *out_synced, struct error *err);

/*
 * The registry that the repository belongs to: git config akashi.registry, else the one that is
 * known, else NULL: the nearest above the folder. Malloced.
 */
MUST_CHECK int hook_registry(const struct git_work *work, char **out_named, struct error *err);

#endif
