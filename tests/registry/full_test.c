/* A disk that fills up at any moment of adding: an error is said, and nothing is half written. */
#include "tests/registry/house.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Adds in a process whose files may have `limit` bytes each; true when that succeeded. */
static bool add_within(const struct house *house, const char *model, const char *name, rlim_t limit)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		struct rlimit files = { limit, limit };
		struct add_checkpoint checkpoint = { .path = model };
		struct registry *registry = NULL;
		struct add_how how = { 0 };
		struct add_result result;
		struct error err = { 0 };

		signal(SIGXFSZ, SIG_IGN); /* so that write fails instead */
		if (name_parse(name, &checkpoint.name, &err) || setrlimit(RLIMIT_FSIZE, &files))
			_exit(9);
		if (registry_open(&house->ctx, house->registry->folder, &registry, &err) ||
		    registry_add_checkpoints(registry, &how, &checkpoint, 1, &result, &err))
			_exit(err.text[0] ? 1 : 9);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

static void whichever_write_fails_the_registry_stays_whole(void **state)
{
	static const rlim_t limit[] = { 0,     64,    100,   200,   400,   700,
					1000,  2000,  4096,  20000, 33000, 37000,
					41000, 45000, 50000, 60000, 70000, 100000 };
	unsigned failed = 0, done = 0;
	struct house house;
	char *model;

	(void)state;
	house_open(&house);
	model = house_path(&house, "model");
	house_model(model, 1.0f);
	for (size_t i = 0; i < sizeof(limit) / sizeof(limit[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "llm-x/base@%zu", i);
		if (add_within(&house, model, name, limit[i]))
			done++;
		else
			failed++;
		house_audit(&house, 0);
		house_reopen(&house);
		house_add(&house, "model", name); /* with room again, it works */
		house_audit(&house, 0);
	}
	print_message("%u failed for lack of room, %u did not\n", failed, done);
	assert_true(failed > 3);
	free(model);
	house_close(&house);
}

/* A file of `size` bytes, so that copies of it fill a small disk. */
static void big_model(const char *folder, size_t size, char letter)
{
	char *text = malloc(size + 1), path[4096];

	assert_non_null(text);
	memset(text, letter, size);
	text[size] = '\0';
	snprintf(path, sizeof(path), "%s/weights.bin", folder);
	house_write(path, text);
	free(text);
}

static void a_small_disk_is_found_full_before_the_first_byte(void **state)
{
	struct add_how copy = { 0 }, reference = { .mode = STORE_REFERENCE };
	struct add_checkpoint checkpoint = { .name = house_name("llm-x/big@v1") };
	struct store_cursor cursor = { 0 };
	struct add_result result;
	struct house house;
	struct error err = { 0 };
	struct digest digest;
	size_t count;
	char *model, *objects;

	(void)state;
	house_open(&house);
	objects = house_path(&house, "work/.akashi/objects");
	if (mount("tmpfs", objects, "tmpfs", 0, "size=3m,mode=0755")) {
		print_message("no small file system can be mounted here\n");
		free(objects);
		house_close(&house);
		skip();
	}
	model = house_path(&house, "big");
	big_model(model, 4u << 20, 'a');
	checkpoint.path = model;
	house_reopen(&house);
	assert_int_equal(
		registry_add_checkpoints(house.registry, &copy, &checkpoint, 1, &result, &err), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "--store reference"));
	err = (struct error){ 0 };
	assert_done(store_list(house.registry->store, &cursor, &digest, 1, &count, &err), &err);
	assert_int_equal(count, 0);
	assert_done(
		registry_add_checkpoints(house.registry, &reference, &checkpoint, 1, &result, &err),
		&err);
	house_audit(&house, 0);
	registry_close(&house.registry);
	assert_int_equal(umount(objects), 0);
	free(model);
	free(objects);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whichever_write_fails_the_registry_stays_whole),
		cmocka_unit_test(a_small_disk_is_found_full_before_the_first_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
