/*
 * derivation_chunk: the arithmetic of one chunk of elements, and its comparison with the child.
 * Inside verify/ only.
 */
#ifndef VERIFY_DERIVATION_CHUNK_H
#define VERIFY_DERIVATION_CHUNK_H

#include <pthread.h>
#include <stdatomic.h>

#include "verify/derivation/plan.h"

/* Elements that are computed at a time, in a core's cache. */
enum { DERIVATION_BLOCK = 4096 };

struct derivation_work {
	const struct context *ctx;
	struct derivation_plan *plan;
	struct derivation_result *result;
	/* As they are multiplied with where the format is worked in, and what is divided by. */
	float weight[3][DERIVATION_PARENTS_MAX], weight_sum[3];
	uint64_t *first_chunk;                    /* of each item; and the number of all */
	const struct derivation_factors *factors; /* of the one item that is run, or NULL */
	size_t from, to;                          /* items that are run */
	size_t child_max, parent_max, sum_max;    /* bytes of a thread's rooms */
	atomic_uint_fast64_t next;
	atomic_bool stopped;
	uint64_t bad_chunk;   /* where the first difference was found */
	uint64_t done, total; /* bytes of the child, for the progress */
	bool failed;
	pthread_mutex_t lock; /* over result, bad_chunk, done, failed and err */
	struct error *err;
};

/* One thread's memory, and the chunk it is at. */
struct derivation_room {
	struct derivation_work *run;
	struct context alone; /* without threads: it runs in one of them */
	uint8_t *child, *parent;
	float *sum, *terms; /* of a whole chunk where there are several parents, else of a block */
	float *x;           /* a block of one parent */
	uint8_t *expected;  /* a block */
	const struct derivation_item *item;
	const struct tensor *const *source;
	uint64_t chunk, first;
	size_t n;
	enum float_format work, out;
	struct derive_difference difference;
	uint64_t bytes; /* read for this chunk */
};

/* Elements of a chunk: so that the narrowest side fills a piece. */
uint64_t derivation_chunk_elements(const struct derivation_plan *plan,
				   const struct derivation_item *item);

/* Formats below a byte have no elements that can be read alone: their bytes count as such. */
uint64_t derivation_item_elements(const struct derivation_item *item);
size_t derivation_bytes_of(const struct tensor *tensor, size_t elements);

/* Rooms as large as `run` says. The caller releases them, also after a failure. */
MUST_CHECK int derivation_room_make(struct derivation_work *run, struct derivation_room *room,
				    struct error *err);
void derivation_room_release(struct derivation_room *room);

/*
 * Chunk `chunk` of the items that are run: read all sides, compute, compare, and add what was found
 * to the result. The first difference of all stops the work.
 */
MUST_CHECK int derivation_chunk_do(struct derivation_room *room, uint64_t chunk, struct error *err);

#endif
