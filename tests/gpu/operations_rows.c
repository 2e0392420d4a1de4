/* operations_rows: what works on rows and on single numbers. */
#include "tests/gpu/operations_trial.h"

#include <stdio.h>
#include <stdlib.h>

/* Rows, columns and the gap between rows: around the eight lanes, warps, blocks; and of models. */
static const size_t shapes[][3] = {
	{ 1, 1, 0 },      { 3, 2, 1 },      { 5, 7, 0 },    { 4, 8, 3 },    { 2, 9, 0 },
	{ 7, 31, 1 },     { 6, 33, 0 },     { 9, 64, 4 },   { 33, 100, 0 }, { 2, 255, 1 },
	{ 3, 257, 0 },    { 2, 1000, 8 },   { 1, 4099, 0 }, { 70, 60, 0 },  { 129, 5, 2 },
	{ 256, 4096, 0 }, { 17, 14336, 0 },
};

#define EACH_SHAPE(i) for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)

static bool shape_case(struct trial *t, size_t i, const char *more)
{
	return trial_case(t, (double)shapes[i][0] * (double)shapes[i][1], "%zu x %zu, gap %zu%s",
			  shapes[i][0], shapes[i][1], shapes[i][2], more);
}

/* A matrix of shape i. */
static int shaped(struct trial *t, enum numbers numbers, size_t i, struct twin *out_twin)
{
	return twin_new(t, numbers, shapes[i][0], shapes[i][1], shapes[i][2], out_twin);
}

static int norm_try(struct trial *t, size_t i, enum norm_gain kind, bool layer, bool bias)
{
	CLEANUP(twin_free) struct twin x = { 0 }, gain = { 0 }, shift = { 0 }, y = { 0 };
	enum numbers numbers = i % 3 ? NUMBERS_PLAIN : NUMBERS_TINY;
	enum float_format format = (enum float_format)(i % 3);
	char more[64];

	snprintf(more, sizeof(more), ", gain %d in format %d%s", (int)kind, (int)format,
		 bias ? ", bias" : "");
	if (!shape_case(t, i, more))
		return 0;
	if (shaped(t, numbers, i, &x) || shaped(t, numbers, i, &y) ||
	    twin_weights(t, NUMBERS_PLAIN, format, 1, shapes[i][1], 0, &gain) ||
	    twin_weights(t, numbers, format, 1, shapes[i][1], 0, &shift))
		return -1;
	for (int in_place = 0; in_place < 2; in_place++) {
		struct twin *to = in_place ? &x : &y;

		if (layer ? BOTH(t, exact_layer_norm(t->backend[s], x.matrix[s], gain.matrix[s],
						     bias ? shift.matrix[s] : MATRIX_NONE, 1e-5f,
						     to->matrix[s], t->err))
			  : BOTH(t, exact_rms_norm(t->backend[s], x.matrix[s], gain.matrix[s], kind,
						   1e-6f, to->matrix[s], t->err)))
			return -1;
		if (twin_compare(t, to))
			return -1;
	}
	return 0;
}

static int rms_norm(struct trial *t)
{
	EACH_SHAPE(i)
	if (norm_try(t, i, NORM_GAIN, false, false) ||
	    norm_try(t, i, NORM_GAIN_PLUS_ONE, false, false))
		return -1;
	return 0;
}

static int layer_norm(struct trial *t)
{
	EACH_SHAPE(i)
	if (norm_try(t, i, NORM_GAIN, true, false) || norm_try(t, i, NORM_GAIN, true, true))
		return -1;
	return 0;
}

/* y = f(x), apart and in place. */
static int map_try(struct trial *t, size_t i, enum numbers numbers, const char *more,
		   int (*call)(struct backend *backend, struct matrix x, struct matrix y, int which,
			       struct error *err),
		   int which)
{
	CLEANUP(twin_free) struct twin x = { 0 }, y = { 0 };

	if (!shape_case(t, i, more))
		return 0;
	if (shaped(t, numbers, i, &x) || shaped(t, numbers, i, &y) ||
	    BOTH(t, call(t->backend[s], x.matrix[s], y.matrix[s], which, t->err)) ||
	    twin_compare(t, &y) ||
	    BOTH(t, call(t->backend[s], x.matrix[s], x.matrix[s], which, t->err)))
		return -1;
	return twin_compare(t, &x);
}

static int activation_call(struct backend *backend, struct matrix x, struct matrix y, int which,
			   struct error *err)
{
	return exact_activation(backend, (enum activation)which, x, y, err);
}

static int activation(struct trial *t)
{
	static const char *const names[] = { ", silu", ", gelu_erf", ", gelu_tanh",
					     ", relu", ", tanh",     ", sigmoid" };

	EACH_SHAPE(i)
	for (int kind = 0; kind < 6; kind++)
		if (map_try(t, i, i % 2 ? NUMBERS_WIDE : NUMBERS_PLAIN, names[kind],
			    activation_call, kind))
			return -1;
	return 0;
}

static int scale_call(struct backend *backend, struct matrix x, struct matrix y, int which,
		      struct error *err)
{
	return exact_scale(backend, x, which ? -0x1.8p-100f : 3.3f, y, err);
}

static int clip_call(struct backend *backend, struct matrix x, struct matrix y, int which,
		     struct error *err)
{
	return exact_clip(backend, x, which ? 0x1p-130f : 1.5f, y, err);
}

static int cap_call(struct backend *backend, struct matrix x, struct matrix y, int which,
		    struct error *err)
{
	return exact_soft_cap(backend, x, which ? 30.0f : 0.25f, y, err);
}

static int softmax_call(struct backend *backend, struct matrix x, struct matrix y, int which,
			struct error *err)
{
	(void)which;
	return exact_softmax(backend, x, y, err);
}

static int scale(struct trial *t)
{
	EACH_SHAPE(i)
	if (map_try(t, i, NUMBERS_WIDE, "", scale_call, (int)(i % 2)))
		return -1;
	return 0;
}

static int clip(struct trial *t)
{
	EACH_SHAPE(i)
	if (map_try(t, i, NUMBERS_WIDE, "", clip_call, (int)(i % 2)))
		return -1;
	return 0;
}

static int soft_cap(struct trial *t)
{
	EACH_SHAPE(i)
	if (map_try(t, i, i % 3 ? NUMBERS_WIDE : NUMBERS_PLAIN, "", cap_call, (int)(i % 2)))
		return -1;
	return 0;
}

static int softmax(struct trial *t)
{
	EACH_SHAPE(i)
	if (map_try(t, i, NUMBERS_PLAIN, ", plain", softmax_call, 0) ||
	    map_try(t, i, NUMBERS_TINY, ", tiny", softmax_call, 0) ||
	    map_try(t, i, NUMBERS_EQUAL, ", equal", softmax_call, 0))
		return -1;
	return 0;
}

static int gate_try(struct trial *t, size_t i, enum activation kind)
{
	CLEANUP(twin_free) struct twin gate = { 0 }, up = { 0 }, y = { 0 };
	char more[32];

	snprintf(more, sizeof(more), ", activation %d", (int)kind);
	if (!shape_case(t, i, more))
		return 0;
	if (shaped(t, NUMBERS_PLAIN, i, &gate) || shaped(t, NUMBERS_TINY, i, &up) ||
	    shaped(t, NUMBERS_PLAIN, i, &y) ||
	    BOTH(t, exact_gate(t->backend[s], kind, gate.matrix[s], up.matrix[s], y.matrix[s],
			       t->err)) ||
	    twin_compare(t, &y) ||
	    BOTH(t, exact_gate(t->backend[s], kind, gate.matrix[s], up.matrix[s],
			       i % 2 ? gate.matrix[s] : up.matrix[s], t->err)))
		return -1;
	return twin_compare(t, &gate) || twin_compare(t, &up) ? -1 : 0;
}

static int gate(struct trial *t)
{
	EACH_SHAPE(i)
	for (int kind = 0; kind < 6; kind++)
		if (gate_try(t, i, (enum activation)kind))
			return -1;
	return 0;
}

static int add_try(struct trial *t, size_t i, bool one_row)
{
	CLEANUP(twin_free) struct twin a = { 0 }, b = { 0 }, y = { 0 };

	if (!shape_case(t, i, one_row ? ", one row" : ""))
		return 0;
	if (shaped(t, NUMBERS_PLAIN, i, &a) ||
	    twin_new(t, NUMBERS_TINY, one_row ? 1 : shapes[i][0], shapes[i][1], shapes[i][2], &b) ||
	    shaped(t, NUMBERS_PLAIN, i, &y) ||
	    BOTH(t, exact_add(t->backend[s], a.matrix[s], b.matrix[s], y.matrix[s], t->err)) ||
	    twin_compare(t, &y) ||
	    BOTH(t, exact_add(t->backend[s], a.matrix[s], b.matrix[s], a.matrix[s], t->err)))
		return -1;
	return twin_compare(t, &a);
}

static int add(struct trial *t)
{
	EACH_SHAPE(i)
	if (add_try(t, i, false) || add_try(t, i, true))
		return -1;
	return 0;
}

static int zero(struct trial *t)
{
	EACH_SHAPE(i)
	{
		CLEANUP(twin_free) struct twin y = { 0 };

		if (!shape_case(t, i, ""))
			continue;
		if (shaped(t, NUMBERS_PLAIN, i, &y) ||
		    BOTH(t, exact_zero(t->backend[s], y.matrix[s], t->err)) || twin_compare(t, &y))
			return -1;
	}
	return 0;
}

static int gather_try(struct trial *t, size_t i, enum float_format format)
{
	CLEANUP(twin_free) struct twin table = { 0 }, y = { 0 };
	size_t rows = shapes[i][0], table_rows = 1 + trial_below(t, 40);
	uint32_t *index;
	char more[48];
	int failed;

	snprintf(more, sizeof(more), ", of %zu rows, format %d", table_rows, (int)format);
	if (!shape_case(t, i, more))
		return 0;
	index = malloc(rows * sizeof(*index));
	if (!index)
		return error_set(t->err, ERROR_SYSTEM, "out of memory");
	for (size_t k = 0; k < rows; k++)
		index[k] = (uint32_t)trial_below(t, table_rows);
	failed =
		twin_weights(t, NUMBERS_TINY, format, table_rows, shapes[i][1], i % 4, &table) ||
		shaped(t, NUMBERS_PLAIN, i, &y) ||
		BOTH(t, exact_gather(t->backend[s], table.matrix[s], index, y.matrix[s], t->err)) ||
		twin_compare(t, &y);
	free(index);
	return failed ? -1 : 0;
}

static int gather(struct trial *t)
{
	EACH_SHAPE(i)
	for (int format = 0; format < 3; format++)
		if (gather_try(t, i, (enum float_format)format))
			return -1;
	return 0;
}

const struct operation_trial trials_rows[] = {
	{ "rms_norm", rms_norm },
	{ "layer_norm", layer_norm },
	{ "activation", activation },
	{ "gate", gate },
	{ "add", add },
	{ "scale", scale },
	{ "clip", clip },
	{ "soft_cap", soft_cap },
	{ "softmax", softmax },
	{ "gather", gather },
	{ "zero", zero },
	{ NULL, NULL },
};
