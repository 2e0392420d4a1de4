/* Probes: read, made from a seed, written down and read again. */
#include "tests/support.h"
#include "verify/json.h"
#include "verify/probes.h"

static void a_seed_gives_the_ids_that_the_document_says(void **state)
{
	/* Computed by tests/tools/seeded.py, which was written from docs/numerics.md alone. */
	static const uint32_t first[] = { 9, 50, 70, 79, 3, 91, 31, 27, 0, 9 };
	struct error err = { 0 };
	struct probes probes;

	(void)state;
	assert_done(probes_generate(2, 5, "akashi", 101, &probes, &err), &err);
	assert_int_equal(probes.count, 2);
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		assert_int_equal(probes.probe[i / 5].ids[i % 5], first[i]);
	probes_release(&probes);
}

static void numbers_beyond_the_last_multiple_of_the_bound_are_skipped(void **state)
{
	static const uint32_t first[] = {
		1862497377, 2373041429, 599556380,  1813638621, 320218167,
		2422932865, 152980283,  2245692782, 3160107805, 148313389
	};
	struct seeded seeded = seeded_start("akashi/probes/1", span_of("akashi"));

	(void)state;
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		assert_int_equal(seeded_below(&seeded, 3221225472u), first[i]);
}

static void every_number_below_the_bound_occurs(void **state)
{
	struct seeded seeded = seeded_start("test", span_of("seed"));
	size_t seen[7] = { 0 };

	(void)state;
	for (size_t i = 0; i < 7000; i++)
		seen[seeded_below(&seeded, 7)]++;
	for (size_t i = 0; i < 7; i++)
		assert_in_range(seen[i], 800, 1200);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(seeded_below(&seeded, 1), 0);
}

static void lines_become_probes_and_an_object_gives_them_back(void **state)
{
	struct error err = { 0 };
	struct probes lines, again;
	struct buffer object, second;

	(void)state;
	assert_done(probes_read_lines(span_of("{\"ids\":[1,2,3]}\n\n  \r\n"
					      "{\"source\":\"a \\\"b\\\"\",\"x\":1,\"ids\":[7]}"),
				      &lines, &err),
		    &err);
	assert_int_equal(lines.count, 2);
	assert_int_equal(probes_tokens(&lines), 4);
	buffer_init(&object, 1000);
	buffer_init(&second, 1000);
	assert_done(probes_to_object(&lines, &object, &err), &err);
	assert_done(probes_from_object(buffer_view(&object), &again, &err), &err);
	assert_done(probes_to_object(&again, &second, &err), &err);
	assert_true(span_equal(buffer_view(&object), buffer_view(&second)));
	assert_string_equal(again.probe[1].source, "a \"b\"");
	probes_release(&lines);
	probes_release(&again);
	buffer_release(&object);
	buffer_release(&second);
}

static void the_object_is_canonical_json(void **state)
{
	struct error err = { 0 };
	struct probes probes;
	struct buffer object, canonical;
	CLEANUP(json_free) struct json *json = NULL;

	(void)state;
	assert_done(probes_generate(3, 4, "canonical", 50, &probes, &err), &err);
	buffer_init(&object, 10000);
	buffer_init(&canonical, 10000);
	assert_done(probes_to_object(&probes, &object, &err), &err);
	assert_done(json_parse(buffer_view(&object), NULL, &json, &err), &err);
	assert_done(json_write_canonical(json, &canonical, &err), &err);
	assert_true(span_equal(buffer_view(&object), buffer_view(&canonical)));
	probes_release(&probes);
	buffer_release(&object);
	buffer_release(&canonical);
}

static void what_is_no_probe_is_refused_with_its_line(void **state)
{
	static const char *const bad[] = {
		"",
		"{\"ids\":[]}",
		"{\"ids\":[-1]}",
		"{\"ids\":[4294967296]}",
		"{\"ids\":[1.5]}",
		"{\"ids\":\"1\"}",
		"{\"id\":[1]}",
		"[1]",
		"{\"ids\":[1]}{",
		"{\"ids\":[1],\"source\":3}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = { 0 };
		struct probes probes;

		assert_fails(probes_read_lines(span_of(bad[i]), &probes, &err), &err,
			     ERROR_CORRUPT);
	}
}

static void ids_beyond_the_vocabulary_and_lengths_beyond_the_context_are_refused(void **state)
{
	struct error err = { 0 };
	struct probes probes;

	(void)state;
	assert_done(probes_read_lines(span_of("{\"ids\":[1,2,3]}"), &probes, &err), &err);
	assert_done(probes_check(&probes, 4, 3, &err), &err);
	assert_fails(probes_check(&probes, 3, 3, &err), &err, ERROR_USAGE);
	assert_fails(probes_check(&probes, 4, 2, &err), &err, ERROR_USAGE);
	probes_release(&probes);
}

static void a_random_request_is_read(void **state)
{
	static const char *const bad[] = { "",     "16",   "0:4",     "4:0",         ":",
					   "4:4x", "-1:4", "65537:1", "65536:65536", "4;4" };
	struct error err = { 0 };
	size_t count, length;
	const char *seed;

	(void)state;
	assert_done(probes_parse_random("16:128:a:b", &count, &length, &seed, &err), &err);
	assert_int_equal(count, 16);
	assert_int_equal(length, 128);
	assert_string_equal(seed, "a:b");
	assert_done(probes_parse_random("1:2", &count, &length, &seed, &err), &err);
	assert_null(seed);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_fails(probes_parse_random(bad[i], &count, &length, &seed, &err), &err,
			     ERROR_USAGE);
}

static void an_identity_is_the_hash_of_little_endian_ids(void **state)
{
	uint32_t ids[] = { 1, 0x01020304 };
	struct probe probe = { ids, 2, NULL };
	struct digest found = probe_identity(&probe);
	struct digest wanted = sha256((struct span){ (const uint8_t *)"\1\0\0\0\4\3\2\1", 8 });

	(void)state;
	assert_true(digest_equal(&found, &wanted));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_gives_the_ids_that_the_document_says),
		cmocka_unit_test(numbers_beyond_the_last_multiple_of_the_bound_are_skipped),
		cmocka_unit_test(every_number_below_the_bound_occurs),
		cmocka_unit_test(lines_become_probes_and_an_object_gives_them_back),
		cmocka_unit_test(the_object_is_canonical_json),
		cmocka_unit_test(what_is_no_probe_is_refused_with_its_line),
		cmocka_unit_test(
			ids_beyond_the_vocabulary_and_lengths_beyond_the_context_are_refused),
		cmocka_unit_test(a_random_request_is_read),
		cmocka_unit_test(an_identity_is_the_hash_of_little_endian_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
