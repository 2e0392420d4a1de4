/* The log: batches, names, crashes at each step, and everything that must make it refuse. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/log_inner.h"

struct site {
	char *folder;
	struct context ctx;
	struct log *log;
};

static void site_open(struct site *site)
{
	struct error err = { 0 };

	site->folder = test_folder();
	site->ctx = test_context();
	assert_done(log_create(&site->ctx, site->folder, "example.org/log", 0600, &err), &err);
	assert_done(log_open(&site->ctx, site->folder, "example.org/log", &site->log, &err), &err);
}

static void site_reopen(struct site *site)
{
	struct error err = { 0 };

	log_close(&site->log);
	assert_done(log_open(&site->ctx, site->folder, "example.org/log", &site->log, &err), &err);
}

static void site_close(struct site *site)
{
	log_close(&site->log);
	test_folder_remove(&site->folder);
}

static char *site_path(const struct site *site, const char *name)
{
	struct error err = { 0 };
	char *path;

	assert_done(path_join(site->folder, name, &path, &err), &err);
	return path;
}

static uint64_t add(struct site *site, const char *text)
{
	struct log_item item = { .entry = span_of(text), .ident = text };
	struct error err = { 0 };
	uint64_t index;

	assert_done(log_append(site->log, &item, 1, &index, &err), &err);
	return index;
}

static uint64_t size_of(struct site *site)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct error err = { 0 };

	assert_done(log_head(site->log, &head, &err), &err);
	return head.size;
}

/* Copy a file of the site aside, or back. */
static void copy(const struct site *site, const char *from, const char *to)
{
	CLEANUP(buffer_release) struct buffer bytes;
	char *source = site_path(site, from), *target = site_path(site, to);
	struct error err = { 0 };

	buffer_init(&bytes, 16u << 20);
	assert_done(file_read(source, &bytes, &err), &err);
	assert_done(file_write(target, buffer_view(&bytes), 0644, FILE_REPLACE, &err), &err);
	free(source);
	free(target);
}

static void refused(struct site *site)
{
	struct log_item item = { .entry = span_of("more"), .ident = "more" };
	struct error err = { 0 };
	uint64_t index;

	site_reopen(site);
	assert_fails(log_append(site->log, &item, 1, &index, &err), &err, ERROR_CORRUPT);
}

static void an_entry_keeps_its_index_and_its_proof_holds(void **state)
{
	CLEANUP(buffer_release) struct buffer proof;
	struct error err = { 0 };
	struct site site;
	uint64_t index;

	(void)state;
	buffer_init(&proof, PROOF_MAX_BYTES);
	site_open(&site);
	assert_int_equal(size_of(&site), 0);
	assert_int_equal(add(&site, "first"), 0);
	assert_int_equal(add(&site, "second"), 1);
	assert_int_equal(add(&site, "first"), 0);
	assert_int_equal(size_of(&site), 2);
	site_reopen(&site);
	assert_done(log_find(site.log, "second", &index, &err), &err);
	assert_int_equal(index, 1);
	assert_fails(log_find(site.log, "third", &index, &err), &err, ERROR_ABSENT);
	assert_done(log_prove(site.log, 1, &proof, &err), &err);
	assert_fails(log_prove(site.log, 2, &proof, &err), &err, ERROR_ABSENT);
	site_close(&site);
}

static void a_name_is_claimed_once_whatever_its_case(void **state)
{
	struct log_item item[2] = { { .entry = span_of("a"),
				      .ident = "a",
				      .claim = "llm-x/base@v1",
				      .statement = "aaaa" },
				    { .entry = span_of("b"), .ident = "b" } };
	CLEANUP(text_free) char *statement = NULL;
	struct error err = { 0 };
	uint64_t index[2];
	struct site site;

	(void)state;
	site_open(&site);
	assert_done(log_append(site.log, item, 2, index, &err), &err);
	item[0] = (struct log_item){ .entry = span_of("c"), .ident = "c" };
	item[1] = (struct log_item){
		.entry = span_of("d"), .ident = "d", .claim = "LLM-X/Base@V1", .statement = "dddd"
	};
	assert_fails(log_append(site.log, item, 2, index, &err), &err, ERROR_USAGE);
	assert_int_equal(size_of(&site), 2); /* nothing of the batch */
	assert_fails(log_find(site.log, "c", index, &err), &err, ERROR_ABSENT);
	item[1].statement = "aaaa"; /* a second signer of the same */
	assert_done(log_append(site.log, item, 2, index, &err), &err);
	assert_done(log_find_claim(site.log, "Llm-x/base@V1", &statement, index, &err), &err);
	assert_string_equal(statement, "aaaa");
	assert_int_equal(index[0], 0);
	site_close(&site);
}

static void a_crash_after_sequencing_is_finished_at_the_next_start(void **state)
{
	struct error err = { 0 };
	struct site site;

	(void)state;
	site_open(&site);
	add(&site, "first");
	/* What a process leaves that dies between its commit and its tiles. */
	assert_done(log_sequence(site.log, &err), &err);
	assert_done(database_run(site.log->sequence,
				 "INSERT INTO entry(idx, ident) VALUES (1, 'left');"
				 "INSERT INTO pending(idx, bytes) VALUES (1, x'6c656674')",
				 &err),
		    &err);
	site_reopen(&site);
	assert_int_equal(size_of(&site), 1);
	assert_done(log_recover(site.log, &err), &err);
	assert_int_equal(size_of(&site), 2);
	assert_int_equal(add(&site, "next"), 2);
	site_close(&site);
}

static void a_crash_before_publishing_is_finished_at_the_next_start(void **state)
{
	struct error err = { 0 };
	struct site site;
	char *checkpoint;

	(void)state;
	site_open(&site);
	add(&site, "first");
	copy(&site, "log/checkpoint", "aside");
	add(&site, "second");
	copy(&site, "aside", "log/checkpoint");
	site_reopen(&site);
	assert_int_equal(size_of(&site), 1);
	assert_done(log_recover(site.log, &err), &err);
	assert_int_equal(size_of(&site), 2);

	checkpoint = site_path(&site, "log/checkpoint");
	assert_int_equal(unlink(checkpoint), 0);
	assert_done(log_recover(site.log, &err), &err);
	assert_int_equal(size_of(&site), 2);
	free(checkpoint);
	site_close(&site);
}

static void a_rolled_back_lock_is_refused_with_evidence(void **state)
{
	CLEANUP(text_free) char *evidence = NULL;
	struct site site;

	(void)state;
	site_open(&site);
	add(&site, "first");
	log_close(&site.log); /* so that the database is one file */
	copy(&site, "lock.db", "aside");
	site_reopen(&site);
	add(&site, "second");
	log_close(&site.log);
	copy(&site, "aside", "lock.db");
	refused(&site);
	evidence = site_path(&site, "log-evidence.txt");
	assert_true(file_exists(evidence));
	assert_int_equal(size_of(&site), 2);
	site_close(&site);
}

static void a_rolled_back_sequence_is_refused(void **state)
{
	struct site site;

	(void)state;
	site_open(&site);
	add(&site, "first");
	log_close(&site.log);
	copy(&site, "log.db", "aside");
	site_reopen(&site);
	add(&site, "second");
	log_close(&site.log);
	copy(&site, "aside", "log.db");
	refused(&site);
	site_close(&site);
}

static void damaged_tiles_and_forged_checkpoints_are_refused(void **state)
{
	static const char *const damaged[] = { "log/tile/0/000.p/2", "log/checkpoint" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct site site;
		char *path;

		site_open(&site);
		add(&site, "first");
		add(&site, "second");
		path = site_path(&site, damaged[i]);
		house_flip(path, 40);
		refused(&site);
		free(path);
		site_close(&site);
	}
}

static void a_damaged_entry_is_never_proven(void **state)
{
	CLEANUP(buffer_release) struct buffer proof;
	struct error err = { 0 };
	struct site site;
	char *path;

	(void)state;
	buffer_init(&proof, PROOF_MAX_BYTES);
	site_open(&site);
	add(&site, "first");
	path = site_path(&site, "log/tile/entries/000.p/1");
	house_flip(path, 4);
	site_reopen(&site);
	assert_fails(log_prove(site.log, 0, &proof, &err), &err, ERROR_CORRUPT);
	assert_int_equal(proof.len, 0);
	free(path);
	site_close(&site);
}

static void missing_databases_are_refused_and_not_made_anew(void **state)
{
	static const char *const missing[] = { "log.db", "lock.db" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct site site;
		char *path;

		site_open(&site);
		add(&site, "first");
		log_close(&site.log);
		path = site_path(&site, missing[i]);
		assert_int_equal(unlink(path), 0);
		refused(&site);
		assert_false(file_exists(path));
		free(path);
		site_close(&site);
	}
}

static void a_log_is_opened_only_under_its_own_origin(void **state)
{
	struct log *other = NULL;
	struct error err = { 0 };
	struct site site;

	(void)state;
	site_open(&site);
	assert_fails(log_open(&site.ctx, site.folder, "example.org/other", &other, &err), &err,
		     ERROR_CORRUPT);
	site_close(&site);
}

static void entries_that_are_too_long_are_refused_before_anything_is_written(void **state)
{
	struct log_item item = { .ident = "long" };
	struct error err = { 0 };
	struct site site;
	uint64_t index;
	uint8_t *bytes = calloc(1, ENTRY_MAX_BYTES + 1);

	(void)state;
	assert_non_null(bytes);
	site_open(&site);
	item.entry = (struct span){ bytes, ENTRY_MAX_BYTES + 1 };
	assert_fails(log_append(site.log, &item, 1, &index, &err), &err, ERROR_USAGE);
	item.entry.len--;
	assert_done(log_append(site.log, &item, 1, &index, &err), &err);
	free(bytes);
	site_close(&site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_keeps_its_index_and_its_proof_holds),
		cmocka_unit_test(a_name_is_claimed_once_whatever_its_case),
		cmocka_unit_test(a_crash_after_sequencing_is_finished_at_the_next_start),
		cmocka_unit_test(a_crash_before_publishing_is_finished_at_the_next_start),
		cmocka_unit_test(a_rolled_back_lock_is_refused_with_evidence),
		cmocka_unit_test(a_rolled_back_sequence_is_refused),
		cmocka_unit_test(damaged_tiles_and_forged_checkpoints_are_refused),
		cmocka_unit_test(a_damaged_entry_is_never_proven),
		cmocka_unit_test(missing_databases_are_refused_and_not_made_anew),
		cmocka_unit_test(a_log_is_opened_only_under_its_own_origin),
		cmocka_unit_test(entries_that_are_too_long_are_refused_before_anything_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
