/* naive: akashi-exact/1 once more, one number at a time; see naive.h. */
#include "naive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static float from_bits(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static float horner(const uint32_t *bits, size_t count, float x)
{
	float p = from_bits(bits[0]);

	for (size_t i = 1; i < count; i++)
		p = fmaf(p, x, from_bits(bits[i]));
	return p;
}

float naive_bf16(uint16_t half)
{
	return from_bits((uint32_t)half * 65536u);
}

float naive_f16(uint16_t half)
{
	int exponent = half >> 10 & 31, fraction = half & 1023;
	float x = exponent ? ldexpf((float)(1024 + fraction), exponent - 25)
			   : ldexpf((float)fraction, -24);

	return half >> 15 ? -x : x;
}

float naive_exp(float x)
{
	static const uint32_t c[] = { 0x3ab561b5, 0x3c091ed3, 0x3d2aac2c, 0x3e2aaa46,
				      0x3efffffe, 0x3f800000, 0x3f800000 };
	float n, r;

	if (x > from_bits(0x42b17217))
		return INFINITY;
	if (x < from_bits(0xc2cff1b4))
		return 0.0f;
	n = x * from_bits(0x3fb8aa3b);
	n = n + from_bits(0x4b400000);
	n = n - from_bits(0x4b400000);
	r = fmaf(n, from_bits(0xbf317200), x);
	r = fmaf(n, from_bits(0xb5bfbe8e), r);
	/* one rounding only: 2^floor(n/2) is exact here, the rest rounds */
	r = horner(c, 7, r);
	r = r * ldexpf(1.0f, (int)floorf(n / 2));
	return r * ldexpf(1.0f, (int)n - (int)floorf(n / 2));
}

float naive_tanh(float x)
{
	static const uint32_t c[] = { 0xbbba8671, 0x3ca8fc67, 0xbd5c1ad2, 0x3e08837b, 0xbeaaaa99 };
	float a = fabsf(x), z = a * a, y;

	if (a < 0.625f) {
		y = horner(c, 5, z);
		y = y * z;
		y = fmaf(y, a, a);
	} else {
		if (a > 10.0f)
			a = 10.0f;
		y = naive_exp(a + a);
		y = y + 1.0f;
		y = 2.0f / y;
		y = 1.0f - y;
	}
	return copysignf(y, x);
}

float naive_erf(float x)
{
	static const uint32_t near[] = { 0x38a7ab16, 0xba530361, 0x3baa24f2, 0xbcdc008c,
					 0x3de716b2, 0xbec093a0, 0x3e0375d4 };
	static const uint32_t far[] = { 0xb6a4925e, 0x383d7710, 0x3858b6f7, 0xbb40684d,
					0x3cb9d29f, 0xbdd7989a, 0xbf22b80a, 0xbe03a354 };
	float a = fabsf(x), y;

	if (a <= 0.921875f) {
		y = horner(near, 7, a * a);
		y = fmaf(y, a, a);
	} else {
		if (a > 4.0f)
			a = 4.0f;
		y = horner(far, 8, a);
		y = fmaf(y, a, -a);
		y = 1.0f - naive_exp(y);
	}
	return copysignf(y, x);
}

float naive_sigmoid(float x)
{
	float e = naive_exp(-fabsf(x)), below = 1.0f + e;

	return x < 0 ? e / below : 1.0f / below;
}

float naive_silu(float x)
{
	float e = naive_exp(-fabsf(x)), below = 1.0f + e;
	float above = x < 0 ? x * e : x;

	return above / below;
}

float naive_gelu_erf(float x)
{
	float inner = x * from_bits(0x3f3504f3);
	float half = 0.5f * x;
	float one_more = 1.0f + naive_erf(inner);

	return half * one_more;
}

float naive_gelu_tanh(float x)
{
	float square = x * x;
	float scaled = from_bits(0x3d372713) * square;
	float inner = fmaf(scaled, x, x);
	float half = 0.5f * x, one_more;

	inner = from_bits(0x3f4c422a) * inner;
	one_more = 1.0f + naive_tanh(inner);
	return half * one_more;
}

float naive_soft_cap(float x, float cap)
{
	float t = x / cap;

	t = naive_tanh(t);
	return t * cap;
}

static float tree_sum(float lane[32])
{
	for (int half = 16; half >= 1; half /= 2)
		for (int l = 0; l < half; l++)
			lane[l] = lane[l] + lane[l + half];
	return lane[0];
}

float naive_sum(const float *x, size_t n)
{
	float lane[32];

	for (int l = 0; l < 32; l++)
		lane[l] = 0.0f;
	for (size_t i = 0; i < n; i++)
		lane[i % 32] = lane[i % 32] + x[i];
	return tree_sum(lane);
}

float naive_sum_of_squares(const float *x, size_t n)
{
	float lane[32];

	for (int l = 0; l < 32; l++)
		lane[l] = 0.0f;
	for (size_t i = 0; i < n; i++)
		lane[i % 32] = fmaf(x[i], x[i], lane[i % 32]);
	return tree_sum(lane);
}

float naive_max(const float *x, size_t n)
{
	float lane[32];

	for (int l = 0; l < 32; l++)
		lane[l] = -INFINITY;
	for (size_t i = 0; i < n; i++)
		if (x[i] > lane[i % 32])
			lane[i % 32] = x[i];
	for (int half = 16; half >= 1; half /= 2)
		for (int l = 0; l < half; l++)
			if (lane[l + half] > lane[l])
				lane[l] = lane[l + half];
	return lane[0];
}

void naive_linear(const float *x, const float *w, bool transposed, const float *bias, size_t rows,
		  size_t inputs, size_t outputs, float *y)
{
	for (size_t m = 0; m < rows; m++)
		for (size_t n = 0; n < outputs; n++) {
			float sum = 0.0f;

			for (size_t k = 0; k < inputs; k++)
				sum = fmaf(x[m * inputs + k],
					   transposed ? w[k * outputs + n] : w[n * inputs + k],
					   sum);
			if (bias)
				sum = sum + bias[n];
			y[m * outputs + n] = sum;
		}
}

void naive_rms_norm(const float *x, const float *gain, bool plus_one, float eps, size_t n, float *y)
{
	float mean = naive_sum_of_squares(x, n) / (float)n;
	float root = sqrtf(mean + eps), r = 1.0f / root;

	for (size_t i = 0; i < n; i++) {
		float g = gain[i], t = x[i] * r;

		if (plus_one)
			g = 1.0f + g;
		y[i] = t * g;
	}
}

void naive_layer_norm(const float *x, const float *gain, const float *bias, float eps, size_t n,
		      float *y)
{
	float mean = naive_sum(x, n) / (float)n, variance, root, r;

	for (size_t i = 0; i < n; i++)
		y[i] = x[i] - mean;
	variance = naive_sum_of_squares(y, n) / (float)n;
	root = sqrtf(variance + eps);
	r = 1.0f / root;
	for (size_t i = 0; i < n; i++) {
		float t = y[i] * r;

		y[i] = bias ? fmaf(t, gain[i], bias[i]) : t * gain[i];
	}
}

void naive_softmax(const float *x, size_t n, float *y)
{
	float max = naive_max(x, n), sum;

	for (size_t i = 0; i < n; i++)
		y[i] = naive_exp(x[i] - max);
	sum = naive_sum(y, n);
	for (size_t i = 0; i < n; i++)
		y[i] = y[i] / sum;
}

void naive_rope(float *head, const float *cos, const float *sin, size_t half, bool interleaved)
{
	for (size_t i = 0; i < half; i++) {
		size_t first = interleaved ? 2 * i : i;
		size_t second = interleaved ? 2 * i + 1 : i + half;
		float a = head[first], b = head[second];
		float bs = b * sin[i], as = a * sin[i];

		head[first] = fmaf(a, cos[i], -bs);
		head[second] = fmaf(b, cos[i], as);
	}
}

static float chain(const float *a, const float *b, size_t n)
{
	float sum = 0.0f;

	for (size_t i = 0; i < n; i++)
		sum = fmaf(a[i], b[i], sum);
	return sum;
}

void naive_attention(const struct naive_attention *a, const float *q, const float *k,
		     const float *v, float *y)
{
	float *p = malloc(a->tokens * sizeof(*p));

	for (size_t t = 0; p && t < a->tokens; t++)
		for (size_t h = 0; h < a->heads; h++) {
			size_t g = h * a->key_heads / a->heads, width = a->key_heads * a->dim;
			size_t last = a->causal ? t : a->tokens - 1, first = 0;

			if (a->window && t + 1 >= a->window)
				first = t + 1 - a->window;
			for (size_t j = first; j <= last; j++) {
				float s = chain(q + (t * a->heads + h) * a->dim,
						k + j * width + g * a->dim, a->dim);

				s = s * a->scale;
				p[j - first] = a->cap > 0 ? naive_soft_cap(s, a->cap) : s;
			}
			naive_softmax(p, last - first + 1, p);
			for (size_t d = 0; d < a->dim; d++) {
				float sum = 0.0f;

				for (size_t j = first; j <= last; j++)
					sum = fmaf(p[j - first], v[j * width + g * a->dim + d],
						   sum);
				y[(t * a->heads + h) * a->dim + d] = sum;
			}
		}
	free(p);
}

void naive_route(const float *logits, size_t experts, size_t chosen, bool renormalise,
		 uint32_t *out_expert, float *out_weight)
{
	float *p = malloc(experts * sizeof(*p)), sum = 0.0f;
	size_t found = 0;

	if (!p)
		return;
	naive_softmax(logits, experts, p);
	for (size_t e = 0; e < experts; e++) {
		size_t better = 0; /* experts that come before e */

		for (size_t o = 0; o < experts; o++)
			better += p[o] > p[e] || (p[o] == p[e] && o < e);
		if (better < chosen) {
			out_expert[found] = (uint32_t)e;
			out_weight[found++] = p[e];
		}
	}
	for (size_t i = 0; i < found; i++)
		sum = sum + out_weight[i];
	for (size_t i = 0; renormalise && i < found; i++)
		out_weight[i] = out_weight[i] / sum;
	free(p);
}
