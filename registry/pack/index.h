/*
 * Where every record of a folder of packs lies: the index file, and beside it the footers of
 * the packs that it does not know yet, in memory. When those become many they are merged into
 * a new file, which replaces the old one at once. Any thread; any number of processes.
 */
#ifndef REGISTRY_PACK_INDEX_H
#define REGISTRY_PACK_INDEX_H

#include "registry/pack/file.h"

/* Where a record was found. */
struct pack_hit {
	struct pack_entry entry;
	struct digest pack;
	bool quarantined; /* about to be deleted: to be read, not to be relied on */
};

struct pack_index;

/* `folder` need not be there. `files` must outlive the index. */
MUST_CHECK int pack_index_new(const char *folder, struct pack_files *files,
			      struct pack_index **out_index, struct error *err);
void pack_index_free(struct pack_index **index);

/* Look at the folder again: packs that came and packs that went. */
MUST_CHECK int pack_index_refresh(struct pack_index *index, struct error *err);

/* The same, if the folder seems to have changed since. */
MUST_CHECK int pack_index_follow(struct pack_index *index, struct error *err);

/*
 * Up to `max` places of the record of that digest and kind, those to rely on first; 0 of
 * them is success. As of the last refresh.
 */
MUST_CHECK int pack_index_find(struct pack_index *index, const struct digest *digest,
			       enum pack_kind kind, struct pack_hit *out_hit, size_t max,
			       size_t *out_count, struct error *err);

/* Up to `max` digests of that kind above `after` (NULL: from the first), in order, each once. */
MUST_CHECK int pack_index_list(struct pack_index *index, enum pack_kind kind,
			       const struct digest *after, struct digest *out_digest, size_t max,
			       size_t *out_count, struct error *err);

/* Data that is looked for, in the order of the digests. */
struct pack_wanted {
	struct digest digest;
	uint32_t len; /* that its raw bytes must have */
};

/*
 * Very much that is looked for at once: `next` gives it in order until *out_any is false, and
 * `absent` hears of what no pack has as data of that length. The index is gone through once, in its
 * order, instead of being searched for each. As of the last refresh; neither slot may use the
 * index.
 */
struct pack_wants {
	int (*next)(void *user, struct pack_wanted *out_wanted, bool *out_any, struct error *err);
	int (*absent)(void *user, const struct pack_wanted *wanted, struct error *err);
	void *user;
};
MUST_CHECK int pack_index_meet(struct pack_index *index, const struct pack_wants *wants,
			       struct error *err);

/* A pack was sealed by this process: its sorted entries are taken over. */
MUST_CHECK int pack_index_add(struct pack_index *index, const struct digest *pack,
			      struct pack_entry *entry, size_t count, struct error *err);

/* Merge what the file does not know into it, if that is much; where the folder can be written. */
MUST_CHECK int pack_index_tidy(struct pack_index *index, struct error *err);

/* The packs of the folder (not those in quarantine), sorted; the caller frees *out_pack. */
MUST_CHECK int pack_index_packs(struct pack_index *index, struct digest **out_pack,
				size_t *out_count, struct error *err);

/* At most so many records are in packs, as of the last refresh. */
uint64_t pack_index_records(struct pack_index *index);

/* --- for registry/pack/index*.c only --- */

struct index_file;

/*
 * Write an index of the packs `name` (sorted) into the empty file `fd`: what `old` (or
 * NULL) says of them, and the footers of those that it does not know. What is sorted on the
 * way lies in a nameless file of `folder`, or of the system's folder for such. ERROR_ABSENT: one of
 * the packs is not there.
 */
MUST_CHECK int index_build(const char *folder, struct pack_files *files,
			   const struct index_file *old, const struct digest *name, size_t count,
			   int fd, struct error *err);

/* The place of `name` among `count` sorted digests, or -1. */
long digest_place(const struct digest *sorted, size_t count, const struct digest *name);

#endif
