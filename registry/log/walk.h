/*
 * Reading a log that somebody else may serve: every entry is shown to stand in the tree that
 * was signed before anybody is handed it. No hash tile is believed either.
 */
#ifndef REGISTRY_LOG_WALK_H
#define REGISTRY_LOG_WALK_H

#include "registry/tiles.h"

/* Handed each entry; its bytes are borrowed for the call. */
typedef int (*log_visit)(void *arg, uint64_t index, struct span entry, struct error *err);

/*
 * Hand the entries [from, to) of the tree `head` to `visit`, in order. `to` <= head->size. A bundle
 * is read whole and led to head->root before its first entry is handed over. ERROR_CORRUPT: the
 * log serves a bundle or tiles that are not those of `head`, or lacks them; ERROR_SYSTEM: they
 * could not be had.
 */
MUST_CHECK int log_walk(struct tiles *tiles, const struct tree_head *head, uint64_t from,
			uint64_t to, log_visit visit, void *arg, struct error *err);

/* Append one entry, shown in the same way. ERROR_ABSENT when the tree has no such entry. */
MUST_CHECK int log_walk_entry(struct tiles *tiles, const struct tree_head *head, uint64_t index,
			      struct buffer *out, struct error *err);

#endif
