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
#include "registry/lint/blend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAIRWISE_BLOCK = 128, /* as numpy adds */
	WINDOW = 1024,        /* samples in which the holes should be found; four times as many, */
	WINDOW_GROWTH = 4,    /* where they are not */
	SAMPLE_STEPS = 4,     /* what a sample takes beside its sources */
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

/* Asked for each sample, and looked after every 2^19 steps. */
static int stop_check(const struct context *ctx, size_t count, uint64_t n, struct error *err)
{
	return n % (((uint64_t)1 << 19) / count + 1) ? 0 : context_check_cancelled(ctx, err);
}

int blend_count(const double *weight, size_t count, uint64_t samples, const struct context *ctx,
		uint64_t *out_taken, struct error *err)
{
	memset(out_taken, 0, count * sizeof(*out_taken));
	for (uint64_t n = 0; n < samples; n++) {
		if (stop_check(ctx, count, n, err))
			return -1;
		out_taken[choose(weight, count, n, out_taken)]++;
	}
	return 0;
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

/* Fill in the state before sample `samples` from that before `from` > 0; else it is not certain. */
static int count_from(const double *weight, size_t count, uint64_t from, uint64_t samples,
		      const struct context *ctx, bool *may, uint64_t *taken, bool *out_certain,
		      struct error *err)
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
		size_t chosen;

		if (stop_check(ctx, count, n, err))
			return -1;
		chosen = choose(weight, count, n, taken);
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
	*out_certain = holes == 0;
	return 0;
}

/* Take what so many steps cost, unless less than `kept` were left. */
static bool work_take(struct blend_work *work, uint64_t steps, uint64_t kept)
{
	if (steps > work->left || work->left - steps < kept)
		return false;
	work->left -= steps;
	return true;
}

static int share_count(const double *share, size_t count, uint64_t samples, struct blend_work *work,
		       bool *may, uint64_t *taken, struct error *err)
{
	uint64_t each = count + SAMPLE_STEPS, all = samples * each;
	uint64_t kept =
		all <= work->left ? all : 0; /* for the way from the front, if it has room */
	bool found = false;

	/* Beyond a quarter it is no dearer to begin at the front. */
	for (uint64_t window = WINDOW + 16 * count;
	     samples / WINDOW_GROWTH > window && work_take(work, 2 * window * each, kept);
	     window *= WINDOW_GROWTH) {
		if (count_from(share, count, samples - window, samples, work->ctx, may, taken,
			       &found, err))
			return -1;
		if (found)
			return 0;
	}
	work->over = !work_take(work, all, 0);
	if (work->over)
		return error_set(err, ERROR_USAGE,
				 "a weight is too small for so many samples to be counted");
	return blend_count(share, count, samples, work->ctx, taken, err);
}

int blend_taken(const double *weight, size_t count, unsigned times, uint64_t samples,
		struct blend_work *work, uint64_t *out_taken, struct error *err)
{
	double *share = malloc((count ? count : 1) * sizeof(*share));
	bool *may = malloc(count ? count : 1);
	int failed = -1;

	work->over = false;
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
	failed = failed || share_count(share, count, samples, work, may, out_taken, err);
	free(share);
	free(may);
	return failed ? -1 : 0;
}
