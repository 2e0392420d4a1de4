/* Secrets are found before they leave, and words that merely look alike are not. */
#include "tests/support.h"

#include "registry/run/secrets.h"

static void a_token_is_found_by_line_and_never_repeated(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(secrets_scan(span_of("learning rate\nexport HF_TOKEN=hf_"
					      "abcdefghijklmnopqrstuvwxyzABCDEF\n"),
				      "run.json", &err),
			 -1);
	assert_int_equal(err.code, ERROR_UNTRUSTED);
	assert_non_null(strstr(err.text, "line 2"));
	assert_null(strstr(err.text, "abcdefghij"));
}

static void a_private_key_is_found(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_fails(secrets_scan(span_of("-----BEGIN PRIVATE KEY-----\nMIG"), "a", &err), &err,
		     ERROR_UNTRUSTED);
}

static void words_that_begin_alike_are_left_alone(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_done(secrets_scan(span_of("hf_hub, AKIA, ghp_x, task-ant-hill, sk-learn, "
					 "-----BEGIN PUBLIC KEY-----"),
				 "README.md", &err),
		    &err);
	assert_done(secrets_scan((struct span){ NULL, 0 }, "nothing", &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_found_by_line_and_never_repeated),
		cmocka_unit_test(a_private_key_is_found),
		cmocka_unit_test(words_that_begin_alike_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
