/* What the parts of the index over packs share. Private to registry/pack_index*.c. */
#ifndef REGISTRY_PACK_INDEX_INNER_H
#define REGISTRY_PACK_INDEX_INNER_H

#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "registry/pack_index.h"
#include "registry/pack_index_file.h"

/* A pack that the index file does not know. */
struct unknown {
	struct digest name;
	struct pack_entry *entry;
	size_t count;
	bool quarantined;
};

struct pack_index {
	char *folder;
	struct pack_files *files;
	pthread_rwlock_t lock;   /* around the rest */
	struct index_file *file; /* or NULL */
	ino_t file_inode;
	struct unknown *unknown;
	size_t unknown_count;
	struct timespec seen; /* the folder's time when it was looked at */
	bool looked;
};

/* The index file turned out to be damaged: throw it away and make it again. Unlocked. */
MUST_CHECK int pack_index_file_replace(struct pack_index *index, struct error *err);

#endif
