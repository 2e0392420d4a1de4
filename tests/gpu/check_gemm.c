/* check_gemm: the step "gemm", our product beside cuBLAS's, in turns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gpu/check.h"
#include "tests/gpu/check_cublas.h"

enum { ROUNDS = 3 };

/* Rows, outputs, inputs: the products of an 8B-shaped Llama, and small ones where work is scarce.
 */
static const size_t gemm_shapes[][3] = {
	{ 64, 64, 32 },       { 128, 512, 512 },     { 512, 4096, 4096 },
	{ 2048, 4096, 4096 }, { 2048, 14336, 4096 }, { 2048, 4096, 14336 },
};

/* One product: numbers on the host, ours on the device with bf16 and with f32 weights. */
struct gemm {
	size_t rows, outputs, inputs, times;
	float *x, *w, *y; /* w holds what bf16 can hold */
	uint16_t *half;
	struct backend_memory *x_memory, *half_memory, *w_memory, *y_memory;
};

static void gemm_free(struct gemm *g)
{
	backend_memory_free(&g->x_memory);
	backend_memory_free(&g->half_memory);
	backend_memory_free(&g->w_memory);
	backend_memory_free(&g->y_memory);
	free(g->x);
	free(g->w);
	free(g->y);
	free(g->half);
}

static void numbers_draw(struct gemm *g)
{
	uint64_t state = 1;

	for (size_t i = 0; i < g->rows * g->inputs; i++)
		g->x[i] = (float)(int)(i * 2654435761u >> 8 & 0xffff) * 0x1p-15f - 1.0f;
	for (size_t i = 0; i < g->outputs * g->inputs; i++) {
		uint32_t word;

		state = state * 6364136223846793005u + 1442695040888963407u;
		g->half[i] = (uint16_t)((state >> 48 & 0x80ff) | 0x3c00);
		word = (uint32_t)g->half[i] << 16;
		memcpy(&g->w[i], &word, sizeof(word));
	}
}

static int gemm_new(struct backend *backend, struct gemm *g, struct error *err)
{
	size_t x = g->rows * g->inputs, w = g->outputs * g->inputs, y = g->rows * g->outputs;

	g->x = malloc(x * sizeof(float));
	g->w = malloc(w * sizeof(float));
	g->y = malloc(y * sizeof(float));
	g->half = malloc(w * sizeof(uint16_t));
	if (!g->x || !g->w || !g->y || !g->half)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu x %zu", g->outputs,
				 g->inputs);
	numbers_draw(g);
	if (backend_memory_new(backend, x * sizeof(float), &g->x_memory, err) ||
	    backend_memory_new(backend, y * sizeof(float), &g->y_memory, err) ||
	    backend_memory_wrap(backend, (struct span){ (const uint8_t *)g->half, 2 * w },
				&g->half_memory, err) ||
	    backend_memory_wrap(backend, (struct span){ (const uint8_t *)g->w, 4 * w },
				&g->w_memory, err))
		return -1;
	return backend_upload(backend, matrix_at(g->x_memory, 0, FLOAT_F32, g->rows, g->inputs),
			      g->x, err);
}

/* Seconds of one of `times` products. */
static int ours_time(struct backend *backend, const struct gemm *g, enum float_format format,
		     double *out_seconds, struct error *err)
{
	struct matrix x = matrix_at(g->x_memory, 0, FLOAT_F32, g->rows, g->inputs);
	struct matrix w = matrix_at(format == FLOAT_F32 ? g->w_memory : g->half_memory, 0, format,
				    g->outputs, g->inputs);
	struct matrix y = matrix_at(g->y_memory, 0, FLOAT_F32, g->rows, g->outputs);
	struct matrix one = matrix_cols(matrix_rows(y, 0, 1), 0, 1);
	double start = 0;
	float number;

	/* Reading one number waits for everything that was asked for. */
	for (size_t i = 0; i <= g->times; i++) {
		if (i == 1)
			start = check_clock();
		if (exact_linear(backend, x, w, false, MATRIX_NONE, y, err) ||
		    ((!i || i == g->times) && backend_download(backend, one, &number, err)))
			return -1;
	}
	*out_seconds = (check_clock() - start) / (double)g->times;
	return 0;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *x)
{
	qsort(x, ROUNDS, sizeof(*x), ascending);
	return x[ROUNDS / 2];
}

/* Theirs is not exact; where it is nowhere near ours, one of the two was called wrongly. */
static int results_near(struct backend *backend, struct gemm *g, const float *theirs,
			struct error *err)
{
	struct matrix y = matrix_at(g->y_memory, 0, FLOAT_F32, g->rows, g->outputs);
	double worst = 0, largest = 0;

	if (backend_download(backend, y, g->y, err))
		return -1;
	for (size_t i = 0; i < g->rows * g->outputs; i++) {
		double off = fabs((double)g->y[i] - (double)theirs[i]),
		       size = fabs((double)g->y[i]);

		if (!(off <= worst)) /* NaN too */
			worst = off;
		if (size > largest)
			largest = size;
	}
	if (!(worst <= 1e-4 * largest))
		return error_set(
			err, ERROR_SYSTEM,
			"cuBLAS's product is another one: off by %g where the largest is %g", worst,
			largest);
	return 0;
}

static int gemm_try(struct check *check, struct cublas *cublas, const size_t shape[3],
		    struct error *err)
{
	double flop = 2 * (double)shape[0] * (double)shape[1] * (double)shape[2];
	CLEANUP(gemm_free)
	struct gemm g = { .rows = shape[0], .outputs = shape[1], .inputs = shape[2] };
	double seconds[3][ROUNDS] = { { 0 } }, rate[3];
	float *theirs = malloc(shape[0] * shape[1] * sizeof(float));
	char what[64];
	int failed = !theirs ? error_set(err, ERROR_SYSTEM, "out of memory") : 0;

	/* About a tenth of a second at 20 TFLOP/s; where a product takes long, once. */
	g.times = check->work_max > 0 ? 1 : 1 + (size_t)(2e12 / flop);
	g.times = g.times > 200 ? 200 : g.times;
	failed = failed || gemm_new(check->device, &g, err);
	for (size_t i = 0; i < ROUNDS && !failed; i++) {
		failed = ours_time(check->device, &g, FLOAT_BF16, &seconds[0][i], err) ||
			 ours_time(check->device, &g, FLOAT_F32, &seconds[1][i], err);
		if (cublas && !failed) {
			failed = cublas_product(cublas, g.x, g.w, theirs, g.rows, g.inputs,
						g.outputs, g.times, &seconds[2][i], err) ||
				 results_near(check->device, &g, theirs, err);
			seconds[2][i] /= (double)g.times;
		}
	}
	free(theirs);
	if (failed)
		return -1;
	for (size_t i = 0; i < 3; i++)
		rate[i] = 1e-12 * flop / median(seconds[i]);
	snprintf(what, sizeof(what), "GEMM %zu x %zu x %zu", g.rows, g.outputs, g.inputs);
	if (cublas)
		check_row(what,
			  "bf16 weights %.3f, f32 %.3f TFLOP/s; cuBLAS f32 %.3f: **%.2f** of it",
			  rate[0], rate[1], rate[2], rate[0] / rate[2]);
	else
		check_row(what, "bf16 weights %.3f, f32 %.3f TFLOP/s", rate[0], rate[1]);
	return 0;
}

void check_gemm(struct check *check)
{
	CLEANUP(cublas_close) struct cublas *cublas = NULL;
	struct error err = { 0 };

	if (check->ordinal < 0)
		check_row("cuBLAS", "left out: this is no CUDA device");
	else if (cublas_open(check->ordinal, &cublas, &err))
		check_row("cuBLAS", "left out: %s", err.text);
	else
		check_row("cuBLAS", "%s, float32, TF32 off (target: at least 0.7 of it)",
			  cublas_description(cublas));
	for (size_t i = 0; i < sizeof(gemm_shapes) / sizeof(gemm_shapes[0]); i++) {
		const size_t *shape = gemm_shapes[i];

		err = (struct error){ 0 };
		if (check->work_max > 0 &&
		    (double)shape[0] * (double)shape[1] * (double)shape[2] > check->work_max)
			continue;
		if (gemm_try(check, cublas, shape, &err))
			check_fail(check, "GEMM", "%s", err.text);
	}
}
