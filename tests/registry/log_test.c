/* The log: batches, names, crashes at each step, and everything that must make it refuse. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/log/inner.h"

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

/* ---- Several keys ---- */

/* The lines under the checkpoint that is shown. */
static unsigned signatures_of(struct site *site)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct error err = { 0 };
	unsigned count = 0;

	assert_done(log_head(site->log, &head, &err), &err);
	for (size_t i = 0; i + 2 < head.note.len; i++)
		count += memcmp(head.note.data + i, "\n\xe2\x80", 3) == 0;
	return count;
}

/* Does somebody who trusts this one key alone believe entry `index`? */
static bool believed_by(struct site *site, const char *vkey, uint64_t index, const char *text)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct note_key key;
	struct log_trust trust = { .key = &key, .key_count = 1 };
	struct checkpoint checkpoint;
	struct error err = { 0 };
	struct proof proof;

	buffer_init(&bytes, PROOF_MAX_BYTES);
	assert_done(note_key_parse(span_of(vkey), &key, &err), &err);
	assert_done(log_prove(site->log, index, &bytes, &err), &err);
	assert_done(proof_parse(buffer_view(&bytes), &proof, &err), &err);
	if (proof_check(&proof, span_of(text), &trust, &checkpoint, &err) == 0)
		return true;
	assert_int_equal(err.code, ERROR_UNTRUSTED);
	return false;
}

static int key_count(void *arg, const char *vkey, struct error *err)
{
	(void)vkey;
	(void)err;
	++*(unsigned *)arg;
	return 0;
}

static void a_key_takes_anothers_place_with_overlap(void **state)
{
	char first[NOTE_VKEY_MAX], second[NOTE_VKEY_MAX];
	struct error err = { 0 };
	unsigned keys = 0;
	struct log *other = NULL;
	struct site site;

	(void)state;
	site_open(&site);
	memcpy(first, log_vkey(site.log), sizeof(first));
	assert_int_equal(add(&site, "before"), 0);
	/* Another process has the log open all the while. */
	assert_done(log_open(&site.ctx, site.folder, "example.org/log", &other, &err), &err);

	assert_done(log_key_add(site.log, 0600, second, &err), &err);
	assert_int_equal(signatures_of(&site), 2); /* at once, without an append */
	assert_true(believed_by(&site, first, 0, "before"));
	assert_true(believed_by(&site, second, 0, "before"));
	assert_string_equal(log_vkey(site.log), first);
	{
		struct log_item item = { .entry = span_of("during"), .ident = "during" };
		uint64_t index;

		assert_done(log_append(other, &item, 1, &index, &err), &err);
	}
	assert_int_equal(signatures_of(&site), 2);
	assert_done(log_key_list(site.log, key_count, &keys, &err), &err);
	assert_int_equal(keys, 2);

	assert_done(log_key_retire(site.log, first, &err), &err);
	assert_true(believed_by(&site, second, 1, "during"));
	assert_string_equal(log_vkey(site.log), second);
	assert_fails(log_key_retire(site.log, first, &err), &err, ERROR_ABSENT);
	assert_fails(log_key_retire(site.log, second, &err), &err, ERROR_USAGE);
	{
		struct log_item item = { .entry = span_of("after"), .ident = "after" };
		uint64_t index;

		assert_done(log_append(other, &item, 1, &index, &err), &err);
		assert_int_equal(index, 2);
	}
	site_reopen(&site);
	assert_int_equal(signatures_of(&site), 1);
	assert_false(believed_by(&site, first, 2, "after"));
	assert_true(believed_by(&site, second, 2, "after"));
	log_close(&other);
	site_close(&site);
}

/* What a crash leaves between two steps of adding or retiring a key. */
static void a_crash_while_keys_change_leaves_a_log_that_goes_on(void **state)
{
	char second[NOTE_VKEY_MAX];
	struct error err = { 0 };
	struct site site;
	char *path;

	(void)state;
	site_open(&site);
	add(&site, "first");
	copy(&site, "log/checkpoint", "checkpoint.before");
	log_close(&site.log); /* so that the database is one file */
	copy(&site, "lock.db", "lock.before");
	site_reopen(&site);
	path = site_path(&site, "keys/log-new.key"); /* made, and not named */
	assert_done(file_write(path, span_of("half"), 0600, FILE_REPLACE, &err), &err);
	assert_done(log_key_add(site.log, 0600, second, &err), &err);
	assert_false(file_exists(path));
	free(path);

	/* Listed, and nothing was signed by it yet. */
	log_close(&site.log);
	copy(&site, "lock.before", "lock.db");
	copy(&site, "checkpoint.before", "log/checkpoint");
	site_reopen(&site);
	assert_int_equal(signatures_of(&site), 1);
	assert_done(log_recover(site.log, &err), &err);
	assert_int_equal(signatures_of(&site), 2);

	/* Signed and remembered, and not shown yet. */
	copy(&site, "checkpoint.before", "log/checkpoint");
	assert_done(log_recover(site.log, &err), &err);
	assert_int_equal(signatures_of(&site), 2);
	assert_int_equal(add(&site, "second"), 1);
	site_close(&site);
}

static void a_listed_key_without_its_private_key_stops_the_writer(void **state)
{
	char second[NOTE_VKEY_MAX], name[64];
	struct error err = { 0 };
	struct note_key key;
	struct site site;
	char *path;

	(void)state;
	site_open(&site);
	assert_done(log_key_add(site.log, 0600, second, &err), &err);
	assert_done(note_key_parse(span_of(second), &key, &err), &err);
	snprintf(name, sizeof(name), "keys/log-%08x.key", key.id);
	path = site_path(&site, name);
	assert_int_equal(unlink(path), 0);
	refused(&site); /* keys/log.key is another key */
	free(path);
	site_close(&site);
}

/* ---- Old backups ---- */

enum { OLD_SEQUENCE = 1, OLD_LOCK = 2, OLD_TILES = 4 };

/* Copy the folder log/ of the site aside, or back. */
static void copy_log(const struct site *site, const char *from, const char *to)
{
	char *source = site_path(site, from), *target = site_path(site, to), command[1024];
	struct error err = { 0 };

	assert_done(folder_remove(target, &err), &err);
	assert_true(snprintf(command, sizeof(command), "cp -a '%s' '%s'", source, target) <
		    (int)sizeof(command));
	assert_int_equal(system(command), 0);
	free(source);
	free(target);
}

/* A log of `old` and then two more appends, with some of its three memories put back to old. */
static void restored(struct site *site, unsigned parts)
{
	site_open(site);
	add(site, "first");
	add(site, "second");
	log_close(&site->log);
	copy(site, "log.db", "old.log.db");
	copy(site, "lock.db", "old.lock.db");
	copy_log(site, "log", "old.log");
	site_reopen(site);
	add(site, "third");
	add(site, "fourth");
	log_close(&site->log);
	if (parts & OLD_SEQUENCE)
		copy(site, "old.log.db", "log.db");
	if (parts & OLD_LOCK)
		copy(site, "old.lock.db", "lock.db");
	if (parts & OLD_TILES)
		copy_log(site, "old.log", "log");
	site_reopen(site);
}

static void an_old_backup_of_any_part_refuses_to_sign(void **state)
{
	(void)state;
	/* All three at once cannot be told from here: only a witness can. */
	for (unsigned parts = 1; parts < (OLD_SEQUENCE | OLD_LOCK | OLD_TILES); parts++) {
		struct log_item item = { .entry = span_of("fork"), .ident = "fork" };
		struct error err = { 0 };
		struct site site;
		uint64_t index;

		restored(&site, parts);
		if (log_append(site.log, &item, 1, &index, &err) == 0 ||
		    err.code != ERROR_CORRUPT || strlen(err.text) < 40)
			fail_msg("parts %u restored: '%s'", parts, err.text);
		site_close(&site);
	}
}

static void a_log_db_of_another_history_refuses_to_sign(void **state)
{
	struct site site;

	(void)state;
	restored(&site, 0);
	log_close(&site.log);
	copy(&site, "log.db", "true.log.db");
	copy(&site, "lock.db", "true.lock.db");
	copy_log(&site, "log", "true.log");
	/* A second life from the same backup, as long as the first. */
	copy(&site, "old.log.db", "log.db");
	copy(&site, "old.lock.db", "lock.db");
	copy_log(&site, "old.log", "log");
	site_reopen(&site);
	add(&site, "another third");
	add(&site, "another fourth");
	log_close(&site.log);
	copy(&site, "true.lock.db", "lock.db");
	copy_log(&site, "true.log", "log");
	refused(&site);
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
		cmocka_unit_test(a_key_takes_anothers_place_with_overlap),
		cmocka_unit_test(a_crash_while_keys_change_leaves_a_log_that_goes_on),
		cmocka_unit_test(a_listed_key_without_its_private_key_stops_the_writer),
		cmocka_unit_test(an_old_backup_of_any_part_refuses_to_sign),
		cmocka_unit_test(a_log_db_of_another_history_refuses_to_sign),
		cmocka_unit_test(entries_that_are_too_long_are_refused_before_anything_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
