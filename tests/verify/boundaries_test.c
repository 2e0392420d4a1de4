/* Boundary activations: what is kept is what the record's root covers, in the order of the probes.
 */
#include <stdlib.h>

#include "tests/verify/tiny_record.h"
#include "verify/outputs.h"
#include "verify/outputs_compute.h"

/* Everything that was kept, boundary by boundary. */
struct kept {
	struct buffer boundary[3];
};

static int keep_rows(void *user, uint32_t boundary, const float *values, size_t rows,
		     struct error *err)
{
	struct kept *kept = user;

	assert_in_range(boundary, 0, 2);
	return buffer_add(&kept->boundary[boundary],
			  (struct span){ (const uint8_t *)values, rows * 24 * sizeof(float) }, err);
}

static void kept_init(struct kept *kept)
{
	for (size_t b = 0; b < 3; b++)
		buffer_init(&kept->boundary[b], 1u << 20);
}

static void kept_release(struct kept *kept)
{
	for (size_t b = 0; b < 3; b++)
		buffer_release(&kept->boundary[b]);
}

/* Each probe's part has the digest that stands in the outputs. */
static void expect_bound(const struct kept *kept, const struct outputs *outputs)
{
	for (size_t b = 0; b < 3; b++) {
		size_t at = 0;

		for (size_t i = 0; i < outputs->count; i++) {
			size_t tokens = outputs->probe[i].tokens;
			float *values = malloc(tokens * 24 * sizeof(float));
			struct digest found;

			memcpy(values, kept->boundary[b].data + at, tokens * 24 * sizeof(float));
			found = values_digest("boundary", tokens, 24, values);
			free(values);
			assert_true(digest_equal(&found, &outputs->probe[i].boundary[b]));
			at += tokens * 24 * sizeof(float);
		}
		assert_int_equal(at, kept->boundary[b].len);
	}
}

static void what_is_kept_has_the_recorded_digests_whatever_the_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct recorded recorded = recorded_of(tiny_model(families[i]));
		struct probe_share share[COUNT];
		struct outputs outputs = { 0 };
		struct tiny_open open;
		struct error err = { 0 };

		assert_done(tiny_model_open(recorded.folder, 2, NULL, &open, &err), &err);
		assert_done(outputs_from_object(buffer_view(&recorded.outputs), &outputs, &err),
			    &err);
		for (size_t k = 0; k < COUNT; k++)
			share[k] = (struct probe_share){ &recorded.probes.probe[k],
							 recorded.probes.probe[k].count };
		/* All in one pass, and one pass for each probe. */
		for (uint64_t memory = 1; memory <= PASS_MEMORY_BYTES;
		     memory += PASS_MEMORY_BYTES - 1) {
			struct outputs again = { 0 };
			struct kept kept;
			struct boundary_sink sink = { &kept, keep_rows };

			kept_init(&kept);
			assert_done(outputs_compute(&open.ctx, open.forward, open.backend, share,
						    COUNT, memory, &sink, &again, &err),
				    &err);
			expect_bound(&kept, &outputs);
			outputs_release(&again);
			kept_release(&kept);
		}
		outputs_release(&outputs);
		tiny_model_close(&open);
		recorded_release(&recorded);
	}
}

static int refuse_rows(void *user, uint32_t boundary, const float *values, size_t rows,
		       struct error *err)
{
	(void)user;
	(void)values;
	(void)rows;
	return boundary ? error_set(err, ERROR_SYSTEM, "no space") : 0;
}

static void a_store_that_fails_ends_the_recording(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct boundary_sink sink = { NULL, refuse_rows };
	CLEANUP(buffer_release) struct buffer out;
	struct tiny_open open;
	struct digest root;
	struct error err = { 0 };

	(void)state;
	buffer_init(&out, OUTPUTS_MAX_BYTES);
	assert_done(tiny_model_open(recorded.folder, 2, NULL, &open, &err), &err);
	assert_fails(record_make_kept(&open.ctx, open.forward, open.backend, &recorded.probes,
				      &sink, &out, &root, &err),
		     &err, ERROR_SYSTEM);
	assert_int_equal(out.len, 0);
	tiny_model_close(&open);
	recorded_release(&recorded);
}

static void a_list_is_read_as_it_was_written(void **state)
{
	struct boundaries list = { 0 }, again = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };

	(void)state;
	buffer_init(&text, BOUNDARIES_MAX_BYTES);
	assert_done(boundaries_new(&list, 33, &err), &err);
	for (size_t i = 0; i < list.count; i++)
		list.object[i] = sha256((struct span){ (const uint8_t *)&i, sizeof(i) });
	list.hidden = 4096;
	list.tokens = 2048;
	assert_int_equal(boundaries_object_bytes(&list), 33554432);
	assert_done(boundaries_to_object(&list, &text, &err), &err);
	assert_done(boundaries_from_object(buffer_view(&text), &again, &err), &err);
	assert_int_equal(again.hidden, 4096);
	assert_int_equal(again.tokens, 2048);
	assert_int_equal(again.count, 33);
	assert_memory_equal(again.object, list.object, 33 * sizeof(*list.object));
	boundaries_release(&list);
	boundaries_release(&again);
}

#define SOME_DIGEST "\"sha256:0000000000000000000000000000000000000000000000000000000000000000\""

static void a_list_of_no_model_is_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"boundaries\":[" SOME_DIGEST "],\"hidden\":1,\"schema\":\"" BOUNDARIES_SCHEMA
		"\",\"tokens\":1}",
		"{\"boundaries\":[" SOME_DIGEST "," SOME_DIGEST
		"],\"hidden\":0,\"schema\":\"" BOUNDARIES_SCHEMA "\",\"tokens\":1}",
		"{\"boundaries\":[" SOME_DIGEST "," SOME_DIGEST
		"],\"hidden\":4294967297,\"schema\":\"" BOUNDARIES_SCHEMA "\",\"tokens\":1}",
		"{\"boundaries\":[" SOME_DIGEST "," SOME_DIGEST
		"],\"hidden\":1,\"schema\":\"" BOUNDARIES_SCHEMA "\",\"tokens\":4294967296}",
		"{\"boundaries\":[" SOME_DIGEST ",\"sha256:0\"],\"hidden\":1,\"schema\":"
		"\"" BOUNDARIES_SCHEMA "\",\"tokens\":1}",
		"{\"boundaries\":[" SOME_DIGEST "," SOME_DIGEST
		"],\"hidden\":1,\"schema\":\"akashi/boundaries/2\",\"tokens\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct boundaries list = { 0 };
		struct error err = { 0 };

		assert_fails(boundaries_from_object(span_of(bad[i]), &list, &err), &err,
			     ERROR_CORRUPT);
		assert_null(list.object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_has_the_recorded_digests_whatever_the_passes),
		cmocka_unit_test(a_store_that_fails_ends_the_recording),
		cmocka_unit_test(a_list_is_read_as_it_was_written),
		cmocka_unit_test(a_list_of_no_model_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
