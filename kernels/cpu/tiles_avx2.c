/*
 * tiles_avx2: products on registers of 256 bits. The lanes of a register are
 * outputs, so each lane runs its own chain over k. A panel is STRIPS strips
 * one behind the other, so that a tile's rows of x serve all of them.
 */
#ifdef __x86_64__
#include "kernels/cpu/cpu.h"

#include <immintrin.h>

enum {
	ROWS = 6,
	VECTORS = 2,
	LANES = 8,
	WIDTH = VECTORS * LANES, /* of a strip: what the registers hold at once */
	STRIPS = 4,
	COLS = STRIPS * WIDTH,
	DEPTH = 1024
};

/* Where output i of step k stands in a panel. */
#define PANEL_AT(k, i) ((i) / WIDTH * WIDTH * DEPTH + (k)*WIDTH + (i) % WIDTH)

#define TILE_FN static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

/* 8 numbers of weights, from any alignment, widened. */
TILE_FN __m256 widen(const uint8_t *bytes, size_t at, enum float_format format)
{
	if (format == FLOAT_F32)
		return _mm256_loadu_ps((const float *)(const void *)(bytes + 4 * at));

	__m128i half = _mm_loadu_si128((const void *)(bytes + 2 * at));

	if (format == FLOAT_F16)
		return _mm256_cvtph_ps(half);
	return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16));
}

/* Rows become columns: 8 x 8 words. */
TILE_FN void transpose(__m256i r[LANES])
{
	__m256i t[LANES];

	UNROLL for (int i = 0; i < 4; i++)
	{
		t[2 * i] = _mm256_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
		t[2 * i + 1] = _mm256_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
	}
	UNROLL for (int i = 0; i < 2; i++)
	{
		r[4 * i] = _mm256_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
		r[4 * i + 1] = _mm256_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
		r[4 * i + 2] = _mm256_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
		r[4 * i + 3] = _mm256_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
	}
	UNROLL for (int i = 0; i < 4; i++)
	{
		t[i] = _mm256_permute2x128_si256(r[i], r[4 + i], 0x20);
		t[4 + i] = _mm256_permute2x128_si256(r[i], r[4 + i], 0x31);
	}
	UNROLL for (int i = 0; i < 8; i++) r[i] = t[i];
}

/* 8 outputs x 16 steps of bf16: two steps are transposed as one word, then taken apart. */
TILE_FN void pack_bf16_block(const uint8_t *rows, size_t row_bytes, float *panel)
{
	const __m256i upper = _mm256_set1_epi32((int)0xffff0000u);
	__m256i r[LANES];

	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		r[i] = _mm256_loadu_si256((const void *)(rows + i * row_bytes));
	}
	transpose(r);
	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		_mm256_store_ps(panel + 2 * i * WIDTH,
				_mm256_castsi256_ps(_mm256_slli_epi32(r[i], 16)));
		_mm256_store_ps(panel + (2 * i + 1) * WIDTH,
				_mm256_castsi256_ps(_mm256_and_si256(r[i], upper)));
	}
}

/* 8 outputs x 8 steps of any format. */
TILE_FN void pack_block(const uint8_t *rows, size_t row_bytes, enum float_format format,
			float *panel)
{
	__m256i r[LANES];

	UNROLL for (size_t i = 0; i < LANES; i++) r[i] =
		_mm256_castps_si256(widen(rows + i * row_bytes, 0, format));
	transpose(r);
	UNROLL for (size_t i = 0; i < LANES; i++)
		_mm256_store_ps(panel + i * WIDTH, _mm256_castsi256_ps(r[i]));
}

/* Up to 8 outputs, number by number: the rim. */
static void pack_rim(const uint8_t *rows, size_t row_bytes, enum float_format format, size_t count,
		     size_t from, size_t depth, float *panel)
{
	for (size_t k = from; k < depth; k++)
		for (size_t i = 0; i < LANES; i++)
			panel[k * WIDTH + i] =
				i < count ? cpu_widen(rows + i * row_bytes, k, format) : 0.0f;
}

static void pack_transposed(const struct cpu_weights *w, size_t n, size_t count, size_t k,
			    size_t depth, float *panel)
{
	size_t size = float_format_size_bytes(w->format), whole = count / LANES * LANES;

	for (size_t step = 0; step < depth; step++) {
		const uint8_t *row = w->bytes + ((k + step) * w->stride + n) * size;

		for (size_t i = 0; i < whole; i += LANES)
			_mm256_store_ps(panel + PANEL_AT(step, i), widen(row, i, w->format));
		for (size_t i = whole; i < COLS; i++)
			panel[PANEL_AT(step, i)] = i < count ? cpu_widen(row, i, w->format) : 0.0f;
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
						panel + PANEL_AT(step, i));
		if (here >= LANES)
			for (; step + LANES <= depth; step += LANES)
				pack_block(rows + step * size, row_bytes, w->format,
					   panel + PANEL_AT(step, i));
		pack_rim(rows, row_bytes, w->format, here, step, depth, panel + PANEL_AT(0, i));
	}
}

TILE_FN void tile_strip(size_t rows, const float *x, size_t x_stride, const float *panel,
			size_t depth, const float *from, size_t from_stride, float *to,
			size_t to_stride)
{
	__m256 sum[ROWS][VECTORS];

	UNROLL for (size_t i = 0; i < rows; i++)
	{
		UNROLL for (size_t v = 0; v < VECTORS; v++)
		{
			sum[i][v] = from ? _mm256_loadu_ps(from + i * from_stride + v * LANES)
					 : _mm256_setzero_ps();
		}
	}
	for (size_t k = 0; k < depth; k++) {
		__m256 w[VECTORS];

		UNROLL for (size_t v = 0; v < VECTORS; v++)
		{
			w[v] = _mm256_load_ps(panel + k * WIDTH + v * LANES);
		}
		UNROLL for (size_t i = 0; i < rows; i++)
		{
			__m256 number = _mm256_set1_ps(x[i * x_stride + k]);

			UNROLL for (size_t v = 0; v < VECTORS; v++)
			{
				sum[i][v] = _mm256_fmadd_ps(number, w[v], sum[i][v]);
			}
		}
	}
	UNROLL for (size_t i = 0; i < rows; i++)
	{
		UNROLL for (size_t v = 0; v < VECTORS; v++)
		{
			_mm256_storeu_ps(to + i * to_stride + v * LANES, sum[i][v]);
		}
	}
}

TILE_FN void tile(size_t rows, const float *x, size_t x_stride, const float *panel, size_t depth,
		  const float *from, size_t from_stride, float *to, size_t to_stride)
{
	for (size_t n = 0; n < COLS; n += WIDTH)
		tile_strip(rows, x, x_stride, panel + PANEL_AT(0, n), depth, from ? from + n : NULL,
			   from_stride, to + n, to_stride);
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

/* 8 outputs x 16 steps of bf16, transposed in registers and used at once. */
TILE_FN __m256 row_bf16_block(const float *x, const uint8_t *rows, size_t row_bytes, __m256 sum)
{
	const __m256i upper = _mm256_set1_epi32((int)0xffff0000u);
	__m256i r[LANES];

	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		r[i] = _mm256_loadu_si256((const void *)(rows + i * row_bytes));
		_mm_prefetch((const char *)rows + i * row_bytes + 1024, _MM_HINT_T0);
	}
	transpose(r);
	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		__m256 even = _mm256_castsi256_ps(_mm256_slli_epi32(r[i], 16));
		__m256 odd = _mm256_castsi256_ps(_mm256_and_si256(r[i], upper));

		sum = _mm256_fmadd_ps(_mm256_set1_ps(x[2 * i]), even, sum);
		sum = _mm256_fmadd_ps(_mm256_set1_ps(x[2 * i + 1]), odd, sum);
	}
	return sum;
}

/* 8 outputs x 8 steps of any format. */
TILE_FN __m256 row_block(const float *x, const uint8_t *rows, size_t row_bytes,
			 enum float_format format, __m256 sum)
{
	__m256i r[LANES];

	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		r[i] = _mm256_castps_si256(widen(rows + i * row_bytes, 0, format));
	}
	transpose(r);
	UNROLL for (size_t i = 0; i < LANES; i++)
	{
		sum = _mm256_fmadd_ps(_mm256_set1_ps(x[i]), _mm256_castsi256_ps(r[i]), sum);
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
		__m256 sum = _mm256_setzero_ps();
		size_t k = 0;

		if (w->format == FLOAT_BF16)
			for (; k + 2 * LANES <= depth; k += 2 * LANES)
				sum = row_bf16_block(x + k, rows + k * size, row_bytes, sum);
		for (; k + LANES <= depth; k += LANES)
			sum = row_block(x + k, rows + k * size, row_bytes, w->format, sum);
		_mm256_storeu_ps(y + i, sum);
		for (size_t l = i; l < i + LANES; l++)
			y[l] = chain_rest(x, w->bytes + (n + l) * row_bytes, w->format, k, depth,
					  y[l]);
	}
	for (size_t i = whole; i < count; i++)
		y[i] = chain_rest(x, w->bytes + (n + i) * row_bytes, w->format, 0, depth, 0.0f);
}

const struct cpu_tiles cpu_tiles_avx2 = {
	.rows = ROWS,
	.cols = COLS,
	.depth = DEPTH,
	.step = WIDTH,
	.pack = pack,
	.row = row,
	.tile = { tile_1, tile_2, tile_3, tile_4, tile_5, tile_6 },
};
#else
typedef int tiles_avx2_is_empty_here; /* ISO C wants a declaration */
#endif
