/* Log-probabilities of other frameworks: what is read, what is refused, and how differences are
 * judged. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/verify/tiny_record.h"
#include "verify/foreign.h"

#define HEADER                                                                                     \
	"{\"schema\":\"akashi/foreign-outputs/1\",\"framework\":\"vLLM\",\"version\":\"0.9\","     \
	"\"dtype\":\"bf16\",\"device\":\"one GPU\"}\n"

static int read_text(const char *text, struct foreign *out_foreign, struct error *err)
{
	return foreign_read(span_of(text), out_foreign, err);
}

static void a_file_is_read_with_what_wrote_it(void **state)
{
	struct foreign foreign;
	struct error err = { 0 };

	(void)state;
	assert_done(read_text(HEADER "\n{\"ids\":[3,4,5],\"source\":\"line 1\",\"top\":[[[4,-0.5],"
				     "[9,\"-1.25e0\"]],null,[[7,0]]],\"next\":[-0.5,null]}\n"
				     "{\"ids\":[1,2],\"next\":[-3]}",
			      &foreign, &err),
		    &err);
	assert_string_equal(foreign.framework, "vLLM");
	assert_string_equal(foreign.version, "0.9");
	assert_string_equal(foreign.device, "one GPU");
	assert_int_equal(foreign.dtype, FOREIGN_BF16);
	assert_int_equal(foreign.probes.count, 2);
	assert_string_equal(foreign.probes.probe[0].source, "line 1");
	assert_int_equal(foreign.values, 5);
	assert_int_equal(foreign.probe[0].first[1], 2);
	assert_int_equal(foreign.probe[0].first[2], 2);
	assert_int_equal(foreign.probe[0].first[3], 3);
	assert_true(foreign.probe[0].entry[1].id == 9);
	assert_true(foreign.probe[0].entry[1].logprob == -1.25);
	assert_true(foreign.probe[0].next[0] == -0.5);
	assert_true(foreign.probe[0].next[1] == FOREIGN_UNWRITTEN);
	assert_true(foreign.probe[1].next[0] == -3);
	foreign_release(&foreign);
}

static void what_is_no_such_file_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "no log-probability" },
		{ HEADER, "no log-probability" },
		{ HEADER "{\"ids\":[1,2]}", "no log-probability" },
		{ "{\"ids\":[1,2],\"next\":[-1]}", "line 1: 'schema' is missing" },
		{ "{\"schema\":\"akashi/foreign-outputs/2\"}", "its schema is" },
		{ "{\"schema\":\"akashi/foreign-outputs/1\",\"framework\":\"\",\"version\":\"1\"}",
		  "'framework' is empty" },
		{ "{\"schema\":\"akashi/foreign-outputs/1\",\"framework\":\"us', exact, 'vLLM\","
		  "\"version\":\"1\"}",
		  "'framework' has a quotation mark" },
		{ "{\"schema\":\"akashi/foreign-outputs/1\",\"framework\":\"x\",\"version\":\"1\","
		  "\"dtype\":\"fp8\"}",
		  "none of f32, f16, bf16" },
		{ HEADER "{\"ids\":[],\"next\":[]}", "line 2: probe 0 has no ids" },
		{ HEADER "{\"ids\":[1,2],\"next\":[-1,-1]}", "'next' has 2 entries" },
		{ HEADER "{\"ids\":[1,2,3],\"top\":[[[1,-1]]]}", "'top' has 1 positions" },
		{ HEADER "{\"ids\":[1,2],\"top\":[[[1,-1],[1,-2]]]}", "id 1 stands twice" },
		{ HEADER "{\"ids\":[1,2],\"top\":[[[1,-1,0]]]}", "no [id, logprob]" },
		{ HEADER "{\"ids\":[1,2],\"top\":[[[-1,-1]]]}", "no [id, logprob]" },
		{ HEADER "{\"ids\":[1,2],\"top\":[7]}", "is no list" },
		{ HEADER "{\"ids\":[1,2],\"next\":[0.5]}", "is no log-probability" },
		{ HEADER "{\"ids\":[1,2],\"next\":[NaN]}", "line 2" },
		{ HEADER "{\"ids\":[1,2],\"next\":[\"nan\"]}", "'nan' is no decimal" },
		{ HEADER "{\"ids\":[1,2],\"next\":[\"-inf\"]}", "'-inf' is no decimal" },
		{ HEADER "{\"ids\":[1,2],\"next\":[-1e999]}", "is no decimal" },
		{ HEADER "{\"ids\":[1,2],\"next\":[true]}", "no number" },
		{ HEADER "{\"ids\":[1,2],\"next\":[-1]}\n{", "line 3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct foreign foreign;
		struct error err = { 0 };

		assert_int_equal(read_text(bad[i].text, &foreign, &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		if (!strstr(err.text, bad[i].says))
			fail_msg("'%s' does not say '%s'", err.text, bad[i].says);
	}
}

/* What writes a file with the numbers that the weights give, off by `apart` where asked. */
struct writing {
	struct buffer *out;
	size_t row;
	double apart; /* added to the likeliest token of position 3 */
};

static void entry_write(struct writing *writing, const float *logits, uint32_t id, double apart,
			const char *after)
{
	double most = logits[0], sum = 0;
	struct error err = { 0 };

	for (size_t i = 0; i < VOCAB; i++)
		most = logits[i] > most ? logits[i] : most;
	for (size_t i = 0; i < VOCAB; i++)
		sum += exp(logits[i] - most);
	assert_done(buffer_printf(writing->out, &err, "[%u,%.17g]%s", id,
				  logits[id] - most - log(sum) - apart, after),
		    &err);
}

static int logits_heard(void *user, struct backend *backend, size_t first_row, struct matrix logits,
			struct error *err)
{
	struct writing *writing = user;
	float *values = calloc(logits.rows * logits.cols, sizeof(float));

	(void)first_row;
	if (backend_download(backend, logits, values, err))
		return -1;
	for (size_t r = 0; r < logits.rows; r++, writing->row++) {
		const float *row = values + r * VOCAB;
		uint32_t likeliest = 0;

		for (uint32_t i = 1; i < VOCAB; i++)
			likeliest = row[i] > row[likeliest] ? i : likeliest;
		assert_done(buffer_printf(writing->out, err, "%s[", writing->row ? "," : ""), err);
		entry_write(writing, row, likeliest, writing->row == 3 ? writing->apart : 0, ",");
		entry_write(writing, row, (likeliest + 1) % VOCAB, 0, "]");
	}
	free(values);
	return 0;
}

/* One line a probe, a pass each. */
static void file_of(const struct recorded *recorded, const char *dtype, double apart,
		    struct buffer *out)
{
	struct tiny_open open;
	struct error err = { 0 };

	assert_done(tiny_model_open(recorded->folder, 0, NULL, &open, &err), &err);
	assert_done(buffer_printf(out, &err,
				  "{\"schema\":\"" FOREIGN_SCHEMA
				  "\",\"framework\":\"test\",\"version\":\"1\",\"dtype\":\"%s\"}\n",
				  dtype),
		    &err);
	for (size_t i = 0; i < recorded->probes.count; i++) {
		const struct probe *probe = &recorded->probes.probe[i];
		struct writing writing = { out, 0, apart };
		struct forward_sink sink = { .user = &writing, .logits = logits_heard };
		struct sequences one = { probe->ids, &probe->count, 1 };

		assert_done(buffer_add_text(out, "{\"ids\":[", &err), &err);
		for (size_t t = 0; t < probe->count; t++)
			assert_done(buffer_printf(out, &err, "%s%u", t ? "," : "", probe->ids[t]),
				    &err);
		assert_done(buffer_add_text(out, "],\"top\":[", &err), &err);
		assert_done(forward_run(&open.ctx, open.forward, open.backend, &one, &sink, &err),
			    &err);
		assert_done(buffer_add_text(out, "]}\n", &err), &err);
	}
	tiny_model_close(&open);
}

static struct foreign_report compared(const char *dtype, double apart,
				      struct replay_request request)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	CLEANUP(buffer_release) struct buffer file;
	struct foreign foreign;
	struct foreign_report report;
	struct tiny_open open;
	struct error err = { 0 };

	buffer_init(&file, FOREIGN_MAX_BYTES);
	file_of(&recorded, dtype, apart, &file);
	assert_done(foreign_read(buffer_view(&file), &foreign, &err), &err);
	assert_done(tiny_model_open(recorded.folder, 2, NULL, &open, &err), &err);
	assert_done(foreign_compare(&open.ctx, open.forward, open.backend, &foreign, &request,
				    &report, &err),
		    &err);
	tiny_model_close(&open);
	foreign_release(&foreign);
	recorded_release(&recorded);
	return report;
}

static void the_same_numbers_lie_within_every_tolerance(void **state)
{
	static const char *const dtype[] = { "f32", "f16", "bf16" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct foreign_report report = compared(dtype[i], 0, REPLAY_ALL);

		assert_false(report.value_beyond || report.mean_beyond);
		assert_true(report.largest < 1e-12);
		assert_int_equal(report.probes_run, COUNT);
		assert_int_equal(report.top_compared, report.positions_compared);
		assert_int_equal(report.top_agree, report.top_compared);
		assert_int_equal(report.values_compared, 2 * report.positions_compared);
		assert_true(report.divergence >= 0 && report.divergence < 1e-12);
	}
}

static void one_value_that_is_off_is_found_and_named(void **state)
{
	struct foreign_report report;
	double apart = 1e-2; /* what f32 never gives, and bf16 may */

	(void)state;
	report = compared("f32", apart, REPLAY_ALL);
	assert_true(report.value_beyond);
	assert_true(fabs(report.largest - apart) < 1e-9);
	assert_int_equal(report.worst.position, 3);
	assert_true(fabs(report.worst.computed - report.worst.written - apart) < 1e-9);
	assert_true(report.worst.allowed < apart);
	assert_true(report.divergence_most > 0);
	report = compared("bf16", apart, REPLAY_ALL);
	assert_false(report.value_beyond || report.mean_beyond);
}

static void only_the_drawn_share_is_compared(void **state)
{
	struct foreign_report report = compared(
		"f32", 0, (struct replay_request){ .probes = 2, .positions = 5, .seed = "again" });

	(void)state;
	assert_int_equal(report.probes_recorded, COUNT);
	assert_int_equal(report.probes_run, 2);
	assert_true(report.seeded);
	assert_in_range(report.positions_compared, 2, 10);
}

static void ids_beyond_the_vocabulary_are_refused(void **state)
{
	static const char *const line[] = { "{\"ids\":[1,67],\"next\":[-1]}",
					    "{\"ids\":[1,2],\"top\":[[[67,-1]]]}" };
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct replay_request all = REPLAY_ALL;
	struct foreign_report report;
	struct tiny_open open;
	struct error err = { 0 };

	(void)state;
	assert_done(tiny_model_open(recorded.folder, 0, NULL, &open, &err), &err);
	for (size_t i = 0; i < 2; i++) {
		struct foreign foreign;
		char text[512];

		snprintf(text, sizeof(text), HEADER "%s", line[i]);
		err = (struct error){ 0 };
		assert_done(read_text(text, &foreign, &err), &err);
		assert_int_equal(foreign_compare(&open.ctx, open.forward, open.backend, &foreign,
						 &all, &report, &err),
				 -1);
		assert_int_equal(err.code, ERROR_USAGE);
		assert_non_null(strstr(err.text, "67"));
		foreign_release(&foreign);
	}
	tiny_model_close(&open);
	recorded_release(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_with_what_wrote_it),
		cmocka_unit_test(what_is_no_such_file_is_refused_with_its_line),
		cmocka_unit_test(the_same_numbers_lie_within_every_tolerance),
		cmocka_unit_test(one_value_that_is_off_is_found_and_named),
		cmocka_unit_test(only_the_drawn_share_is_compared),
		cmocka_unit_test(ids_beyond_the_vocabulary_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
