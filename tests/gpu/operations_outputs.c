/* operations_outputs: experts, and what is read off a pass. */
#include "tests/gpu/operations_trial.h"

#include <stdlib.h>
#include <string.h>

/* Answers of both backends on the host. */
struct answers {
	void *a[2], *b[2];
};

static int answers_new(struct trial *t, size_t a_bytes, size_t b_bytes, struct answers *out)
{
	for (int s = 0; s < 2; s++) {
		out->a[s] = calloc(1, a_bytes);
		out->b[s] = calloc(1, b_bytes);
		if (!out->a[s] || !out->b[s])
			return error_set(t->err, ERROR_SYSTEM, "out of memory for answers");
	}
	return 0;
}

static void answers_free(struct answers *answers)
{
	for (int s = 0; s < 2; s++) {
		free(answers->a[s]);
		free(answers->b[s]);
	}
}

static int route_try(struct trial *t, size_t rows, size_t experts, size_t chosen,
		     enum numbers numbers)
{
	CLEANUP(twin_free) struct twin logits = { 0 };
	CLEANUP(answers_free) struct answers found = { 0 };
	const struct router_shape shape = { chosen, rows % 2 };

	if (!trial_case(t, (double)(rows * experts), "%zu rows, %zu of %zu%s%s", rows, chosen,
			experts, shape.renormalise ? ", renormalised" : "",
			numbers == NUMBERS_EQUAL ? ", equal ones" : ""))
		return 0;
	if (answers_new(t, rows * chosen * 4, rows * chosen * 4, &found) ||
	    twin_new(t, numbers, rows, experts, rows % 3, &logits) ||
	    BOTH(t, exact_route(t->backend[s], logits.matrix[s], &shape, found.a[s], found.b[s],
				t->err)))
		return -1;
	values_compare(t, "expert", found.a[0], found.a[1], rows * chosen);
	values_compare(t, "weight", found.b[0], found.b[1], rows * chosen);
	return 0;
}

static int route(struct trial *t)
{
	static const size_t cases[][3] = { { 1, 1, 1 },    { 5, 8, 2 },    { 33, 60, 4 },
					   { 70, 128, 8 }, { 3, 64, 64 },  { 6, 257, 6 },
					   { 4, 1024, 8 }, { 700, 128, 8 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (route_try(t, cases[i][0], cases[i][1], cases[i][2], NUMBERS_PLAIN) ||
		    route_try(t, cases[i][0], cases[i][1], cases[i][2], NUMBERS_EQUAL))
			return -1;
	return 0;
}

static int combine_try(struct trial *t, size_t rows, size_t cols, size_t of, size_t gap)
{
	CLEANUP(twin_free) struct twin x = { 0 }, y = { 0 };
	uint32_t *index;
	float *weight;
	int failed;

	if (!trial_case(t, (double)(rows * cols), "%zu x %zu into %zu rows, gap %zu", rows, cols,
			of, gap))
		return 0;
	index = malloc(of * sizeof(*index));
	weight = malloc(of * sizeof(*weight));
	failed = !index || !weight ? error_set(t->err, ERROR_SYSTEM, "out of memory") : 0;
	for (size_t i = 0; i < of && !failed; i++) { /* a shuffle, from the inside out */
		size_t at = trial_below(t, i + 1);

		index[i] = index[at];
		index[at] = (uint32_t)i;
		weight[i] = (float)trial_below(t, 1000) * 0x1p-10f;
	}
	failed = failed || twin_new(t, NUMBERS_PLAIN, rows, cols, gap, &x) ||
		 twin_new(t, NUMBERS_TINY, of, cols, gap, &y) ||
		 BOTH(t, exact_combine(t->backend[s], x.matrix[s], index, weight, y.matrix[s],
				       t->err)) ||
		 twin_compare(t, &y);
	free(index);
	free(weight);
	return failed ? -1 : 0;
}

static int combine(struct trial *t)
{
	static const size_t cases[][4] = { { 1, 1, 1, 0 },     { 3, 33, 7, 0 },
					   { 20, 100, 21, 3 }, { 64, 64, 64, 1 },
					   { 2, 1000, 5, 0 },  { 480, 2048, 600, 0 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (combine_try(t, cases[i][0], cases[i][1], cases[i][2], cases[i][3]))
			return -1;
	return 0;
}

static int gate_rows(struct trial *t)
{
	static const size_t cases[][3] = {
		{ 1, 1, 0 }, { 5, 33, 2 }, { 64, 100, 0 }, { 3, 1000, 1 }, { 300, 2048, 0 }
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(twin_free) struct twin x = { 0 }, gate = { 0 }, y = { 0 };
		size_t rows = cases[i][0], cols = cases[i][1], gap = cases[i][2];

		if (!trial_case(t, (double)(rows * cols), "%zu x %zu, gap %zu", rows, cols, gap))
			continue;
		if (twin_new(t, NUMBERS_PLAIN, rows, cols, gap, &x) ||
		    twin_new(t, NUMBERS_PLAIN, rows, 1, gap, &gate) ||
		    twin_new(t, NUMBERS_PLAIN, rows, cols, gap, &y) ||
		    BOTH(t, exact_gate_rows(t->backend[s], x.matrix[s], gate.matrix[s], y.matrix[s],
					    t->err)) ||
		    twin_compare(t, &y) ||
		    BOTH(t, exact_gate_rows(t->backend[s], x.matrix[s], gate.matrix[s], x.matrix[s],
					    t->err)) ||
		    twin_compare(t, &x))
			return -1;
	}
	return 0;
}

/* Put a word at one place of both, and ask both whether all is finite. */
static int finite_try(struct trial *t, struct twin *x, size_t row, size_t col, uint32_t word)
{
	struct error found[2] = { { 0 }, { 0 } };
	float value;

	memcpy(&value, &word, sizeof(value));
	for (int s = 0; s < 2; s++) {
		struct matrix one = matrix_cols(matrix_rows(x->matrix[s], row, 1), col, 1);

		if (backend_upload(t->backend[s], one, &value, t->err))
			return trial_failed(t, s);
		if (exact_finite(t->backend[s], x->matrix[s], "x", &found[s]) &&
		    found[s].code != ERROR_CORRUPT) {
			*t->err = found[s];
			return trial_failed(t, s);
		}
	}
	values_compare(t, "byte of the answer, in fours,", found[0].text, found[1].text,
		       sizeof(found[0].text) / 4);
	return 0;
}

static int finite_all(struct trial *t)
{
	static const size_t cases[][3] = { { 1, 1, 0 },     { 3, 5, 2 },      { 7, 257, 0 },
					   { 64, 1000, 1 }, { 1, 100003, 0 }, { 500, 4096, 0 } };
	static const uint32_t words[] = { 0x7fffffff, 0xff800000, 0x7f7fffff, 0x7f800000,
					  0x00000001 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(twin_free) struct twin x = { 0 };
		size_t rows = cases[i][0], cols = cases[i][1];

		if (!trial_case(t, (double)(rows * cols), "%zu x %zu, gap %zu", rows, cols,
				cases[i][2]))
			continue;
		if (twin_new(t, NUMBERS_WIDE, rows, cols, cases[i][2], &x))
			return -1;
		/* From the end to the front: the first that is not finite moves. */
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			size_t at = (rows * cols - 1) * (4 - k) / 4;

			if (finite_try(t, &x, at / cols, at % cols, words[k]))
				return -1;
		}
	}
	return 0;
}

/* Rows and columns of logits. */
static const size_t logits_cases[][3] = { { 1, 1, 0 },     { 3, 7, 1 },      { 5, 8, 0 },
					  { 9, 101, 0 },   { 33, 257, 3 },   { 4, 1000, 0 },
					  { 2, 32003, 0 }, { 240, 4099, 0 }, { 32, 128256, 0 } };

#define EACH_LOGITS(i) for (size_t i = 0; i < sizeof(logits_cases) / sizeof(logits_cases[0]); i++)

static int logits_new(struct trial *t, size_t i, enum numbers numbers, struct twin *out_twin)
{
	return twin_new(t, numbers, logits_cases[i][0], logits_cases[i][1], logits_cases[i][2],
			out_twin);
}

static bool logits_case(struct trial *t, size_t i, enum numbers numbers)
{
	return trial_case(t, (double)(logits_cases[i][0] * logits_cases[i][1]),
			  "%zu x %zu, gap %zu%s", logits_cases[i][0], logits_cases[i][1],
			  logits_cases[i][2], numbers == NUMBERS_EQUAL ? ", equal ones" : "");
}

static int partition(struct trial *t)
{
	EACH_LOGITS(i)
	{
		CLEANUP(twin_free) struct twin logits = { 0 };
		CLEANUP(answers_free) struct answers found = { 0 };
		size_t rows = logits_cases[i][0];

		if (!logits_case(t, i, NUMBERS_PLAIN))
			continue;
		if (answers_new(t, rows * 4, rows * 4, &found) ||
		    logits_new(t, i, NUMBERS_PLAIN, &logits) ||
		    BOTH(t, exact_partition(t->backend[s], logits.matrix[s], found.a[s], found.b[s],
					    t->err)))
			return -1;
		values_compare(t, "maximum", found.a[0], found.a[1], rows);
		values_compare(t, "sum", found.b[0], found.b[1], rows);
	}
	return 0;
}

static int top_try(struct trial *t, size_t i, enum numbers numbers)
{
	CLEANUP(twin_free) struct twin logits = { 0 };
	CLEANUP(answers_free) struct answers found = { 0 };
	size_t rows = logits_cases[i][0];

	if (!logits_case(t, i, numbers))
		return 0;
	if (answers_new(t, rows * sizeof(struct exact_top), 1, &found) ||
	    logits_new(t, i, numbers, &logits) ||
	    BOTH(t, exact_top_logits(t->backend[s], logits.matrix[s], found.a[s], t->err)))
		return -1;
	values_compare(t, "word of the largest", found.a[0], found.a[1],
		       rows * sizeof(struct exact_top) / 4);
	return 0;
}

static int top_logits(struct trial *t)
{
	EACH_LOGITS(i)
	if (top_try(t, i, NUMBERS_WIDE) || top_try(t, i, NUMBERS_EQUAL))
		return -1;
	return 0;
}

const struct operation_trial trials_outputs[] = {
	{ "route", route },       { "combine", combine },     { "gate_rows", gate_rows },
	{ "finite", finite_all }, { "partition", partition }, { "top_logits", top_logits },
	{ NULL, NULL },
};
