/* paired: two means on the same items. */
#include "verify/paired.h"

#include <math.h>

#define NORMAL_QUANTILE 1.959963984540054 /* at 0.975 */
#define CHANCE_OF_NOISE 0.05

double normal_band(double deviation)
{
	return NORMAL_QUANTILE * deviation;
}

/*
 * Abramowitz and Stegun 26.7.5, an expansion in 1 / freedom, which is right to four digits from 6
 * on; below that the values of their table 26.10.
 */
double student_quantile(size_t freedom)
{
	static const double small[] = { 12.7062, 4.3027, 3.1824, 2.7764, 2.5706 };
	const double z = NORMAL_QUANTILE, z2 = z * z, v = (double)freedom;
	double g1, g2, g3, g4;

	if (freedom <= sizeof(small) / sizeof(small[0]))
		return small[freedom ? freedom - 1 : 0];
	g1 = z * (z2 + 1) / 4;
	g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
	g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
	g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
	return z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
}

/* The terms fall from the smaller count on; those that no longer count are left out. */
double sign_chance(size_t larger, size_t smaller)
{
	const double n = (double)(larger + smaller);
	size_t k = larger < smaller ? larger : smaller;
	double term, sum;

	if (larger == smaller)
		return 1;
	term = exp(lgamma(n + 1) - lgamma((double)k + 1) - lgamma(n - (double)k + 1) - n * log(2));
	sum = term;
	for (; k && term > sum * 1e-17; k--) {
		term *= (double)k / (n - (double)k + 1);
		sum += term;
	}
	return fmin(1, 2 * sum);
}

static void interval_set(struct difference *difference, double quantile)
{
	difference->low = difference->value - quantile * difference->deviation;
	difference->high = difference->value + quantile * difference->deviation;
	difference->noise = difference->low <= 0 && difference->high >= 0;
}

static bool is_truth(double value)
{
	return value == 0 || value == 1;
}

bool difference_paired(const double *a, const double *b, size_t count, struct difference *out)
{
	struct difference difference = { .items = count, .has_chance = true };
	double sum = 0, squares = 0;

	if (count < 2)
		return false;
	for (size_t i = 0; i < count; i++) {
		sum += b[i] - a[i];
		difference.larger += b[i] > a[i];
		difference.smaller += b[i] < a[i];
		difference.has_chance &= is_truth(a[i]) && is_truth(b[i]);
	}
	difference.value = sum / (double)count;
	for (size_t i = 0; i < count; i++) {
		double off = b[i] - a[i] - difference.value;

		squares += off * off;
	}
	difference.deviation = sqrt(squares / (double)(count - 1) / (double)count);
	interval_set(&difference, student_quantile(count - 1));
	if (difference.has_chance) {
		difference.chance = sign_chance(difference.larger, difference.smaller);
		difference.noise |= difference.chance >= CHANCE_OF_NOISE;
	}
	*out = difference;
	return true;
}

void difference_unpaired(double a, double a_deviation, double b, double b_deviation,
			 struct difference *out)
{
	*out = (struct difference){
		.value = b - a,
		.deviation = sqrt(a_deviation * a_deviation + b_deviation * b_deviation),
	};
	interval_set(out, NORMAL_QUANTILE);
}
