/* A registry's home: settings, being made, being found, and whose it is; and the keys of its user.
 */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void settings_survive_being_written_and_read(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(settings_release) struct settings written = { 0 }, read = { 0 };
	struct error err = { 0 };
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/config", folder);
	assert_done(settings_set(&written, SETTING_ORIGIN, "a \"quoted\" \\ #;= origin", &err),
		    &err);
	assert_done(settings_set(&written, SETTING_USER_KEY, " with blanks ", &err), &err);
	assert_done(settings_write(path, &written, &err), &err);
	assert_done(settings_read(path, &read, &err), &err);
	assert_string_equal(read.value[SETTING_ORIGIN], "a \"quoted\" \\ #;= origin");
	assert_string_equal(read.value[SETTING_USER_KEY], " with blanks ");
	assert_null(read.value[SETTING_LOG_KEY]);
	assert_fails(settings_set(&written, SETTING_ORIGIN, "two\nlines", &err), &err, ERROR_USAGE);
}

static void settings_are_read_as_git_config_writes_them(void **state)
{
	static const char text[] =
		"# a comment\n[core]\n\tformatVersion = 1\n  origin=example.org/x ; c\n"
		"[Store]\n\tTYPE = \"fi\"les\n\n[user] key = tester";
	CLEANUP(settings_release) struct settings settings = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_done(settings_parse(span_of(text), &settings, &err), &err);
	assert_string_equal(settings.value[SETTING_ORIGIN], "example.org/x");
	assert_string_equal(settings.value[SETTING_STORE_TYPE], "files");
	assert_string_equal(settings.value[SETTING_USER_KEY], "tester");
}

static void sizes_in_settings_have_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes; /* 0: refused */
	} row[] = {
		{ "8388608", 8388608 },
		{ "16m", 16 << 20 },
		{ "2G", (uint64_t)2 << 30 },
		{ "12k", 12 << 10 },
		{ "", 0 },
		{ "m", 0 },
		{ "-1", 0 },
		{ "1mb", 0 },
		{ "1.5g", 0 },
		{ "0", 0 },
		{ "99999999999999g", 0 },
		{ "9999999999999999999999", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CLEANUP(settings_release) struct settings settings = { 0 };
		struct error err = { 0 };
		uint64_t bytes = 0;

		assert_done(settings_get_size(&settings, SETTING_STORE_PACK_SIZE, 7, &bytes, &err),
			    &err);
		assert_int_equal(bytes, 7);
		assert_done(settings_set(&settings, SETTING_STORE_PACK_SIZE, row[i].text, &err),
			    &err);
		if (!row[i].bytes) {
			assert_fails(settings_get_size(&settings, SETTING_STORE_PACK_SIZE, 7,
						       &bytes, &err),
				     &err, ERROR_USAGE);
			continue;
		}
		assert_done(settings_get_size(&settings, SETTING_STORE_PACK_SIZE, 7, &bytes, &err),
			    &err);
		assert_int_equal(bytes, row[i].bytes);
	}
}

static void settings_that_are_not_ours_are_refused(void **state)
{
	static const char *const text[] = {
		"[include]\n\tpath = other\n",
		"[includeIf \"gitdir:x\"]\n\tpath = other\n",
		"[core \"sub\"]\n\torigin = x\n",
		"[core]\n\tnonsense = 1\n",
		"[core]\n\torigin\n",
		"[core]\n\torigin = \"open\n",
		"[core]\n\torigin = x\n\torigin = y\n",
		"[core]\n\torigin = a\\b\n",
		"origin = x\n",
		"[core\n",
		"[]\n",
		"[core] origin = a \"b\" c \\",
		"\xff\xfe",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		struct settings settings = { 0 };
		struct error err = { 0 };

		assert_fails(settings_parse(span_of(text[i]), &settings, &err), &err,
			     ERROR_CORRUPT);
	}
}

static void a_registry_is_found_upward_and_only_when_it_is_ones_own(void **state)
{
	CLEANUP(text_free) char *deep = NULL, *home = NULL;
	CLEANUP(text_free) char *found = NULL;
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_open(&house);
	deep = house_path(&house, "work/a/b/c");
	home = house_path(&house, "work/.akashi");
	assert_done(folder_make(deep, &err), &err);
	assert_done(registry_find(&house.ctx, NULL, deep, &found, &err), &err);
	text_free(&found);
	assert_int_equal(chmod(home, 0775), 0); /* others may plant what they like in it */
	assert_fails(registry_find(&house.ctx, NULL, deep, &found, &err), &err, ERROR_UNTRUSTED);
	assert_done(registry_find(&house.ctx, house.work, deep, &found, &err), &err); /* named */
	text_free(&found);
	assert_int_equal(chmod(home, 0755), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(home, 12345, 12345), 0);
		assert_fails(registry_find(&house.ctx, NULL, deep, &found, &err), &err,
			     ERROR_UNTRUSTED);
	}
	assert_fails(registry_find(&house.ctx, NULL, house.home, &found, &err), &err, ERROR_ABSENT);
	assert_fails(registry_find(&house.ctx, house.home, deep, &found, &err), &err, ERROR_ABSENT);
	house_close(&house);
}

static void a_planted_link_is_no_registry(void **state)
{
	CLEANUP(text_free) char *elsewhere = NULL, *link = NULL, *found = NULL;
	struct house house;
	struct error err = { 0 };
	char target[4096];

	(void)state;
	house_open(&house);
	elsewhere = house_path(&house, "elsewhere");
	link = house_path(&house, "elsewhere/.akashi");
	snprintf(target, sizeof(target), "%s/.akashi", house.work);
	assert_done(folder_make(elsewhere, &err), &err);
	assert_int_equal(symlink(target, link), 0);
	assert_fails(registry_find(&house.ctx, NULL, elsewhere, &found, &err), &err,
		     ERROR_UNTRUSTED);
	house_close(&house);
}

static void a_second_registry_is_not_made_over_the_first(void **state)
{
	struct registry_init_request request = { .key = "tester" };
	struct registry *registry = NULL;
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_open(&house);
	request.folder = house.work;
	assert_fails(registry_init(&house.ctx, &request, &registry, &err), &err, ERROR_USAGE);
	request.folder = house.root;
	request.bare = true; /* not empty */
	assert_fails(registry_init(&house.ctx, &request, &registry, &err), &err, ERROR_USAGE);
	request.origin = "two words";
	assert_fails(registry_init(&house.ctx, &request, &registry, &err), &err, ERROR_USAGE);
	house_close(&house);
}

static void a_bare_registry_names_itself_after_its_folder(void **state)
{
	struct registry_init_request request = { .bare = true, .key = "tester" };
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(text_free) char *folder = NULL;
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_open(&house);
	folder = house_path(&house, "our models");
	request.folder = folder;
	assert_done(registry_init(&house.ctx, &request, &registry, &err), &err);
	assert_memory_equal(registry->origin, "localhost/our-models-", 21);
	assert_int_equal(strlen(registry->origin), 29);
	registry_close(&registry);
	house_close(&house);
}

static void an_unknown_format_is_refused_with_a_sentence(void **state)
{
	CLEANUP(text_free) char *config = NULL;
	struct registry *registry = NULL;
	struct house house;
	struct error err = { 0 };
	char *folder;

	(void)state;
	house_open(&house);
	config = house_path(&house, "work/.akashi/config");
	folder = house_path(&house, "work/.akashi");
	house_write(config, "[core]\n\tformatVersion = 2\n\torigin = example.org/test\n");
	assert_int_equal(registry_open(&house.ctx, folder, &registry, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "format '2'"));
	free(folder);
	house_close(&house);
}

static void a_setting_that_cannot_be_honoured_is_refused(void **state)
{
	static const char *const text[] = {
		"[coordinator]\n\tpath = /elsewhere\n",
		"[coordinator]\n\ttype = postgresql\n",
		"[core]\n\tsharedRepository = group\n",
		"[store]\n\tdefault = move\n",
		"[store]\n\ttype = tape\n",
	};
	CLEANUP(text_free) char *config = NULL, *folder = NULL;
	struct registry *registry = NULL;
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_open(&house);
	config = house_path(&house, "work/.akashi/config");
	folder = house_path(&house, "work/.akashi");
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		char whole[256];

		snprintf(whole, sizeof(whole), "[core]\n\tformatVersion = 1\n\torigin = a\n%s",
			 text[i]);
		house_write(config, whole);
		assert_fails(registry_open(&house.ctx, folder, &registry, &err), &err, ERROR_USAGE);
	}
	house_close(&house);
}

/* What the questions for a passphrase are answered with. */
static int answer(void *user, const char *path, char **out_text)
{
	(void)user;
	(void)path;
	*out_text = strdup("open sesame");
	return *out_text ? 0 : -1;
}

static void a_key_is_made_once_kept_closed_and_opened_with_its_passphrase(void **state)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct house house;
	struct error err = { 0 };
	struct stat st;

	(void)state;
	house_open(&house);
	path = house_path(&house, "home/akashi/keys/second.key");
	assert_done(
		signing_key_generate(&house.ctx, "second", SIGNING_ECDSA_P384, "open sesame", &err),
		&err);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_fails(signing_key_generate(&house.ctx, "second", SIGNING_ECDSA_P256, NULL, &err),
		     &err, ERROR_USAGE);
	assert_fails(signing_key_generate(&house.ctx, "../x", SIGNING_ECDSA_P256, NULL, &err), &err,
		     ERROR_USAGE);
	assert_fails(signing_key_generate(&house.ctx, "log", SIGNING_ED25519, NULL, &err), &err,
		     ERROR_USAGE);
	assert_fails(signing_key_open(&house.ctx, "second", &key, &err), &err, ERROR_USAGE);
	house.ctx.passphrase = answer;
	assert_done(signing_key_open(&house.ctx, "second", &key, &err), &err);
	assert_int_equal(key->type, SIGNING_ECDSA_P384);
	signing_key_close(&key);
	assert_int_equal(chmod(path, 0644), 0);
	assert_fails(signing_key_open(&house.ctx, "second", &key, &err), &err, ERROR_UNTRUSTED);
	assert_fails(signing_key_open(&house.ctx, "third", &key, &err), &err, ERROR_ABSENT);
	house_close(&house);
}

static void every_type_of_key_signs_what_its_public_half_accepts(void **state)
{
	static const enum signing_type type[] = { SIGNING_ECDSA_P256, SIGNING_ECDSA_P384,
						  SIGNING_ED25519 };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct context ctx = test_context();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(signing_key_close) struct signing_key *key = NULL;
		CLEANUP(buffer_release) struct buffer signature;
		struct error err = { 0 };
		char path[4096];

		buffer_init(&signature, SIGNATURE_MAX_BYTES);
		snprintf(path, sizeof(path), "%s/%zu.key", folder, i);
		assert_done(signing_key_generate_path(&ctx, path, 0600, type[i], NULL, &err), &err);
		assert_done(signing_key_open_path(&ctx, path, &key, &err), &err);
		assert_int_equal(key->type, type[i]);
		assert_done(signing_key_sign(key, span_of("message"), &signature, &err), &err);
		assert_done(signature_check(key->public_key, span_of("message"),
					    buffer_view(&signature), &err),
			    &err);
		assert_fails(signature_check(key->public_key, span_of("massage"),
					     buffer_view(&signature), &err),
			     &err, ERROR_CORRUPT);
	}
}

static void a_file_that_holds_no_key_is_refused(void **state)
{
	CLEANUP(text_free) char *path = NULL;
	struct signing_key *key = NULL;
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_open(&house);
	path = house_path(&house, "home/akashi/keys/odd.key");
	house_write(path, "-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n");
	assert_int_equal(chmod(path, 0600), 0);
	assert_fails(signing_key_open(&house.ctx, "odd", &key, &err), &err, ERROR_CORRUPT);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_survive_being_written_and_read),
		cmocka_unit_test(settings_are_read_as_git_config_writes_them),
		cmocka_unit_test(sizes_in_settings_have_units),
		cmocka_unit_test(settings_that_are_not_ours_are_refused),
		cmocka_unit_test(a_registry_is_found_upward_and_only_when_it_is_ones_own),
		cmocka_unit_test(a_planted_link_is_no_registry),
		cmocka_unit_test(a_second_registry_is_not_made_over_the_first),
		cmocka_unit_test(a_bare_registry_names_itself_after_its_folder),
		cmocka_unit_test(an_unknown_format_is_refused_with_a_sentence),
		cmocka_unit_test(a_setting_that_cannot_be_honoured_is_refused),
		cmocka_unit_test(a_key_is_made_once_kept_closed_and_opened_with_its_passphrase),
		cmocka_unit_test(every_type_of_key_signs_what_its_public_half_accepts),
		cmocka_unit_test(a_file_that_holds_no_key_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
