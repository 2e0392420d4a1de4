/* The tiles of a registry's log, made again from the entries that are judged on the way. */
#include "registry/audit/inner.h"
#include "registry/log/inner.h"
#include "registry/log/tiles_derive.h"

static int entries_visit(void *arg, uint64_t first, const struct span *entry, size_t count,
			 struct error *err)
{
	return audit_entries(arg, first, entry, count, err);
}

static int finding_visit(void *arg, const char *text, struct error *err)
{
	return audit_find(arg, err, "%s", text);
}

int audit_tiles(struct audit *audit, uint64_t size, struct digest *out_root, struct error *err)
{
	struct derive_visit visit = { audit, entries_visit, finding_visit };
	struct derived derived;

	if (tiles_derive(audit->registry->ctx, audit->log->blobs, size, &visit, &derived, err))
		return -1;
	*out_root = derived.root;
	return 0;
}
