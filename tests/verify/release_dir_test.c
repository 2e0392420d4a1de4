/* Release directories: read beneath themselves only, and as far as they are whole. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/verify/world.h"

/* A released checkpoint in a folder of its own. */
struct stage {
	char *folder;
	struct world world;
	struct test_signer alice;
	struct world_item *policy, *checkpoint;
};

static void stage_init(struct stage *stage)
{
	struct world_key key = { &stage->alice, "*", "*", 0, UINT64_MAX };

	stage->folder = test_folder();
	stage->alice = test_signer_new("P-256");
	world_init(&stage->world, "log.example/house");
	stage->policy = world_policy(&stage->world, &key, 1);
	stage->checkpoint = world_checkpoint(&stage->world, &stage->alice, "team/base@v1");
	world_claim(&stage->world, &stage->alice, "checkpoint", "team/base@v1",
		    &stage->checkpoint->identity);
	world_write(&stage->world, stage->folder);
}

static void stage_release(struct stage *stage)
{
	test_folder_remove(&stage->folder);
	test_signer_release(&stage->alice);
	world_release(&stage->world);
}

/* The path of a file in the stage's folder; freed by the caller. */
static char *place(const struct stage *stage, const char *name)
{
	struct error err = { 0 };
	char *path;

	assert_done(path_join(stage->folder, name, &path, &err), &err);
	return path;
}

static void put(const struct stage *stage, const char *name, const char *text)
{
	struct error err = { 0 };
	char *path = place(stage, name);

	assert_done(file_write(path, span_of(text), 0644, FILE_REPLACE, &err), &err);
	free(path);
}

static char *envelope_name(const struct world_item *item)
{
	char hex[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE], *name;

	digest_to_hex(&item->identity, hex);
	digest_to_hex(&item->key, key);
	assert_true(asprintf(&name, "akashi/statements/%s.%s.json", hex, key) > 0);
	return name;
}

static void what_was_released_is_believed_again(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct pin pin;
	struct pins pins = { &pin, 1 };
	struct error err = { 0 };

	(void)state;
	stage_init(&stage);
	put(&stage, "akashi/statements/README", "not of our form: passed over");
	pin = world_pin(&stage.world, stage.policy);
	assert_true(release_dir_exists(stage.folder));
	assert_done(release_dir_open(stage.folder, &evidence, &err), &err);
	assert_done(trust_from_pins(&pins, evidence, UINT64_MAX, &trust, &err), &err);
	assert_done(believe_statement(&trust, evidence, &stage.checkpoint->identity, NULL,
				      &believed, &err),
		    &err);
	assert_int_equal(believed.claim_index, 2);
}

static void a_release_with_a_link_in_it_is_refused(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	struct error err = { 0 };
	char *name, *path, *moved;

	(void)state;
	stage_init(&stage);
	name = envelope_name(stage.checkpoint);
	path = place(&stage, name);
	moved = place(&stage, "moved.json");
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(symlink(moved, path), 0);
	assert_fails(release_dir_open(stage.folder, &evidence, &err), &err, ERROR_CORRUPT);
	free(name);
	free(path);
	free(moved);
}

static void a_linked_folder_is_refused(void **state)
{
	static const char *const part[] = { "akashi", "akashi/statements" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(stage_release) struct stage stage;
		struct evidence *evidence = NULL;
		char *path, *moved;

		stage_init(&stage);
		path = place(&stage, part[i]);
		moved = place(&stage, "moved");
		assert_int_equal(rename(path, moved), 0);
		assert_int_equal(symlink(moved, path), 0);
		assert_fails(release_dir_open(stage.folder, &evidence, &err), &err, ERROR_CORRUPT);
		assert_true(release_dir_exists(stage.folder));
		free(path);
		free(moved);
	}
}

static void a_folder_without_akashi_is_absent(void **state)
{
	char *folder = test_folder();
	struct evidence *evidence = NULL;
	struct error err = { 0 };

	(void)state;
	assert_false(release_dir_exists(folder));
	assert_fails(release_dir_open(folder, &evidence, &err), &err, ERROR_ABSENT);
	test_folder_remove(&folder);
}

static void an_envelope_that_is_too_long_is_refused_before_it_is_read(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct error err = { 0 };
	char *name, *path;

	(void)state;
	stage_init(&stage);
	buffer_init(&bytes, SIZE_MAX / 2);
	name = envelope_name(stage.checkpoint);
	path = place(&stage, name);
	assert_int_equal(truncate(path, (off_t)1 << 40), 0);
	assert_done(release_dir_open(stage.folder, &evidence, &err), &err);
	assert_fails(evidence_envelope(evidence, &stage.checkpoint->identity,
				       &stage.checkpoint->key, &bytes, &err),
		     &err, ERROR_CORRUPT);
	assert_int_equal(bytes.cap, 0);
	free(name);
	free(path);
}

static void a_pipe_is_refused_and_a_folder_in_a_files_place_is_no_file(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct error err = { 0 };
	char *name, *path;

	(void)state;
	stage_init(&stage);
	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	name = envelope_name(stage.checkpoint);
	path = place(&stage, name);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_fails(release_dir_open(stage.folder, &evidence, &err), &err, ERROR_CORRUPT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_done(release_dir_open(stage.folder, &evidence, &err), &err);
	assert_fails(evidence_envelope(evidence, &stage.checkpoint->identity,
				       &stage.checkpoint->key, &bytes, &err),
		     &err, ERROR_ABSENT);
	free(name);
	free(path);
}

static void objects_are_read_by_their_digest_only(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct digest good = sha256(span_of("an object")), bad = sha256(span_of("another"));
	char hex[DIGEST_HEX_SIZE], name[128];
	struct error err = { 0 };

	(void)state;
	stage_init(&stage);
	buffer_init(&bytes, 1024);
	digest_to_hex(&good, hex);
	snprintf(name, sizeof(name), "akashi/objects/%s", hex);
	put(&stage, name, "an object");
	digest_to_hex(&bad, hex);
	snprintf(name, sizeof(name), "akashi/objects/%s", hex);
	put(&stage, name, "not the other");
	assert_done(release_dir_open(stage.folder, &evidence, &err), &err);
	assert_done(evidence_object_read(evidence, &good, &bytes, &err), &err);
	assert_true(span_equal(buffer_view(&bytes), span_of("an object")));
	assert_fails(evidence_object_read(evidence, &bad, &bytes, &err), &err, ERROR_CORRUPT);
	assert_true(span_equal(buffer_view(&bytes), span_of("an object")));
	bad = sha256(span_of("nowhere"));
	assert_fails(evidence_object_read(evidence, &bad, &bytes, &err), &err, ERROR_ABSENT);
}

#define RELEASE "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void the_beginning_is_read_strictly(void **state)
{
	static const char *const bad[] = { "", "{}", "{\"release\":\"" RELEASE "\"}",
					   "{\"release\":\"" RELEASE
					   "\",\"schema\":\"akashi/release/2\"}",
					   "{\"release\":\"x\",\"schema\":\"akashi/release/1\"}" };
	CLEANUP(stage_release) struct stage stage;
	struct digest release;
	char hex[DIGEST_HEX_SIZE];
	struct error err = { 0 };

	(void)state;
	stage_init(&stage);
	assert_fails(release_dir_begin(stage.folder, &release, &err), &err, ERROR_ABSENT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put(&stage, "akashi/release.json", bad[i]);
		assert_fails(release_dir_begin(stage.folder, &release, &err), &err, ERROR_CORRUPT);
	}
	put(&stage, "akashi/release.json",
	    "{\"release\":\"" RELEASE "\",\"schema\":\"akashi/release/1\"}");
	assert_done(release_dir_begin(stage.folder, &release, &err), &err);
	digest_to_hex(&release, hex);
	assert_string_equal(hex, &RELEASE[7]);
}

static void two_kinds_of_evidence_are_asked_in_turn(void **state)
{
	CLEANUP(stage_release) struct stage one, two;
	CLEANUP(evidence_close) struct evidence *both = NULL;
	CLEANUP(digest_list_release) struct digest_list all = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;
	struct error err = { 0 };

	(void)state;
	stage_init(&one);
	stage_init(&two);
	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	assert_done(evidence_join(&one.world.base, &two.world.base, &both, &err), &err);
	assert_done(evidence_statements(both, NULL, &all, &err), &err);
	assert_int_equal(all.count, 4); /* checkpoint and claim are one statement by two keys */
	assert_done(evidence_envelope(both, &two.policy->identity, &two.policy->key, &bytes, &err),
		    &err);
	assert_done(evidence_proof(both, &two.policy->identity, &two.policy->key, &bytes, &err),
		    &err);
	assert_fails(evidence_proof(both, &two.policy->identity, &one.policy->key, &bytes, &err),
		     &err, ERROR_ABSENT);
}

static int count_stray(void *arg, const char *name, struct error *err)
{
	size_t *count = arg;

	(void)err;
	assert_string_equal(name, "akashi/statements/evil.py");
	++*count;
	return 0;
}

static void what_has_no_place_in_a_release_is_named(void **state)
{
	struct stage stage;
	struct error err = { 0 };
	size_t count = 0;

	(void)state;
	stage_init(&stage);
	assert_done(release_dir_strays(stage.folder, count_stray, &count, &err), &err);
	assert_int_equal(count, 0);
	put(&stage, "akashi/statements/evil.py", "import os");
	assert_done(release_dir_strays(stage.folder, count_stray, &count, &err), &err);
	assert_int_equal(count, 1);
	stage_release(&stage);
}

static void statements_without_end_are_refused_before_they_are_read(void **state)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	struct stage stage;
	struct error err = { 0 };
	char name[200];

	(void)state;
	stage_init(&stage);
	for (unsigned i = 0; i < 65; i++) {
		char *path;

		snprintf(name, sizeof(name), "akashi/statements/%064x.%064x.json", i, i);
		path = place(&stage, name);
		put(&stage, name, "x");
		assert_int_equal(truncate(path, 1 << 20), 0);
		free(path);
	}
	assert_fails(release_dir_open(stage.folder, &evidence, &err), &err, ERROR_CORRUPT);
	stage_release(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_released_is_believed_again),
		cmocka_unit_test(a_release_with_a_link_in_it_is_refused),
		cmocka_unit_test(a_linked_folder_is_refused),
		cmocka_unit_test(a_folder_without_akashi_is_absent),
		cmocka_unit_test(an_envelope_that_is_too_long_is_refused_before_it_is_read),
		cmocka_unit_test(a_pipe_is_refused_and_a_folder_in_a_files_place_is_no_file),
		cmocka_unit_test(objects_are_read_by_their_digest_only),
		cmocka_unit_test(the_beginning_is_read_strictly),
		cmocka_unit_test(two_kinds_of_evidence_are_asked_in_turn),
		cmocka_unit_test(what_has_no_place_in_a_release_is_named),
		cmocka_unit_test(statements_without_end_are_refused_before_they_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
