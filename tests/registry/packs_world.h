/* A store of packs for tests, and files of chance bytes that go in and come out. */
#ifndef TESTS_REGISTRY_PACKS_WORLD_H
#define TESTS_REGISTRY_PACKS_WORLD_H

#include "registry/packs.h"
#include "tests/registry/house.h"

enum { FILE_MAX = 200000, PIECE_MAX = 4096 };

/* A store of packs below a folder of its own. */
struct world {
	char *folder, *objects, *packs;
	struct packs_store *store;
};

/* Close the store and open it again, as another process would. */
void world_reopen(struct world *w);
void world_open(struct world *w);
void world_close(struct world *w);
/* How many files of the folder of packs begin and end so. */
size_t files_count(const struct world *w, const char *begin, const char *ending);
struct store_file *file_begin(struct world *w, uint64_t size);
/* Cut `bytes` by chance and add them, in any order and from all threads; their digest. */
struct digest file_add(struct world *w, struct span bytes, uint64_t *chance,
		       struct threads *threads);
void world_flush(struct world *w);
uint8_t *random_bytes(size_t len, uint64_t *chance); /* malloced */
/* The whole, and some ranges, are what they were. */
void file_check(struct world *w, const struct digest *whole, struct span bytes, uint64_t *chance);
/* Add `bytes` in pieces of PIECE_MAX; their digest. */
struct digest even_add(struct world *w, struct span bytes);
/* Everything that is listed, in steps of `step`: in order, each once. How much it is. */
size_t list_count(struct world *w, size_t step);

#endif
