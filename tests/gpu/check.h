/*
 * check: what the steps of gpu_check share. A step compares what a device computes with
 * what the CPU does and says so in rows of a table, each as soon as it is known:
 * machines with a card are often lent for minutes.
 */
#ifndef TESTS_GPU_CHECK_H
#define TESTS_GPU_CHECK_H

#include "kernels/kernels.h"

struct check {
	struct context ctx;     /* with the threads */
	struct backend *right;  /* the CPU */
	struct backend *device; /* what is checked; may be another way of the CPU */
	int ordinal;            /* of the CUDA device; -1: it is none */
	double work_max;        /* leave out what takes more multiply-adds; 0: nothing */
	const char *folder;     /* where files are made; they are removed again */
	const char *size;       /* of the model of "pass": tests/bench/checkpoint.h */
	bool quick;             /* one round of each measurement */
	size_t failures;        /* differences, and steps that could not be done */
};

/* "| what | value |" on standard output, at once. */
void check_row(const char *what, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* As check_row; it counts as a failure. */
void check_fail(struct check *check, const char *what, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Seconds on a clock that only goes forward. */
double check_clock(void);

/* The steps, in the order of their worth. Each says everything by rows. */
void check_hash(struct check *check);
void check_operations(struct check *check);
void check_golden(struct check *check);
void check_gemm(struct check *check);
void check_pass(struct check *check);

#endif
