/* The pins that a user made. */
#include "tests/support.h"

#include <stdlib.h>

#include "registry/pins.h"

struct home {
	char *folder;
	struct context ctx;
};

static const char *variable(void *user, const char *name)
{
	const struct home *home = user;

	return strcmp(name, "XDG_CONFIG_HOME") == 0 ? home->folder : NULL;
}

static int home_setup(void **state)
{
	struct home *home = calloc(1, sizeof(*home));

	home->folder = test_folder();
	home->ctx = (struct context){ .user = home, .environment = variable };
	*state = home;
	return 0;
}

static int home_teardown(void **state)
{
	struct home *home = *state;

	test_folder_remove(&home->folder);
	free(home);
	return 0;
}

/* "VKEY sha256:POLICY" for a key of equal bytes; the caller frees it. */
static char *pin_line(const char *origin, uint8_t key_byte, uint8_t policy_byte)
{
	CLEANUP(buffer_release) struct buffer line;
	uint8_t key[ED25519_KEY_SIZE];
	struct error err = { 0 };
	struct pin pin;
	char *text;

	memset(key, key_byte, sizeof(key));
	memset(&pin.policy, policy_byte, sizeof(pin.policy));
	assert_done(note_key_make(origin, key, &pin.log, &err), &err);
	buffer_init(&line, 1024);
	assert_done(pin_format(&pin, &line, &err), &err);
	assert_done(buffer_to_text(&line, &text, &err), &err);
	return text;
}

static size_t pins_kept(const struct home *home)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };
	struct error err = { 0 };

	buffer_init(&text, PINS_MAX_BYTES);
	assert_done(pins_load(&home->ctx, &text, &err), &err);
	assert_done(pins_parse(buffer_view(&text), &pins, &err), &err);
	return pins.count;
}

static void a_pin_is_kept_once_and_beside_those_of_other_logs(void **state)
{
	CLEANUP(text_free) char *a = pin_line("a.example", 1, 1);
	CLEANUP(text_free) char *b = pin_line("b.example", 2, 2);
	struct home *home = *state;
	struct error err = { 0 };
	bool known = true;

	assert_int_equal(pins_kept(home), 0);
	assert_done(pins_add(&home->ctx, a, false, &known, &err), &err);
	assert_false(known);
	assert_done(pins_add(&home->ctx, a, false, &known, &err), &err);
	assert_true(known);
	assert_done(pins_add(&home->ctx, b, false, &known, &err), &err);
	assert_int_equal(pins_kept(home), 2);
}

static void another_policy_of_a_pinned_log_is_taken_only_when_asked_to_replace(void **state)
{
	CLEANUP(text_free) char *old = pin_line("a.example", 1, 1);
	CLEANUP(text_free) char *other = pin_line("a.example", 1, 9);
	CLEANUP(text_free) char *forged = pin_line("a.example", 7, 1);
	struct home *home = *state;
	struct error err = { 0 };
	bool known;

	assert_done(pins_add(&home->ctx, old, false, &known, &err), &err);
	assert_fails(pins_add(&home->ctx, other, false, &known, &err), &err, ERROR_UNTRUSTED);
	assert_fails(pins_add(&home->ctx, forged, false, &known, &err), &err, ERROR_UNTRUSTED);
	assert_done(pins_add(&home->ctx, other, true, &known, &err), &err);
	assert_int_equal(pins_kept(home), 1);
	assert_fails(pins_add(&home->ctx, old, false, &known, &err), &err, ERROR_UNTRUSTED);
}

static void what_is_no_pin_is_refused_and_nothing_is_written(void **state)
{
	static const char *const bad[] = { "", "# a remark", "a.example+00000000+AAAA sha256:00",
					   "nonsense" };
	struct home *home = *state;
	struct error err = { 0 };
	bool known;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(pins_add(&home->ctx, bad[i], false, &known, &err), -1);
		err = (struct error){ 0 };
	}
	assert_int_equal(pins_kept(home), 0);
}

static void a_fingerprint_is_the_digest_of_the_line_in_groups(void **state)
{
	CLEANUP(text_free) char *line = pin_line("a.example", 1, 1);
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };
	char text[PIN_FINGERPRINT_SIZE], hex[DIGEST_HEX_SIZE];
	struct digest digest = sha256(span_of(line));
	struct error err = { 0 };

	(void)state;
	assert_done(pins_parse(span_of(line), &pins, &err), &err);
	assert_done(pin_fingerprint(&pins.pin[0], text, &err), &err);
	digest_to_hex(&digest, hex);
	assert_int_equal(strlen(text), PIN_FINGERPRINT_SIZE - 1);
	for (size_t i = 0; i < 16; i++)
		assert_memory_equal(text + 5 * i, hex + 4 * i, 4);
}

#define AT_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_HOME(a_pin_is_kept_once_and_beside_those_of_other_logs),
		AT_HOME(another_policy_of_a_pinned_log_is_taken_only_when_asked_to_replace),
		AT_HOME(what_is_no_pin_is_refused_and_nothing_is_written),
		AT_HOME(a_fingerprint_is_the_digest_of_the_line_in_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
