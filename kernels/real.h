/*
 * real: real numbers to 127 bits, for the few values that the profile defines
 * as "the binary32 nearest to the real number": rotary tables, RN32(ln Z),
 * RN32(d^(-1/2)). Integers only, so no rounding mode and no libm can change
 * them. Each operation is off by a few units of 2^-127 of its result; a value
 * would have to lie within about 2^-100 of the middle between two floats to be
 * rounded wrongly, and none that a config can ask for does by chance.
 */
#ifndef KERNELS_REAL_H
#define KERNELS_REAL_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 real_mantissa;

/* (-1)^negative * mantissa * 2^exponent; the top bit of mantissa is set, or the number is 0. */
struct real {
	real_mantissa mantissa;
	int64_t exponent;
	bool negative;
};

struct real real_from_u64(uint64_t n);
struct real real_from_f32(float x); /* finite */
float real_to_f32(struct real x);   /* to nearest, ties to even; -0 never */

struct real real_negate(struct real x);
struct real real_add(struct real a, struct real b);
struct real real_subtract(struct real a, struct real b);
struct real real_multiply(struct real a, struct real b);
struct real real_divide(struct real a, struct real b); /* b is not 0 */

/* Negative, 0 or positive as a is below, equal to or above b. */
int real_compare(struct real a, struct real b);

/* The greatest integer not above x, for |x| < 2^62. */
int64_t real_floor(struct real x);

struct real real_pi(void);
struct real real_ln(struct real x);  /* x > 0 */
struct real real_exp(struct real x); /* |x| < 2^31 */

/* For 0 <= x < 2^32. */
void real_cos_sin(struct real x, struct real *out_cos, struct real *out_sin);

#endif
