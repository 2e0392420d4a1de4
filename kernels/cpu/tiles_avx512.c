/*
 * tiles_avx512: products on registers of 512 bits. The lanes of a register are
 * outputs, so each lane runs its own chain over k.
 */
#ifdef __x86_64__
#include "kernels/cpu/cpu.h"

#include <immintrin.h>

enum { ROWS = 6, VECTORS = 4, LANES = 16, COLS = VECTORS * LANES, DEPTH = 2048 };

#define TILE_FN static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")
#define UNROLL_STEPS _Pragma("GCC unroll 4")

/* 16 numbers of weights, from any alignment, widened. */
TILE_FN __m512 widen(const uint8_t *bytes, size_t at, enum float_format format)
{
	if (format == FLOAT_F32)
		return _mm512_loadu_ps(bytes + 4 * at);

	__m256i half = _mm256_loadu_si256((const void *)(bytes + 2 * at));

	if (format == FLOAT_F16)
		return _mm512_cvtph_ps(half);
	return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

/* Rows become columns: 16 x 16 words. */
TILE_FN void transpose(__m512i r[LANES])
{
	__m512i t[LANES];

	UNROLL for (int i = 0; i < 8; i++)
	{
		t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
		t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
	}
	UNROLL for (int i = 0; i < 4; i++)
	{
		r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
		r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
		r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
		r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
	}
	UNROLL for (int i = 0; i < 4; i++)
	{
		t[i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88);
		t[4 + i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd);
		t[8 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88);
		t[12 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
	}
	UNROLL for (int i = 0; i < 4; i++)
	{
		r[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
		r[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
		r[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
		r[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
	}
}

/* 16 outputs x 32 steps of bf16: two steps are transposed as one word, then taken apart. */
TILE_FN void pack_bf16_block(const uint8_t *rows, size_t row_bytes, float *panel)
{
	const __m512i upper = _mm512_set1_epi32((int)0xffff0000u);
	__m512i r[LANES];

	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		r[i] = _mm512_loadu_si512(rows + i * row_bytes);
	}
	transpose(r);
	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		_mm512_store_ps(panel + 2 * i * COLS,
				_mm512_castsi512_ps(_mm512_slli_epi32(r[i], 16)));
		_mm512_store_ps(panel + (2 * i + 1) * COLS,
				_mm512_castsi512_ps(_mm512_and_si512(r[i], upper)));
	}
}

/* 16 outputs x 16 steps of any format. */
TILE_FN void pack_block(const uint8_t *rows, size_t row_bytes, enum float_format format,
			float *panel)
{
	__m512i r[LANES];

	UNROLL for (size_t i = 0; i < LANES; i++) r[i] =
		_mm512_castps_si512(widen(rows + i * row_bytes, 0, format));
	transpose(r);
	UNROLL for (size_t i = 0; i < LANES; i++)
		_mm512_store_ps(panel + i * COLS, _mm512_castsi512_ps(r[i]));
}

/* Up to 16 outputs, number by number: the rim. */
static void pack_rim(const uint8_t *rows, size_t row_bytes, enum float_format format, size_t count,
		     size_t from, size_t depth, float *panel)
{
	for (size_t k = from; k < depth; k++)
		for (size_t i = 0; i < LANES; i++)
			panel[k * COLS + i] =
				i < count ? cpu_widen(rows + i * row_bytes, k, format) : 0.0f;
}

static void pack_transposed(const struct cpu_weights *w, size_t n, size_t count, size_t k,
			    size_t depth, float *panel)
{
	size_t size = float_format_size_bytes(w->format), whole = count / LANES * LANES;

	for (size_t step = 0; step < depth; step++) {
		const uint8_t *row = w->bytes + ((k + step) * w->stride + n) * size;

		for (size_t i = 0; i < whole; i += LANES)
			_mm512_store_ps(panel + step * COLS + i, widen(row, i, w->format));
		for (size_t i = whole; i < COLS; i++)
			panel[step * COLS + i] = i < count ? cpu_widen(row, i, w->format) : 0.0f;
	}
}

static void pack(const struct cpu_weights *w, size_t n, size_t count, size_t k, size_t depth,
		 float *panel)
{
	size_t size = float_format_size_bytes(w->format), row_bytes = w->stride * size;

	if (w->transposed) {
		pack_transposed(w, n, count, k, depth, panel);
		return;
	}
	for (size_t i = 0; i < COLS; i += LANES) {
		const uint8_t *rows = w->bytes + (n + i) * row_bytes + k * size;
		size_t here = i < count ? count - i : 0, step = 0;

		if (here >= LANES && w->format == FLOAT_BF16)
			for (; step + 2 * LANES <= depth; step += 2 * LANES)
				pack_bf16_block(rows + step * size, row_bytes,
						panel + step * COLS + i);
		if (here >= LANES)
			for (; step + LANES <= depth; step += LANES)
				pack_block(rows + step * size, row_bytes, w->format,
					   panel + step * COLS + i);
		pack_rim(rows, row_bytes, w->format, here, step, depth, panel + i);
	}
}

TILE_FN void tile(size_t rows, const float *x, size_t x_stride, const float *panel, size_t depth,
		  const float *from, size_t from_stride, float *to, size_t to_stride)
{
	__m512 sum[ROWS][VECTORS];

	UNROLL for (size_t i = 0; i < rows; i++)
	{
		UNROLL for (size_t v = 0; v < VECTORS; v++)
		{
			sum[i][v] = from ? _mm512_loadu_ps(from + i * from_stride + v * LANES)
					 : _mm512_setzero_ps();
		}
	}
	UNROLL_STEPS for (size_t k = 0; k < depth; k++)
	{
		__m512 w[VECTORS];

		UNROLL for (size_t v = 0; v < VECTORS; v++)
		{
			w[v] = _mm512_load_ps(panel + k * COLS + v * LANES);
		}
		UNROLL for (size_t i = 0; i < rows; i++)
		{
			__m512 number = _mm512_set1_ps(x[i * x_stride + k]);

			UNROLL for (size_t v = 0; v < VECTORS; v++)
			{
				sum[i][v] = _mm512_fmadd_ps(number, w[v], sum[i][v]);
			}
		}
	}
	UNROLL for (size_t i = 0; i < rows; i++)
	{
		UNROLL for (size_t v = 0; v < VECTORS; v++)
		{
			_mm512_storeu_ps(to + i * to_stride + v * LANES, sum[i][v]);
		}
	}
}

#define TILE(rows)                                                                                 \
	static void tile_##rows(const float *x, size_t x_stride, const float *panel, size_t depth, \
				const float *from, size_t from_stride, float *to,                  \
				size_t to_stride)                                                  \
	{                                                                                          \
		tile(rows, x, x_stride, panel, depth, from, from_stride, to, to_stride);           \
	}
TILE(1)
TILE(2)
TILE(3)
TILE(4)
TILE(5)
TILE(6)

/* One chain, number by number, from step k on. */
TILE_FN float chain_rest(const float *x, const uint8_t *row, enum float_format format, size_t k,
			 size_t depth, float sum)
{
	for (; k < depth; k++)
		sum = f32_fma(x[k], cpu_widen(row, k, format), sum);
	return sum;
}

/* 16 outputs x 32 steps of bf16, transposed in registers and used at once. */
TILE_FN __m512 row_bf16_block(const float *x, const uint8_t *rows, size_t row_bytes, __m512 sum)
{
	const __m512i upper = _mm512_set1_epi32((int)0xffff0000u);
	__m512i r[LANES];

	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		r[i] = _mm512_loadu_si512(rows + i * row_bytes);
		_mm_prefetch((const char *)rows + i * row_bytes + 1024, _MM_HINT_T0);
	}
	transpose(r);
	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		__m512 even = _mm512_castsi512_ps(_mm512_slli_epi32(r[i], 16));
		__m512 odd = _mm512_castsi512_ps(_mm512_and_si512(r[i], upper));

		sum = _mm512_fmadd_ps(_mm512_set1_ps(x[2 * i]), even, sum);
		sum = _mm512_fmadd_ps(_mm512_set1_ps(x[2 * i + 1]), odd, sum);
	}
	return sum;
}

/* 16 outputs x 16 steps of any format. */
TILE_FN __m512 row_block(const float *x, const uint8_t *rows, size_t row_bytes,
			 enum float_format format, __m512 sum)
{
	__m512i r[LANES];

	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		r[i] = _mm512_castps_si512(widen(rows + i * row_bytes, 0, format));
	}
	transpose(r);
	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		sum = _mm512_fmadd_ps(_mm512_set1_ps(x[i]), _mm512_castsi512_ps(r[i]), sum);
	}
	return sum;
}

static void row(const float *x, const struct cpu_weights *w, size_t n, size_t count, size_t depth,
		float *y)
{
	size_t size = float_format_size_bytes(w->format), row_bytes = w->stride * size;
	size_t whole = count / LANES * LANES;

	for (size_t i = 0; i < whole; i += LANES) {
		const uint8_t *rows = w->bytes + (n + i) * row_bytes;
		__m512 sum = _mm512_setzero_ps();
		size_t k = 0;

		if (w->format == FLOAT_BF16)
			for (; k + 2 * LANES <= depth; k += 2 * LANES)
				sum = row_bf16_block(x + k, rows + k * size, row_bytes, sum);
		for (; k + LANES <= depth; k += LANES)
			sum = row_block(x + k, rows + k * size, row_bytes, w->format, sum);
		_mm512_storeu_ps(y + i, sum);
		for (size_t l = i; l < i + LANES; l++)
			y[l] = chain_rest(x, w->bytes + (n + l) * row_bytes, w->format, k, depth,
					  y[l]);
	}
	for (size_t i = whole; i < count; i++)
		y[i] = chain_rest(x, w->bytes + (n + i) * row_bytes, w->format, 0, depth, 0.0f);
}

const struct cpu_tiles cpu_tiles_avx512 = {
	.rows = ROWS,
	.cols = COLS,
	.depth = DEPTH,
	.step = COLS,
	.pack = pack,
	.row = row,
	.tile = { tile_1, tile_2, tile_3, tile_4, tile_5, tile_6 },
};
#else
typedef int tiles_avx512_is_empty_here; /* ISO C wants a declaration */
#endif
