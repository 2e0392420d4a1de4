/* Samples files as tables, pairs of documents, and what their differences tell. */
#include <math.h>
#include <stdio.h>

#include "tests/support.h"
#include "verify/eval_items.h"
#include "verify/paired.h"

#define LINE(doc, text, filter, rest)                                                              \
	"{\"doc_id\":" #doc ",\"doc\":{\"q\":\"" text "\"},\"target\":\"1\",\"filter\":\"" filter  \
	"\"," rest "}\n"

static const struct eval_column both[] = { { "acc", "none" }, { "em", "strict" } };

static void read_good(const char *text, struct eval_items *out_items)
{
	struct error err = { 0 };

	assert_done(eval_items_read(span_of(text), both, 2, out_items, &err), &err);
}

static void refused(const char *text, const char *says)
{
	struct eval_items items;
	struct error err = { 0 };

	assert_int_equal(eval_items_read(span_of(text), both, 2, &items, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, says));
}

static void lines_of_several_filters_make_one_row(void **state)
{
	struct eval_items items;

	(void)state;
	read_good(LINE(7, "b", "strict", "\"em\":\"0.5\"") LINE(2, "a", "none", "\"acc\":1")
			  LINE(7, "b", "none", "\"acc\":true,\"em\":9")
				  LINE(3, "c", "none", "\"acc\":null"),
		  &items);
	assert_int_equal(items.rows, 3);
	assert_int_equal(items.doc[0], 2);
	assert_true(items.value[0] == 1 && isnan(items.value[1]));
	assert_true(isnan(items.value[2]));
	assert_true(items.value[4] == 1 && items.value[5] == 0.5);
	eval_items_release(&items);
}

static void what_contradicts_itself_is_refused_with_its_line(void **state)
{
	(void)state;
	refused(LINE(1, "a", "none", "\"acc\":1") "\n" LINE(1, "a", "none", "\"acc\":0"),
		"line 3: doc_id 1 stands there twice");
	refused(LINE(1, "a", "none", "\"acc\":1") LINE(1, "b", "strict", "\"em\":0"),
		"line 2: doc_id 1 stands there with two contents");
	refused("{\"doc\":{},\"acc\":1}\n", "line 1");
	refused("[]\n", "line 1");
	refused("{\"doc_id\":1", "line 1");
}

static void only_the_same_documents_are_paired(void **state)
{
	struct eval_items a, b;
	struct eval_pairs pairs;
	struct error err = { 0 };

	(void)state;
	read_good(LINE(1, "a", "none", "\"acc\":1") LINE(2, "b", "none", "\"acc\":0")
			  LINE(3, "c", "none", "\"acc\":0") LINE(5, "e", "none", "\"acc\":0"),
		  &a);
	read_good(LINE(4, "d", "none", "\"acc\":1") LINE(3, "other", "none", "\"acc\":1")
			  LINE(1, "a", "none", "\"acc\":0") LINE(2, "b", "none", "\"x\":0"),
		  &b);
	assert_done(eval_items_pair(&a, 0, &b, 0, &pairs, &err), &err);
	assert_int_equal(pairs.count, 1);
	assert_true(pairs.a[0] == 1 && pairs.b[0] == 0);
	assert_int_equal(pairs.only_a, 2);
	assert_int_equal(pairs.only_b, 1);
	assert_int_equal(pairs.other, 1);
	eval_pairs_release(&pairs);
	eval_items_release(&a);
	eval_items_release(&b);
}

/* Student's table; twice the tails of the binomial distribution, summed by integers. */
static void quantiles_and_chances_are_those_of_the_tables(void **state)
{
	static const struct {
		size_t freedom;
		double quantile;
	} table[] = { { 1, 12.7062 }, { 5, 2.5706 },  { 6, 2.4469 },   { 10, 2.2281 },
		      { 30, 2.0423 }, { 99, 1.9842 }, { 1000, 1.9623 } };

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_true(fabs(student_quantile(table[i].freedom) - table[i].quantile) < 2e-4);
	assert_true(fabs(sign_chance(3, 12) - 0.03515625) < 1e-12);
	assert_true(fabs(sign_chance(400, 500) - 0.000956444) < 1e-9);
	assert_true(sign_chance(0, 0) == 1 && sign_chance(8, 8) == 1);
	assert_true(fabs(sign_chance(0, 5) - 0.0625) < 1e-15);
	assert_true(sign_chance(0, 1000000) == 0);
}

static void a_difference_within_noise_is_called_so(void **state)
{
	double a[40] = { 0 }, b[40] = { 0 };
	struct difference difference;

	(void)state;
	assert_false(difference_paired(a, b, 1, &difference));
	for (int i = 0; i < 40; i++) {
		a[i] = i % 2;
		b[i] = i < 12 ? 1 - a[i] : a[i];
	}
	assert_true(difference_paired(a, b, 40, &difference));
	assert_true(difference.noise && difference.value == 0 && difference.chance == 1);
	for (int i = 0; i < 40; i++)
		b[i] = i < 24 ? 1 : a[i];
	assert_true(difference_paired(a, b, 40, &difference));
	assert_int_equal(difference.larger, 12);
	assert_int_equal(difference.smaller, 0);
	assert_true(!difference.noise && difference.value == 0.3 && difference.low > 0.1);
	/* Five of five: the normal interval is far from 0, and the exact test is not. */
	for (int i = 0; i < 40; i++)
		b[i] = i < 10 ? 1 : a[i];
	assert_true(difference_paired(a, b, 40, &difference));
	assert_true(difference.low > 0 && difference.noise);
	difference_unpaired(0.5, 0.03, 0.55, 0.04, &difference);
	assert_true(difference.noise && fabs(difference.deviation - 0.05) < 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_several_filters_make_one_row),
		cmocka_unit_test(what_contradicts_itself_is_refused_with_its_line),
		cmocka_unit_test(only_the_same_documents_are_paired),
		cmocka_unit_test(quantiles_and_chances_are_those_of_the_tables),
		cmocka_unit_test(a_difference_within_noise_is_called_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
