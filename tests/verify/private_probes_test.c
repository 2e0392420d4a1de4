/* Private probes: what is shown tells nothing, and what is opened is what was recorded. */
#include "tests/verify/tiny_record.h"
#include "verify/outputs.h"

/* A record of private probes, and all that opens it. */
struct hidden {
	struct recorded recorded;
	struct opening opening[COUNT];
	size_t count;
	struct buffer shown;
	struct digest root;
	struct outputs outputs; /* `shown`, read */
};

/* A salt that differs from probe to probe; chance is for registry/. */
static int hide(void *arg, const struct json *value, struct digest *out_commitment,
		struct error *err)
{
	struct hidden *hidden = arg;
	uint8_t salt[COMMITMENT_SALT_BYTES] = { (uint8_t)hidden->count };

	if (opening_make(salt, PRIVATE_PROBE_WHAT, "t/m@1", value, &hidden->opening[hidden->count],
			 err))
		return -1;
	*out_commitment = hidden->opening[hidden->count++].commitment;
	return 0;
}

static void hidden_make(struct hidden *hidden, const char *family)
{
	struct error err = { 0 };

	*hidden = (struct hidden){ .recorded = recorded_of(tiny_model(family)) };
	buffer_init(&hidden->shown, OUTPUTS_MAX_BYTES);
	assert_done(private_probes_hide(buffer_view(&hidden->recorded.outputs),
					&hidden->recorded.probes, hide, hidden, &hidden->shown,
					&hidden->root, &err),
		    &err);
	assert_done(
		outputs_from_private_object(buffer_view(&hidden->shown), &hidden->outputs, &err),
		&err);
}

static void hidden_release(struct hidden *hidden)
{
	outputs_release(&hidden->outputs);
	for (size_t i = 0; i < hidden->count; i++)
		opening_release(&hidden->opening[i]);
	buffer_release(&hidden->shown);
	recorded_release(&hidden->recorded);
}

/* Is the digest anywhere in what is shown? */
static bool tells(const struct hidden *hidden, const struct digest *digest)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	return memmem(hidden->shown.data, hidden->shown.len, hex, 64) ||
	       memmem(hidden->shown.data, hidden->shown.len, digest->byte, DIGEST_SIZE);
}

static void what_is_shown_has_nothing_that_a_guess_could_be_tried_against(void **state)
{
	(void)state;
	for (size_t f = 0; f < FAMILIES; f++) {
		CLEANUP(outputs_release) struct outputs whole = { 0 };
		CLEANUP(hidden_release) struct hidden hidden;
		struct error err = { 0 };
		struct digest root;

		hidden_make(&hidden, families[f]);
		assert_done(
			outputs_from_object(buffer_view(&hidden.recorded.outputs), &whole, &err),
			&err);
		for (size_t i = 0; i < whole.count; i++) {
			assert_false(tells(&hidden, &whole.probe[i].identity));
			for (uint32_t b = 0; b <= whole.layers; b++)
				assert_false(tells(&hidden, &whole.probe[i].boundary[b]));
			for (size_t t = 0; t < whole.probe[i].tokens; t++)
				assert_false(tells(&hidden, &whole.probe[i].position[t]));
		}
		assert_null(memmem(hidden.shown.data, hidden.shown.len, "\"ids\"", 5));
		assert_null(memmem(hidden.shown.data, hidden.shown.len, "\"top\"", 5));
		assert_false(tells(&hidden, &hidden.recorded.root));
		root = outputs_root(&hidden.outputs);
		assert_true(digest_equal(&root, &hidden.root));
		/* Nobody takes it for a record that could be computed. */
		assert_fails(outputs_from_object(buffer_view(&hidden.shown), &whole, &err), &err,
			     ERROR_CORRUPT);
	}
}

static void what_is_opened_replays_and_nothing_else(void **state)
{
	(void)state;
	for (size_t f = 0; f < FAMILIES; f++) {
		CLEANUP(private_opened_release) struct private_opened opened;
		CLEANUP(hidden_release) struct hidden hidden;
		struct replay_request all = REPLAY_ALL;
		struct replay_report report;
		struct tiny_open open;
		struct error err = { 0 };

		private_opened_init(&opened);
		hidden_make(&hidden, families[f]);
		/* The second and the fourth, given the other way round. */
		opening_release(&hidden.opening[0]);
		hidden.opening[0] = hidden.opening[3];
		hidden.opening[3] = (struct opening){ 0 };
		assert_done(private_probes_open(&hidden.outputs, hidden.opening, 2, &opened, &err),
			    &err);
		assert_int_equal(opened.probes.count, 2);
		assert_int_equal(opened.place[0], 1);
		assert_int_equal(opened.place[1], 3);
		assert_done(tiny_model_open(hidden.recorded.folder, 0, NULL, &open, &err), &err);
		assert_done(record_replay(&open.ctx, open.forward, open.backend, &opened.probes,
					  buffer_view(&opened.outputs), &opened.root, &all, &report,
					  &err),
			    &err);
		assert_int_equal(report.probes_run, 2);
		assert_int_equal(report.probes_exact, 2);
		assert_true(report.whole);
		tiny_model_close(&open);
	}
}

static void without_openings_nothing_is_opened(void **state)
{
	CLEANUP(private_opened_release) struct private_opened opened;
	CLEANUP(hidden_release) struct hidden hidden;
	struct error err = { 0 };

	(void)state;
	private_opened_init(&opened);
	hidden_make(&hidden, "llama");
	assert_done(private_probes_open(&hidden.outputs, NULL, 0, &opened, &err), &err);
	assert_int_equal(opened.probes.count, 0);
}

/* A publisher may commit to anything; what it opens to is a stranger's text. */
static void what_opens_to_no_probe_contradicts(void **state)
{
	static const char *const values[] = {
		"\"sha256:0123456789abcdef\"",
		"{\"name\":\"t/m@1\"}",
		"{\"ids\":[]}",
		"{\"ids\":[1,2]}",
		"{\"ids\":[1,-2],\"outputs\":{}}",
		"{\"ids\":[4294967296],\"outputs\":{}}",
		"{\"ids\":[1],\"outputs\":[]}",
		"{\"ids\":[1],\"outputs\":{}}",
		"{\"ids\":[1],\"outputs\":{\"commitment\":\"sha256:00\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		CLEANUP(private_opened_release) struct private_opened opened;
		CLEANUP(opening_release) struct opening opening = { 0 };
		CLEANUP(json_free) struct json *list = NULL;
		CLEANUP(buffer_release) struct buffer text;
		struct outputs hidden = { 2, 24, VOCAB, true, NULL, 1, NULL };
		uint8_t salt[COMMITMENT_SALT_BYTES] = { 7 };
		struct error err = { 0 };

		private_opened_init(&opened);
		buffer_init(&text, 1024);
		assert_done(buffer_printf(&text, &err, "[%s]", values[i]), &err);
		assert_done(json_parse(buffer_view(&text), NULL, &list, &err), &err);
		assert_done(opening_make(salt, "probe", "t/m@1", json_at(list, 0), &opening, &err),
			    &err);
		hidden.commitment = &opening.commitment;
		assert_fails(private_probes_open(&hidden, &opening, 1, &opened, &err), &err,
			     ERROR_CORRUPT);
	}
}

static void an_object_of_commitments_has_one_form(void **state)
{
	static const char *const objects[] = {
		/* and something beside it */
		("{\"commitment\":\"sha256:"
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"nll\":"
		 "\"0\"}"),
		"{\"commitment\":\"sha256:aa\"}",
		"{}",
		"1",
	};
	struct outputs read = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		CLEANUP(buffer_release) struct buffer text;
		struct error err = { 0 };

		buffer_init(&text, 1024);
		assert_done(buffer_printf(&text, &err,
					  "{\"hidden\":24,\"kind\":\"logits\",\"layers\":2,"
					  "\"probes\":[%s],\"profile\":\"" EXACT_PROFILE
					  "\",\"schema\":\"akashi/outputs/1\",\"vocab\":67}",
					  objects[i]),
			    &err);
		assert_fails(outputs_from_private_object(buffer_view(&text), &read, &err), &err,
			     ERROR_CORRUPT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_has_nothing_that_a_guess_could_be_tried_against),
		cmocka_unit_test(what_is_opened_replays_and_nothing_else),
		cmocka_unit_test(without_openings_nothing_is_opened),
		cmocka_unit_test(what_opens_to_no_probe_contradicts),
		cmocka_unit_test(an_object_of_commitments_has_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
