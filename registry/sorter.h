/* Records in order, however many there are: sorted in memory, and merged from a file where they are
 * more than fit. */
#ifndef REGISTRY_SORTER_H
#define REGISTRY_SORTER_H

#include "kernels/kernels.h"

#define SORTER_RECORD_MAX 128u

struct sorter;

/*
 * Records of `record_bytes` each, ordered by their bytes. At most `memory_bytes` (and 64 KiB for
 * each run) are held; what is more goes to a file without a name in `folder`, which is made when
 * it is needed and gone when the sorter is freed. Not for several threads. The caller frees
 * *out_sorter.
 */
MUST_CHECK int sorter_new(size_t record_bytes, size_t memory_bytes, const char *folder,
			  struct sorter **out_sorter, struct error *err);
void sorter_free(struct sorter **sorter);

MUST_CHECK int sorter_add(struct sorter *sorter, const void *record, struct error *err);

/* Nothing is added any more: what comes next is the first. */
MUST_CHECK int sorter_finish(struct sorter *sorter, struct error *err);

/* The next record, each one once. *out_any is false behind the last. */
MUST_CHECK int sorter_next(struct sorter *sorter, void *out_record, bool *out_any,
			   struct error *err);

#endif
