/*
 * naive: akashi-exact/1 once more, one number at a time, written from the text
 * of docs/numerics.md and sharing no line with kernels/. It is compiled without
 * optimisation; fmaf and sqrtf are the C library's.
 */
#ifndef TESTS_KERNELS_NAIVE_H
#define TESTS_KERNELS_NAIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

float naive_bf16(uint16_t half);
float naive_f16(uint16_t half);

float naive_exp(float x);
float naive_tanh(float x);
float naive_erf(float x);
float naive_sigmoid(float x);
float naive_silu(float x);
float naive_gelu_erf(float x);
float naive_gelu_tanh(float x);
float naive_soft_cap(float x, float cap);

/* Lane i mod 32, then the tree. */
float naive_sum(const float *x, size_t n);
float naive_sum_of_squares(const float *x, size_t n);
float naive_max(const float *x, size_t n);

/* y[m][n] from x[m][k] and w[n][k], or w[k][n] if transposed; bias may be NULL. */
void naive_linear(const float *x, const float *w, bool transposed, const float *bias, size_t rows,
		  size_t inputs, size_t outputs, float *y);

void naive_rms_norm(const float *x, const float *gain, bool plus_one, float eps, size_t n,
		    float *y);
void naive_layer_norm(const float *x, const float *gain, const float *bias, float eps, size_t n,
		      float *y);
void naive_softmax(const float *x, size_t n, float *y);
void naive_rope(float *head, const float *cos, const float *sin, size_t half, bool interleaved);

struct naive_attention {
	size_t tokens, heads, key_heads, dim;
	bool causal;
	size_t window;
	float scale, cap;
};

/* One probe: q is tokens x heads x dim, k and v tokens x key_heads x dim. */
void naive_attention(const struct naive_attention *a, const float *q, const float *k,
		     const float *v, float *y);

/* chosen experts in ascending id. */
void naive_route(const float *logits, size_t experts, size_t chosen, bool renormalise,
		 uint32_t *out_expert, float *out_weight);

#endif
