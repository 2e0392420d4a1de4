/*
 * lint_gaps: which steps are missing, told from those that are there.
 *
 * Nobody says how often a series is kept, and many change it on the way (powers of two at first,
 * then every thousand; every thousand, later every five). So each distance is judged by those
 * beside it: a gap is one that is larger than what is usual on both sides. What is usual on a side
 * is the distance that occurs most among the nearest ones; where each occurs once, as among powers
 * of two, it is the largest, so that a growing distance is no gap. Doubling is a rule of its own.
 */
#include "registry/lint.h"

enum { BESIDE = 4 }; /* distances on each side that are looked at */

/*
 * The usual one among distances [from, to), at least one: of those that occur as often the nearest,
 * which is the last one where `back`. *out_sure: it occurs more than once.
 */
static uint64_t usual(const uint64_t *step, size_t from, size_t to, bool back, bool *out_sure)
{
	uint64_t best = 0, largest = 0;
	size_t most = 1;

	for (size_t n = 0; n < to - from; n++) {
		size_t i = back ? to - 1 - n : from + n, times = 0;
		uint64_t distance = step[i + 1] - step[i];

		for (size_t k = from; k < to; k++)
			times += step[k + 1] - step[k] == distance;
		if (distance > largest)
			largest = distance;
		if (times > most) {
			most = times;
			best = distance;
		}
	}
	*out_sure = most > 1;
	return best ? best : largest;
}

/* Step `i + 1` is four times step `i`, among steps that double. */
static bool doubles(const uint64_t *step, size_t count, size_t i)
{
	return i >= 1 && i + 2 < count && step[i] && step[i + 1] == 4 * step[i] &&
	       step[i] == 2 * step[i - 1] && step[i + 2] == 2 * step[i + 1];
}

static int distance_judge(const uint64_t *step, size_t count, size_t i, lint_visit_gap visit,
			  void *arg, struct error *err)
{
	uint64_t distance = step[i + 1] - step[i], by, missing, first;
	size_t distances = count - 1;
	size_t from = i > BESIDE ? i - BESIDE : 0;
	size_t to = distances - i - 1 > BESIDE ? i + 1 + BESIDE : distances;
	bool sure_before = false, sure_behind = false;
	uint64_t before = i > from ? usual(step, from, i, true, &sure_before) : 0;
	uint64_t behind = to > i + 1 ? usual(step, i + 1, to, false, &sure_behind) : 0;

	if (doubles(step, count, i))
		return visit(arg, 2 * step[i], 2 * step[i], 2 * step[i], 1, err);
	if (distance <= before || distance <= behind || !(sure_before || sure_behind))
		return 0;
	/* The first two or the last two are as large: there less was kept. */
	if ((i && i + 1 == distances && distance == step[i] - step[i - 1]) ||
	    (!i && distances > 1 && distance == step[2] - step[1]))
		return 0;
	by = !sure_behind || (sure_before && before <= behind) ? before : behind;
	missing = (distance - 1) / by;
	/* Counted from the side whose spacing it is. */
	first = by == before ? step[i] + by : step[i + 1] - missing * by;
	return visit(arg, first, first + (missing - 1) * by, by, missing, err);
}

int lint_gaps(const uint64_t *step, size_t count, lint_visit_gap visit, void *arg,
	      struct error *err)
{
	for (size_t i = 0; i + 1 < count; i++)
		if (distance_judge(step, count, i, visit, arg, err))
			return -1;
	return 0;
}
