/* operations_trial: what the cases of operations_*.c are made of. Inside tests/gpu/ only. */
#ifndef TESTS_GPU_OPERATIONS_TRIAL_H
#define TESTS_GPU_OPERATIONS_TRIAL_H

#include "tests/gpu/operations.h"

enum numbers {
	NUMBERS_PLAIN, /* between -4 and 4 */
	NUMBERS_TINY,  /* products underflow; subnormals, +0 and -0 among them */
	NUMBERS_WIDE,  /* any exponent; neither NaN nor infinite */
	NUMBERS_EQUAL  /* few different ones, so that many are equal */
};

struct trial {
	struct backend *backend[2]; /* the right one, the tried one */
	const struct operations_options *options;
	uint64_t seed;
	struct operations_count count;
	char now[160]; /* the case, for people */
	struct error *err;
};

/* The same matrix on both backends: a view that need not fill its memory. */
struct twin {
	struct backend_memory *memory[2];
	struct matrix matrix[2];
	size_t floats; /* of the memory, rounded up; 0: it was wrapped and cannot be read back */
	uint8_t *host; /* what was wrapped */
};

/* Begin a case that costs `work` multiply-adds; false: it is left out. `fmt` names it. */
bool trial_case(struct trial *t, double work, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* rows x cols numbers with `gap` unused ones before, after and between the rows. */
MUST_CHECK int twin_new(struct trial *t, enum numbers numbers, size_t rows, size_t cols, size_t gap,
			struct twin *out_twin);

/* The same as weights, wrapped from bytes that begin at an odd address. */
MUST_CHECK int twin_weights(struct trial *t, enum numbers numbers, enum float_format format,
			    size_t rows, size_t cols, size_t gap, struct twin *out_twin);
void twin_free(struct twin *twin);

/* Are all numbers of the memory the same on both sides? -1 only when they cannot be read. */
MUST_CHECK int twin_compare(struct trial *t, const struct twin *twin);

/* The same for values that lie on the host. */
void values_compare(struct trial *t, const char *what, const void *right, const void *tried,
		    size_t words);

/* A number below `below`. */
size_t trial_below(struct trial *t, size_t below);

/* Run `call` for side 0 and 1, which is `s` in it; -1 with the case named when one fails. */
#define BOTH(t, call)                                                                              \
	({                                                                                         \
		int both_failed = 0;                                                               \
		for (int s = 0; s < 2 && !both_failed; s++)                                        \
			both_failed = (call) ? trial_failed(t, s) : 0;                             \
		both_failed;                                                                       \
	})

/* -1, with the case and the backend named in t->err. */
int trial_failed(struct trial *t, int side);

/* One operation and its cases. */
struct operation_trial {
	const char *name;
	int (*run)(struct trial *t);
};

extern const struct operation_trial trials_product[]; /* each ends in an entry without a name */
extern const struct operation_trial trials_attention[];
extern const struct operation_trial trials_rows[];
extern const struct operation_trial trials_outputs[];

#endif
