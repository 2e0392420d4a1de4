/*
 * product: the exact matrix product; geometry and parameters of the kernels in product.cu.
 *
 * Every output is one chain over k (rule 3), so k is never shared out: a thread
 * computes whole chains, and a block computes a tile of outputs, going along k
 * in steps of `depth`. For a step it holds `depth` numbers of each of its rows
 * of x and of w in shared memory, widened to binary32, twice: while one is
 * multiplied, 16-byte pieces of the next are on their way through registers
 * (widening leaves nothing to cp.async, and x alone would not be worth a second way).
 * What does not fill a step at the end is multiplied straight from memory, so nothing is padded.
 * Which tile computes an output changes no bit.
 *
 * ## Tiles
 * Bytes per FLOP are those that a block reads from global memory (L2, mostly)
 * with bf16 weights; FMA is the share of the main loop's instructions that are
 * FFMA (bf16, sm_90, nvcc 13.0), warps those of one processor at once.
 *
 * | tile    | outputs of a thread | bytes per FLOP | FMA  | registers | shared | warps |
 * | 128x128 | 8x8                 | 0.023          | 89 % | 128       | 32 KiB | 16    |
 * | 64x64   | 8x4                 | 0.047          | 85 % | 168       | 32 KiB | 12    |
 * | 32x32   | 4x2                 | 0.094          | 74 % | 128       | 32 KiB | 16    |
 * | 16x32   | 4x1                 | 0.125          | 65 % | 154       | 48 KiB | 12    |
 * | 4x32    | 1x1                 | 0.313          | 42 % | 102       | 36 KiB | 16    |
 *
 * 128x128 is for many tokens: at 60 TFLOP/s it asks 1.4 TB/s of L2, and its 8x8
 * outputs need 4 16-byte loads from shared memory for 64 fma, so that neither
 * is what it waits for; more outputs a thread would not fit 128 registers, of
 * which two blocks fill a processor. Its tile in shared memory is laid out k by
 * k, because 8 + 8 numbers of one k are fewer registers than 8 + 8 of four.
 * With few tokens it would leave processors idle: 128 tokens and 4096 outputs
 * are 32 such tiles, but 128 of 64x64, and 1024 outputs are 128 of 32x32. Up to 16 tokens
 * reading the weights is what counts: a block reads each once, in rows of at least 128 bytes,
 * and the steps are long enough (128 numbers of k, some 600 cycles) for the next to arrive.
 * A chain of K fma takes at least 4 K cycles, whatever the tile.
 *
 * ## Shared memory
 * It has 32 banks of 4 bytes; an access of 16 bytes a lane goes 8 lanes at a
 * time, 16 where lanes 2i and 2i + 1, or i and i + 2, read the same (as measured by
 * many, though not documented). A warp is
 * 4 x 8 threads whose lanes are numbered so that both hold (place_find), so a
 * load of either side takes two passes, the least there is. None has a
 * conflict, since the 4 (8) different rows that half a warp (a warp) reads
 * lie in different banks, and so do the 8 pieces (32 numbers) that are written at a time:
 *
 * Row by row: a row is depth / 4 quads (16 bytes), and 8 quads are all banks.
 * Quad q of row r lies at place q ^ (r mod 8) of its row. Reading: one q of 8
 * rows that follow one another: 8 different places mod 8. Writing, depth 32:
 * 8 lanes write the 8 quads of a row; or, where a piece is two quads, every second quad of two
 * rows r, r + 1 with r even: q even and q odd. Deeper, every second quad of one row
 * would take only every second place; so there even quads come first in the row, then odd ones.
 *
 * K by k (depth 16): number k of row r lies in row k of the tile, at r ^ f(k),
 * with f(k) = 8 * (k / 4), or 16 * (k / 8) where a piece is 8 numbers of k.
 * Reading: one k of 4 or 8 times 4 rows that follow one another: f permutes whole groups of
 * 8 rows. Writing: 32 lanes write 8 rows of 4 pieces (16 of 2); f sends the pieces of a row to
 * different groups of 8 (16) banks.
 */
#ifndef KERNELS_CUDA_PRODUCT_H
#define KERNELS_CUDA_PRODUCT_H

#include <stdint.h>

/*
 * X(name, rows, cols, depth, threads, rows and columns of a thread, blocks that fit a processor at
 * least, laid out k by k?, percent of the fma rate when all processors are busy). The percents
 * choose the tile; they are estimates from the table above, not yet measured.
 */
#define PRODUCT_TILES(X)                                                                           \
	X(128, 128, 128, 16, 256, 8, 8, 2, 1, 85)                                                  \
	X(64, 64, 64, 32, 128, 8, 4, 3, 0, 70)                                                     \
	X(32, 32, 32, 64, 128, 4, 2, 3, 0, 50)                                                     \
	X(16, 16, 32, 128, 128, 4, 1, 3, 0, 40)                                                    \
	X(4, 4, 32, 128, 128, 1, 1, 3, 0, 15)

/*
 * y[row][col] = chain over k of x[row][k] and w[col][k], then + bias[col]. x and w begin at a
 * multiple of 16 bytes, and so does each of their rows, of which one is at most
 * PRODUCT_STRIDE_BYTES_MAX behind the other. Block x is a tile's number along rows, y along
 * columns: neighbours in time read the same weights.
 */
struct product_params {
	const float *x;
	const void *w;
	const void *bias; /* NULL: none */
	float *y;
	uint64_t x_stride, w_stride, y_stride; /* in numbers */
	uint64_t rows, cols, depth;
	uint32_t bias_format; /* as enum float_format counts */
};

enum {
	PRODUCT_PIECE_BYTES = 16,
	/* offsets within a tile are counted in 32 bits: less than 4 GiB from row 0 to the end of
	   127 */
	PRODUCT_STRIDE_BYTES_MAX = 1 << 25
};

#define product_128_f32_params product_params
#define product_128_f16_params product_params
#define product_128_bf16_params product_params
#define product_64_f32_params product_params
#define product_64_f16_params product_params
#define product_64_bf16_params product_params
#define product_32_f32_params product_params
#define product_32_f16_params product_params
#define product_32_bf16_params product_params
#define product_16_f32_params product_params
#define product_16_f16_params product_params
#define product_16_bf16_params product_params
#define product_4_f32_params product_params
#define product_4_f16_params product_params
#define product_4_bf16_params product_params

#endif
