/* A registry that somebody tampers with: what is wrong is found, and what is derived is made anew.
 */
#include "tests/registry/house.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/index/inner.h"
#include "registry/statement/inner.h"

/* A registry with one checkpoint. */
static struct add_result house_with_model(struct house *house)
{
	char *model;

	house_open(house);
	model = house_path(house, "model");
	house_model(model, 1.0f);
	free(model);
	return house_add(house, "model", "llm-x/base@v1");
}

static char *inside(const struct house *house, const char *name)
{
	struct error err = { 0 };
	char *path;

	assert_done(registry_path(house->registry, name, &path, &err), &err);
	return path;
}

static bool resolves(struct house *house, const char *text)
{
	struct name name = house_name(text), found;
	struct digest identity;
	struct index *index;
	struct error err = { 0 };

	assert_done(registry_index(house->registry, &index, &err), &err);
	if (index_resolve(index, &name, &found, &identity, &err) == 0)
		return true;
	assert_int_equal(err.code, ERROR_ABSENT);
	return false;
}

static void a_missing_or_damaged_index_is_made_again(void **state)
{
	CLEANUP(text_free) char *path = NULL;
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_with_model(&house);
	path = inside(&house, "index.db");
	assert_true(resolves(&house, "llm-x/base@v1"));
	index_close(&house.registry->index);
	assert_int_equal(unlink(path), 0);
	assert_true(resolves(&house, "llm-x/base@v1"));
	index_close(&house.registry->index);
	house_write(path, "this is no database, and it is longer than a header of SQLite would be "
			  "..........................................");
	assert_true(resolves(&house, "llm-x/base@v1"));
	index_close(&house.registry->index);
	house_write(path, "");
	assert_true(resolves(&house, "llm-x/base@v1"));
	assert_done(registry_reindex(house.registry, &err), &err);
	assert_true(resolves(&house, "llm-x/base@v1"));
	house_close(&house);
}

static void an_index_of_another_history_is_thrown_away(void **state)
{
	struct house house;
	struct index *index;
	struct error err = { 0 };

	(void)state;
	house_with_model(&house);
	assert_done(registry_index(house.registry, &index, &err), &err);
	assert_done(database_run(index->database,
				 "UPDATE about SET value = '00' WHERE name = 'root'", &err),
		    &err);
	assert_done(database_run(index->database, "DELETE FROM claim", &err), &err);
	house_reopen(&house);
	assert_true(resolves(&house, "llm-x/base@v1"));
	house_close(&house);
}

static void a_lying_index_is_not_believed(void **state)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct expectation expected = { .kind = STATEMENT_checkpoint, .name = "llm-x/base@v1" };
	struct believed believed;
	struct name name = house_name("llm-x/base@v1"), found;
	struct add_result other;
	struct digest identity;
	struct house house;
	struct index *index;
	struct error err = { 0 };
	char *model, sql[256], hex[DIGEST_HEX_SIZE];

	(void)state;
	house_with_model(&house);
	model = house_path(&house, "model");
	house_model(model, 2.0f);
	other = house_add(&house, "model", "llm-x/other@v1");
	assert_done(registry_index(house.registry, &index, &err), &err);
	digest_to_hex(&other.made.identity, hex);
	snprintf(sql, sizeof(sql), "UPDATE claim SET identity = '%s'", hex);
	assert_done(database_run(index->database, sql, &err), &err);
	assert_done(index_resolve(index, &name, &found, &identity, &err), &err);
	assert_true(digest_equal(&identity, &other.made.identity)); /* it lies */
	assert_done(registry_evidence(house.registry, &evidence, &err), &err);
	assert_done(registry_trust(house.registry, evidence, &trust, &err), &err);
	assert_fails(believe_statement(&trust, evidence, &identity, &expected, &believed, &err),
		     &err, ERROR_CORRUPT);
	free(model);
	house_close(&house);
}

static void a_tampered_statement_is_found_and_refused(void **state)
{
	CLEANUP(buffer_release) struct buffer payload;
	CLEANUP(text_free) char *path = NULL;
	struct add_result added;
	struct house house;
	struct error err = { 0 };

	(void)state;
	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	added = house_with_model(&house);
	assert_done(
		statement_path(house.registry, &added.made.identity, &added.made.key, &path, &err),
		&err);
	house_flip(path, 200);
	assert_fails(registry_payload(house.registry, &added.made.identity, &payload, &err), &err,
		     ERROR_CORRUPT);
	house_audit(&house, -1);
	assert_int_equal(unlink(path), 0); /* withheld: a finding as well */
	house_audit(&house, -1);
	house_close(&house);
}

/* The first file below a folder of the registry, malloced. */
static char *first_file(const char *folder)
{
	DIR *list = opendir(folder);
	struct dirent *entry;
	char *found = NULL;

	assert_non_null(list);
	while (!found && (entry = readdir(list))) {
		char path[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		found = file_is_folder(path) ? first_file(path) : strdup(path);
	}
	closedir(list);
	return found;
}

static void a_tampered_object_is_found(void **state)
{
	CLEANUP(text_free) char *objects = NULL, *object = NULL;
	struct house house;

	(void)state;
	house_with_model(&house);
	objects = inside(&house, "objects");
	object = first_file(objects);
	assert_non_null(object);
	house_flip(object, 5);
	house_audit(&house, -1);
	house_flip(object, 5);
	house_audit(&house, 0);
	assert_int_equal(unlink(object), 0);
	house_audit(&house, -1);
	house_close(&house);
}

static void every_tampered_file_of_the_log_is_found(void **state)
{
	static const char *const file[] = { "log/tile/0/000.p/4", "log/tile/entries/000.p/4",
					    "log/checkpoint" };
	struct house house;

	(void)state;
	house_with_model(&house);
	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		char *path = inside(&house, file[i]);

		house_flip(path, 33);
		house_reopen(&house);
		house_audit(&house, -1);
		house_flip(path, 33);
		house_reopen(&house);
		house_audit(&house, 0);
		free(path);
	}
	house_close(&house);
}

static void a_name_that_the_database_gives_to_somebody_else_is_found(void **state)
{
	CLEANUP(database_close) struct database *database = NULL;
	CLEANUP(text_free) char *path = NULL;
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_with_model(&house);
	path = inside(&house, "log.db");
	assert_done(database_open(path, DATABASE_DURABLE, &database, &err), &err);
	assert_done(database_run(database, "UPDATE claim SET statement = '00'", &err), &err);
	house_audit(&house, -1);
	house_close(&house);
}

static void an_envelope_with_another_valid_signature_is_not_the_one_that_was_logged(void **state)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer bytes, message, signature;
	CLEANUP(text_free) char *path = NULL;
	struct add_result added;
	struct house house;
	struct error err = { 0 };

	(void)state;
	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	buffer_init(&message, ENVELOPE_MAX_BYTES);
	buffer_init(&signature, SIGNATURE_MAX_BYTES);
	added = house_with_model(&house);
	assert_done(
		statement_path(house.registry, &added.made.identity, &added.made.key, &path, &err),
		&err);
	assert_done(file_read(path, &bytes, &err), &err);
	assert_done(envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, &err), &err);
	assert_done(signing_key_open(&house.ctx, "tester", &key, &err), &err);
	assert_done(envelope_encoding(buffer_view(&envelope.payload), &message, &err), &err);
	assert_done(signing_key_sign(key, buffer_view(&message), &signature, &err), &err);
	bytes.len = 0;
	assert_done(envelope_build(buffer_view(&envelope.payload), buffer_view(&signature),
				   key->public_key, &bytes, &err),
		    &err);
	assert_done(file_write(path, buffer_view(&bytes), 0644, FILE_REPLACE, &err), &err);
	house_audit(&house, -1);
	house_close(&house);
}

static void a_second_signer_and_a_p384_key_are_indexed_and_audited(void **state)
{
	struct add_how how = { .key = "big" };
	struct add_checkpoint checkpoint = { .name = house_name("llm-x/base@v2") };
	struct add_result result;
	struct house house;
	struct error err = { 0 };
	char *model;

	(void)state;
	house_with_model(&house);
	model = house_path(&house, "model");
	house_model(model, 3.0f);
	checkpoint.path = model;
	assert_done(signing_key_generate(&house.ctx, "big", SIGNING_ECDSA_P384, NULL, &err), &err);
	assert_done(registry_add_checkpoints(house.registry, &how, &checkpoint, 1, &result, &err),
		    &err);
	assert_done(registry_reindex(house.registry, &err), &err);
	assert_true(resolves(&house, "llm-x/base@v2"));
	house_audit(&house, 0);
	free(model);
	house_close(&house);
}

static void reindex_clears_away_what_killed_processes_left_and_nothing_else(void **state)
{
	static const char *const left[] = { "statements/.tmp-akashi-abcdef",
					    "log/tile/0/.tmp-akashi-abcdef" };
	struct timespec old[2] = { { 1700000000, 0 }, { 1700000000, 0 } };
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_with_model(&house);
	for (int young = 0; young < 2; young++) {
		for (size_t i = 0; i < 2; i++) {
			char *path = inside(&house, left[i]);

			house_write(path, "half");
			if (!young)
				assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
			free(path);
		}
		assert_done(registry_reindex(house.registry, &err), &err);
		for (size_t i = 0; i < 2; i++) {
			char *path = inside(&house, left[i]);

			assert_int_equal(file_exists(path), young); /* it may be in use */
			free(path);
		}
	}
	assert_true(resolves(&house, "llm-x/base@v1"));
	house_audit(&house, 0);
	house_close(&house);
}

/* As another user: does everything hold that only has to be read? */
static bool reads_as_nobody(const struct house *house, const char *folder)
{
	struct audit_request request = { .objects = true };
	struct audit_report report = { 0 };
	struct registry *registry = NULL;
	struct name name = house_name("llm-x/base@v1"), found;
	struct digest identity;
	struct index *index;
	struct error err = { 0 };

	if (setgid(65534) || setuid(65534) || access(folder, W_OK) == 0)
		return false;
	if (registry_open(&house->ctx, folder, &registry, &err) ||
	    registry_index(registry, &index, &err) ||
	    index_resolve(index, &name, &found, &identity, &err) ||
	    registry_audit(registry, &request, &report, &err))
		dprintf(STDERR_FILENO, "%s\n", err.text);
	else if (report.findings)
		dprintf(STDERR_FILENO, "%s\n", report.first);
	return !err.code && !report.findings;
}

static void a_registry_that_one_can_only_read_is_read(void **state)
{
	struct house house;
	char *folder;
	pid_t child;
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("only root can become somebody else\n");
		skip();
	}
	house_with_model(&house);
	folder = strdup(house.registry->folder);
	assert_non_null(folder);
	registry_close(&house.registry);
	assert_int_equal(chmod(house.root, 0755), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		_exit(reads_as_nobody(&house, folder) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	free(folder);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_or_damaged_index_is_made_again),
		cmocka_unit_test(an_index_of_another_history_is_thrown_away),
		cmocka_unit_test(a_lying_index_is_not_believed),
		cmocka_unit_test(a_tampered_statement_is_found_and_refused),
		cmocka_unit_test(a_tampered_object_is_found),
		cmocka_unit_test(every_tampered_file_of_the_log_is_found),
		cmocka_unit_test(a_name_that_the_database_gives_to_somebody_else_is_found),
		cmocka_unit_test(
			an_envelope_with_another_valid_signature_is_not_the_one_that_was_logged),
		cmocka_unit_test(a_second_signer_and_a_p384_key_are_indexed_and_audited),
		cmocka_unit_test(reindex_clears_away_what_killed_processes_left_and_nothing_else),
		cmocka_unit_test(a_registry_that_one_can_only_read_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
