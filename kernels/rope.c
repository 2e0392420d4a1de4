/*
 * rope: rotary frequencies and tables by rule 7. Everything is a real number
 * until it is rounded once; the formulas stand in docs/numerics.md.
 */
#include "kernels/cpu/fp_environment.h"
#include "kernels/exact.h"
#include "kernels/exact_math.h"
#include "kernels/real.h"

#include <stdlib.h>

#define POSITIONS_MAX (1u << 24) /* beyond, a position is no binary32 */
#define DIM_MAX (1u << 20)

static bool positive(float x)
{
	return x > 0 && f32_is_finite(x);
}

static int longrope_check(const struct rope_frequencies *rope, struct error *err)
{
	if (rope->dim / 2 > ROPE_FACTORS_MAX)
		return error_set(err, ERROR_USAGE, "rope: longrope scales at most %d pairs",
				 ROPE_FACTORS_MAX);
	/* The attention factor divides by the logarithm of the original context. */
	if (rope->original_context < 2 || !positive(rope->factor))
		return error_set(err, ERROR_USAGE,
				 "rope: longrope with the factor %g over a context of %u",
				 (double)rope->factor, rope->original_context);
	if (!(rope->attention_factor >= 0 && f32_is_finite(rope->attention_factor)))
		return error_set(err, ERROR_USAGE, "rope: the attention factor is negative");
	for (size_t i = 0; i < rope->dim / 2; i++)
		if (!positive(rope->short_factor[i]) || !positive(rope->long_factor[i]))
			return error_set(err, ERROR_USAGE,
					 "rope: a longrope factor of pair %zu is not positive", i);
	return 0;
}

int rope_frequencies_check(const struct rope_frequencies *rope, struct error *err)
{
	bool context = rope->scaling != ROPE_PLAIN && rope->scaling != ROPE_LINEAR;

	if (!rope->dim || rope->dim % 2 || rope->dim > DIM_MAX)
		return error_set(err, ERROR_USAGE, "rope: %zu dimensions cannot turn in pairs",
				 rope->dim);
	if (!f32_is_finite(rope->theta) || !(rope->theta > 1))
		return error_set(err, ERROR_USAGE, "rope: theta %g is not above 1",
				 (double)rope->theta);
	if (rope->scaling == ROPE_LONGROPE)
		return longrope_check(rope, err);
	if (rope->scaling != ROPE_PLAIN && (!f32_is_finite(rope->factor) || !(rope->factor >= 1)))
		return error_set(err, ERROR_USAGE, "rope: the scaling factor %g is below 1",
				 (double)rope->factor);
	if (context && !rope->original_context)
		return error_set(err, ERROR_USAGE, "rope: the original context is missing");
	if (rope->scaling == ROPE_DYNAMIC && rope->dim <= 2)
		return error_set(err, ERROR_USAGE, "rope: dynamic scaling needs over 2 dimensions");
	if (rope->scaling == ROPE_LLAMA3 &&
	    (!positive(rope->low_frequency_factor) || !positive(rope->high_frequency_factor) ||
	     !(rope->high_frequency_factor > rope->low_frequency_factor)))
		return error_set(err, ERROR_USAGE,
				 "rope: llama3 frequency factors %g and %g are not ascending",
				 (double)rope->low_frequency_factor,
				 (double)rope->high_frequency_factor);
	if (rope->scaling == ROPE_YARN &&
	    (!positive(rope->beta_fast) || !positive(rope->beta_slow)))
		return error_set(err, ERROR_USAGE, "rope: yarn betas %g and %g are not positive",
				 (double)rope->beta_fast, (double)rope->beta_slow);
	if (rope->scaling == ROPE_YARN &&
	    !(rope->attention_factor >= 0 && f32_is_finite(rope->attention_factor) &&
	      rope->mscale >= 0 && f32_is_finite(rope->mscale) && rope->mscale_all_dim >= 0 &&
	      f32_is_finite(rope->mscale_all_dim)))
		return error_set(err, ERROR_USAGE, "rope: a yarn scale is negative");
	return 0;
}

static struct real one(void)
{
	return real_from_u64(1);
}

static struct real two_pi(void)
{
	struct real x = real_pi();

	x.exponent++;
	return x;
}

/* ln of the base: theta, or what dynamic scaling makes of it for this length. */
static struct real base_ln(const struct rope_frequencies *rope)
{
	struct real ln = real_ln(real_from_f32(rope->theta));
	struct real factor = real_from_f32(rope->factor), stretch;
	uint32_t length = rope->length;

	if (rope->scaling != ROPE_DYNAMIC)
		return ln;
	if (length < rope->original_context)
		length = rope->original_context;
	stretch = real_divide(real_multiply(factor, real_from_u64(length)),
			      real_from_u64(rope->original_context));
	stretch = real_subtract(stretch, real_subtract(factor, one()));
	return real_add(ln,
			real_multiply(real_ln(stretch), real_divide(real_from_u64(rope->dim),
								    real_from_u64(rope->dim - 2))));
}

static struct real llama3(const struct rope_frequencies *rope, struct real p)
{
	struct real factor = real_from_f32(rope->factor);
	struct real low = real_from_f32(rope->low_frequency_factor);
	struct real high = real_from_f32(rope->high_frequency_factor);
	struct real turns, smooth, rest;

	turns = real_divide(real_multiply(real_from_u64(rope->original_context), p), two_pi());
	if (real_compare(turns, high) > 0)
		return p;
	if (real_compare(turns, low) < 0)
		return real_divide(p, factor);
	smooth = real_divide(real_subtract(turns, low), real_subtract(high, low));
	rest = real_divide(real_subtract(one(), smooth), factor);
	return real_multiply(p, real_add(rest, smooth));
}

/* The dimension whose wave turns `turns` times within the original context. */
static struct real yarn_dimension(const struct rope_frequencies *rope, float turns)
{
	struct real waves = real_multiply(real_from_f32(turns), two_pi());
	struct real ln = real_ln(real_divide(real_from_u64(rope->original_context), waves));
	struct real base = real_ln(real_from_f32(rope->theta));

	base.exponent++; /* 2 ln theta */
	return real_divide(real_multiply(real_from_u64(rope->dim), ln), base);
}

static struct real from_integer(int64_t n)
{
	return n < 0 ? real_negate(real_from_u64((uint64_t)-n)) : real_from_u64((uint64_t)n);
}

static struct real yarn(const struct rope_frequencies *rope, struct real p, size_t i)
{
	struct real low = yarn_dimension(rope, rope->beta_fast);
	struct real high = yarn_dimension(rope, rope->beta_slow);
	struct real last = real_from_u64(rope->dim - 1), ramp;

	if (rope->truncate) {
		low = from_integer(real_floor(low));
		high = from_integer(-real_floor(real_negate(high)));
	}
	if (low.negative)
		low = real_from_u64(0);
	if (real_compare(high, last) > 0)
		high = last;
	if (real_compare(low, high) == 0)
		high = real_add(high, real_divide(one(), real_from_u64(1000)));
	ramp = real_divide(real_subtract(real_from_u64(i), low), real_subtract(high, low));
	if (ramp.negative)
		ramp = real_from_u64(0);
	if (real_compare(ramp, one()) > 0)
		ramp = one();
	return real_multiply(p, real_add(real_divide(ramp, real_from_f32(rope->factor)),
					 real_subtract(one(), ramp)));
}

/* 0.1 mscale ln(factor) + 1 */
static struct real yarn_mscale(const struct rope_frequencies *rope, struct real mscale)
{
	struct real x = real_multiply(mscale, real_ln(real_from_f32(rope->factor)));

	return real_add(real_divide(x, real_from_u64(10)), one());
}

/* sqrt(1 + ln(factor) / ln(original context)) */
static float longrope_attention_factor(const struct rope_frequencies *rope)
{
	struct real ratio, ln;

	if (!(rope->factor > 1.0f))
		return 1.0f;
	ratio = real_divide(real_ln(real_from_f32(rope->factor)),
			    real_ln(real_from_u64(rope->original_context)));
	ln = real_ln(real_add(one(), ratio));
	ln.exponent--;
	return real_to_f32(real_exp(ln));
}

/* What cos and sin are multiplied by; 1 without YaRN and longrope. */
static float attention_factor(const struct rope_frequencies *rope)
{
	struct real factor;

	if (rope->scaling != ROPE_YARN && rope->scaling != ROPE_LONGROPE)
		return 1.0f;
	if (rope->attention_factor > 0)
		return rope->attention_factor;
	if (rope->scaling == ROPE_LONGROPE)
		return longrope_attention_factor(rope);
	factor = yarn_mscale(rope, one());
	if (rope->mscale > 0 && rope->mscale_all_dim > 0)
		factor = real_divide(yarn_mscale(rope, real_from_f32(rope->mscale)),
				     yarn_mscale(rope, real_from_f32(rope->mscale_all_dim)));
	return real_to_f32(factor);
}

bool rope_depends_on_length(const struct rope_frequencies *rope)
{
	return rope->scaling == ROPE_DYNAMIC || rope->scaling == ROPE_LONGROPE;
}

int rope_frequencies_fill(const struct rope_frequencies *rope, float *out_frequency,
			  struct error *err)
{
	struct real ln;

	if (rope_frequencies_check(rope, err))
		return -1;
	ln = base_ln(rope);
	for (size_t i = 0; i < rope->dim / 2; i++) {
		struct real part = real_divide(real_from_u64(2 * i), real_from_u64(rope->dim));
		struct real p = real_exp(real_negate(real_multiply(part, ln)));

		if (rope->scaling == ROPE_LINEAR)
			p = real_divide(p, real_from_f32(rope->factor));
		else if (rope->scaling == ROPE_LLAMA3)
			p = llama3(rope, p);
		else if (rope->scaling == ROPE_YARN)
			p = yarn(rope, p, i);
		else if (rope->scaling == ROPE_LONGROPE)
			p = real_divide(p, real_from_f32(rope->length > rope->original_context
								 ? rope->long_factor[i]
								 : rope->short_factor[i]));
		out_frequency[i] = real_to_f32(p);
	}
	return 0;
}

/* cos and sin of one angle, each rounded once, then times the factor. */
static void table_entry(float angle, float factor, float *out_cos, float *out_sin)
{
	struct real c, s;

	real_cos_sin(real_from_f32(angle), &c, &s);
	*out_cos = f32_mul(real_to_f32(c), factor);
	*out_sin = f32_mul(real_to_f32(s), factor);
}

int rope_table_fill(const struct rope_frequencies *rope, size_t first, size_t count, float *out_cos,
		    float *out_sin, struct error *err)
{
	struct fp_environment before;
	float factor, *frequency;
	size_t half;

	if (rope_frequencies_check(rope, err))
		return -1;
	if (first > POSITIONS_MAX || count > POSITIONS_MAX - first)
		return error_set(err, ERROR_USAGE, "rope: position %zu is beyond %u", first + count,
				 POSITIONS_MAX);
	half = rope->dim / 2;
	frequency = malloc(half * sizeof(*frequency));
	if (!frequency)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu frequencies", half);
	if (rope_frequencies_fill(rope, frequency, err)) {
		free(frequency);
		return -1;
	}
	before = fp_environment_enter();
	factor = attention_factor(rope);
	for (size_t p = 0; p < count; p++)
		for (size_t i = 0; i < half; i++)
			table_entry(f32_mul((float)(first + p), frequency[i]), factor,
				    &out_cos[p * half + i], &out_sin[p * half + i]);
	fp_environment_leave(before);
	free(frequency);
	return 0;
}
