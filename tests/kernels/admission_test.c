/* A backend whose bits differ anywhere is not used, and a slot without a sample is noticed. */
#include "../support.h"

#include <string.h>

#include "kernels/admission.h"

/* The CPU behind a table of which one slot lies. */
static struct backend_type liar;

static void spoil(struct backend *backend, struct matrix y)
{
	struct matrix last = matrix_cols(matrix_rows(y, y.rows - 1, 1), y.cols - 1, 1);
	struct error err = { 0 };
	uint32_t bits;
	float value;

	assert_int_equal(backend_type_cpu.download(backend, last, &value, &err), 0);
	memcpy(&bits, &value, sizeof(bits));
	bits ^= 1;
	memcpy(&value, &bits, sizeof(bits));
	assert_int_equal(backend_type_cpu.upload(backend, last, &value, &err), 0);
}

/* A slot that does what it should, and then changes the last bit of the last number. */
#define LIES(slot, result, parameters, arguments)                                                  \
	static int lies_##slot parameters                                                          \
	{                                                                                          \
		int failed = backend_type_cpu.slot arguments;                                      \
                                                                                                   \
		spoil(b, result);                                                                  \
		return failed;                                                                     \
	}
#define MATRIX struct matrix
#define FIRST struct backend *b
#define ERR struct error *err

LIES(upload, to, (FIRST, MATRIX to, const float *values, ERR), (b, to, values, err))
LIES(linear, y, (FIRST, MATRIX x, MATRIX w, bool transposed, MATRIX bias, MATRIX y, ERR),
     (b, x, w, transposed, bias, y, err))
LIES(rms_norm, y, (FIRST, MATRIX x, MATRIX gain, enum norm_gain kind, float eps, MATRIX y, ERR),
     (b, x, gain, kind, eps, y, err))
LIES(layer_norm, y, (FIRST, MATRIX x, MATRIX gain, MATRIX bias, float eps, MATRIX y, ERR),
     (b, x, gain, bias, eps, y, err))
LIES(rope, x,
     (FIRST, MATRIX x, const struct rope_shape *shape, MATRIX cos, MATRIX sin,
      const struct batch *batch, ERR),
     (b, x, shape, cos, sin, batch, err))
LIES(attention, y,
     (FIRST, const struct attention_shape *shape, MATRIX q, MATRIX k, MATRIX v,
      const struct batch *batch, MATRIX y, ERR),
     (b, shape, q, k, v, batch, y, err))
LIES(activation, y, (FIRST, enum activation kind, MATRIX x, MATRIX y, ERR), (b, kind, x, y, err))
LIES(gate, y, (FIRST, enum activation kind, MATRIX g, MATRIX up, MATRIX y, ERR),
     (b, kind, g, up, y, err))
LIES(add, y, (FIRST, MATRIX a, MATRIX other, MATRIX y, ERR), (b, a, other, y, err))
LIES(scale, y, (FIRST, MATRIX x, float factor, MATRIX y, ERR), (b, x, factor, y, err))
LIES(clip, y, (FIRST, MATRIX x, float limit, MATRIX y, ERR), (b, x, limit, y, err))
LIES(soft_cap, y, (FIRST, MATRIX x, float cap, MATRIX y, ERR), (b, x, cap, y, err))
LIES(softmax, y, (FIRST, MATRIX x, MATRIX y, ERR), (b, x, y, err))
LIES(gather, y, (FIRST, MATRIX table, const uint32_t *index, MATRIX y, ERR),
     (b, table, index, y, err))
LIES(zero, y, (FIRST, MATRIX y, ERR), (b, y, err))
LIES(combine, y, (FIRST, MATRIX x, const uint32_t *index, const float *weight, MATRIX y, ERR),
     (b, x, index, weight, y, err))
LIES(gate_rows, y, (FIRST, MATRIX x, MATRIX g, MATRIX y, ERR), (b, x, g, y, err))

static int lies_memory_new(FIRST, size_t size_bytes, struct backend_memory **out, ERR)
{
	int failed = backend_type_cpu.memory_new(b, size_bytes, out, err);

	spoil(b, matrix_at(*out, 0, FLOAT_F32, 1, size_bytes / sizeof(float)));
	return failed;
}

/* Without its last byte: what lies behind a weight is there to be seen. */
static int lies_memory_wrap(FIRST, struct span bytes, struct backend_memory **out, ERR)
{
	static uint8_t kept[1 << 20];

	memcpy(kept, bytes.data, bytes.len);
	kept[bytes.len - 1] ^= 1;
	return backend_type_cpu.memory_wrap(b, (struct span){ kept, bytes.len }, out, err);
}

static int lies_download(FIRST, MATRIX from, float *out, ERR)
{
	int failed = backend_type_cpu.download(b, from, out, err);

	((uint32_t *)(void *)out)[from.rows * from.cols - 1] ^= 1;
	return failed;
}

static int lies_route(FIRST, MATRIX logits, const struct router_shape *shape, uint32_t *expert,
		      float *weight, ERR)
{
	int failed = backend_type_cpu.route(b, logits, shape, expert, weight, err);

	((uint32_t *)(void *)weight)[logits.rows * shape->chosen - 1] ^= 1;
	return failed;
}

static int lies_find_not_finite(FIRST, MATRIX x, size_t *out_at, ERR)
{
	int failed = backend_type_cpu.find_not_finite(b, x, out_at, err);

	/* the last instead of the first */
	if (*out_at != SIZE_MAX)
		*out_at = x.rows * x.cols - 1;
	return failed;
}

static int lies_partition(FIRST, MATRIX logits, float *max, float *sum, ERR)
{
	int failed = backend_type_cpu.partition(b, logits, max, sum, err);

	((uint32_t *)(void *)sum)[logits.rows - 1] ^= 1;
	return failed;
}

static int lies_top_logits(FIRST, MATRIX logits, struct exact_top *top, ERR)
{
	int failed = backend_type_cpu.top_logits(b, logits, top, err);

	top[logits.rows - 1].id[EXACT_TOP_COUNT - 1] ^= 1;
	return failed;
}

/* Slots that the CPU leaves to the host: what that does, and then a wrong bit. */
#define LIES_FOR_HOST(slot, spoiled, parameters, arguments)                                        \
	static int lies_##slot parameters                                                          \
	{                                                                                          \
		int failed;                                                                        \
                                                                                                   \
		b->type = &backend_type_cpu;                                                       \
		failed = exact_##slot arguments;                                                   \
		b->type = &liar;                                                                   \
		*(uint8_t *)(spoiled) ^= 1;                                                        \
		return failed;                                                                     \
	}
LIES_FOR_HOST(pick, out + x.rows - 1, (FIRST, MATRIX x, const uint32_t *index, float *out, ERR),
	      (b, x, index, out, err))
LIES_FOR_HOST(digest_rows, out + x.rows - 1,
	      (FIRST, MATRIX x, struct span header, struct digest *out, ERR),
	      (b, x, header, out, err))
LIES_FOR_HOST(digest_ranges, out + count - 1,
	      (FIRST, struct backend_memory *memory, const struct byte_range *range, size_t count,
	       struct digest *out, ERR),
	      (b, memory, range, count, out, err))

#define LIE(slot)                                                                                  \
	static void tell_##slot(void)                                                              \
	{                                                                                          \
		liar.slot = lies_##slot;                                                           \
	}
#define LIED(slot)                                                                                 \
	{                                                                                          \
		offsetof(struct backend_type, slot), tell_##slot                                   \
	}

LIE(memory_new)
LIE(memory_wrap)
LIE(upload)
LIE(download)
LIE(linear)
LIE(rms_norm)
LIE(layer_norm)
LIE(rope)
LIE(attention)
LIE(activation)
LIE(gate)
LIE(add)
LIE(scale)
LIE(clip)
LIE(soft_cap)
LIE(softmax)
LIE(gather)
LIE(zero)
LIE(route)
LIE(combine)
LIE(gate_rows)
LIE(find_not_finite)
LIE(partition)
LIE(top_logits)
LIE(pick)
LIE(digest_rows)
LIE(digest_ranges)

static const struct {
	size_t slot;
	void (*tell)(void);
} lies[] = {
	LIED(memory_new),    LIED(memory_wrap),
	LIED(upload),        LIED(download),
	LIED(linear),        LIED(rms_norm),
	LIED(layer_norm),    LIED(rope),
	LIED(attention),     LIED(activation),
	LIED(gate),          LIED(add),
	LIED(scale),         LIED(clip),
	LIED(soft_cap),      LIED(softmax),
	LIED(gather),        LIED(zero),
	LIED(route),         LIED(combine),
	LIED(gate_rows),     LIED(find_not_finite),
	LIED(partition),     LIED(top_logits),
	LIED(pick),          LIED(digest_rows),
	LIED(digest_ranges),
};

enum { LIES_COUNT = sizeof(lies) / sizeof(lies[0]) };

static const struct admission_sample *sample_of(size_t slot)
{
	for (size_t i = 0; i < admission_sample_count; i++)
		if (admission_samples[i].slot == slot)
			return &admission_samples[i];
	return NULL;
}

/* The CPU as a candidate, with what `tell` changes. */
static int admit(void (*tell)(void), struct error *err)
{
	struct backend *backend;
	int failed;

	assert_int_equal(backend_open("cpu", NULL, &backend, err), 0);
	liar = backend_type_cpu;
	if (tell)
		tell();
	backend->type = &liar;
	failed = backend_admit(backend, NULL, err);
	backend_close(&backend);
	return failed;
}

static void the_cpu_is_admitted_as_itself(void **state)
{
	(void)state;
	struct error err = { 0 };

	if (admit(NULL, &err))
		fail_msg("%s", err.text);
}

/* Slots that no number passes through by themselves: `send` is sampled with those of staging. */
static const size_t silent[] = {
	offsetof(struct backend_type, memory_free), offsetof(struct backend_type, view),
	offsetof(struct backend_type, memory_left), offsetof(struct backend_type, pinned_new),
	offsetof(struct backend_type, pinned_free), offsetof(struct backend_type, mark_new),
	offsetof(struct backend_type, mark_free),   offsetof(struct backend_type, mark_wait),
	offsetof(struct backend_type, arrive),      offsetof(struct backend_type, hold),
};

static bool is_silent(size_t slot)
{
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		if (silent[i] == slot)
			return true;
	return false;
}

static bool is_lied_about(size_t slot)
{
	for (size_t i = 0; i < LIES_COUNT; i++)
		if (lies[i].slot == slot)
			return true;
	/* the CPU has no staging; tests/cuda/faults_test.c lies about a device's */
	return slot == offsetof(struct backend_type, send);
}

static void every_slot_that_numbers_pass_has_a_sample_and_is_lied_about(void **state)
{
	(void)state;
	for (size_t slot = offsetof(struct backend_type, memory_new);
	     slot < sizeof(struct backend_type); slot += sizeof(void (*)(void))) {
		if (is_silent(slot))
			continue;
		if (!sample_of(slot))
			fail_msg("no sample for the slot at byte %zu of struct backend_type", slot);
		if (!is_lied_about(slot))
			fail_msg("this test has no lie for '%s'", sample_of(slot)->operation);
	}
}

static void one_wrong_bit_of_any_operation_is_found_and_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < LIES_COUNT; i++) {
		struct error err = { 0 };
		const char *operation = sample_of(lies[i].slot)->operation;

		if (!admit(lies[i].tell, &err))
			fail_msg("a backend whose '%s' lies was admitted", operation);
		assert_int_equal(err.code, ERROR_SYSTEM);
		/* what moves numbers shows in what is done with them, these two in known answers
		 * that have names of their own */
		if (lies[i].tell != tell_memory_wrap && lies[i].tell != tell_download &&
		    lies[i].tell != tell_upload && lies[i].tell != tell_memory_new &&
		    lies[i].tell != tell_linear && lies[i].tell != tell_activation &&
		    !strstr(err.text, operation))
			fail_msg("'%s' is not named: %s", operation, err.text);
	}
}

static void tell_nothing(void)
{
	liar.combine = NULL;
}

static void a_backend_without_an_operation_is_not_used(void **state)
{
	(void)state;
	struct error err = { 0 };

	assert_int_equal(admit(tell_nothing, &err), -1);
	assert_string_equal(err.text, "it has no 'combine'");
}

static void the_sentence_names_the_shape_the_place_and_both_values(void **state)
{
	(void)state;
	struct error err = { 0 };

	assert_int_equal(admit(tell_gather, &err), -1);
	assert_non_null(strstr(err.text, "its bits are not those of the CPU: gather: "));
	assert_non_null(strstr(err.text, ", row 4, column 0: 0x"));
	assert_non_null(strstr(err.text, ", where the CPU gives 0x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cpu_is_admitted_as_itself),
		cmocka_unit_test(every_slot_that_numbers_pass_has_a_sample_and_is_lied_about),
		cmocka_unit_test(one_wrong_bit_of_any_operation_is_found_and_named),
		cmocka_unit_test(a_backend_without_an_operation_is_not_used),
		cmocka_unit_test(the_sentence_names_the_shape_the_place_and_both_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
