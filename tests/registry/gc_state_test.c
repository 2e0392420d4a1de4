/* What statements need is told by which there are: the state of a registry stands as long as none
 * went. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/gc_state.h"
#include "tests/registry/house.h"

static void only_more_of_them_leave_it(void **unused)
{
	CLEANUP(buffer_release) struct buffer then, now;
	struct house house;
	struct error err = { 0 };
	char *model, pattern[1200], away[1200];
	glob_t statements;
	size_t told = 0;
	bool stands;

	(void)unused;
	house_open(&house);
	model = house_path(&house, "model");
	house_model(model, 1.0f);
	house_add(&house, "model", "llm-x/base@v1");
	house_reopen(&house);
	buffer_init(&then, 1 << 20);
	buffer_init(&now, 1 << 20);
	assert_done(gc_state_take(house.registry, &then, &err), &err);
	assert_done(gc_state_stands(house.registry, buffer_view(&then), &stands, &err), &err);
	assert_true(stands);
	house_model(model, 2.0f);
	house_add(&house, "model", "llm-x/base@v2");
	house_reopen(&house);
	assert_done(gc_state_stands(house.registry, buffer_view(&then), &stands, &err), &err);
	assert_true(stands);
	assert_done(gc_state_take(house.registry, &now, &err), &err);
	assert_true(now.len > then.len);
	/* By other rules, of something released, cut off, or with a number that is no statement's.
	 */
	for (size_t at = 0; at < then.len; at += 8) {
		then.data[at] ^= 1;
		assert_done(gc_state_stands(house.registry, buffer_view(&then), &stands, &err),
			    &err);
		assert_false(stands);
		then.data[at] ^= 1;
	}
	assert_done(gc_state_stands(house.registry, (struct span){ then.data, then.len - 1 },
				    &stands, &err),
		    &err);
	assert_false(stands);
	assert_done(gc_state_stands(house.registry, (struct span){ then.data, 10 }, &stands, &err),
		    &err);
	assert_false(stands);
	/* Fewer, whichever it is. Without those that say what is believed it may not be told. */
	snprintf(pattern, sizeof(pattern), "%s/statements/*", house.registry->folder);
	assert_int_equal(glob(pattern, 0, NULL, &statements), 0);
	for (size_t i = 0; i < statements.gl_pathc; i++) {
		struct error ignored = { 0 };

		snprintf(away, sizeof(away), "%s/away", house.registry->folder);
		assert_int_equal(rename(statements.gl_pathv[i], away), 0);
		if (gc_state_stands(house.registry, buffer_view(&now), &stands, &ignored) == 0) {
			assert_false(stands);
			told++;
		}
		assert_int_equal(rename(away, statements.gl_pathv[i]), 0);
	}
	assert_true(told >= 2); /* both checkpoints */
	globfree(&statements);
	assert_done(gc_state_stands(house.registry, buffer_view(&now), &stands, &err), &err);
	assert_true(stands);
	free(model);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_more_of_them_leave_it) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
