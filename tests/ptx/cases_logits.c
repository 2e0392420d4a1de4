/* cases_logits: what is read off. */
#include "cases.h"

#include <math.h>

static void finites(struct twins *twins)
{
	/* where the first number stands that is not finite; -1: nowhere */
	static const int place[] = { -1, 0, 29, 200, 263 };

	for (size_t p = 0; backend_type_cuda.find_not_finite && p < 5; p++) {
		float values[264];
		size_t at[ON_BOTH];
		struct twin x;

		twins_begin(twins, "find_not_finite %d", place[p]);
		for (size_t n = 0; n < 264; n++)
			values[n] = place[p] >= 0 && (int)n > place[p] && n % 50 == 3
					    ? (float)NAN
					    : (float)n * 0x1p120f;
		if (place[p] >= 0)
			values[place[p]] = p % 2 ? -(float)INFINITY : (float)NAN;
		x = twin_of(twins, values, 8, 33);
		ON_EACH(twins, b->type->find_not_finite(b, x.on[i], &at[i], &twins->err));
		twins_same(twins, "the place", &at[0], &at[1], sizeof(at[0]));
		twins_end(twins);
	}
}

static const struct {
	size_t rows, cols, stride, offset;
	enum twin_numbers kind;
} shapes[] = { { 1, 1, 0, 0, TWIN_PLAIN },    { 3, 7, 9, 1, TWIN_TINY },
	       { 2, 33, 0, 0, TWIN_PLAIN },   { 5, 300, 301, 3, TWIN_TINY },
	       { 2, 1501, 0, 1, TWIN_PLAIN }, { 1, 2600, 0, 0, TWIN_TINY } };

void cases_logits(struct twins *twins)
{
	finites(twins);
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
