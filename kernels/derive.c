/* Derived weights, by the fastest way that was admitted here; and how far two of them lie apart. */
#include "kernels/derive_inner.h"

#include <string.h>

#include "kernels/cpu/fp_environment.h"
#include "kernels/exact_math.h"

/* Numbers that derive_round works on at a time. */
enum { ROUND_BLOCK = 1024 };

void derive_widen(enum float_format format, const uint8_t *bytes, size_t n, float *out)
{
	struct fp_environment before = fp_environment_enter();

	derive_admitted()->widen(format, bytes, n, out);
	fp_environment_leave(before);
}

void derive_narrow(enum float_format format, const float *x, size_t n, uint8_t *out_bytes)
{
	struct fp_environment before = fp_environment_enter();

	derive_admitted()->narrow(format, x, n, out_bytes);
	fp_environment_leave(before);
}

void derive_round(enum float_format format, float *x, size_t n)
{
	uint8_t bytes[4 * ROUND_BLOCK];

	for (size_t done = 0; done < n; done += ROUND_BLOCK) {
		size_t count = n - done < ROUND_BLOCK ? n - done : ROUND_BLOCK;

		derive_narrow(format, x + done, count, bytes);
		derive_widen(format, bytes, count, x + done);
	}
}

void derive_scale(enum derive_step step, float *x, float w, size_t n)
{
	struct fp_environment before = fp_environment_enter();

	derive_admitted()->scale(step, x, w, n);
	fp_environment_leave(before);
}

void derive_add(float *sum, const float *x, size_t n)
{
	struct fp_environment before = fp_environment_enter();

	derive_admitted()->add(sum, x, n);
	fp_environment_leave(before);
}

void derive_add_product(float *sum, const float *x, float w, size_t n)
{
	struct fp_environment before = fp_environment_enter();

	derive_admitted()->add_product(sum, x, w, n);
	fp_environment_leave(before);
}

void derive_chain(const float *left, const float *right, size_t rank, size_t stride, size_t n,
		  float *out)
{
	struct fp_environment before = fp_environment_enter();

	derive_admitted()->chain(left, right, rank, stride, n, out);
	fp_environment_leave(before);
}

void derive_largest(float *largest, const float *x, size_t n)
{
	derive_admitted()->largest(largest, x, n);
}

const char *derive_implementation(void)
{
	return derive_admitted()->name;
}

static float magnitude_of(float x)
{
	return f32_from_bits(f32_bits(x) & 0x7fffffffu);
}

static bool is_finite(float x)
{
	return (f32_bits(x) & 0x7f800000u) != 0x7f800000u;
}

/* The last place of a finite number in the format. */
static double last_place(enum float_format format, float x)
{
	static const int digits[] = { [FLOAT_F32] = 23, [FLOAT_F16] = 10, [FLOAT_BF16] = 7 };
	static const int least[] = { [FLOAT_F32] = -126, [FLOAT_F16] = -14, [FLOAT_BF16] = -126 };
	int exponent = (int)(f32_bits(x) >> 23 & 0xff) - 127;
	double place = 1;

	if (exponent < least[format])
		exponent = least[format];
	exponent -= digits[format];
	for (; exponent < 0; exponent++)
		place /= 2;
	for (; exponent > 0; exponent--)
		place *= 2;
	return place;
}

/* Two numbers that are not the same: how many units apart, rounded up. */
static uint64_t units_apart(enum float_format format, float expected, float found, float largest)
{
	double apart, units;

	if (!is_finite(expected) || !is_finite(found))
		return DERIVE_FAR;
	if (magnitude_of(expected) > largest)
		largest = magnitude_of(expected);
	if (magnitude_of(found) > largest)
		largest = magnitude_of(found);
	if (!is_finite(largest))
		return DERIVE_FAR;
	apart = (double)expected - (double)found;
	units = (apart < 0 ? -apart : apart) / last_place(format, largest);
	if (units >= 0x1p53)
		return DERIVE_FAR - 1;
	/* -0 and +0 are no distance apart, and differ. */
	return (uint64_t)units + ((double)(uint64_t)units < units || units == 0);
}

void derive_compare(enum float_format format, const uint8_t *expected, const uint8_t *found,
		    const float *terms, size_t n, uint64_t at, uint64_t allowed,
		    struct derive_difference *difference)
{
	size_t width = float_format_size_bytes(format);

	for (size_t i = 0; i < n; i++) {
		const uint8_t *e = expected + i * width, *f = found + i * width;
		float x, y;
		uint64_t units;
		bool nan;

		if (memcmp(e, f, width) == 0)
			continue;
		derive_plain.widen(format, e, 1, &x);
		derive_plain.widen(format, f, 1, &y);
		nan = x != x && y != y;
		difference->nan += nan;
		if (nan)
			continue;
		units = units_apart(format, x, y, terms ? terms[i] : 0);
		difference->differ++;
		if (units > difference->largest)
			difference->largest = units;
		if (units > allowed && !difference->beyond) {
			difference->beyond = true;
			difference->first = at + i;
		}
	}
}
