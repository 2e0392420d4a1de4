/*
 * blend: the counts of a blend without going through its samples.
 *
 * Let the state be what was taken of each source, c, and a step what happens for one sample. A
 * source is taken from only while it is not ahead of its share, so c[i] <= w[i] * n + 1: the
 * state U with the largest such numbers has a few samples too many, and c is U less that many
 * *holes*. Take one hole, and ask for all places where it may be what a step makes of U and of U
 * with the hole. Both take from the same source, unless the hole's source comes first in the
 * second one: then that fills the hole, and the first one's choice is a hole now. In most steps
 * nearly all places go there together. Once there is one place left, wherever the hole was, it is
 * known, and the next hole's turn. When none is left, U is c, whatever happened before.
 */
#include "registry/blend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX ((uint64_t)1 << 37) /* samples x sources that are gone through */

enum {
	PAIRWISE_BLOCK = 128, /* as numpy adds */
	WINDOW = 1024,        /* samples in which the holes should be found; four times as many, */
	WINDOW_GROWTH = 4,    /* where they are not */
};

/* numpy/_core/src/umath/loops_utils.h.src: pairwise_sum. */
static double sum_pairwise(const double *at, size_t count)
{
	double part[8], sum = 0;
	size_t i, half;

	if (count < 8) {
		for (i = 0; i < count; i++)
			sum += at[i];
		return sum;
	}
	if (count > PAIRWISE_BLOCK) {
		half = count / 2;
		half -= half % 8;
		return sum_pairwise(at, half) + sum_pairwise(at + half, count - half);
	}
	memcpy(part, at, sizeof(part));
	for (i = 8; i < count - count % 8; i += 8)
		for (size_t j = 0; j < 8; j++)
			part[j] += at[i + j];
	sum = ((part[0] + part[1]) + (part[2] + part[3])) +
	      ((part[4] + part[5]) + (part[6] + part[7]));
	for (; i < count; i++)
		sum += at[i];
	return sum;
}

int blend_normalize(double *weight, size_t count, struct error *err)
{
	double sum;

	for (size_t i = 0; i < count; i++)
		if (!isfinite(weight[i]) || weight[i] < 0)
			return error_set(err, ERROR_CORRUPT, "weight %zu is negative, or no number",
					 i + 1);
	sum = sum_pairwise(weight, count);
	if (!isfinite(sum) || !(sum > 0))
		return error_set(err, ERROR_CORRUPT, "the weights add up to nothing");
	for (size_t i = 0; i < count; i++)
		weight[i] /= sum;
	return 0;
}

static double behind(const double *weight, const uint64_t *taken, size_t i, double n)
{
	return weight[i] * n - (double)taken[i];
}

/* The source of sample n. */
static size_t choose(const double *weight, size_t count, uint64_t n, const uint64_t *taken)
{
	double at = n ? (double)n : 1, most = behind(weight, taken, 0, at);
	size_t best = 0;

	for (size_t i = 1; i < count; i++) {
		double error = behind(weight, taken, i, at);

		if (error > most) {
			most = error;
			best = i;
		}
	}
	return best;
}

void blend_count(const double *weight, size_t count, uint64_t samples, uint64_t *out_taken)
{
	memset(out_taken, 0, count * sizeof(*out_taken));
	for (uint64_t n = 0; n < samples; n++)
		out_taken[choose(weight, count, n, out_taken)]++;
}

/* ---- From near the end ---- */

struct hole {
	bool *may; /* be at this source */
	size_t places;
};

static void hole_begin(struct hole *hole, const uint64_t *taken, size_t count)
{
	hole->places = 0;
	for (size_t i = 0; i < count; i++) {
		hole->may[i] = taken[i] > 0;
		hole->places += hole->may[i];
	}
}

/* Where the hole may be after sample n, which without it is of source `chosen`. */
static void hole_step(struct hole *hole, const double *weight, uint64_t *taken, size_t count,
		      uint64_t n, size_t chosen)
{
	double at = (double)n, most = behind(weight, taken, chosen, at);
	bool came = false;

	for (size_t i = 0; i < count; i++) {
		double error;

		if (!hole->may[i] || i == chosen)
			continue;
		error = weight[i] * at - (double)(taken[i] - 1);
		if (error < most || (error <= most && i > chosen))
			continue;
		hole->may[i] = false;
		hole->places--;
		came = true;
	}
	if (came && !hole->may[chosen]) {
		hole->may[chosen] = true;
		hole->places++;
	}
}

/* Fill in the state before sample `samples` from that before `from` > 0; false: not certain. */
static bool count_from(const double *weight, size_t count, uint64_t from, uint64_t samples,
		       bool *may, uint64_t *taken)
{
	struct hole hole = { .may = may };
	double slack = (double)samples * 0x1p-49; /* what rounding comes to at most */
	uint64_t holes = 0;

	for (size_t i = 0; i < count; i++) {
		taken[i] = (uint64_t)(weight[i] * (double)from + 1 + slack);
		holes += taken[i];
	}
	holes -= from;
	for (uint64_t n = from; n < samples; n++) {
		size_t chosen = choose(weight, count, n, taken);

		if (holes && !hole.places)
			hole_begin(&hole, taken, count);
		if (holes)
			hole_step(&hole, weight, taken, count, n, chosen);
		taken[chosen]++;
		if (holes && hole.places == 1) {
			for (size_t i = 0; i < count; i++)
				taken[i] -= may[i];
			hole.places = 0;
			holes--;
		}
	}
	return holes == 0;
}

int blend_taken(const double *weight, size_t count, unsigned times, uint64_t samples,
		uint64_t *out_taken, struct error *err)
{
	double *share = malloc((count ? count : 1) * sizeof(*share));
	bool *may = malloc(count ? count : 1);
	uint64_t window = WINDOW;
	bool found = false;
	int failed = -1;

	if (!count || count > BLEND_SOURCES_MAX || samples > BLEND_SAMPLES_MAX)
		error_set(err, ERROR_USAGE, "a blend of %zu sources and %llu samples is too large",
			  count, (unsigned long long)samples);
	else if (!share || !may)
		error_set(err, ERROR_SYSTEM, "out of memory for a blend");
	else
		failed = 0;
	if (!failed)
		memcpy(share, weight, count * sizeof(*share));
	for (unsigned i = 0; !failed && i < times; i++)
		failed = blend_normalize(share, count, err);
	for (window += 16 * count;
	     !failed && !found && samples > window && window <= STEPS_MAX / count;
	     window *= WINDOW_GROWTH)
		found = count_from(share, count, samples - window, samples, may, out_taken);
	if (!failed && !found && samples > STEPS_MAX / count)
		failed = error_set(err, ERROR_USAGE,
				   "a weight is too small for so many samples to be counted");
	else if (!failed && !found)
		blend_count(share, count, samples, out_taken);
	free(share);
	free(may);
	return failed;
}
