/*
 * The cases of tests/gpu/operations.h, which are to find a wrong device, find a wrong backend:
 * the CPU with one operation spoilt, in the last of its bits, beside its result, or by failing.
 */
#include "tests/support.h"

#include "kernels/backend.h"
#include "tests/gpu/operations.h"

/* What the spoilt backend does, and the CPU's own. */
static struct spoilt {
	const struct backend_type *right;
	bool beside; /* not in the result but right after it */
	bool fails;
} spoilt;

/* One more bit in the last number, or in what lies behind it. */
static int spoil(struct backend *backend, struct matrix y, struct error *err)
{
	struct matrix last = matrix_cols(matrix_rows(y, y.rows - 1, 1), y.cols - 1, 1);
	uint32_t word;
	float number;

	if (spoilt.fails)
		return error_set(err, ERROR_SYSTEM, "spoilt");
	if (spoilt.beside)
		last.offset_bytes += sizeof(float);
	if (last.offset_bytes + sizeof(float) > y.memory->size_bytes)
		return 0;
	if (spoilt.right->download(backend, last, &number, err))
		return -1;
	memcpy(&word, &number, sizeof(word));
	word ^= 1;
	memcpy(&number, &word, sizeof(word));
	return spoilt.right->upload(backend, last, &number, err);
}

static int spoilt_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
		      struct error *err)
{
	return spoilt.right->add(backend, a, b, y, err) || spoil(backend, y, err) ? -1 : 0;
}

static int spoilt_linear(struct backend *backend, struct matrix x, struct matrix w, bool transposed,
			 struct matrix bias, struct matrix y, struct error *err)
{
	return spoilt.right->linear(backend, x, w, transposed, bias, y, err) ||
			       spoil(backend, y, err)
		       ? -1
		       : 0;
}

static int spoilt_attention(struct backend *backend, const struct attention_shape *shape,
			    struct matrix q, struct matrix k, struct matrix v,
			    const struct batch *batch, struct matrix y, struct error *err)
{
	return spoilt.right->attention(backend, shape, q, k, v, batch, y, err) ||
			       spoil(backend, y, err)
		       ? -1
		       : 0;
}

static int spoilt_find(struct backend *backend, struct matrix x, size_t *out_at, struct error *err)
{
	int failed = spoilt.right->find_not_finite(backend, x, out_at, err);

	*out_at += *out_at != SIZE_MAX;
	return failed;
}

static int spoilt_top(struct backend *backend, struct matrix logits, struct exact_top *out_top,
		      struct error *err)
{
	int failed = spoilt.right->top_logits(backend, logits, out_top, err);

	out_top[logits.rows - 1].id[EXACT_TOP_COUNT - 1] ^= 1;
	return failed;
}

static void remember(void *user, const struct operations_count *count)
{
	if (count->differs)
		*(struct operations_count *)user = *count;
}

/* Compare the CPU with itself, spoilt as `type` says. */
static int compare(const struct backend_type *type, struct operations_count *out_first,
		   size_t *out_differ, struct error *err)
{
	const struct operations_options options = { .work_max = 1e5,
						    .user = out_first,
						    .done = remember };
	struct backend *right, *tried;
	int failed;

	*out_first = (struct operations_count){ 0 };
	assert_done(backend_open("cpu", NULL, &right, err), err);
	assert_done(backend_open("cpu", NULL, &tried, err), err);
	tried->type = type;
	failed = operations_compare(right, tried, &options, out_differ, err);
	tried->type = right->type;
	backend_close(&tried);
	backend_close(&right);
	return failed;
}

static struct backend_type cpu(void)
{
	struct backend *backend;
	struct error err = { 0 };

	assert_done(backend_open("cpu", NULL, &backend, &err), &err);
	spoilt = (struct spoilt){ .right = backend->type };
	backend_close(&backend);
	return *spoilt.right;
}

static void the_cpu_agrees_with_itself(void **state)
{
	struct backend_type type = cpu();
	struct operations_count first;
	struct error err = { 0 };
	size_t differ;

	(void)state;
	assert_done(compare(&type, &first, &differ, &err), &err);
	assert_int_equal(differ, 0);
}

/* Exactly the one that is spoilt is found, and where. */
static void found(const struct backend_type *type, const char *operation, const char *where)
{
	struct operations_count first;
	struct error err = { 0 };
	size_t differ;

	assert_done(compare(type, &first, &differ, &err), &err);
	assert_int_equal(differ, 1);
	assert_string_equal(first.operation, operation);
	if (!strstr(first.first, where))
		fail_msg("%s: %s", operation, first.first);
}

static void one_wrong_bit_is_found_and_named(void **state)
{
	struct backend_type type = cpu();

	(void)state;
	type.add = spoilt_add;
	found(&type, "add", "row 0, column 0 is 0x");
	type = cpu();
	type.linear = spoilt_linear;
	found(&type, "linear", "1 x 1 to 1, f32");
	type = cpu();
	type.attention = spoilt_attention;
	found(&type, "attention", "row 0, column 0 is 0x");
	type = cpu();
	type.top_logits = spoilt_top;
	found(&type, "top_logits", "word of the largest 7 is 0x");
	type = cpu();
	type.find_not_finite = spoilt_find;
	found(&type, "finite", "byte of the answer");
}

static void a_number_beside_the_result_is_found(void **state)
{
	struct backend_type type = cpu();

	(void)state;
	spoilt.beside = true;
	type.add = spoilt_add;
	found(&type, "add", "a number outside the result");
	type = cpu();
	spoilt.beside = true;
	type.linear = spoilt_linear;
	found(&type, "linear", "a number outside the result");
}

static void a_call_that_fails_ends_it_and_the_case_is_named(void **state)
{
	struct backend_type type = cpu();
	struct operations_count first;
	struct error err = { 0 };
	size_t differ;

	(void)state;
	spoilt.fails = true;
	type.add = spoilt_add;
	assert_int_equal(compare(&type, &first, &differ, &err), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "add, 1 x 1, gap 0"));
	assert_non_null(strstr(err.text, "spoilt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cpu_agrees_with_itself),
		cmocka_unit_test(one_wrong_bit_is_found_and_named),
		cmocka_unit_test(a_number_beside_the_result_is_found),
		cmocka_unit_test(a_call_that_fails_ends_it_and_the_case_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
