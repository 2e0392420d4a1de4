/* Disputes: two parties who compute differently are led to one step, tensor, row and element. */
#include <stdlib.h>

#include "tests/verify/spotted.h"
#include "verify/dispute.h"
#include "verify/json.h"
#include "verify/manifest.h"

/* Hear one layer of one probe in the model that lies in the folder now. */
static struct dispute hear(struct spotted *spotted, struct dispute_place place,
			   struct json **out_opened, size_t step, size_t row, size_t element)
{
	struct boundary_source states = { spotted, spotted_rows };
	struct dispute dispute = { 0 };
	struct manifest *manifest = NULL;
	struct tiny_open open;
	struct error err = { 0 };

	assert_done(tiny_model_open(spotted->folder, 0, NULL, &open, &err), &err);
	assert_done(manifest_build(&open.ctx, open.tree, NULL, &manifest, &err), &err);
	assert_done(weights_expect(open.weights, manifest, &err), &err);
	assert_done(dispute_run(&open.ctx, open.forward, open.backend, &spotted->probes,
				buffer_view(&spotted->outputs), &spotted->root, &states, &place,
				&dispute, &err),
		    &err);
	if (out_opened) {
		dispute_open_row(&dispute, row);
		assert_done(dispute_open(&open.ctx, open.weights, &dispute, step, row, element,
					 out_opened, &err),
			    &err);
	}
	/* What follows looks at transcripts only. */
	tiny_model_close(&open);
	manifest_free(&manifest);
	return dispute;
}

static void an_honest_layer_makes_what_was_recorded_of_what_was_recorded(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct spotted spotted = spotted_of(tiny_model(families[i]), 2);

		for (uint32_t layer = 0; layer < 2; layer++) {
			struct dispute_place place = { .layer = layer, .probe = 3 };
			struct dispute dispute = hear(&spotted, place, NULL, 0, 0, 0);

			assert_false(dispute.differs);
			assert_int_equal(dispute.transcript.tokens, 11);
			assert_true(dispute.transcript.count >= 10);
			dispute_release(&dispute);
		}
		spotted_release(&spotted);
	}
}

/* A tensor of layer 1 of a family, and an element of it that is altered. */
struct altered {
	const char *family, *tensor;
	size_t index, element; /* of the tensor; of the step's result */
};

static const struct altered table[] = {
	{ "llama", "model.layers.1.mlp.up_proj.weight", 24 * 9 + 2, 9 },
	{ "llama", "model.layers.1.self_attn.k_proj.weight", 24 * 11, 11 },
	{ "llama", "model.layers.1.input_layernorm.weight", 7, 7 },
	{ "qwen2", "model.layers.1.self_attn.v_proj.bias", 5, 5 },
	/* [in, 3 * out]: columns 24 ... 47 are k. */
	{ "gpt2", "transformer.h.1.attn.c_attn.weight", 72 * 4 + 24 + 6, 6 },
	{ "bert", "encoder.layer.1.output.LayerNorm.bias", 3, 3 },
};

static void two_parties_are_led_to_the_altered_tensor_and_its_element(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct spotted spotted = spotted_of(tiny_model(table[i].family), 2);
		struct dispute_place place = { .layer = 1, .probe = 0, .row_known = true };
		struct dispute theirs = hear(&spotted, place, NULL, 0, 0, 0), mine;
		struct transcript_difference difference;
		struct json *opened = NULL;
		struct error err = { 0 };
		const char *part = strstr(table[i].tensor, ".bias") ? "bias" : "weight";

		tiny_model_flip_at(&spotted.model, spotted.folder, table[i].tensor, table[i].index);
		mine = hear(&spotted, place, NULL, 0, 0, 0);
		assert_true(mine.differs);
		assert_done(
			transcript_compare(&mine.transcript, &theirs.transcript, &difference, &err),
			&err);
		assert_true(difference.differs && difference.opened);
		assert_int_equal(difference.row, 0);
		assert_int_equal(difference.element, table[i].element);
		dispute_release(&mine);
		mine = hear(&spotted, place, &opened, difference.step, difference.row,
			    difference.element);
		assert_string_equal(json_text(json_member(json_member(opened, part), "tensor")),
				    table[i].tensor);
		assert_int_equal(json_count(json_member(json_member(opened, part), "pieces")), 1);
		assert_non_null(json_text(json_member(opened, "x")));
		json_free(&opened);
		dispute_release(&mine);
		dispute_release(&theirs);
		spotted_release(&spotted);
	}
}

static void a_transcript_is_read_as_it_was_written(void **state)
{
	struct spotted spotted = spotted_of(tiny_model("llama"), 2);
	struct dispute_place place = { .layer = 1, .probe = 2, .row_known = true, .row = 5 };
	struct dispute dispute = hear(&spotted, place, NULL, 0, 0, 0);
	struct transcript again = { 0 };
	struct transcript_difference difference;
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };

	(void)state;
	buffer_init(&text, TRANSCRIPT_MAX_BYTES);
	assert_done(transcript_to_json(&dispute.transcript, &json, &err), &err);
	assert_done(json_write_canonical(json, &text, &err), &err);
	assert_done(transcript_from_text(buffer_view(&text), &again, &err), &err);
	assert_int_equal(again.opened, 5);
	assert_done(transcript_compare(&dispute.transcript, &again, &difference, &err), &err);
	assert_false(difference.differs);
	/* Of another layer, another probe or another state: nothing to compare. */
	again.layer = 0;
	assert_fails(transcript_compare(&dispute.transcript, &again, &difference, &err), &err,
		     ERROR_USAGE);
	again.layer = 1;
	again.input.byte[0] ^= 1;
	assert_fails(transcript_compare(&dispute.transcript, &again, &difference, &err), &err,
		     ERROR_USAGE);
	/* Cut anywhere, it is no transcript. */
	for (size_t len = 0; len < text.len; len += 1 + text.len / 97) {
		struct transcript cut = { 0 };

		assert_fails(transcript_from_text((struct span){ text.data, len }, &cut, &err),
			     &err, ERROR_CORRUPT);
	}
	transcript_release(&again);
	dispute_release(&dispute);
	spotted_release(&spotted);
}

static void a_place_that_the_record_does_not_have_is_refused(void **state)
{
	struct spotted spotted = spotted_of(tiny_model("llama"), 2);
	struct dispute_place place[] = { { .layer = 2 },
					 { .probe = COUNT },
					 { .probe = 1, .row_known = true, .row = 1 } };
	struct boundary_source states = { &spotted, spotted_rows };
	struct tiny_open open;
	struct error err = { 0 };

	(void)state;
	assert_done(tiny_model_open(spotted.folder, 0, NULL, &open, &err), &err);
	for (size_t i = 0; i < 3; i++) {
		struct dispute dispute;

		assert_fails(dispute_run(&open.ctx, open.forward, open.backend, &spotted.probes,
					 buffer_view(&spotted.outputs), &spotted.root, &states,
					 &place[i], &dispute, &err),
			     &err, ERROR_USAGE);
	}
	tiny_model_close(&open);
	spotted_release(&spotted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_layer_makes_what_was_recorded_of_what_was_recorded),
		cmocka_unit_test(two_parties_are_led_to_the_altered_tensor_and_its_element),
		cmocka_unit_test(a_transcript_is_read_as_it_was_written),
		cmocka_unit_test(a_place_that_the_record_does_not_have_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
