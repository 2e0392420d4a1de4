/* real: real numbers to 127 bits, in integers. */
#include "kernels/real.h"

#include <string.h>

enum { BITS = 128 };

static const struct real zero = { 0 };

static int leading_zeros(real_mantissa m)
{
	uint64_t high = (uint64_t)(m >> 64);

	return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)m);
}

static struct real normal(real_mantissa m, int64_t exponent, bool negative)
{
	int shift;

	if (!m)
		return zero;
	shift = leading_zeros(m);
	return (struct real){ m << shift, exponent - shift, negative };
}

static struct real constant(uint64_t high, uint64_t low, int64_t exponent)
{
	return normal((real_mantissa)high << 64 | low, exponent, false);
}

struct real real_from_u64(uint64_t n)
{
	return normal(n, 0, false);
}

struct real real_from_f32(float x)
{
	uint32_t bits, fraction;
	int64_t biased;

	memcpy(&bits, &x, sizeof(bits));
	fraction = bits & 0x7fffffu;
	biased = bits >> 23 & 0xff;
	if (biased)
		fraction |= 0x800000u;
	return normal(fraction, (biased ? biased : 1) - 150, bits >> 31);
}

float real_to_f32(struct real x)
{
	int64_t top = x.exponent + BITS - 1; /* 2^top <= |x| < 2^(top + 1) */
	int64_t drop = BITS - 24;
	real_mantissa half, rest;
	uint32_t bits;
	float y;

	if (!x.mantissa)
		return 0.0f;
	if (top < -126)
		drop += -126 - top;
	if (drop > BITS) {
		bits = 0;
	} else {
		bits = drop == BITS ? 0 : (uint32_t)(x.mantissa >> drop);
		half = (real_mantissa)1 << (drop - 1);
		rest = drop == BITS ? x.mantissa : x.mantissa & (((real_mantissa)1 << drop) - 1);
		if (rest > half || (rest == half && (bits & 1)))
			bits++;
	}
	/* A carry out of the fraction raises the exponent by itself. */
	if (top >= -126)
		bits += (uint32_t)(top + 126) << 23;
	if (top > 127 || bits > 0x7f800000u)
		bits = 0x7f800000u;
	bits |= (uint32_t)x.negative << 31;
	memcpy(&y, &bits, sizeof(y));
	return y;
}

struct real real_negate(struct real x)
{
	x.negative = x.mantissa && !x.negative;
	return x;
}

static int compare_magnitude(struct real a, struct real b)
{
	if (!a.mantissa || !b.mantissa)
		return (a.mantissa != 0) - (b.mantissa != 0);
	if (a.exponent != b.exponent)
		return a.exponent < b.exponent ? -1 : 1;
	return (a.mantissa > b.mantissa) - (a.mantissa < b.mantissa);
}

int real_compare(struct real a, struct real b)
{
	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	return a.negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

struct real real_add(struct real a, struct real b)
{
	real_mantissa small, sum;
	int64_t apart;

	if (compare_magnitude(a, b) < 0) {
		struct real swap = a;

		a = b;
		b = swap;
	}
	if (!b.mantissa)
		return a;
	apart = a.exponent - b.exponent;
	small = apart < BITS ? b.mantissa >> apart : 0;
	if (a.negative != b.negative)
		return normal(a.mantissa - small, a.exponent, a.negative);
	sum = a.mantissa + small;
	if (sum < small)
		return (struct real){ sum >> 1 | (real_mantissa)1 << (BITS - 1), a.exponent + 1,
				      a.negative };
	return (struct real){ sum, a.exponent, a.negative };
}

struct real real_subtract(struct real a, struct real b)
{
	return real_add(a, real_negate(b));
}

/* The upper half of the 256-bit product. */
static real_mantissa multiply_high(real_mantissa a, real_mantissa b)
{
	uint64_t a1 = (uint64_t)(a >> 64), a0 = (uint64_t)a;
	uint64_t b1 = (uint64_t)(b >> 64), b0 = (uint64_t)b;
	real_mantissa low = (real_mantissa)a0 * b0;
	real_mantissa cross = (real_mantissa)a1 * b0, other = (real_mantissa)a0 * b1;
	real_mantissa middle = (low >> 64) + (uint64_t)cross + (uint64_t)other;

	return (real_mantissa)a1 * b1 + (cross >> 64) + (other >> 64) + (middle >> 64);
}

struct real real_multiply(struct real a, struct real b)
{
	if (!a.mantissa || !b.mantissa)
		return zero;
	return normal(multiply_high(a.mantissa, b.mantissa), a.exponent + b.exponent + BITS,
		      a.negative != b.negative);
}

struct real real_divide(struct real a, struct real b)
{
	real_mantissa rest = a.mantissa, quotient = 0;
	bool carry = false;

	if (!a.mantissa)
		return zero;
	/* One bit of the quotient at a time; `carry` is bit 128 of the rest. */
	for (int bit = 0; bit < BITS; bit++) {
		bool fits = carry || rest >= b.mantissa;

		if (fits)
			rest -= b.mantissa;
		quotient = quotient << 1 | fits;
		carry = rest >> (BITS - 1);
		rest <<= 1;
	}
	return normal(quotient, a.exponent - b.exponent - (BITS - 1), a.negative != b.negative);
}

/* x / n for a small n, in four steps of 32 bits. */
static struct real divide_small(struct real x, uint32_t n)
{
	real_mantissa quotient = 0;
	uint64_t rest = 0;

	for (int shift = 96; shift >= 0; shift -= 32) {
		uint64_t part = rest << 32 | (uint32_t)(x.mantissa >> shift);

		quotient |= (real_mantissa)(part / n) << shift;
		rest = part % n;
	}
	return normal(quotient, x.exponent, x.negative);
}

int64_t real_floor(struct real x)
{
	int64_t whole = 0;
	bool fraction = x.mantissa != 0;

	if (x.exponent >= 0)
		return 0; /* |x| >= 2^127: outside what is promised */
	if (x.exponent > -BITS) {
		whole = (int64_t)(x.mantissa >> -x.exponent);
		fraction = x.mantissa << (BITS + x.exponent) != 0;
	}
	if (x.negative)
		return fraction ? -whole - 1 : -whole;
	return whole;
}

struct real real_pi(void)
{
	return constant(0xc90fdaa22168c234, 0xc4c6628b80dc1cd1, -126);
}

static struct real real_ln2(void)
{
	return constant(0xb17217f7d1cf79ab, 0xc9e3b39803f2f6af, -128);
}

/* A term this far below the sum no longer changes it. */
static bool negligible(struct real term, struct real sum)
{
	return !term.mantissa || (sum.mantissa && term.exponent < sum.exponent - BITS);
}

/* ln x = n ln 2 + 2 (t + t^3/3 + t^5/5 + ...), t = (m - 1) / (m + 1), x = m 2^n, m near 1 */
struct real real_ln(struct real x)
{
	struct real one = real_from_u64(1), m = x, t, square, power, sum;
	int64_t n = x.exponent + BITS;

	m.exponent = -BITS; /* [1/2, 1) */
	if (real_compare(real_multiply(m, m), (struct real){ one.mantissa, -BITS, false }) < 0) {
		m.exponent++; /* below sqrt(1/2) */
		n--;
	}
	t = real_divide(real_subtract(m, one), real_add(m, one));
	square = real_multiply(t, t);
	power = sum = t;
	for (uint32_t k = 3;; k += 2) {
		struct real term;

		power = real_multiply(power, square);
		term = divide_small(power, k);
		if (negligible(term, sum))
			break;
		sum = real_add(sum, term);
	}
	if (sum.mantissa)
		sum.exponent++;
	t = real_multiply(real_from_u64((uint64_t)(n < 0 ? -n : n)), real_ln2());
	return real_add(n < 0 ? real_negate(t) : t, sum);
}

/* exp x = 2^n (1 + r + r^2/2! + ...), r = x - n ln 2 */
struct real real_exp(struct real x)
{
	struct real half = { (real_mantissa)1 << (BITS - 1), -BITS, false };
	struct real r, term, sum;
	int64_t n = real_floor(real_add(real_divide(x, real_ln2()), half));

	r = real_multiply(real_from_u64((uint64_t)(n < 0 ? -n : n)), real_ln2());
	r = real_subtract(x, n < 0 ? real_negate(r) : r);
	term = sum = real_from_u64(1);
	for (uint32_t k = 1;; k++) {
		term = divide_small(real_multiply(term, r), k);
		if (negligible(term, sum))
			break;
		sum = real_add(sum, term);
	}
	sum.exponent += n;
	return sum;
}

/* first - first r^2 / ((k + 1)(k + 2)) + ...: cosine from 1 and 0, sine from r and 1 */
static struct real alternating_series(struct real first, struct real square, uint32_t k)
{
	struct real term = first, sum = first;

	for (;; k += 2) {
		term = divide_small(real_multiply(term, square), (k + 1) * (k + 2));
		term = real_negate(term);
		if (negligible(term, sum))
			return sum;
		sum = real_add(sum, term);
	}
}

void real_cos_sin(struct real x, struct real *out_cos, struct real *out_sin)
{
	/* pi/2 in two parts; the first has 96 bits, so that n times it is exact */
	struct real quarter_high = constant(0xc90fdaa22168c234, 0xc4c6628b00000000, -127);
	struct real quarter_low = constant(0x80dc1cd129024e08, 0x8a67cc74020bbea6, -127 - 96);
	struct real half = { (real_mantissa)1 << (BITS - 1), -BITS, false };
	struct real turns, r, square, c, s;
	int64_t n = real_floor(real_add(real_divide(x, quarter_high), half));

	turns = real_from_u64((uint64_t)n);
	r = real_subtract(x, real_multiply(turns, quarter_high));
	r = real_subtract(r, real_multiply(turns, quarter_low));
	square = real_multiply(r, r);
	c = alternating_series(real_from_u64(1), square, 0);
	s = r.mantissa ? alternating_series(r, square, 1) : zero;
	*out_cos = n & 1 ? s : c;
	*out_sin = n & 1 ? c : s;
	if ((n & 3) == 1 || (n & 3) == 2)
		*out_cos = real_negate(*out_cos);
	if ((n & 3) == 2 || (n & 3) == 3)
		*out_sin = real_negate(*out_sin);
}
