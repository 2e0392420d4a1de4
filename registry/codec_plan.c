/*
 * What to do with a plane, from how often each symbol stands in a sample of it.
 *
 * The levels of kernels/planes.h are a prefix code whose decoder needs no bit
 * after bit: with two bits for each of the first levels, the three commonest
 * values cost two bits, the next three four, and so on, within a few hundredths
 * of a bit of Huffman's code for exponents of weights. Which widths and windows
 * are best is searched; what costs little more than zstd's Huffman coder is
 * preferred to it, being many times as fast.
 */
#include "registry/codec_inner.h"

#include <math.h>
#include <string.h>

/* Bits of a symbol that a slower way must save to be taken, and below which raw bytes stay. */
static const double zstd_handicap = 0.12, sparse_handicap = 0.05, raw_bits = 7.75;

enum {
	LEVEL_OVERHEAD_BITS = 8 * 10 + 64, /* header, part, a last group that is not full */
	ZSTD_OVERHEAD_BITS = 8 * 90,       /* header, Huffman's table */
	SEARCH_DEPTH = 5,
	WIDE_DEPTH = 1, /* levels that may have codes of more bits than */
	NARROW = 3
};

struct level_search {
	size_t symbols;  /* in the sample */
	double overhead; /* of a level, in bits of the sample */
	struct planes_level level[SEARCH_DEPTH];
	struct part_plan best; /* bits: of the whole sample */
};

/* The window of `size` values that holds most symbols. */
static unsigned best_window(const uint32_t *histogram, unsigned values, unsigned size,
			    uint32_t *out_inside)
{
	uint32_t inside = 0, most;
	unsigned first = 0;

	for (unsigned i = 0; i < size; i++)
		inside += histogram[i];
	most = inside;
	for (unsigned i = 1; i + size <= values; i++) {
		inside += histogram[i + size - 1] - histogram[i - 1];
		if (inside > most) {
			most = inside;
			first = i;
		}
	}
	*out_inside = most;
	return first;
}

/* `histogram`: of the symbols that go on to this level, `values` of them, the first being `low`. */
static void search(struct level_search *s, const uint32_t *histogram, unsigned low, unsigned values,
		   uint32_t left, unsigned depth, double bits)
{
	double now = bits + 8.0 * left;

	if (now < s->best.bits) {
		s->best.bits = now;
		s->best.level_count = depth;
		memcpy(s->best.level, s->level, sizeof(s->level));
	}
	if (depth == SEARCH_DEPTH || left * 200 < s->symbols)
		return;
	for (unsigned width = depth < WIDE_DEPTH ? PLANES_WIDTH_MAX : NARROW; width >= 1; width--) {
		unsigned size = (1u << width) - 1, first;
		uint32_t rest[SYMBOL_VALUES], inside;
		double next;

		if (size > values)
			continue;
		first = best_window(histogram, values, size, &inside);
		/* Codes that are all alike are stored as one. */
		next = bits + s->overhead +
		       (width == 1 && inside == left ? 0 : width * (double)left);
		/* Whatever follows costs a bit for each that goes on. */
		if (!inside || next + (left - inside) >= s->best.bits)
			continue;
		memcpy(rest, histogram, first * sizeof(rest[0]));
		memcpy(rest + first, histogram + first + size,
		       (values - first - size) * sizeof(rest[0]));
		s->level[depth] = (struct planes_level){ (uint8_t)width, (uint8_t)(low + first) };
		search(s, rest, low, values - size, left - inside, depth + 1, next);
	}
}

/* Entropy in bits of a symbol, of those that are not `without`. */
static double entropy(const uint32_t histogram[SYMBOL_VALUES], int without, uint32_t total)
{
	double sum = 0;

	for (int i = 0; i < SYMBOL_VALUES; i++)
		if (histogram[i] && i != without)
			sum -= histogram[i] * log2((double)histogram[i] / total);
	return total ? sum / total : 0;
}

double symbols_entropy(const uint32_t histogram[SYMBOL_VALUES])
{
	uint32_t total = 0;

	for (int i = 0; i < SYMBOL_VALUES; i++)
		total += histogram[i];
	return entropy(histogram, -1, total);
}

/* Both outcomes of something with probability p. */
static double entropy_of_two(double p)
{
	return p <= 0 || p >= 1 ? 0 : -p * log2(p) - (1 - p) * log2(1 - p);
}

/* Zstd, alone or behind a first level that tells the commonest symbol from all others. */
static void consider_zstd(struct part_plan *plan, const uint32_t histogram[SYMBOL_VALUES],
			  uint32_t total, size_t count)
{
	double overhead = (double)ZSTD_OVERHEAD_BITS / (double)count, others, rest, sparse, huffman;
	int mode = 0;

	for (int i = 1; i < SYMBOL_VALUES; i++)
		if (histogram[i] > histogram[mode])
			mode = i;
	others = (double)(total - histogram[mode]) / total;
	rest = entropy(histogram, mode, total - histogram[mode]) + 0.05;
	/* A Huffman code has no code shorter than a bit, also for eight symbols told together. */
	huffman = overhead + 0.03 +
		  (others < 0.5 ? 1 + others * rest : entropy(histogram, -1, total));
	if (huffman + zstd_handicap < plan->bits)
		*plan = (struct part_plan){ .method = PART_ZSTD, .bits = huffman };
	sparse = 2 * overhead + 1.03 * fmax(entropy_of_two(others), 0.02) + others * rest;
	if (others < 0.3 && sparse + sparse_handicap < plan->bits)
		*plan = (struct part_plan){ .method = PART_LEVELS,
					    .level_count = 1,
					    .level = { { 1, (uint8_t)mode } },
					    .zstd_codes = true,
					    .zstd_rest = true,
					    .bits = sparse };
}

struct part_plan part_plan_of(const uint32_t histogram[SYMBOL_VALUES], enum codec_effort effort,
			      size_t count)
{
	struct level_search s = { .best = { .method = PART_LEVELS } };
	unsigned low = 0, high = SYMBOL_VALUES;
	uint32_t total = 0;

	for (int i = 0; i < SYMBOL_VALUES; i++)
		total += histogram[i];
	while (low < high && !histogram[low])
		low++;
	while (high > low && !histogram[high - 1])
		high--;
	if (!total || entropy(histogram, -1, total) > raw_bits)
		return (struct part_plan){ .method = PART_RAW, .bits = 8 };
	s.symbols = total;
	s.overhead = (double)LEVEL_OVERHEAD_BITS * total / (double)count;
	s.best.bits = 8.0 * total;
	search(&s, histogram + low, low, high - low, total, 0, 0);
	s.best.bits /= total;
	if (effort == EFFORT_FULL)
		consider_zstd(&s.best, histogram, total, count);
	if (s.best.bits > raw_bits)
		return (struct part_plan){ .method = PART_RAW, .bits = 8 };
	return s.best;
}
