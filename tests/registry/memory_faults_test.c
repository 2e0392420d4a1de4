/* Without memory, at whatever moment, adding fails with words and the registry stays whole. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/faults.h"

struct attempt {
	struct house *house;
	const char *folder, *model;
	unsigned number;
};

/* What a command does: open the registry, add a checkpoint, look it up. */
static int add_one(struct attempt *attempt, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct add_checkpoint checkpoint = { .path = attempt->model };
	struct add_how how = { 0 };
	struct add_result result;
	struct digest identity;
	struct name found;
	struct index *index;
	char name[64];

	snprintf(name, sizeof(name), "llm-x/base@%u", attempt->number);
	return name_parse(name, &checkpoint.name, err) ||
			       registry_open(&attempt->house->ctx, attempt->folder, &registry,
					     err) ||
			       registry_add_checkpoints(registry, &how, &checkpoint, 1, &result,
							err) ||
			       registry_index(registry, &index, err) ||
			       index_resolve(index, &checkpoint.name, &found, &identity, err)
		       ? -1
		       : 0;
}

static void adding_fails_with_words_and_leaves_the_registry_whole(void **state)
{
	bool everything = getenv("AKASHI_LONG") != NULL;
	struct attempt attempt;
	unsigned failed = 0;
	struct house house;
	char *folder, *model;

	(void)state;
	house_open(&house);
	model = house_path(&house, "model");
	house_model(model, 1.0f);
	folder = strdup(house.registry->folder);
	assert_non_null(folder);
	attempt = (struct attempt){ .house = &house, .folder = folder, .model = model };
	hash_implementation(); /* decided before anything fails */
	/* Every one of the first fifty allocations, then further and further apart (all in the long
	 * run). */
	for (unsigned long at = 1;; at += everything || at < 50 ? 1 : 1 + at / 12) {
		struct error err = { 0 };
		int result;

		attempt.number++;
		faults_happened = false;
		faults_until = at;
		result = add_one(&attempt, &err);
		faults_until = 0;
		if (result) {
			assert_true(err.text[0] != 0);
			failed++;
		}
		if (!faults_happened) {
			assert_done(result, &err);
			break;
		}
		if (failed % 40 == 1) {
			house_reopen(&house);
			house_audit(&house, 0);
		}
	}
	print_message("%u of %u adds failed for lack of memory\n", failed, attempt.number);
	assert_true(failed > 50);
	house_reopen(&house);
	house_audit(&house, 0);
	house_add(&house, "model", "llm-x/base@after");
	free(folder);
	free(model);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adding_fails_with_words_and_leaves_the_registry_whole),
	};

	/* Hundreds of durable writes: in memory, where there is a file system for that. */
	if (file_is_folder("/dev/shm"))
		setenv("TMPDIR", "/dev/shm", 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
