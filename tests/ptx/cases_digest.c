/* cases_digest: digests of rows and of ranges, and single numbers of rows. */
#include "cases.h"

#include "kernels/hash.h"

enum { ROWS = 3, RANGES = 5 };

/* The head ends at any byte of a word and of a block; rows of one block and of several. */
static void rows_digested(struct twins *twins)
{
	static const struct {
		size_t head, cols, stride, offset;
	} shapes[] = { { 0, 1, 0, 0 },    { 1, 13, 15, 1 }, { 34, 40, 0, 0 },   { 55, 2, 0, 3 },
		       { 63, 37, 40, 0 }, { 64, 48, 0, 1 }, { 127, 0x51, 0, 2 } };

	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		struct digest digest[ON_BOTH][ROWS] = { 0 };
		uint8_t head[128];
		struct span header = { head, shapes[s].head };
		struct twin x;

		for (size_t i = 0; i < sizeof(head); i++)
			head[i] = (uint8_t)(37 * i + 11);
		twins_begin(twins, "digest of %zu and rows of %zu", shapes[s].head, shapes[s].cols);
		x = twin_new(twins, TWIN_PLAIN, ROWS, shapes[s].cols, shapes[s].stride,
			     shapes[s].offset);
		ON_EACH(twins, exact_digest_rows(b, x.on[i], header, digest[i], &twins->err));
		twins_same(twins, "digests", digest[0], digest[1], sizeof(digest[0]));
		twins_end(twins);
	}
}

static void ranges_digested(struct twins *twins)
{
	static const struct byte_range range[RANGES] = {
		{ 0, 0 }, { 3, 130 }, { 64, 64 }, { 1, 200 }, { 130, 126 }
	};
	struct digest digest[ON_BOTH][RANGES] = { 0 };
	struct twin x;

	twins_begin(twins, "digest of ranges");
	x = twin_new(twins, TWIN_PLAIN, 1, 64, 0, 0);
	ON_EACH(twins,
		exact_digest_ranges(b, x.on[i].memory, range, RANGES, digest[i], &twins->err));
	twins_same(twins, "digests", digest[0], digest[1], sizeof(digest[0]));
	twins_end(twins);
}

static void numbers_picked(struct twins *twins)
{
	static const uint32_t index[ROWS] = { 32, 0, 7 };
	float picked[ON_BOTH][ROWS] = { 0 };
	struct twin x;

	twins_begin(twins, "pick");
	x = twin_new(twins, TWIN_TINY, ROWS, 33, 34, 1);
	ON_EACH(twins, exact_pick(b, x.on[i], index, picked[i], &twins->err));
	twins_same(twins, "numbers", picked[0], picked[1], sizeof(picked[0]));
	twins_end(twins);
}

void cases_digest(struct twins *twins)
{
	rows_digested(twins);
	ranges_digested(twins);
	numbers_picked(twins);
}
