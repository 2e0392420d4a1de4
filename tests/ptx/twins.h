/* twins: the same numbers in the CPU's memory and in a recorded device's, and both asked for the
 * same. */
#ifndef TESTS_PTX_TWINS_H
#define TESTS_PTX_TWINS_H

#include "../kernels/exact_rig.h"

#include "kernels/backend.h"

enum { ON_CPU, ON_CUDA, ON_BOTH };

/*
 * A view of rows x cols that begins `offset` numbers into its memory, rows
 * `stride` apart (0: cols). What is not of the view is NaN where the format is
 * binary32, and must stay what it is.
 */
struct twin {
	struct matrix on[ON_BOTH];
	uint8_t *bytes; /* of weights */
};

struct twins {
	const struct backend_type *type; /* of the device */
	struct backend *on[ON_BOTH];
	uint64_t seed;
	char name[128];      /* of the case */
	struct twin made[8]; /* freed when the case ends */
	size_t count;
	struct error err;
};

/* A case of its own: a device that was just opened, and numbers that depend on the name alone. */
void twins_begin(struct twins *twins, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same on a device of so many processors, for operations that are split by them. */
void twins_begin_on(struct twins *twins, int processors, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Both hold the same in every matrix that was made, or the program ends with the case's name. */
void twins_end(struct twins *twins);

enum twin_numbers {
	TWIN_PLAIN, /* between -4 and 4, and some zeros of both signs */
	TWIN_TINY,  /* products underflow; subnormals, +0 and -0 */
	TWIN_WIDE,  /* any finite number */
	TWIN_EMPTY  /* +0: a result */
};

struct twin twin_new(struct twins *twins, enum twin_numbers kind, size_t rows, size_t cols,
		     size_t stride, size_t offset);
/* What `values` says, without gaps. */
struct twin twin_of(struct twins *twins, const float *values, size_t rows, size_t cols);
/* Read-only weights in a format, `offset_bytes` into memory that begins at an odd address of the
 * host's. */
struct twin twin_weights(struct twins *twins, enum twin_numbers kind, enum float_format format,
			 size_t rows, size_t cols, size_t stride, size_t offset_bytes);

/* Both matrices are absent. */
extern const struct twin twin_none;

/* Ends the program, naming the case, if host arrays that the two gave differ. */
void twins_same(struct twins *twins, const char *what, const void *cpu, const void *cuda,
		size_t len);

/* The call, once for each: `i` says which; `b` is its backend. */
#define ON_EACH(twins, call)                                                                       \
	for (int i = 0; i < ON_BOTH; i++) {                                                        \
		struct backend *b = (twins)->on[i];                                                \
                                                                                                   \
		if (call)                                                                          \
			twins_fail((twins), #call);                                                \
	}

void twins_fail(struct twins *twins, const char *what) __attribute__((noreturn));

#endif
