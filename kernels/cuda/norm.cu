/*
 * norm: rule 5. Each lane keeps several loads under way, and adds what they
 * bring in ascending order.
 */
#include "kernels/cuda/device.h"
#include "kernels/cuda/norm.h"

/* Loads that a lane has under way at once. */
enum { NORM_LOADS = 8 };

/* The lane sum of x, or with `squares` that of (x - mean)^2. */
DEVICE_FN float norm_sum(const float *x, uint64_t cols, float mean, uint32_t squares)
{
	uint64_t i = lane_index();
	float sum = 0.0f;

	for (; i + (NORM_LOADS - 1) * WARP_LANES < cols; i += NORM_LOADS * WARP_LANES) {
		float in[NORM_LOADS];

		UNROLL
		for (uint32_t j = 0; j < NORM_LOADS; j++)
			in[j] = x[i + j * WARP_LANES];
		UNROLL
		for (uint32_t j = 0; j < NORM_LOADS; j++) {
			float d = f32_sub(in[j], mean);

			sum = squares ? f32_fma(d, d, sum) : f32_add(sum, in[j]);
		}
	}
	for (; i < cols; i += WARP_LANES) {
		float d = f32_sub(x[i], mean);

		sum = squares ? f32_fma(d, d, sum) : f32_add(sum, x[i]);
	}
	return lanes_sum(sum);
}

/* 1 / sqrt(sum / cols + eps) */
DEVICE_FN float norm_reciprocal(float sum, uint64_t cols, float eps)
{
	float mean_square = f32_div(sum, (float)cols);

	return f32_div(1.0f, f32_sqrt(f32_add(mean_square, eps)));
}

/* Beside the formats: whatever the parameters say, one weight after another. */
enum { NORM_ANY_WEIGHTS = 3 };

/* One constant for the weights of a launch: their format if both have it and may be loaded. */
DEVICE_FN uint32_t norm_format(const struct norm_weights *gain, const struct norm_weights *bias)
{
	uint32_t usual = !gain->unaligned &&
			 (!bias->at || (!bias->unaligned && bias->format == gain->format));

	return usual ? gain->format : NORM_ANY_WEIGHTS;
}

DEVICE_FN float norm_weight(const struct norm_weights *weights, uint64_t at, uint32_t format)
{
	if (format != NORM_ANY_WEIGHTS)
		return weight_at(weights->at, at, format);
	return weights->unaligned ? weight_bytes_at(weights->at, at, weights->format)
				  : weight_at(weights->at, at, weights->format);
}

/* What a lane has loaded for the numbers i, i + 32, ... of a row. */
struct norm_loads {
	float x[NORM_LOADS], gain[NORM_LOADS], bias[NORM_LOADS];
};

/* (x_i * r) * g_i */
DEVICE_FN float rms_norm_one(const struct rms_norm_params *p, float x, float r, float gain)
{
	return f32_mul(f32_mul(x, r), p->plus_one ? f32_add(1.0f, gain) : gain);
}

DEVICE_FN void rms_norm_write(const struct rms_norm_params *p, const float *x, float *y, float r,
			      uint32_t format)
{
	uint64_t i = lane_index(), cols = p->rows.cols;

	for (; format != NORM_ANY_WEIGHTS && i + (NORM_LOADS - 1) * WARP_LANES < cols;
	     i += NORM_LOADS * WARP_LANES) {
		struct norm_loads in;

		UNROLL
		for (uint32_t j = 0; j < NORM_LOADS; j++) {
			in.x[j] = x[i + j * WARP_LANES];
			in.gain[j] = norm_weight(&p->gain, i + j * WARP_LANES, format);
		}
		UNROLL
		for (uint32_t j = 0; j < NORM_LOADS; j++)
			y[i + j * WARP_LANES] = rms_norm_one(p, in.x[j], r, in.gain[j]);
	}
	for (; i < cols; i += WARP_LANES)
		y[i] = rms_norm_one(p, x[i], r, norm_weight(&p->gain, i, format));
}

/* The rows of this warp. */
DEVICE_FN void rms_norm_rows(const struct rms_norm_params *p, uint32_t format)
{
	const struct norm_rows *rows = &p->rows;

	for (uint64_t row = (uint64_t)block_x() * NORM_ROWS + thread_index() / WARP_LANES;
	     row < rows->rows; row += (uint64_t)grid_x() * NORM_ROWS) {
		const float *x = rows->x + row * rows->x_stride;
		float sum = norm_sum(x, rows->cols, 0.0f, 1);

		rms_norm_write(p, x, rows->y + row * rows->y_stride,
			       norm_reciprocal(sum, rows->cols, rows->eps), format);
	}
}

KERNEL(rms_norm, NORM_THREADS)
{
	const struct norm_weights none = { 0, 0, 0 };
	uint32_t format = norm_format(&p.gain, &none);

	if (format == WEIGHT_F32)
		rms_norm_rows(&p, WEIGHT_F32);
	else if (format == WEIGHT_F16)
		rms_norm_rows(&p, WEIGHT_F16);
	else if (format == WEIGHT_BF16)
		rms_norm_rows(&p, WEIGHT_BF16);
	else
		rms_norm_rows(&p, NORM_ANY_WEIGHTS);
}

/* d_i * r, then gain and bias. */
DEVICE_FN float layer_norm_one(const struct layer_norm_params *p, float x, float mean, float r,
			       float gain, float bias)
{
	float z = f32_mul(f32_sub(x, mean), r);

	return p->bias.at ? f32_fma(z, gain, bias) : f32_mul(z, gain);
}

DEVICE_FN float layer_norm_bias(const struct layer_norm_params *p, uint64_t at, uint32_t format)
{
	return p->bias.at ? norm_weight(&p->bias, at, format) : 0.0f;
}

DEVICE_FN void layer_norm_write(const struct layer_norm_params *p, const float *x, float *y,
				float mean, float r, uint32_t format)
{
	uint64_t i = lane_index(), cols = p->rows.cols;

	for (; format != NORM_ANY_WEIGHTS && i + (NORM_LOADS - 1) * WARP_LANES < cols;
	     i += NORM_LOADS * WARP_LANES) {
		struct norm_loads in;

		UNROLL
		for (uint32_t j = 0; j < NORM_LOADS; j++) {
			in.x[j] = x[i + j * WARP_LANES];
			in.gain[j] = norm_weight(&p->gain, i + j * WARP_LANES, format);
			in.bias[j] = layer_norm_bias(p, i + j * WARP_LANES, format);
		}
		UNROLL
		for (uint32_t j = 0; j < NORM_LOADS; j++)
			y[i + j * WARP_LANES] =
				layer_norm_one(p, in.x[j], mean, r, in.gain[j], in.bias[j]);
	}
	for (; i < cols; i += WARP_LANES)
		y[i] = layer_norm_one(p, x[i], mean, r, norm_weight(&p->gain, i, format),
				      layer_norm_bias(p, i, format));
}

DEVICE_FN void layer_norm_rows(const struct layer_norm_params *p, uint32_t format)
{
	const struct norm_rows *rows = &p->rows;

	for (uint64_t row = (uint64_t)block_x() * NORM_ROWS + thread_index() / WARP_LANES;
	     row < rows->rows; row += (uint64_t)grid_x() * NORM_ROWS) {
		const float *x = rows->x + row * rows->x_stride;
		float mean = f32_div(norm_sum(x, rows->cols, 0.0f, 0), (float)rows->cols);
		float sum = norm_sum(x, rows->cols, mean, 1);

		layer_norm_write(p, x, rows->y + row * rows->y_stride, mean,
				 norm_reciprocal(sum, rows->cols, rows->eps), format);
	}
}

KERNEL(layer_norm, NORM_THREADS)
{
	uint32_t format = norm_format(&p.gain, &p.bias);

	if (format == WEIGHT_F32)
		layer_norm_rows(&p, WEIGHT_F32);
	else if (format == WEIGHT_F16)
		layer_norm_rows(&p, WEIGHT_F16);
	else if (format == WEIGHT_BF16)
		layer_norm_rows(&p, WEIGHT_BF16);
	else
		layer_norm_rows(&p, NORM_ANY_WEIGHTS);
}
