/* The context: what is not given is harmlessly absent, what is given is asked. */
#include "tests/support.h"

#include <stdio.h>

static void an_empty_context_knows_nothing_and_lets_everything_go_on(void **state)
{
	const struct context none = { 0 };
	struct error err = { 0 };
	uint8_t byte = 0x5a;

	(void)state;
	assert_int_equal(context_now(&none), 0);
	assert_null(context_environment(&none, "HOME"));
	assert_fails(context_random(&none, &byte, 1, &err), &err, ERROR_SYSTEM);
	assert_int_equal(byte, 0x5a);
	context_bytes_read(&none, 7);
	context_progress(&none, "hashing", "bytes", 1, 2);
	context_notice(&none, "%s", "nobody listens");
	assert_done(context_check_cancelled(&none, &err), &err);
}

struct listener {
	char heard[200];
	uint64_t bytes;
	bool stop;
};

static int64_t fixed_now(void *user)
{
	(void)user;
	return 42;
}

static const char *one_variable(void *user, const char *name)
{
	(void)user;
	return strcmp(name, "SET") == 0 ? "value" : NULL;
}

static int no_random(void *user, uint8_t *bytes, size_t len)
{
	(void)user;
	(void)bytes;
	(void)len;
	return -1;
}

static void hear_progress(void *user, const char *what, const char *unit, uint64_t done,
			  uint64_t total)
{
	struct listener *listener = user;

	snprintf(listener->heard, sizeof(listener->heard), "%s %llu/%llu %s", what,
		 (unsigned long long)done, (unsigned long long)total, unit);
}

static void hear_notice(void *user, const char *text)
{
	struct listener *listener = user;

	snprintf(listener->heard, sizeof(listener->heard), "%s", text);
}

static void hear_bytes(void *user, uint64_t bytes)
{
	((struct listener *)user)->bytes += bytes;
}

static bool asked_to_stop(void *user)
{
	return ((struct listener *)user)->stop;
}

static void what_the_context_has_is_asked_with_its_user(void **state)
{
	struct listener listener = { 0 };
	const struct context ctx = { .user = &listener,
				     .now_unix_s = fixed_now,
				     .environment = one_variable,
				     .random = no_random,
				     .progress = hear_progress,
				     .bytes_read = hear_bytes,
				     .notice = hear_notice,
				     .cancelled = asked_to_stop };
	struct error err = { 0 };
	uint8_t byte;

	(void)state;
	assert_int_equal(context_now(&ctx), 42);
	assert_string_equal(context_environment(&ctx, "SET"), "value");
	assert_null(context_environment(&ctx, "UNSET"));
	assert_fails(context_random(&ctx, &byte, 1, &err), &err, ERROR_SYSTEM);
	context_progress(&ctx, "hashing", "bytes", 3, 4);
	assert_string_equal(listener.heard, "hashing 3/4 bytes");
	context_bytes_read(&ctx, 5);
	context_bytes_read(&ctx, 6);
	assert_int_equal(listener.bytes, 11);
	context_notice(&ctx, "made %d keys", 2);
	assert_string_equal(listener.heard, "made 2 keys");
	assert_done(context_check_cancelled(&ctx, &err), &err);
	listener.stop = true;
	assert_fails(context_check_cancelled(&ctx, &err), &err, ERROR_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_context_knows_nothing_and_lets_everything_go_on),
		cmocka_unit_test(what_the_context_has_is_asked_with_its_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
