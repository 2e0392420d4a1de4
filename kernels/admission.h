/*
 * admission: a backend that is not the CPU is used only after it gave the
 * CPU's bits on a sample of every operation. Inside kernels/ only.
 *
 * A sample is written once and run twice, on the CPU and on the candidate,
 * with the same seeded inputs: what the CPU gives is kept, and what the candidate
 * gives is compared with it, number by number.
 */
#ifndef KERNELS_ADMISSION_H
#define KERNELS_ADMISSION_H

#include "kernels/backend.h"

enum { TRIAL_MEMORY_MAX = 8 };

/* One backend under way through the samples. */
struct trial {
	struct backend *backend;
	struct buffer *known; /* words that the CPU gave, one after another */
	bool compares;        /* with `known`; else it is filled */
	size_t linear_ways;   /* of the candidate */
	size_t at;            /* bytes of `known` that were compared */
	uint32_t seed;        /* of the next number */
	struct backend_memory *memory[TRIAL_MEMORY_MAX]; /* of the sample under way */
	uint8_t *bytes[TRIAL_MEMORY_MAX];                /* what it wraps, on the host */
	size_t memories;
};

enum trial_numbers {
	TRIAL_PLAIN, /* between -4 and 4 */
	TRIAL_WIDE,  /* from 2^-149 to 64, both signs, subnormals and zeros among them */
	TRIAL_STEPS  /* multiples of 1/2, so that many are equal */
};

/* The next number of the seed. */
uint32_t trial_word(struct trial *t);
void trial_fill(struct trial *t, enum trial_numbers kind, float *x, size_t n);

/* A matrix of this kind of numbers, every other one with a gap between its rows. */
MUST_CHECK int trial_numbers(struct trial *t, enum trial_numbers kind, size_t rows, size_t cols,
			     struct matrix *out, struct error *err);
/* Room for a result, with the number 3 all over. */
MUST_CHECK int trial_room(struct trial *t, size_t rows, size_t cols, struct matrix *out,
			  struct error *err);
/* Wrapped weights that begin one number behind the memory's begin. */
MUST_CHECK int trial_weights(struct trial *t, enum float_format format, size_t rows, size_t cols,
			     struct matrix *out, struct error *err);
/* Forget the memory of what was made so far. */
void trial_clear(struct trial *t);

/*
 * Keep or compare words that an operation gave, or the numbers of its result. `fmt` names
 * the shape. ERROR_SYSTEM names it, the first number that differs and both its values.
 */
int trial_words(struct trial *t, const void *words, size_t rows, size_t cols, struct error *err,
		const char *fmt, ...) PRINTF_LIKE(6, 7);
int trial_matrix(struct trial *t, struct matrix y, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* The sample of one slot of struct backend_type. */
struct admission_sample {
	size_t slot; /* its offset there */
	const char *operation;
	int (*run)(struct trial *t, struct error *err);
};

/* admission_samples.c: every slot that computes or moves numbers, in order. */
extern const struct admission_sample admission_samples[];
extern const size_t admission_sample_count;

/*
 * 0 if every slot is filled and gives the CPU's bits. Else ERROR_SYSTEM, which names the
 * operation, its shape and the first number that differs.
 */
MUST_CHECK int backend_admit(struct backend *candidate, struct threads *threads, struct error *err);

#endif
