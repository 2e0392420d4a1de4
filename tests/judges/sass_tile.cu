/*
 * One tile of a product, one chain for each output as rule 3 wants it; and with one of these names
 * defined, wrong in that way: sums that are SPLIT in two, rows that DESCEND, are SHUFFLED, CROSSED
 * or SKIPPED, product and sum rounded APART, an APPROXIMATE factor, NARROW loads, CROWDED banks, a
 * loop that is UNROLLED_LESS. sass_judge.py shows with it that it would notice.
 */
enum { M = 128, N = 128, K = 16, WIDE = 8, BLOCK = 256 };

#define ORDER(step) (step)
#define FMA(a, b, c) __fmaf_rn(a, b, c)
#define RESIDENT 2
#define HALVES 1
#define ROW 132
#define UNROLL _Pragma("unroll")
#if defined(DESCEND)
#undef ORDER
#define ORDER(step) (K - 1 - (step))
#elif defined(SHUFFLED)
#undef ORDER
#define ORDER(step) ((step)*5 % K)
#elif defined(SPLIT)
#undef RESIDENT
#define RESIDENT 1
#undef HALVES
#define HALVES 2
#elif defined(APART)
#undef FMA
#define FMA(a, b, c) __fadd_rn(__fmul_rn(a, b), c)
#elif defined(APPROXIMATE)
#undef FMA
#define FMA(a, b, c) __fmaf_rn(a, exp2f(b), c)
#elif defined(UNROLLED_LESS)
#undef UNROLL
#define UNROLL _Pragma("unroll 1")
#endif

#if defined(CROSSED)
#define W_ORDER(k) ((k) ^ 1)
#else
#define W_ORDER(k) (k)
#endif

/* Which piece of 16 bytes a thread brings: a warp writes 32 rows of one column, or 8 rows of four.
 */
#if defined(CROWDED)
#define PIECE_ROW(t) ((t) / 4)
#define PIECE_COL(t) ((t) % 4 * 4)
#else
#define PIECE_ROW(t) ((t) % 64)
#define PIECE_COL(t) ((t) / 64 * 4)
#endif

static __device__ __forceinline__ float4 load(const float *from)
{
#if defined(NARROW)
	return make_float4(from[0], from[1], from[2], from[3]);
#else
	return *(const float4 *)from;
#endif
}

/* y[128][128] = x[128][steps * 16] · w[128][steps * 16], the rows of x and w being `stride` apart.
 */
extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT)
	tile(const float *__restrict__ x, const float *__restrict__ w, float *__restrict__ y,
	     int stride, int steps)
{
	__shared__ __align__(16) float xs[2][K][ROW], ws[2][K][ROW];
	int t = threadIdx.x, lane = t % 32, warp = t / 32, row = PIECE_ROW(t), col = PIECE_COL(t);
	int m = warp % 2 * 64 + lane / 4 * 4, o = warp / 2 * 32 + lane % 4 * 4;
	const float *from_x = x + (size_t)row * stride + col;
	const float *from_w = w + (size_t)row * stride + col;
	float sum[HALVES][WIDE][WIDE] = {};
	float4 a[2], b[2];

	for (int step = 0, now = 0; step <= steps; step++, now ^= 1) {
		for (int h = 0; h < 2 && step < steps; h++) {
			a[h] = load(from_x + (size_t)64 * h * stride + step * K);
			b[h] = load(from_w + (size_t)64 * h * stride + step * K);
		}
		UNROLL
		for (int i = 0; i < K && step; i++) {
			int k = ORDER(i);
			float f[WIDE], g[WIDE];

#if defined(SKIPPED)
			if (k == 7)
				continue;
#endif
			*(float4 *)&f[0] = *(float4 *)&xs[now ^ 1][k][m];
			*(float4 *)&f[4] = *(float4 *)&xs[now ^ 1][k][m + 32];
			*(float4 *)&g[0] = *(float4 *)&ws[now ^ 1][W_ORDER(k)][o];
			*(float4 *)&g[4] = *(float4 *)&ws[now ^ 1][W_ORDER(k)][o + 16];
#pragma unroll
			for (int j = 0; j < WIDE * WIDE; j++)
				sum[k % HALVES][j / WIDE][j % WIDE] =
					FMA(f[j / WIDE], g[j % WIDE],
					    sum[k % HALVES][j / WIDE][j % WIDE]);
		}
#pragma unroll
		for (int i = 0; i < 8 && step < steps; i++) {
			xs[now][col + i % 4][row + i / 4 * 64] = (&a[i / 4].x)[i % 4];
			ws[now][col + i % 4][row + i / 4 * 64] = (&b[i / 4].x)[i % 4];
		}
		__syncthreads();
	}
#pragma unroll
	for (int j = 0; j < WIDE * WIDE; j++) {
		float whole = sum[0][j / WIDE][j % WIDE];

		for (int half = 1; half < HALVES; half++)
			whole = __fadd_rn(whole, sum[half][j / WIDE][j % WIDE]);
		y[(m + j / WIDE % 4 + j / WIDE / 4 * 32) * N + o + j % 4 + j % WIDE / 4 * 16] =
			whole;
	}
}
