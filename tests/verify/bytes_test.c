/* A tree held against a manifest: what holds, and exactly what does not. */
#include "tests/verify/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct made_tensor one[] = { { "embed", 2100, 1024, 1 }, { "norm", 1, 64, 2 } };
static const struct made_tensor two[] = { { "head", 30, 20, 3 }, { "bias", 1, 9, 4 } };
static const struct made_tensor three[] = { { "last", 5, 5, 5 } };

static char *a_checkpoint(void)
{
	char *folder = test_folder();

	put_tensors(folder, "m-1.safetensors", one, 2);
	put_tensors(folder, "m-2.safetensors", two, 2);
	put_tensors(folder, "m-3.safetensors", three, 1);
	put_text(folder, "config.json", "{}");
	put_text(folder, "README.md", "a card");
	put_text(folder, "empty", "");
	return folder;
}

/* Compare; the report is the caller's. With `threads` workers. */
static struct bytes_report *report_on(const struct manifest *manifest, const struct tree *tree,
				      const struct bytes_options *options, size_t threads)
{
	struct context ctx = test_context();
	struct bytes_report *report = NULL;
	struct error err = { 0 };

	assert_done(threads_new(threads, &ctx.threads, &err), &err);
	assert_done(bytes_compare(&ctx, manifest, tree, options, &report, &err), &err);
	threads_free(&ctx.threads);
	return report;
}

static void assert_summary(const struct bytes_report *report, const char *expected)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };
	char *text;

	buffer_init(&out, 65536);
	assert_done(bytes_report_summary(report, &out, &err), &err);
	assert_done(buffer_to_text(&out, &text, &err), &err);
	assert_string_equal(text, expected);
	free(text);
}

static const struct bytes_file *file_of(const struct bytes_report *report, const char *path)
{
	for (size_t i = 0; i < report->file_count; i++) {
		if (strcmp(report->file[i].path, path) == 0)
			return &report->file[i];
	}
	fail_msg("no '%s' in the report", path);
	return NULL;
}

static void the_same_files_hold_on_any_number_of_threads(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = tree_at(folder);

	(void)state;
	for (size_t threads = 1; threads < 4; threads++) {
		struct bytes_options rehash = { .rehash = true };
		CLEANUP(bytes_report_free)
		struct bytes_report *report = report_on(manifest, tree, NULL, threads);
		CLEANUP(bytes_report_free)
		struct bytes_report *again = report_on(manifest, tree, &rehash, threads);

		assert_summary(report, "all 6 files hold");
		assert_summary(again, "all 6 files hold");
		assert_true(report->weights_hold);
		assert_int_equal(report->shards_hold, 3);
		assert_int_equal(report->bytes_read, manifest_bytes(manifest));
		assert_false(report->rehashed);
		assert_true(again->rehashed);
	}
}

/* Flip one bit of element [row, col] of a BF16 tensor; returns where in the file. */
static uint64_t flip_element(const char *folder, const struct manifest *manifest, const char *path,
			     const char *name, uint64_t row, uint64_t col)
{
	for (size_t i = 0; i < manifest->tensor_count; i++) {
		const struct tensor *tensor = &manifest->tensor[i];
		uint64_t at = tensor->offset + 2 * (row * tensor->shape[1] + col);

		if (strcmp(tensor->name, name) != 0)
			continue;
		flip_bits(folder, path, at, 1);
		return at;
	}
	fail_msg("no tensor '%s'", name);
	return 0;
}

static void one_flipped_bit_is_named_to_the_element_and_its_values(void **state)
{
	static const struct {
		const char *path, *name;
		uint64_t row, col;
	} cases[] = {
		{ "m-1.safetensors", "embed", 0, 0 },    { "m-1.safetensors", "embed", 2099, 1023 },
		{ "m-1.safetensors", "embed", 2048, 1 }, /* the second piece */
		{ "m-1.safetensors", "norm", 0, 63 },    { "m-2.safetensors", "head", 17, 3 },
		{ "m-2.safetensors", "bias", 0, 8 }, /* half a word, then padding */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(test_folder_remove) char *folder = a_checkpoint();
		CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
		uint64_t at = flip_element(folder, manifest, cases[i].path, cases[i].name,
					   cases[i].row, cases[i].col);
		CLEANUP(tree_close) struct tree *tree = tree_at(folder);
		CLEANUP(bytes_report_free)
		struct bytes_report *report = report_on(manifest, tree, NULL, 2);
		const struct bytes_file *file = file_of(report, cases[i].path);
		const struct bytes_difference *difference = file->difference;
		char place[32];

		snprintf(place, sizeof(place), "[%llu, %llu]", (unsigned long long)cases[i].row,
			 (unsigned long long)cases[i].col);
		assert_int_equal(file->state, BYTES_DIFFER);
		assert_int_equal(file->difference_count, 1);
		assert_true(difference->exact);
		assert_string_equal(difference->tensor, cases[i].name);
		assert_string_equal(difference->element, place);
		assert_int_equal(difference->offset, at);
		assert_int_equal(difference->len, 2);
		assert_string_not_equal(difference->expected, difference->found);
		assert_false(report->weights_hold);
		assert_int_equal(report->differ, 1);
	}
}

static void the_sentence_names_file_tensor_element_and_both_values(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;
	const char *header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}";
	uint64_t at = 8 + strlen(header) + 16;
	static const uint8_t half[4] = { 0, 0, 0, 0x3f };

	(void)state;
	put_safetensors(folder, "m.safetensors", header, 24);
	for (uint64_t i = 0; i < 4; i++)
		flip_bits(folder, "m.safetensors", at + i,
			  (uint8_t)(half[i] ^ (uint8_t)((16 + i) * 7 + 1)));
	manifest = manifest_at(folder);
	flip_bits(folder, "m.safetensors", at + 2, 0x40);
	tree = tree_at(folder);
	report = report_on(manifest, tree, NULL, 1);
	assert_summary(report, "m.safetensors: tensor 'w' [1, 1] was 0.5 (0x3f000000), is 0.75 "
			       "(0x3f400000)");
}

static void changes_in_the_header_and_in_other_files_are_named_by_their_byte(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;

	(void)state;
	flip_bits(folder, "m-3.safetensors", 11, 0x20);
	flip_bits(folder, "README.md", 1, 0x41);
	tree = tree_at(folder);
	report = report_on(manifest, tree, NULL, 2);
	assert_null(file_of(report, "m-3.safetensors")->difference[0].tensor);
	assert_int_equal(file_of(report, "m-3.safetensors")->difference[0].offset, 11);
	assert_string_equal(file_of(report, "README.md")->difference[0].expected, "0x20");
	assert_string_equal(file_of(report, "README.md")->difference[0].found, "0x61");
}

static void many_changes_name_the_tensors_and_the_ranges(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;
	const struct bytes_file *file;

	(void)state;
	flip_element(folder, manifest, "m-1.safetensors", "embed", 1, 5);
	flip_element(folder, manifest, "m-1.safetensors", "embed", 2, 900);
	flip_element(folder, manifest, "m-1.safetensors", "norm", 0, 3);
	tree = tree_at(folder);
	report = report_on(manifest, tree, NULL, 2);
	file = file_of(report, "m-1.safetensors");
	assert_int_equal(file->pieces_differ, 2);
	assert_int_equal(file->tensors_touched, 2);
	assert_string_equal(file->tensor[0], "embed");
	assert_false(file->difference[0].exact);
	assert_int_equal(file->difference[0].len, PIECE_SIZE_BYTES);
	assert_true(file->difference[1].exact);
	assert_summary(report, "m-1.safetensors: 2 tensors differ: 'embed', 'norm'");
}

static void an_edited_card_does_not_touch_the_weights(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;

	(void)state;
	put_text(folder, "README.md", "another card");
	put_text(folder, "extra.py", "import os");
	put_text(folder, ".cache/huggingface/x", "1");
	tree = tree_at(folder);
	report = report_on(manifest, tree, NULL, 2);
	assert_true(report->weights_hold);
	assert_int_equal(report->ignored_count, 1);
	assert_summary(report, "weights hold; README.md was edited after signing; extra.py is not "
			       "covered by the signature");
}

static void remove_file(const char *folder, const char *name)
{
	char *path = path_of(folder, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static void a_partial_download_counts_the_shards_that_are_true(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;

	(void)state;
	remove_file(folder, "m-2.safetensors");
	tree = tree_at(folder);
	report = report_on(manifest, tree, NULL, 2);
	assert_false(report->weights_hold);
	assert_int_equal(report->missing, 1);
	assert_summary(report, "2 of 3 shards are present and true; m-2.safetensors is missing");
}

static void a_truncated_shard_says_how_much_is_there(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;

	(void)state;
	truncate_file(folder, "m-2.safetensors", 100);
	tree = tree_at(folder);
	report = report_on(manifest, tree, NULL, 2);
	assert_int_equal(file_of(report, "m-2.safetensors")->state, BYTES_SIZE);
	assert_false(report->weights_hold);
	assert_int_equal(report->differ, 1);
}

static void the_same_tensors_cut_differently_hold(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	struct made_tensor all[] = { two[1], one[0], three[0], one[1], two[0] };

	(void)state;
	remove_file(folder, "m-1.safetensors");
	remove_file(folder, "m-2.safetensors");
	remove_file(folder, "m-3.safetensors");
	put_tensors(folder, "model.safetensors", all, 5);
	for (size_t round = 0; round < 2; round++) {
		CLEANUP(tree_close) struct tree *tree = tree_at(folder);
		CLEANUP(bytes_report_free)
		struct bytes_report *report = report_on(manifest, tree, NULL, 2);

		if (!round) {
			assert_true(report->weights_hold);
			assert_int_equal(report->recut, 4);
			assert_int_equal(report->missing + report->not_covered, 0);
			assert_summary(report, "weights hold: the same tensors, cut into files "
					       "differently");
			all[3].seed = 99;
			put_tensors(folder, "model.safetensors", all, 5);
			continue;
		}
		assert_false(report->weights_hold);
		assert_int_equal(file_of(report, "m-1.safetensors")->state, BYTES_MISSING);
		assert_int_equal(file_of(report, "m-2.safetensors")->state, BYTES_RECUT);
		assert_int_equal(file_of(report, "model.safetensors")->state, BYTES_NOT_COVERED);
	}
}

static void a_file_with_more_than_the_signed_tensors_stays_uncovered(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;
	struct made_tensor more[] = { three[0], { "trojan", 2, 2, 8 } };

	(void)state;
	remove_file(folder, "m-3.safetensors");
	put_tensors(folder, "x.safetensors", more, 2);
	tree = tree_at(folder);
	report = report_on(manifest, tree, NULL, 2);
	assert_true(report->weights_hold);
	assert_int_equal(file_of(report, "x.safetensors")->state, BYTES_NOT_COVERED);
}

static void without_pieces_the_tensors_that_differ_are_still_named(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(bytes_report_free) struct bytes_report *report = NULL;

	(void)state;
	free(manifest->record);
	manifest->record = NULL;
	flip_element(folder, manifest, "m-1.safetensors", "norm", 0, 3);
	tree = tree_at(folder);
	report = report_on(manifest, tree, NULL, 2);
	assert_true(report->rehashed);
	assert_summary(report, "m-1.safetensors: 1 tensor differs: 'norm'");
}

/* Whether to stop is asked once files are open and before they are read: damage one then. */
static bool damage_on_the_way(void *user)
{
	flip_bits(user, "m-1.safetensors", 20, 1);
	return false;
}

static bool truncate_on_the_way(void *user)
{
	truncate_file(user, "m-1.safetensors", 1000);
	return false;
}

/* Compare while `damage` is done; the error's text has the words. */
static void assert_noticed(bool (*damage)(void *user), const char *words)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = tree_at(folder);
	struct bytes_options whole = { .rehash = true };
	struct context ctx = test_context();
	struct bytes_report *report = NULL;
	struct error err = { 0 };

	for (int i = 0; i < 2; i++) {
		put_tensors(folder, "m-1.safetensors", one, 2);
		make_old(folder, "m-1.safetensors");
		ctx.user = folder;
		ctx.cancelled = damage;
		assert_int_equal(
			bytes_compare(&ctx, manifest, tree, i ? &whole : NULL, &report, &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		/* Read whole, files are opened one by one: this one after its change. */
		assert_says(&err, i ? "'m-1.safetensors'" : words);
	}
}

static void a_file_that_changes_while_it_is_checked_is_refused(void **state)
{
	(void)state;
	assert_noticed(damage_on_the_way, "'m-1.safetensors'");
}

static void a_file_that_is_truncated_while_it_is_checked_is_refused(void **state)
{
	(void)state;
	assert_noticed(truncate_on_the_way, "'m-1.safetensors' was truncated");
}

static void digests_of_files_are_those_of_the_manifest(void **state)
{
	CLEANUP(test_folder_remove) char *folder = a_checkpoint();
	CLEANUP(manifest_free) struct manifest *manifest = manifest_at(folder);
	CLEANUP(tree_close) struct tree *tree = tree_at(folder);
	struct context ctx = test_context();
	struct digest digest[6];
	struct error err = { 0 };

	(void)state;
	assert_int_equal(tree_count(tree), 6);
	assert_done(bytes_file_digests(&ctx, tree, digest, &err), &err);
	for (size_t i = 0; i < 6; i++)
		assert_true(digest_equal(&digest[i], &manifest->file[i].sha256));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_files_hold_on_any_number_of_threads),
		cmocka_unit_test(one_flipped_bit_is_named_to_the_element_and_its_values),
		cmocka_unit_test(the_sentence_names_file_tensor_element_and_both_values),
		cmocka_unit_test(changes_in_the_header_and_in_other_files_are_named_by_their_byte),
		cmocka_unit_test(many_changes_name_the_tensors_and_the_ranges),
		cmocka_unit_test(an_edited_card_does_not_touch_the_weights),
		cmocka_unit_test(a_partial_download_counts_the_shards_that_are_true),
		cmocka_unit_test(a_truncated_shard_says_how_much_is_there),
		cmocka_unit_test(the_same_tensors_cut_differently_hold),
		cmocka_unit_test(a_file_with_more_than_the_signed_tensors_stays_uncovered),
		cmocka_unit_test(without_pieces_the_tensors_that_differ_are_still_named),
		cmocka_unit_test(a_file_that_changes_while_it_is_checked_is_refused),
		cmocka_unit_test(a_file_that_is_truncated_while_it_is_checked_is_refused),
		cmocka_unit_test(digests_of_files_are_those_of_the_manifest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
