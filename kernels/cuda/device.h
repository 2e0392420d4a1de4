/*
 * device: what the .cu files are written in. They hold device code only, in
 * the words that CUDA C++ and C17 share, so that nvcc compiles them for the
 * device, and tests compile the same text for the host (with -include of their
 * shim, which defines what stands in the first half here for nvcc).
 *
 * Arithmetic comes from kernels/exact_math.h and nowhere else. A block is one
 * row of threads; grids have up to two dimensions. Every thread of a block
 * reaches every barrier, every thread of a warp every shuffle.
 */
#ifndef KERNELS_CUDA_DEVICE_H
#define KERNELS_CUDA_DEVICE_H

#include "kernels/exact_math.h"

#ifdef __CUDACC__

/* A kernel `name` of `threads` threads a block, with `p` of type struct name_params. */
#define KERNEL(name, threads)                                                                      \
	extern "C" __global__ void __launch_bounds__(threads)                                      \
		name(const __grid_constant__ struct name##_params p)
/* The same where the registers must suffice for `blocks` blocks on one processor. */
#define KERNEL_RESIDENT(name, threads, blocks)                                                     \
	extern "C" __global__ void __launch_bounds__(threads, blocks)                              \
		name(const __grid_constant__ struct name##_params p)

#define DEVICE_FN static __device__ __forceinline__
/* Storage of one block, in front of a variable of a kernel; aligned for 16-byte accesses. */
#define SHARED __shared__ __align__(16)
#define RESTRICT __restrict__
/* In front of a loop whose trip count is a constant. */
#define UNROLL _Pragma("unroll")
/* In front of a loop that is not worth being unrolled. */
#define ROLLED _Pragma("unroll 1")

#define WARP_ALL 0xffffffffu

DEVICE_FN uint32_t thread_index(void)
{
	return threadIdx.x;
}

DEVICE_FN uint32_t block_x(void)
{
	return blockIdx.x;
}

DEVICE_FN uint32_t block_y(void)
{
	return blockIdx.y;
}

DEVICE_FN uint32_t grid_x(void)
{
	return gridDim.x;
}

DEVICE_FN void block_barrier(void)
{
	__syncthreads();
}

DEVICE_FN void warp_barrier(void)
{
	__syncwarp(WARP_ALL);
}

/* The value of the lane whose number differs by `mask`. */
DEVICE_FN uint32_t lane_xor(uint32_t value, uint32_t mask)
{
	return __shfl_xor_sync(WARP_ALL, value, (int)mask);
}

/* The value of lane `lane`. */
DEVICE_FN uint32_t lane_from(uint32_t value, uint32_t lane)
{
	return __shfl_sync(WARP_ALL, value, (int)lane);
}

#endif

/* ---- For both; a host compiler without a shim, to which a kernel means nothing, sees none of it
 * ---- */

#ifdef DEVICE_FN

enum { WARP_LANES = 32 };

DEVICE_FN uint32_t lane_index(void)
{
	return thread_index() % WARP_LANES;
}

DEVICE_FN float lane_xor_f32(float value, uint32_t mask)
{
	return f32_from_bits(lane_xor(f32_bits(value), mask));
}

/* The lane sum and the lane maximum of rule 4: 16, 8, 4, 2, 1; every lane has lane 0's result. */
DEVICE_FN float lanes_sum(float value)
{
	UNROLL
	for (uint32_t mask = WARP_LANES / 2; mask; mask /= 2)
		value = f32_add(value, lane_xor_f32(value, mask));
	return value;
}

DEVICE_FN float lanes_max(float value)
{
	UNROLL
	for (uint32_t mask = WARP_LANES / 2; mask; mask /= 2)
		value = f32_max(value, lane_xor_f32(value, mask));
	/* of +0 and -0 the lower lane's stays, which only the lower half of each step knows */
	return f32_from_bits(lane_from(f32_bits(value), 0));
}

/* This lane's maximum of x[lane], x[lane + 32], ... below x[count], four loads under way at once.
 */
DEVICE_FN float lane_max(const float *x, uint32_t count)
{
	enum { LOADS = 4 };
	float max = -F32_INFINITY;
	uint32_t i = lane_index();

	for (; i + (LOADS - 1) * WARP_LANES < count; i += LOADS * WARP_LANES) {
		float in[LOADS];

		UNROLL
		for (uint32_t j = 0; j < LOADS; j++)
			in[j] = x[i + j * WARP_LANES];
		UNROLL
		for (uint32_t j = 0; j < LOADS; j++)
			max = f32_max(max, in[j]);
	}
	for (; i < count; i += WARP_LANES)
		max = f32_max(max, x[i]);
	return max;
}

/* Of all lanes the largest; every lane has it. */
DEVICE_FN uint64_t lanes_largest(uint64_t value)
{
	UNROLL
	for (uint32_t mask = WARP_LANES / 2; mask; mask /= 2) {
		uint64_t other = (uint64_t)lane_xor((uint32_t)(value >> 32), mask) << 32 |
				 lane_xor((uint32_t)value, mask);

		value = other > value ? other : value;
	}
	return value;
}

/* 16 bytes that move as one; where they lie in memory is a multiple of 16. */
struct word_quad {
	uint32_t at[4];
};

struct f32_quad {
	float at[4];
};

/* From global memory that no thread of the grid writes. */
DEVICE_FN struct word_quad global_quad(const void *from)
{
#ifdef __CUDACC__
	uint4 words = __ldg((const uint4 *)from);
	struct word_quad quad = { { words.x, words.y, words.z, words.w } };
#else
	struct word_quad quad;

	__builtin_memcpy(&quad, __builtin_assume_aligned(from, 16), sizeof(quad));
#endif
	return quad;
}

DEVICE_FN void global_quad_set(void *to, struct word_quad quad)
{
#ifdef __CUDACC__
	*(uint4 *)to = make_uint4(quad.at[0], quad.at[1], quad.at[2], quad.at[3]);
#else
	__builtin_memcpy(__builtin_assume_aligned(to, 16), &quad, sizeof(quad));
#endif
}

/* `size` bytes, 1, 2 or 4, at a multiple of it, as a number. */
DEVICE_FN uint32_t bytes_at(const void *from, uint32_t size)
{
	if (size == 4)
		return *(const uint32_t *)from;
	return size == 2 ? *(const uint16_t *)from : *(const uint8_t *)from;
}

/* From and to shared memory. */
DEVICE_FN struct f32_quad shared_quad(const void *from)
{
#ifdef __CUDACC__
	float4 numbers = *(const float4 *)from;
	struct f32_quad quad = { { numbers.x, numbers.y, numbers.z, numbers.w } };
#else
	struct f32_quad quad;

	__builtin_memcpy(&quad, __builtin_assume_aligned(from, 16), sizeof(quad));
#endif
	return quad;
}

DEVICE_FN void shared_quad_set(void *to, struct f32_quad quad)
{
#ifdef __CUDACC__
	*(float4 *)to = make_float4(quad.at[0], quad.at[1], quad.at[2], quad.at[3]);
#else
	__builtin_memcpy(__builtin_assume_aligned(to, 16), &quad, sizeof(quad));
#endif
}

/* The same in global memory, which threads of the grid may write. */
DEVICE_FN struct f32_quad f32_quad_at(const float *from)
{
	return shared_quad(from);
}

DEVICE_FN void f32_quad_set(float *to, struct f32_quad quad)
{
	shared_quad_set(to, quad);
}

/* Formats of weights, as enum float_format counts. */
enum { WEIGHT_F32, WEIGHT_F16, WEIGHT_BF16 };

/* A weight in any format, widened (rule 2). */
DEVICE_FN float weight_at(const void *weights, uint64_t at, uint32_t format)
{
	if (format == WEIGHT_F32)
		return ((const float *)weights)[at];
	if (format == WEIGHT_F16)
		return f32_from_f16(((const uint16_t *)weights)[at]);
	return f32_from_bf16(((const uint16_t *)weights)[at]);
}

/* The same where the weights begin at any byte. */
DEVICE_FN float weight_bytes_at(const void *weights, uint64_t at, uint32_t format)
{
	const uint8_t *bytes = (const uint8_t *)weights + at * (format == WEIGHT_F32 ? 4 : 2);
	uint32_t low = bytes[0] | (uint32_t)bytes[1] << 8;

	if (format == WEIGHT_F32)
		return f32_from_bits(low | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
	return format == WEIGHT_F16 ? f32_from_f16((uint16_t)low) : f32_from_bf16((uint16_t)low);
}

/* Weights at ... at + 3, widened, where they begin at a multiple of four weights' bytes. */
DEVICE_FN struct f32_quad weights_quad_at(const void *weights, uint64_t at, uint32_t format)
{
	const uint32_t *pair = (const uint32_t *)((const uint16_t *)weights + at);
	struct f32_quad quad;

	if (format == WEIGHT_F32)
		return f32_quad_at((const float *)weights + at);
	UNROLL
	for (uint32_t i = 0; i < 4; i++) {
		uint16_t half = (uint16_t)(pair[i / 2] >> i % 2 * 16);

		quad.at[i] = format == WEIGHT_F16 ? f32_from_f16(half) : f32_from_bf16(half);
	}
	return quad;
}

#endif
#endif
