/* Which way to compute derived weights may be used here? Asked once for the process. */
#include "kernels/derive_inner.h"

#include <pthread.h>
#include <string.h>

#include "kernels/cpu/fp_environment.h"
#include "kernels/exact_math.h"

enum {
	DRAWN = 333, /* numbers in one round, not a multiple of any vector */
	RANK_MAX = 9,
	ROUNDS = 64
};

static pthread_once_t asked = PTHREAD_ONCE_INIT;
static const struct derive_type *admitted = &derive_plain;

bool derive_here(const struct derive_type *type)
{
	if (!type->compiled)
		return false;
#ifdef __x86_64__
	/* What has AVX2 has F16C as well, for which clang 14 has no word. */
	if (type == &derive_avx2)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	if (type == &derive_avx512)
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
	return type == &derive_plain;
}

/* xorshift64*, so that every process draws the same. */
static uint32_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 2685821657736338717u) >> 32);
}

/* Any bits; or numbers of about the same size, so that sums do not swallow their terms. */
static float draw_number(uint64_t *state)
{
	uint32_t bits = draw(state);

	if (draw(state) % 4)
		bits = (bits & 0x80ffffffu) | 0x3b000000u | (bits & 0x04000000u);
	return f32_from_bits(bits);
}

struct trial {
	float x[DRAWN + 8], sum[DRAWN + 8], right[RANK_MAX * (DRAWN + 8)], left[RANK_MAX];
	float out[2][DRAWN];
	uint8_t bytes[4 * DRAWN + 8], narrow[2][4 * DRAWN];
};

/* The same bits; NaNs are alike, since what else is in them is nobody's. */
static bool same(const struct trial *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float a = t->out[0][i], b = t->out[1][i];

		if (f32_bits(a) != f32_bits(b) && !(a != a && b != b))
			return false;
	}
	return true;
}

static bool casts_agree(const struct derive_type *type, struct trial *t, uint64_t *random)
{
	static const enum float_format format[] = { FLOAT_F32, FLOAT_F16, FLOAT_BF16 };
	size_t n = draw(random) % (DRAWN + 1);
	const float *x = t->x + draw(random) % 8;
	const uint8_t *bytes = t->bytes + draw(random) % 8;

	for (size_t f = 0; f < 3; f++) {
		derive_plain.narrow(format[f], x, n, t->narrow[0]);
		type->narrow(format[f], x, n, t->narrow[1]);
		derive_plain.widen(format[f], bytes, n, t->out[0]);
		type->widen(format[f], bytes, n, t->out[1]);
		if (memcmp(t->narrow[0], t->narrow[1], n * float_format_size_bytes(format[f])) !=
			    0 ||
		    !same(t, n))
			return false;
	}
	return true;
}

static bool steps_agree(const struct derive_type *type, struct trial *t, uint64_t *random)
{
	size_t n = draw(random) % (DRAWN + 1), rank = draw(random) % (RANK_MAX + 1);
	const float *x = t->x + draw(random) % 8, *sum = t->sum + draw(random) % 8;
	const struct derive_type *way[2] = { &derive_plain, type };
	float w = draw_number(random);

	for (int step = 0; step < 6; step++) {
		for (size_t side = 0; side < 2; side++) {
			float *out = t->out[side];

			memcpy(out, sum, n * sizeof(*out));
			if (step < 2)
				way[side]->scale(step ? DERIVE_DIVIDE : DERIVE_MULTIPLY, out, w, n);
			else if (step == 2)
				way[side]->add(out, x, n);
			else if (step == 3)
				way[side]->add_product(out, x, w, n);
			else if (step == 4)
				way[side]->chain(t->left, t->right, rank, DRAWN, n, out);
			else
				way[side]->largest(out, x, n);
		}
		if (!same(t, n))
			return false;
	}
	return true;
}

/* Every 16-bit number, widened and made narrow again in both formats. */
static bool halves_agree(const struct derive_type *type, struct trial *t)
{
	for (uint32_t first = 0; first < 65536; first += 256)
		for (int f = 0; f < 2; f++) {
			enum float_format format = f ? FLOAT_F16 : FLOAT_BF16;

			for (uint32_t i = 0; i < 256; i++) {
				t->bytes[2 * i] = (uint8_t)i;
				t->bytes[2 * i + 1] = (uint8_t)(first >> 8);
			}
			derive_plain.widen(format, t->bytes, 256, t->out[0]);
			type->widen(format, t->bytes, 256, t->out[1]);
			derive_plain.narrow(f ? FLOAT_BF16 : FLOAT_F16, t->out[0], 256,
					    t->narrow[0]);
			type->narrow(f ? FLOAT_BF16 : FLOAT_F16, t->out[0], 256, t->narrow[1]);
			if (!same(t, 256) || memcmp(t->narrow[0], t->narrow[1], 512) != 0)
				return false;
		}
	return true;
}

bool derive_agrees(const struct derive_type *type)
{
	struct fp_environment before = fp_environment_enter();
	uint64_t random = 88172645463325252u;
	struct trial t;
	bool agrees;

	memset(&t, 0, sizeof(t));
	agrees = halves_agree(type, &t);
	for (int round = 0; round < ROUNDS && agrees; round++) {
		for (size_t i = 0; i < DRAWN + 8; i++) {
			t.x[i] = draw_number(&random);
			t.sum[i] = draw_number(&random);
		}
		for (size_t i = 0; i < sizeof(t.right) / sizeof(t.right[0]); i++)
			t.right[i] = draw_number(&random);
		for (size_t i = 0; i < RANK_MAX; i++)
			t.left[i] = draw_number(&random);
		for (size_t i = 0; i < sizeof(t.bytes); i++)
			t.bytes[i] = (uint8_t)draw(&random);
		agrees = casts_agree(type, &t, &random) && steps_agree(type, &t, &random);
	}
	fp_environment_leave(before);
	return agrees;
}

static void ask(void)
{
	const struct derive_type *const faster[] = { &derive_avx2, &derive_avx512 };

	for (size_t i = 0; i < sizeof(faster) / sizeof(faster[0]); i++)
		if (derive_here(faster[i]) && derive_agrees(faster[i]))
			admitted = faster[i];
}

const struct derive_type *derive_admitted(void)
{
	pthread_once(&asked, ask);
	return admitted;
}
