/*
 * paired: how far two means lie apart, and whether that is more than noise. Standard errors and
 * paired differences as in E. Miller, "Adding Error Bars to Evals" (arXiv 2411.00640), sections 2
 * and 4; the exact test of two proportions on the same items: Q. McNemar, Psychometrika 12 (1947).
 */
#ifndef VERIFY_PAIRED_H
#define VERIFY_PAIRED_H

#include "kernels/kernels.h"

/* A difference b - a with its interval of 95 %. */
struct difference {
	double value, deviation; /* and its standard error */
	double low, high;
	size_t items;           /* pairs; 0: from two standard errors, without the items */
	size_t larger, smaller; /* pairs in which b is that */
	bool has_chance;        /* all values are 0 or 1, so `chance` is exact */
	double chance; /* of a split as uneven as this, were both equally good (two-sided) */
	bool noise;    /* it is no more than noise: the interval holds 0, or chance >= 0.05 */
};

/*
 * From the same `count` items: mean of b[i] - a[i], its standard error with count - 1 degrees of
 * freedom, Student's quantile. False where nothing can be said: fewer than two items.
 */
bool difference_paired(const double *a, const double *b, size_t count, struct difference *out);

/* From two scores with their standard errors, as if the items were others: wider than paired. */
void difference_unpaired(double a, double a_deviation, double b, double b_deviation,
			 struct difference *out);

/* Half of the interval of 95 % around a score with this standard error, as if errors were normal.
 */
double normal_band(double deviation);

/* Student's t quantile at 0.975 with so many degrees of freedom (>= 1). */
double student_quantile(size_t freedom);

/* min(1, 2 * P(X <= min(better, worse))), X binomial(better + worse, 1/2). */
double sign_chance(size_t larger, size_t smaller);

#endif
