/*
 * fast_math: this program is linked with -ffast-math, so that the start-up code
 * turns subnormals off in every thread; on top of that each test sets the worst
 * environment it can. The bits must be those of the profile all the same.
 */
#include "exact_rig.h"
#include "naive.h"

#include <stdlib.h>
#ifdef __x86_64__
#include <xmmintrin.h>
#endif

enum { ROWS = 6, INPUTS = 40, OUTPUTS = 70 };

/* Flush to zero, denormals are zero, round upwards; what was set is put back by environment_good.
 */
static void environment_spoil(void)
{
#ifdef __x86_64__
	_mm_setcsr(0x1f80 | 0x8040 | 0x4000);
#elif defined(__aarch64__)
	__asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)1 << 24 | (uint64_t)1 << 22));
#endif
}

#if defined(__x86_64__) || defined(__aarch64__)
/* How the processor rounds now. */
static uint64_t environment_now(void)
{
	uint64_t control;

#ifdef __x86_64__
	control = _mm_getcsr() & 0xffc0; /* but for the flags */
#else
	__asm__ volatile("mrs %0, fpcr" : "=r"(control));
#endif
	return control;
}
#endif

static void environment_good(void)
{
#ifdef __x86_64__
	_mm_setcsr(0x1f80);
#elif defined(__aarch64__)
	__asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
#endif
}

struct sample {
	float x[ROWS * INPUTS], w[OUTPUTS * INPUTS], product[ROWS * OUTPUTS];
	float norm[ROWS * INPUTS], softmax[ROWS * INPUTS];
};

static struct sample *sample_new(void)
{
	struct sample *s = malloc(sizeof(*s));
	uint64_t seed = 4;

	assert_non_null(s);
	environment_good();
	rig_fill(RIG_TINY, &seed, s->x, ROWS * INPUTS);
	rig_fill(RIG_TINY, &seed, s->w, OUTPUTS * INPUTS);
	naive_linear(s->x, s->w, false, NULL, ROWS, INPUTS, OUTPUTS, s->product);
	for (size_t r = 0; r < ROWS; r++) {
		naive_rms_norm(s->x + r * INPUTS, s->w, true, 1e-40f, INPUTS, s->norm + r * INPUTS);
		naive_softmax(s->x + r * INPUTS, INPUTS, s->softmax + r * INPUTS);
	}
	return s;
}

static void a_program_linked_with_fast_math_gets_the_same_bits(void **state)
{
	struct sample *s;
	struct rig rig;

	(void)state;
	environment_spoil(); /* helper threads inherit it */
	rig_open(&rig);
	s = sample_new();
	for (size_t i = 0; i < rig.ways; i++) {
		struct backend *backend = rig.way[i].backend;
		struct matrix x = rig_matrix(backend, s->x, ROWS, INPUTS);
		struct matrix w = rig_matrix(backend, s->w, OUTPUTS, INPUTS);
		struct matrix y = rig_matrix(backend, NULL, ROWS, OUTPUTS);
		struct matrix z = rig_matrix(backend, NULL, ROWS, INPUTS);
		struct error err = { 0 };
		int failed;

		environment_spoil();
		failed = exact_linear(backend, x, w, false, MATRIX_NONE, y, &err);
		assert_done(failed, &err);
		rig_check(backend, "linear", y, s->product);
		environment_spoil();
		failed = exact_rms_norm(backend, x, matrix_rows(w, 0, 1), NORM_GAIN_PLUS_ONE,
					1e-40f, z, &err);
		assert_done(failed, &err);
		rig_check(backend, "rms_norm", z, s->norm);
		environment_spoil();
		failed = exact_softmax(backend, x, z, &err);
		assert_done(failed, &err);
		rig_check(backend, "softmax", z, s->softmax);
		rig_matrix_free(&x);
		rig_matrix_free(&w);
		rig_matrix_free(&y);
		rig_matrix_free(&z);
	}
	environment_good();
	rig_close(&rig);
	free(s);
}

static void the_callers_environment_is_left_as_it_was(void **state)
{
#if defined(__x86_64__) || defined(__aarch64__)
	struct backend *backend;
	struct error err = { 0 };
	uint64_t before, after, good;
	float loss;

	(void)state;
	environment_spoil();
	before = environment_now();
	assert_done(backend_open("cpu", NULL, &backend, &err), &err);
	loss = exact_token_loss(1.0f, 2.0f, 0.5f);
	after = environment_now();
	environment_good();
	good = environment_now();
	backend_close(&backend);
	assert_int_equal(before, after);
	assert_int_not_equal(before, good);
	assert_true(loss > 1.19f && loss < 1.2f);
#else
	(void)state;
	skip();
#endif
}

static void constants_do_not_depend_on_the_environment(void **state)
{
	const struct rope_frequencies rope = { .dim = 8, .theta = 10000.0f };
	float cos[2][4], sin[2][4], ln[2], root[2], sum[2];
	const float tiny[] = { 0x1p-149f, 0x1p-140f, 1.0f, 0x1.8p-24f };
	struct error err = { 0 };

	(void)state;
	for (int spoiled = 0; spoiled < 2; spoiled++) {
		int failed;

		if (spoiled)
			environment_spoil();
		failed = rope_table_fill(&rope, 12345, 1, cos[spoiled], sin[spoiled], &err);
		ln[spoiled] = exact_ln(3.0f);
		root[spoiled] = exact_inverse_sqrt(80.0f);
		sum[spoiled] = exact_lane_sum(tiny, 4);
		environment_good();
		assert_done(failed, &err);
	}
	assert_memory_equal(cos[0], cos[1], sizeof(cos[0]));
	assert_memory_equal(sin[0], sin[1], sizeof(sin[0]));
	assert_true(ln[0] == ln[1] && root[0] == root[1] && sum[0] == sum[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_linked_with_fast_math_gets_the_same_bits),
		cmocka_unit_test(the_callers_environment_is_left_as_it_was),
		cmocka_unit_test(constants_do_not_depend_on_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
