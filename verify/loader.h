/*
 * loader: the tensors of one stage of a pass in one run of memory, read (and
 * hashed there) ahead of time by a thread, or by several where they go on to a
 * device. Inside verify/ only.
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

/* Backends that can share a pass. */
#define SUPPLY_BACKENDS_MAX ((size_t)16)

/* Threads that read for a device. */
#define SUPPLY_READERS_MAX 16

/*
 * Where the loaders of one pass take tensors to. For a backend that computes in the
 * host's memory, they stay where they were read. For one that is staged, several
 * threads read and hash pieces in page-locked blocks, a few each, and every
 * block is copied to each backend from there: the host holds those blocks and
 * no layer. Start with {0}.
 */
struct supply {
	const struct context *ctx; /* borrowed, as the next two */
	struct weights *weights;
	struct backend *backend[SUPPLY_BACKENDS_MAX];
	size_t backends;
	struct staging *staging;   /* NULL: the backends compute in the host's memory */
	struct threads *readers;   /* of a staged backend */
	bool hash_there;           /* whole pieces are hashed in the memory of each device */
	pthread_mutex_t *one_load; /* experts are read beside the next layer, and take turns */
	unsigned char half[SUPPLY_READERS_MAX]; /* of its blocks, that each reader fills */
};

/* For the first `backends` of those that share with `backend`. */
MUST_CHECK int supply_open(const struct context *ctx, struct weights *weights,
			   struct backend *backend, size_t backends, struct supply *supply,
			   struct error *err);
void supply_release(struct supply *supply);

/* Of the host's memory, what staging takes on this machine. */
uint64_t supply_host_bytes(void);

/* One run of memory being filled. Start with {0}. */
struct loader {
	struct load_set set;
	/* On each backend of the supply; after loader_finish, and until loader_start or
	 * loader_release. NULL for a set without bytes. */
	struct backend_memory *memory[SUPPLY_BACKENDS_MAX];

	size_t least_bytes; /* what its memory on a device is at least made for; may be set */
	struct supply *supply;
	uint8_t *bytes;  /* 64-byte aligned; NULL for a staged backend */
	size_t capacity; /* of bytes, or of each memory */
	struct context ctx;
	pthread_t thread;
	bool running;
	int failed;
	struct error error;
};

/*
 * Begin to read `set` into the loader's memory, which grows where it must;
 * what was there is gone. With `ahead` a thread reads (alone for a backend of the
 * host, so that the pool can compute meanwhile), else the caller, with ctx->threads.
 */
MUST_CHECK int loader_start(struct loader *loader, struct supply *supply,
			    const struct load_set *set, bool ahead, struct error *err);

/*
 * Wait until everything is there, and is what was signed. Must be called before the memory is
 * used.
 */
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
