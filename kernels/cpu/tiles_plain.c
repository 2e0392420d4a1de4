/* tiles_plain: products in plain C, the definition; compilers find the lanes themselves. */
#include "kernels/cpu/cpu.h"

enum { ROWS = 4, COLS = 16, DEPTH = 256 };

static void pack(const struct cpu_weights *w, size_t n, size_t count, size_t k, size_t depth,
		 float *panel)
{
	size_t size = float_format_size_bytes(w->format);

	for (size_t step = 0; step < depth; step++)
		for (size_t i = count; i < COLS; i++)
			panel[step * COLS + i] = 0.0f;
	for (size_t i = 0; i < count && !w->transposed; i++) {
		const uint8_t *row = w->bytes + ((n + i) * w->stride + k) * size;

		for (size_t step = 0; step < depth; step++)
			panel[step * COLS + i] = cpu_widen(row, step, w->format);
	}
	for (size_t step = 0; step < depth && w->transposed; step++) {
		const uint8_t *row = w->bytes + ((k + step) * w->stride + n) * size;

		for (size_t i = 0; i < count; i++)
			panel[step * COLS + i] = cpu_widen(row, i, w->format);
	}
}

static inline __attribute__((always_inline)) void
tile(size_t rows, const float *restrict x, size_t x_stride, const float *restrict panel,
     size_t depth, const float *from, size_t from_stride, float *to, size_t to_stride)
{
	float sum[ROWS][COLS];

	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < COLS; j++)
			sum[i][j] = from ? from[i * from_stride + j] : 0.0f;
	for (size_t k = 0; k < depth; k++)
		for (size_t i = 0; i < rows; i++)
			for (size_t j = 0; j < COLS; j++)
				sum[i][j] = f32_fma(x[i * x_stride + k], panel[k * COLS + j],
						    sum[i][j]);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < COLS; j++)
			to[i * to_stride + j] = sum[i][j];
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

const struct cpu_tiles cpu_tiles_plain = {
	.rows = ROWS,
	.cols = COLS,
	.depth = DEPTH,
	.step = COLS,
	.pack = pack,
	.tile = { tile_1, tile_2, tile_3, tile_4 },
};
