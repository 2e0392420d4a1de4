/* What a copy of a log has to be taken from, in an order in which it is whole beside writers. */
#ifndef REGISTRY_BACKUP_LOG_COPY_H
#define REGISTRY_BACKUP_LOG_COPY_H

#include "registry/log.h"

struct log_copied {
	struct log_head shown; /* log/checkpoint */
	struct log_head last;  /* what lock.db remembered: never restored as such */
};

void log_copied_release(struct log_copied *copied);

/*
 * First the checkpoint that is shown, then the one that lock.db remembers, then log.db, copied
 * into the new file `sequence` (NULL: it is not) as it stands at one moment. Writers write the
 * other way round (docs/architecture.md), so log.db has every entry of both checkpoints, and
 * the tiles of both sizes lie in log/ from then on. Takes no lock; nobody is kept from writing.
 * The caller releases *out_copied.
 */
MUST_CHECK int log_copy(struct log *log, const char *sequence, struct log_copied *out_copied,
			struct error *err);

/* Visit the path ("tile/…") of every tile that a reader of the tree of `size` entries needs, and
 * of the tree of `older` <= size entries. */
typedef int (*log_tile_visit)(void *arg, const char *path, struct error *err);
MUST_CHECK int log_tiles_each(uint64_t size, uint64_t older, log_tile_visit visit, void *arg,
			      struct error *err);

#endif
