/* exact_rig: every backend that this machine can open, and numbers to try them with. */
#ifndef TESTS_KERNELS_EXACT_RIG_H
#define TESTS_KERNELS_EXACT_RIG_H

#include "../support.h"

/* One way to compute: a variant with a number of threads. */
struct rig_way {
	struct backend *backend;
	struct threads *threads;
};

enum { RIG_WAYS_MAX = 16 };

struct rig {
	struct rig_way way[RIG_WAYS_MAX];
	size_t ways;
};

/*
 * plain, avx2 and avx512 where the machine has them, each with 1, 2, 3 and 7
 * threads (exact_ways.c); in the programs of tests/cuda/ the CUDA backend on a
 * fake device instead, once for each order of threads (cuda/ways.c).
 */
void rig_open(struct rig *rig);
void rig_close(struct rig *rig);

/* cmocka group fixtures; the state is a struct rig. */
int rig_setup(void **state);
int rig_teardown(void **state);

enum rig_numbers {
	RIG_PLAIN, /* between -4 and 4 */
	RIG_TINY   /* products underflow; subnormals, +0 and -0 among them */
};

void rig_fill(enum rig_numbers kind, uint64_t *seed, float *x, size_t n);

/* The same in a narrower format: bytes for the backend, numbers for the reference. */
void rig_fill_weights(enum rig_numbers kind, enum float_format format, uint64_t *seed,
		      uint8_t *bytes, float *x, size_t n);

/* New memory of rows x cols with these values (NULL: +0); fails the test if it cannot be had. */
struct matrix rig_matrix(struct backend *backend, const float *values, size_t rows, size_t cols);
void rig_matrix_free(struct matrix *matrix);

/* The matrix holds exactly these bits; else the test fails and names what, where and how. */
void rig_check(struct backend *backend, const char *what, struct matrix y, const float *want);

/* x[n] on the heap; fails the test instead of returning NULL. */
float *rig_numbers(size_t n);

#endif
