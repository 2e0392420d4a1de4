/*
 * rows: the loops over one row, written once as plain C in blocks of 32 lanes
 * and compiled once for each instruction set (rows_plain.c, rows_avx2.c,
 * rows_avx512.c): the compiler maps the lanes onto registers. Lanes never
 * meet except in the tree of rule 4, so the width of a register changes no bit.
 */
#ifndef KERNELS_CPU_ROWS_H
#define KERNELS_CPU_ROWS_H

#include "kernels/cpu/cpu.h"

enum { LANES = 32 };

struct lanes {
	float at[LANES];
};

#define ROW_FN static inline __attribute__((always_inline))

ROW_FN struct lanes lanes_all(float x)
{
	struct lanes lanes;

	for (size_t l = 0; l < LANES; l++)
		lanes.at[l] = x;
	return lanes;
}

/* `count` <= LANES numbers; lanes beyond them are +0. */
ROW_FN struct lanes lanes_load(const float *x, size_t count)
{
	struct lanes lanes;

	if (count == LANES) {
		__builtin_memcpy(lanes.at, x, sizeof(lanes.at));
		return lanes;
	}
	lanes = lanes_all(0.0f);
	__builtin_memcpy(lanes.at, x, count * sizeof(float));
	return lanes;
}

ROW_FN void lanes_store(const struct lanes *lanes, float *y, size_t count)
{
	if (count == LANES)
		__builtin_memcpy(y, lanes->at, sizeof(lanes->at));
	else
		__builtin_memcpy(y, lanes->at, count * sizeof(float));
}

/* for each block of up to LANES numbers: `at` where it begins, `count` how many */
#define ROW_BLOCKS(at, count, n)                                                                   \
	for (size_t at = 0, count; at < (n) && ((count = (n)-at < LANES ? (n)-at : LANES), 1);     \
	     at += LANES)

/* y[i] = the expression over a = x[i] (and b = second[i]) */
#define ROW_MAP(x, y, n, expression)                                                               \
	ROW_BLOCKS(at, count, n)                                                                   \
	{                                                                                          \
		struct lanes in_ = lanes_load((x) + at, count);                                    \
		for (size_t l = 0; l < LANES; l++) {                                               \
			float a = in_.at[l];                                                       \
			in_.at[l] = (expression);                                                  \
		}                                                                                  \
		lanes_store(&in_, (y) + at, count);                                                \
	}

#define ROW_MAP2(x, second, y, n, expression)                                                      \
	ROW_BLOCKS(at, count, n)                                                                   \
	{                                                                                          \
		struct lanes in_ = lanes_load((x) + at, count);                                    \
		struct lanes in2_ = lanes_load((second) + at, count);                              \
		for (size_t l = 0; l < LANES; l++) {                                               \
			float a = in_.at[l], b = in2_.at[l];                                       \
			in_.at[l] = (expression);                                                  \
		}                                                                                  \
		lanes_store(&in_, (y) + at, count);                                                \
	}

ROW_FN float lanes_sum(struct lanes lanes)
{
	for (size_t half = LANES / 2; half; half /= 2)
		for (size_t l = 0; l < half; l++)
			lanes.at[l] = f32_add(lanes.at[l], lanes.at[l + half]);
	return lanes.at[0];
}

ROW_FN float row_sum(const float *x, size_t n)
{
	struct lanes sum = lanes_all(0.0f);
	size_t whole = n / LANES * LANES;

	for (size_t i = 0; i < whole; i += LANES)
		for (size_t l = 0; l < LANES; l++)
			sum.at[l] = f32_add(sum.at[l], x[i + l]);
	for (size_t l = 0; l < n - whole; l++)
		sum.at[l] = f32_add(sum.at[l], x[whole + l]);
	return lanes_sum(sum);
}

/* The lane sum of (x - mean)^2. */
ROW_FN float row_sum_of_squares(const float *x, float mean, size_t n)
{
	struct lanes sum = lanes_all(0.0f);
	size_t whole = n / LANES * LANES;

	for (size_t i = 0; i < whole; i += LANES)
		for (size_t l = 0; l < LANES; l++) {
			float d = f32_sub(x[i + l], mean);

			sum.at[l] = f32_fma(d, d, sum.at[l]);
		}
	for (size_t l = 0; l < n - whole; l++) {
		float d = f32_sub(x[whole + l], mean);

		sum.at[l] = f32_fma(d, d, sum.at[l]);
	}
	return lanes_sum(sum);
}

ROW_FN float row_max(const float *x, size_t n)
{
	struct lanes max = lanes_all(-F32_INFINITY);
	size_t whole = n / LANES * LANES;

	for (size_t i = 0; i < whole; i += LANES)
		for (size_t l = 0; l < LANES; l++)
			max.at[l] = f32_max(max.at[l], x[i + l]);
	for (size_t l = 0; l < n - whole; l++)
		max.at[l] = f32_max(max.at[l], x[whole + l]);
	for (size_t half = LANES / 2; half; half /= 2)
		for (size_t l = 0; l < half; l++)
			max.at[l] = f32_max(max.at[l], max.at[l + half]);
	return max.at[0];
}

static void rows_activation(enum activation kind, const float *x, float *y, size_t n)
{
	switch (kind) {
	case ACTIVATION_SILU:
		ROW_MAP(x, y, n, f32_silu(a));
		break;
	case ACTIVATION_GELU_ERF:
		ROW_MAP(x, y, n, f32_gelu_erf(a));
		break;
	case ACTIVATION_GELU_TANH:
		ROW_MAP(x, y, n, f32_gelu_tanh(a));
		break;
	case ACTIVATION_RELU:
		ROW_MAP(x, y, n, f32_relu(a));
		break;
	case ACTIVATION_TANH:
		ROW_MAP(x, y, n, f32_tanh(a));
		break;
	case ACTIVATION_SIGMOID:
		ROW_MAP(x, y, n, f32_sigmoid(a));
		break;
	}
}

static void rows_gate(enum activation kind, const float *gate, const float *up, float *y, size_t n)
{
	switch (kind) {
	case ACTIVATION_SILU:
		ROW_MAP2(gate, up, y, n, f32_mul(f32_silu(a), b));
		break;
	case ACTIVATION_GELU_ERF:
		ROW_MAP2(gate, up, y, n, f32_mul(f32_gelu_erf(a), b));
		break;
	case ACTIVATION_GELU_TANH:
		ROW_MAP2(gate, up, y, n, f32_mul(f32_gelu_tanh(a), b));
		break;
	case ACTIVATION_RELU:
		ROW_MAP2(gate, up, y, n, f32_mul(f32_relu(a), b));
		break;
	case ACTIVATION_TANH:
		ROW_MAP2(gate, up, y, n, f32_mul(f32_tanh(a), b));
		break;
	case ACTIVATION_SIGMOID:
		ROW_MAP2(gate, up, y, n, f32_mul(f32_sigmoid(a), b));
		break;
	}
}

static void rows_add(const float *x, const float *second, float *y, size_t n)
{
	ROW_MAP2(x, second, y, n, f32_add(a, b));
}

static void rows_scale(const float *x, float factor, float *y, size_t n)
{
	ROW_MAP(x, y, n, f32_mul(a, factor));
}

static void rows_clip(const float *x, float limit, float *y, size_t n)
{
	ROW_MAP(x, y, n, f32_clip(a, limit));
}

static void rows_soft_cap(const float *x, float cap, float *y, size_t n)
{
	ROW_MAP(x, y, n, f32_soft_cap(a, cap));
}

static void rows_softmax(const float *x, float *y, size_t n)
{
	float max = row_max(x, n), sum;

	ROW_MAP(x, y, n, f32_exp(f32_sub(a, max)));
	sum = row_sum(y, n);
	ROW_MAP(y, y, n, f32_div(a, sum));
}

static void rows_partition(const float *x, size_t n, float *out_max, float *out_sum)
{
	float max = row_max(x, n);
	struct lanes sum = lanes_all(0.0f);

	ROW_BLOCKS(at, count, n)
	{
		struct lanes e = lanes_load(x + at, count);

		for (size_t l = 0; l < LANES; l++)
			e.at[l] = f32_exp(f32_sub(e.at[l], max));
		for (size_t l = 0; l < count; l++)
			sum.at[l] = f32_add(sum.at[l], e.at[l]);
	}
	*out_max = max;
	*out_sum = lanes_sum(sum);
}

/* 1 / sqrt(sum / n + eps): a division, an add, a square root, a division. */
ROW_FN float row_reciprocal_deviation(float sum, float eps, size_t n)
{
	float mean_square = f32_div(sum, (float)n);

	return f32_div(1.0f, f32_sqrt(f32_add(mean_square, eps)));
}

static void rows_rms_norm(const float *x, const float *gain, float eps, float *y, size_t n)
{
	float r = row_reciprocal_deviation(row_sum_of_squares(x, 0.0f, n), eps, n);

	ROW_MAP2(x, gain, y, n, f32_mul(f32_mul(a, r), b));
}

static void rows_layer_norm(const float *x, const float *gain, const float *bias, float eps,
			    float *y, size_t n)
{
	float mean = f32_div(row_sum(x, n), (float)n);
	float r = row_reciprocal_deviation(row_sum_of_squares(x, mean, n), eps, n);

	if (!bias) {
		ROW_MAP2(x, gain, y, n, f32_mul(f32_mul(f32_sub(a, mean), r), b));
		return;
	}
	ROW_BLOCKS(at, count, n)
	{
		struct lanes d = lanes_load(x + at, count), g = lanes_load(gain + at, count);
		struct lanes b = lanes_load(bias + at, count);

		for (size_t l = 0; l < LANES; l++)
			d.at[l] = f32_fma(f32_mul(f32_sub(d.at[l], mean), r), g.at[l], b.at[l]);
		lanes_store(&d, y + at, count);
	}
}

ROW_FN void row_turn(float *first, float *second, float c, float s)
{
	float a = *first, b = *second;

	*first = f32_fma(a, c, -f32_mul(b, s));
	*second = f32_fma(b, c, f32_mul(a, s));
}

static void rows_rope(float *head, const float *cos, const float *sin, size_t half,
		      enum rope_pairing pairing)
{
	size_t second = pairing == ROPE_HALVES ? half : 1;
	size_t step = pairing == ROPE_HALVES ? 1 : 2;

	for (size_t i = 0; i < half; i++)
		row_turn(&head[step * i], &head[step * i + second], cos[i], sin[i]);
}

static void rows_combine(const float *x, float weight, float *y, size_t n)
{
	ROW_MAP2(x, y, y, n, f32_fma(weight, a, b));
}

static size_t rows_find_not_finite(const float *x, size_t n)
{
	ROW_BLOCKS(at, count, n)
	{
		struct lanes in = lanes_load(x + at, count);
		uint32_t found = 0;

		for (size_t l = 0; l < LANES; l++)
			found |= !f32_is_finite(in.at[l]);
		for (size_t l = 0; found && l < count; l++)
			if (!f32_is_finite(in.at[l]))
				return at + l;
	}
	return SIZE_MAX;
}

/* clang-format off */
#define CPU_ROWS {                                                                                 \
	.activation = rows_activation, .gate = rows_gate, .add = rows_add, .scale = rows_scale,    \
	.clip = rows_clip, .soft_cap = rows_soft_cap, .softmax = rows_softmax,                     \
	.partition = rows_partition,                                                               \
	.rms_norm = rows_rms_norm, .layer_norm = rows_layer_norm, .rope = rows_rope,               \
	.combine = rows_combine, .find_not_finite = rows_find_not_finite,                          \
}
/* clang-format on */

#endif
