/* cases_logits: what is read off. */
#include "cases.h"

#include <math.h>

#include "kernels/cuda/cuda.h"
#include "kernels/cuda/map.h"

enum { VALUES = 11 * 600 };

static void finites(struct twins *twins)
{
	/* where the first number stands that is not finite, in each of the eight that a thread
	 * looks at; -1: nowhere */
	static const int place[] = {
		-1, 3, 260, 515, 770, 1029, 1290, 1541, 1800, 4205, VALUES - 1
	};
	static float values[VALUES];

	for (size_t p = 0; backend_type_cuda.find_not_finite && p < 22; p++) {
		int first = place[p / 2];
		size_t at[ON_BOTH];
		struct twin x;

		twins_begin_on(twins, 1, "find_not_finite %d%s", first, p % 2 ? " unaligned" : "");
		for (size_t n = 0; n < VALUES; n++)
			values[n] = first >= 0 && (int)n > first && n % 500 == 3
					    ? (float)NAN
					    : (float)n * 0x1p113f;
		if (first >= 0)
			values[first] = p % 4 ? -(float)INFINITY : (float)NAN;
		x = twin_of(twins, values, 1, VALUES);
		for (int i = 0; p % 2 && i < ON_BOTH; i++)
			x.on[i] = matrix_cols(x.on[i], 1, VALUES - 1);
		ON_EACH(twins, b->type->find_not_finite(b, x.on[i], &at[i], &twins->err));
		twins_same(twins, "the place", &at[0], &at[1], sizeof(at[0]));
		twins_end(twins);
	}
}

/* What each row has in one column; the backend has no operation for it that the CPU has too. */
static void picks(struct twins *twins)
{
	static const uint32_t index[] = { 5, 0, 32 };
	struct pick_params params = { .rows = 3 };
	struct cuda_grid grid = { 1, 1, MAP_THREADS };
	struct twin x, out, places;
	float row[33];

	twins_begin(twins, "pick");
	x = twin_new(twins, TWIN_PLAIN, 3, 33, 35, 1);
	out = twin_new(twins, TWIN_EMPTY, 1, 3, 0, 0);
	places = twin_of(twins, (const float *)index, 1, 3);
	params.x = cuda_pointer(x.on[ON_CUDA]);
	params.x_stride = 35;
	params.index = cuda_pointer(places.on[ON_CUDA]);
	params.out = cuda_pointer(out.on[ON_CUDA]);
	for (size_t r = 0; r < 3; r++)
		if (backend_download(twins->on[ON_CPU], matrix_rows(x.on[ON_CPU], r, 1), row,
				     &twins->err) ||
		    backend_upload(twins->on[ON_CPU], matrix_cols(out.on[ON_CPU], r, 1),
				   row + index[r], &twins->err))
			twins_fail(twins, "pick on the CPU");
	if (cuda_launch(cuda_of(twins->on[ON_CUDA]), CUDA_KERNEL_pick, grid, &params, &twins->err))
		twins_fail(twins, "pick");
	twins_end(twins);
}

static const struct {
	size_t rows, cols, stride, offset;
	enum twin_numbers kind;
} shapes[] = { { 1, 1, 0, 0, TWIN_PLAIN },    { 3, 7, 9, 1, TWIN_TINY },
	       { 2, 33, 0, 0, TWIN_PLAIN },   { 5, 300, 301, 3, TWIN_TINY },
	       { 2, 5501, 0, 1, TWIN_PLAIN }, { 3, 2600, 0, 0, TWIN_TINY } };

void cases_logits(struct twins *twins)
{
	finites(twins);
	picks(twins);
	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		struct twin logits;

		if (backend_type_cuda.partition) {
			float max[ON_BOTH][5] = { 0 }, sum[ON_BOTH][5] = { 0 };

			twins_begin(twins, "partition %zux%zu", shapes[s].rows, shapes[s].cols);
			logits = twin_new(twins, shapes[s].kind, shapes[s].rows, shapes[s].cols,
					  shapes[s].stride, shapes[s].offset);
			ON_EACH(twins,
				exact_partition(b, logits.on[i], max[i], sum[i], &twins->err));
			twins_same(twins, "maxima", max[0], max[1], sizeof(max[0]));
			twins_same(twins, "sums", sum[0], sum[1], sizeof(sum[0]));
			twins_end(twins);
		}
		if (backend_type_cuda.top_logits) {
			struct exact_top top[ON_BOTH][5];

			memset(top, 0, sizeof(top));
			twins_begin(twins, "top_logits %zux%zu", shapes[s].rows, shapes[s].cols);
			logits = twin_new(twins, shapes[s].kind, shapes[s].rows, shapes[s].cols,
					  shapes[s].stride, shapes[s].offset);
			ON_EACH(twins, exact_top_logits(b, logits.on[i], top[i], &twins->err));
			twins_same(twins, "the largest", top[0], top[1], sizeof(top[0]));
			twins_end(twins);
		}
	}
}
