/* exact_check: what exact.c and its neighbours refuse before a backend is asked. */
#ifndef KERNELS_EXACT_CHECK_H
#define KERNELS_EXACT_CHECK_H

#include "kernels/backend.h"

/* True if a byte may belong to both. */
bool matrix_overlap(struct matrix a, struct matrix b);

/* The view has rows and columns, and lies inside memory of this backend. */
int check_view(const struct backend *backend, struct matrix m, const char *what, struct error *err);

/* A view of binary32; a result can also be written. */
int check_activation(const struct backend *backend, struct matrix m, const char *what,
		     struct error *err);
int check_result(const struct backend *backend, struct matrix m, const char *what,
		 struct error *err);

/* x and y are of one shape, and either the same numbers or apart. */
int check_map(const struct backend *backend, struct matrix x, struct matrix y, const char *what,
	      struct error *err);

/* A view of 1 x cols; with `optional` it may be MATRIX_NONE. */
int check_vector(const struct backend *backend, struct matrix m, size_t cols, bool optional,
		 const char *what, struct error *err);

/* `heads` heads of head_dim, `stride` apart, fit into cols. */
int check_heads(size_t heads, size_t head_dim, size_t stride, size_t cols, const char *what,
		struct error *err);

/* The probes have tokens, `rows` in all. */
int check_batch(const struct batch *batch, size_t rows, size_t *out_longest, struct error *err);

/* Each of the `count` entries is below `limit`. */
int check_index(const uint32_t *index, size_t count, size_t limit, const char *what,
		struct error *err);

#endif
