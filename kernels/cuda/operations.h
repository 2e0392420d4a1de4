/* operations: the slots of the backend's table (kernels/backend.h) that are launches. Shapes were
 * checked by exact.c. */
#ifndef KERNELS_CUDA_OPERATIONS_H
#define KERNELS_CUDA_OPERATIONS_H

#include "kernels/cuda/cuda.h"

/* operations_product.c */
size_t cuda_linear_ways(void);
void cuda_linear_way(struct backend *backend, size_t way);
int cuda_linear(struct backend *backend, struct matrix x, struct matrix w, bool transposed,
		struct matrix bias, struct matrix y, struct error *err);

/* operations_map.c */
int cuda_activation(struct backend *backend, enum activation kind, struct matrix x, struct matrix y,
		    struct error *err);
int cuda_gate(struct backend *backend, enum activation kind, struct matrix gate, struct matrix up,
	      struct matrix y, struct error *err);
int cuda_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
	     struct error *err);
int cuda_scale(struct backend *backend, struct matrix x, float factor, struct matrix y,
	       struct error *err);
int cuda_clip(struct backend *backend, struct matrix x, float limit, struct matrix y,
	      struct error *err);
int cuda_soft_cap(struct backend *backend, struct matrix x, float cap, struct matrix y,
		  struct error *err);
int cuda_gate_rows(struct backend *backend, struct matrix x, struct matrix gate, struct matrix y,
		   struct error *err);
int cuda_gather(struct backend *backend, struct matrix table, const uint32_t *index,
		struct matrix y, struct error *err);
int cuda_combine(struct backend *backend, struct matrix x, const uint32_t *index,
		 const float *weight, struct matrix y, struct error *err);
int cuda_find_not_finite(struct backend *backend, struct matrix x, size_t *out_at,
			 struct error *err);

/* operations_rows.c */
int cuda_rms_norm(struct backend *backend, struct matrix x, struct matrix gain, enum norm_gain kind,
		  float eps, struct matrix y, struct error *err);
int cuda_layer_norm(struct backend *backend, struct matrix x, struct matrix gain,
		    struct matrix bias, float eps, struct matrix y, struct error *err);
int cuda_softmax(struct backend *backend, struct matrix x, struct matrix y, struct error *err);
int cuda_partition(struct backend *backend, struct matrix logits, float *out_max, float *out_sum,
		   struct error *err);
int cuda_top_logits(struct backend *backend, struct matrix logits, struct exact_top *out_top,
		    struct error *err);

int cuda_route(struct backend *backend, struct matrix logits, const struct router_shape *shape,
	       uint32_t *out_expert, float *out_weight, struct error *err);

/* operations_digest.c */
int cuda_pick(struct backend *backend, struct matrix x, const uint32_t *index, float *out,
	      struct error *err);
int cuda_digest_rows(struct backend *backend, struct matrix x, struct span header,
		     struct digest *out_digest, struct error *err);
int cuda_digest_ranges(struct backend *backend, struct backend_memory *memory,
		       const struct byte_range *range, size_t count, struct digest *out_digest,
		       struct error *err);

/* operations_attention.c */
int cuda_rope(struct backend *backend, struct matrix x, const struct rope_shape *shape,
	      struct matrix cos, struct matrix sin, const struct batch *batch, struct error *err);
int cuda_attention(struct backend *backend, const struct attention_shape *shape, struct matrix q,
		   struct matrix k, struct matrix v, const struct batch *batch, struct matrix y,
		   struct error *err);

/* Does the view begin at a multiple of `bytes`, and does every row of it? */
static inline bool cuda_rows_aligned(struct matrix m, size_t bytes)
{
	return cuda_at(m) % bytes == 0 &&
	       (m.rows == 1 || m.stride * float_format_size_bytes(m.format) % bytes == 0);
}

/* Do the view's numbers begin at multiples of their size? Weights may lie anywhere. */
static inline bool cuda_numbers_aligned(struct matrix m)
{
	return cuda_at(m) % float_format_size_bytes(m.format) == 0;
}

#endif
