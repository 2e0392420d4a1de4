/*
 * Packs that are to be deleted: still read, no longer relied on.
 *
 * A writer that lived when a pack went there may count on what is in it. So the names of
 * those writers' leases stand beside it, and it stays until they are gone and what they had
 * said by then was looked at.
 */
#ifndef REGISTRY_PACK_QUARANTINE_H
#define REGISTRY_PACK_QUARANTINE_H

#include "registry/lease.h"
#include "registry/pack/file.h"

#define QUARANTINE_FOLDER "quarantine"

/* Names of leases. */
struct lease_names {
	char (*name)[LEASE_NAME_MAX + 1];
	size_t count;
};

void lease_names_release(struct lease_names *names);

struct pack_index;

/*
 * The writers of the folder of packs that may live; those of other hosts are watched. Unless `look`
 * alone, the leases of the dead are taken away, so that one that was only silent learns of it
 * before it names anything, and what they left is taken over.
 */
MUST_CHECK int quarantine_writers_live(const char *folder, struct pack_index *index, bool look,
				       const struct context *ctx, struct lease_names *out_names,
				       struct error *err);

/* Move a pack there, durably. Until quarantine_note any writer that lives may count on it. */
MUST_CHECK int quarantine_put(const char *folder, const struct digest *pack, struct error *err);

/* No others than `live`, found out after it was moved, may; nothing where that was said before. */
MUST_CHECK int quarantine_note(const char *folder, const struct digest *pack,
			       const struct lease_names *live, struct error *err);

/* The packs there, in no order; the caller releases *out_packs. */
MUST_CHECK int quarantine_list(const char *folder, struct digest_list *out_packs,
			       struct error *err);

/* Does one of `live` stand beside the pack? Where nobody can tell, any does. */
MUST_CHECK int quarantine_is_held(const char *folder, const struct digest *pack,
				  const struct lease_names *live, bool *out_held,
				  struct error *err);

MUST_CHECK int quarantine_delete(const char *folder, const struct digest *pack, struct error *err);

#endif
