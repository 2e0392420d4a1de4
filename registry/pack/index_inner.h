/* What the parts of the index over packs share. Private to registry/pack/index*.c. */
#ifndef REGISTRY_PACK_INDEX_INNER_H
#define REGISTRY_PACK_INDEX_INNER_H

#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "registry/pack/index.h"
#include "registry/pack/index_file.h"

/* A pack that the index file does not know. */
struct unknown {
	struct digest name;
	struct pack_entry *entry;
	size_t count;
	bool quarantined;
};

/* Where the entries of those lie; without slots there is none. */
struct pack_table {
	uint64_t *slot;
	size_t slots, filled; /* a power of two; at most two of three of them */
};

struct pack_index {
	char *folder;
	struct pack_files *files;
	pthread_rwlock_t lock;   /* around the rest */
	struct index_file *file; /* or NULL */
	ino_t file_inode;
	struct unknown *unknown;
	size_t unknown_count;
	struct pack_table table; /* none, or of all of them */
	struct timespec seen;    /* the folder's time when it was looked at */
	bool looked;
};

/* The index file turned out to be damaged: throw it away and make it again. Unlocked. */
MUST_CHECK int pack_index_file_replace(struct pack_index *index, struct error *err);

/* Before packs are taken out of `unknown`, or change places. */
void pack_table_drop(struct pack_table *table);

/* Make it of these packs, unless there is one, they are few, or there is no memory for it. */
void pack_table_renew(struct pack_table *table, const struct unknown *unknown, size_t packs);

/* The last of the packs came to them: if there is a table, it has that too. */
void pack_table_add(struct pack_table *table, const struct unknown *unknown, size_t packs);

/*
 * There is a table: add the places of the record in packs that are, or are not, in quarantine to
 * the `*count` hits that are there, up to `max`, in the order of the packs.
 */
void pack_table_find(const struct pack_table *table, const struct unknown *unknown,
		     bool quarantined, const struct digest *digest, enum pack_kind kind,
		     struct pack_hit *out_hit, size_t max, size_t *count);

#endif
