/*
 * backend: the table that a compute backend fills. Inside kernels/ only; C
 * and CUDA both read it.
 *
 * exact.c has checked every shape, format and overlap before a slot is called:
 * sizes are not 0, views lie inside their memory, activations and results are
 * FLOAT_F32, results are writable, strides of heads are filled in. A slot
 * returns 0, or -1 with `err` set to ERROR_SYSTEM, unless it says otherwise.
 * Arrays named out_... are on the host and complete when the slot returns;
 * other results may still be under way until `download`.
 */
#ifndef KERNELS_BACKEND_H
#define KERNELS_BACKEND_H

#include "kernels/exact.h"

#ifdef __cplusplus
extern "C" {
#endif

/* First member of what a backend's `open` returns. */
struct backend {
	const struct backend_type *type;
	struct backend *next; /* shares with this one, which owns it; NULL at the end */
	char description[BACKEND_DESCRIPTION_MAX]; /* filled by `open` */
	struct error failure; /* set by a device that stopped or has no room left; first cause */
};

/* First member of what a backend's memory slots return. */
struct backend_memory {
	struct backend *backend;
	size_t size_bytes;
	bool read_only;
};

/* A point in the order of copies; a backend's own. */
struct backend_mark;

struct backend_type {
	const char *name; /* as in backends.def */
	/* Optional: what options->variant may name, the fastest first, NULL at the end. */
	const char *const *variants;
	/* What the driver says of a device that may not even open (perhaps nothing); false: there
	 * is no such device or no driver. NULL with `variants`. */
	bool (*facts)(uint32_t ordinal, struct backend_facts *out_facts);

	/*
	 * Optional, both: how many ways `linear` has to compute, of which it takes the one that
	 * fits; and let it take this one from now on (SIZE_MAX: the one that fits again), so that
	 * each can be sampled.
	 */
	size_t (*linear_ways)(void);
	void (*linear_way)(struct backend *backend, size_t way);

	/* Called once; ERROR_ABSENT: this machine has no such device or variant. */
	int (*open)(const struct backend_options *options, struct backend **out_backend,
		    struct error *err);
	void (*close)(struct backend *backend);

	/* Memory with all bits zero, aligned for the widest load. */
	int (*memory_new)(struct backend *backend, size_t size_bytes,
			  struct backend_memory **out_memory, struct error *err);
	/* Host bytes of any alignment that stay unchanged while the memory lives. */
	int (*memory_wrap)(struct backend *backend, struct span bytes,
			   struct backend_memory **out_memory, struct error *err);
	void (*memory_free)(struct backend_memory *memory);
	int (*upload)(struct backend *backend, struct matrix to, const float *values,
		      struct error *err);
	/* Waits for everything under way; a late failure comes out here. */
	int (*download)(struct backend *backend, struct matrix from, float *out_values,
			struct error *err);
	/* Optional: where the numbers lie, for a backend whose memory is the host's. */
	const float *(*view)(struct matrix from);
	/* Optional: bytes that memory_new could still give. */
	int (*memory_left)(struct backend *backend, uint64_t *out_bytes, struct error *err);

	/*
	 * Staging: all of them, or none for a backend whose memory is the host's.
	 * `send` and `mark_wait` are called from any thread.
	 */
	/* Host memory that all backends of the type copy from; aligned to pages. */
	int (*pinned_new)(struct backend *backend, size_t size_bytes, uint8_t **out_bytes,
			  struct error *err);
	void (*pinned_free)(struct backend *backend, uint8_t *bytes);
	int (*mark_new)(struct backend *backend, struct backend_mark **out_mark, struct error *err);
	void (*mark_free)(struct backend *backend, struct backend_mark *mark);
	/* Begin to copy, beside the operations; `mark` then stands behind this copy. */
	int (*send)(struct backend_memory *to, size_t offset_bytes, const uint8_t *from, size_t len,
		    struct backend_mark *mark, struct error *err);
	/* Wait for the copies in front of the mark. */
	int (*mark_wait)(struct backend *backend, struct backend_mark *mark, struct error *err);
	/* Operations after it wait for copies before it; copies after it for operations before it.
	 */
	int (*arrive)(struct backend *backend, struct error *err);
	int (*hold)(struct backend *backend, struct error *err);

	/* The operations, as exact.h describes them. */
	int (*linear)(struct backend *backend, struct matrix x, struct matrix w, bool transposed,
		      struct matrix bias, struct matrix y, struct error *err);
	int (*rms_norm)(struct backend *backend, struct matrix x, struct matrix gain,
			enum norm_gain kind, float eps, struct matrix y, struct error *err);
	int (*layer_norm)(struct backend *backend, struct matrix x, struct matrix gain,
			  struct matrix bias, float eps, struct matrix y, struct error *err);
	int (*rope)(struct backend *backend, struct matrix x, const struct rope_shape *shape,
		    struct matrix cos, struct matrix sin, const struct batch *batch,
		    struct error *err);
	int (*attention)(struct backend *backend, const struct attention_shape *shape,
			 struct matrix q, struct matrix k, struct matrix v,
			 const struct batch *batch, struct matrix y, struct error *err);
	/* y = kind(x). */
	int (*activation)(struct backend *backend, enum activation kind, struct matrix x,
			  struct matrix y, struct error *err);
	/* y = kind(gate) * up. */
	int (*gate)(struct backend *backend, enum activation kind, struct matrix gate,
		    struct matrix up, struct matrix y, struct error *err);
	/* b has as many rows as a, or one. */
	int (*add)(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
		   struct error *err);
	int (*scale)(struct backend *backend, struct matrix x, float factor, struct matrix y,
		     struct error *err);
	int (*clip)(struct backend *backend, struct matrix x, float limit, struct matrix y,
		    struct error *err);
	int (*soft_cap)(struct backend *backend, struct matrix x, float cap, struct matrix y,
			struct error *err);
	int (*softmax)(struct backend *backend, struct matrix x, struct matrix y,
		       struct error *err);
	/* Every index is below table.rows. */
	int (*gather)(struct backend *backend, struct matrix table, const uint32_t *index,
		      struct matrix y, struct error *err);
	int (*zero)(struct backend *backend, struct matrix y, struct error *err);
	int (*route)(struct backend *backend, struct matrix logits,
		     const struct router_shape *shape, uint32_t *out_expert, float *out_weight,
		     struct error *err);
	/* Every index is below y.rows. */
	int (*combine)(struct backend *backend, struct matrix x, const uint32_t *index,
		       const float *weight, struct matrix y, struct error *err);
	int (*gate_rows)(struct backend *backend, struct matrix x, struct matrix gate,
			 struct matrix y, struct error *err);
	/* *out_at: row * cols + column of the first number that is not finite, else SIZE_MAX. */
	int (*find_not_finite)(struct backend *backend, struct matrix x, size_t *out_at,
			       struct error *err);
	int (*partition)(struct backend *backend, struct matrix logits, float *out_max,
			 float *out_sum, struct error *err);
	int (*top_logits)(struct backend *backend, struct matrix logits, struct exact_top *out_top,
			  struct error *err);
	/* Optional: what the host does otherwise, with a look at the numbers or a copy. `count` and
	 * every index and range were checked. */
	int (*pick)(struct backend *backend, struct matrix x, const uint32_t *index, float *out,
		    struct error *err);
	int (*digest_rows)(struct backend *backend, struct matrix x, struct span header,
			   struct digest *out_digest, struct error *err);
	int (*digest_ranges)(struct backend *backend, struct backend_memory *memory,
			     const struct byte_range *range, size_t count,
			     struct digest *out_digest, struct error *err);
};

#define BACKEND(name) extern const struct backend_type backend_type_##name;
#include "kernels/backends.def"
#undef BACKEND

/* self_test.c: 0 if the backend gives the known answers of the profile; else ERROR_SYSTEM. */
MUST_CHECK int backend_self_test(struct backend *backend, struct error *err);

#ifdef __cplusplus
}
#endif
#endif
