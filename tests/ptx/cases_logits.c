/* cases_logits: what is read off. */
#include "cases.h"

#include <math.h>

#include "kernels/hash.h"

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

static void picks(struct twins *twins)
{
	static const uint32_t index[] = { 5, 0, 32 };
	float out[ON_BOTH][3];
	struct twin x;

	if (!backend_type_cuda.pick)
		return;
	twins_begin(twins, "pick");
	x = twin_new(twins, TWIN_PLAIN, 3, 33, 35, 1);
	ON_EACH(twins, exact_pick(b, x.on[i], index, out[i], &twins->err));
	twins_same(twins, "what was picked", out[0], out[1], sizeof(out[0]));
	twins_end(twins);
}

static void digests(struct twins *twins)
{
	static const uint8_t header[77] =
		"a header that is longer than a block of SHA-256, and no multiple of a word";
	/* empty, around one block and its padding, from every byte of a word */
	static const struct byte_range range[] = { { 0, 0 },      { 3, 1 },    { 1, 55 },
						   { 2, 56 },     { 7, 63 },   { 64, 64 },
						   { 5, 65 },     { 0, 119 },  { 9, 120 },
						   { 640, 1337 }, { 11, 500 }, { 1996, 4 } };

	for (size_t p = 0; backend_type_cuda.digest_rows && p < 4; p++) {
		struct digest digest[ON_BOTH][70] = { 0 };
		struct span head = { header, p % 2 ? sizeof(header) : p * 8 };
		size_t rows = p < 2 ? 3 : 70;
		struct twin x;

		twins_begin_on(twins, 1, "digest of %zu rows after %zu bytes", rows, head.len);
		x = twin_new(twins, TWIN_WIDE, rows, p < 2 ? 301 : 13, p < 2 ? 303 : 0, p);
		ON_EACH(twins, exact_digest_rows(b, x.on[i], head, digest[i], &twins->err));
		twins_same(twins, "digests", digest[0], digest[1], sizeof(digest[0]));
		twins_end(twins);
	}
	if (backend_type_cuda.digest_ranges) {
		enum { RANGES = sizeof(range) / sizeof(range[0]) };
		struct digest digest[ON_BOTH][RANGES];
		struct twin weights;

		twins_begin(twins, "digest of ranges");
		weights = twin_weights(twins, TWIN_WIDE, FLOAT_F32, 1, 500, 0, 0);
		ON_EACH(twins, exact_digest_ranges(b, weights.on[i].memory, range, RANGES,
						   digest[i], &twins->err));
		twins_same(twins, "digests", digest[0], digest[1], sizeof(digest[0]));
		twins_end(twins);
	}
}

enum { ROWS = 40 }; /* at most */

static const struct {
	size_t rows, cols, stride, offset;
	enum twin_numbers kind;
} shapes[] = { { 1, 1, 0, 0, TWIN_PLAIN },    { ROWS, 3, 4, 0, TWIN_PLAIN },
	       { 3, 7, 9, 1, TWIN_TINY },     { 2, 33, 0, 0, TWIN_PLAIN },
	       { 5, 300, 301, 3, TWIN_TINY }, { 2, 5501, 0, 1, TWIN_PLAIN },
	       { 3, 2600, 0, 0, TWIN_TINY } };

void cases_logits(struct twins *twins)
{
	finites(twins);
	picks(twins);
	digests(twins);
	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		struct twin logits;

		if (backend_type_cuda.partition) {
			float max[ON_BOTH][ROWS] = { 0 }, sum[ON_BOTH][ROWS] = { 0 };

			twins_begin_on(twins, 1, "partition %zux%zu", shapes[s].rows,
				       shapes[s].cols);
			logits = twin_new(twins, shapes[s].kind, shapes[s].rows, shapes[s].cols,
					  shapes[s].stride, shapes[s].offset);
			ON_EACH(twins,
				exact_partition(b, logits.on[i], max[i], sum[i], &twins->err));
			twins_same(twins, "maxima", max[0], max[1], sizeof(max[0]));
			twins_same(twins, "sums", sum[0], sum[1], sizeof(sum[0]));
			twins_end(twins);
		}
		if (backend_type_cuda.top_logits) {
			struct exact_top top[ON_BOTH][ROWS];

			memset(top, 0, sizeof(top));
			twins_begin_on(twins, 1, "top_logits %zux%zu", shapes[s].rows,
				       shapes[s].cols);
			logits = twin_new(twins, shapes[s].kind, shapes[s].rows, shapes[s].cols,
					  shapes[s].stride, shapes[s].offset);
			ON_EACH(twins, exact_top_logits(b, logits.on[i], top[i], &twins->err));
			twins_same(twins, "the largest", top[0], top[1], sizeof(top[0]));
			twins_end(twins);
		}
	}
}
