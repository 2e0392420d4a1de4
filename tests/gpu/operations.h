/*
 * operations: every operation of kernels/exact.h on two backends, at many shapes. The
 * bits must be the same, those around the results included. For whoever has
 * a device and no test library; cmocka programs may use it too.
 */
#ifndef TESTS_GPU_OPERATIONS_H
#define TESTS_GPU_OPERATIONS_H

#include "kernels/kernels.h"

/* What one operation came to. */
struct operations_count {
	const char *operation; /* "linear" */
	size_t cases;
	uint64_t numbers; /* that were compared */
	bool differs;
	char first[256]; /* the first difference, for people: case, place, both bits */
};

struct operations_options {
	double work_max;  /* leave out cases of more multiply-adds than this; 0: none is left out */
	const char *only; /* this operation; NULL: all */
	uint64_t seed;    /* of the numbers */
	void *user;
	/* Optional: an operation is done. */
	void (*done)(void *user, const struct operations_count *count);
};

/*
 * Run all cases on `right`, whose bits are the truth, and on `tried`. *out_differ operations
 * had a difference; the rest of such an operation's cases is left out.
 * ERROR_SYSTEM and others: a call failed that should not have, and the text says in which case.
 */
MUST_CHECK int operations_compare(struct backend *right, struct backend *tried,
				  const struct operations_options *options, size_t *out_differ,
				  struct error *err);

#endif
