/*
 * loader: the tensors of one stage of a pass in one run of memory, read (and
 * hashed there) ahead of time by a thread. Inside verify/ only.
 */
#ifndef VERIFY_LOADER_H
#define VERIFY_LOADER_H

#include <pthread.h>

#include "verify/plan.h"

enum { LOAD_TENSORS_MAX = 2 * LAYER_OPERATIONS_MAX };

/* Which tensors, or which bytes of them, and where in the memory each begins. */
struct load_set {
	struct {
		const struct tensor *tensor;
		uint64_t first, length; /* bytes of the tensor */
		size_t offset_bytes;
	} item[LOAD_TENSORS_MAX];
	size_t count;
	size_t size_bytes;
};

/* Add a tensor, once; NULL is none. */
void load_set_add(struct load_set *set, const struct tensor *tensor);
/* Add `length` bytes from byte `first` of a tensor; where they begin in the memory. There is room.
 */
size_t load_set_add_range(struct load_set *set, const struct tensor *tensor, uint64_t first,
			  uint64_t length);
void load_set_add_bound(struct load_set *set, const struct bound *bound, size_t count);
/* Where it begins; the tensor is in the set. */
size_t load_set_offset(const struct load_set *set, const struct tensor *tensor);

/* One run of memory being filled. Start with {0}. */
struct loader {
	struct load_set set;
	uint8_t *bytes; /* 64-byte aligned */
	size_t capacity;

	struct weights *weights;
	struct context ctx;
	pthread_t thread;
	bool running;
	int failed;
	struct error error;
};

/*
 * Begin to read `set` into the loader's memory, which grows where it must;
 * what was there is gone. With `ahead` a thread reads (alone, so that the pool
 * can compute meanwhile), else the caller, with ctx->threads.
 */
MUST_CHECK int loader_start(struct loader *loader, const struct context *ctx,
			    struct weights *weights, const struct load_set *set, bool ahead,
			    struct error *err);

/* Wait until everything is there. Must be called before the bytes are used. */
MUST_CHECK int loader_finish(struct loader *loader, struct error *err);

/* Waits for the thread and frees. */
void loader_release(struct loader *loader);

/*
 * The rows `index` (each below the tensor's rows, ascending, no two the same)
 * of a table, one after another into `out`. Read and hashed piece by piece, so that a
 * table never lies in memory as a whole.
 */
MUST_CHECK int load_rows(const struct context *ctx, struct weights *weights,
			 const struct tensor *table, const uint32_t *index, size_t count,
			 uint8_t *out, struct error *err);

#endif
