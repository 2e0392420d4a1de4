/* Keys in tokens, against a module that lies in every way that one may. */
#include "registry/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"

#define URI "pkcs11:token=fake;object=key"

struct asked {
	const char *pin; /* NULL: there is nobody to ask */
	unsigned times;
	char notice[256];
	char home[64];
};

static int pin_ask(void *user, const char *path, char **out_text)
{
	struct asked *asked = user;

	(void)path;
	asked->times++;
	*out_text = asked->pin ? strdup(asked->pin) : NULL;
	return *out_text ? 0 : -1;
}

static const char *variable(void *user, const char *name)
{
	struct asked *asked = user;

	if (strcmp(name, "AKASHI_PKCS11_MODULE") == 0)
		return FAKE_TOKEN_MODULE;
	return strcmp(name, "HOME") == 0 ? asked->home : NULL;
}

static void notice(void *user, const char *text)
{
	struct asked *asked = user;

	snprintf(asked->notice, sizeof(asked->notice), "%s", text);
}

/* Open the fake's key and sign with it; what went wrong is in err. */
static int sign_with(struct asked *asked, const char *uri, struct error *err)
{
	CLEANUP(test_folder_remove) char *home = test_folder();
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(buffer_release) struct buffer signature;
	struct context ctx = {
		.user = asked, .environment = variable, .passphrase = pin_ask, .notice = notice
	};

	snprintf(asked->home, sizeof(asked->home), "%s", home);
	buffer_init(&signature, SIGNATURE_MAX_BYTES);
	if (signing_key_open(&ctx, uri, &key, err) ||
	    signing_key_sign(key, span_of("message"), &signature, err))
		return -1;
	assert_int_equal(key->type, SIGNING_ECDSA_P256);
	return signature_check(key->public_key, span_of("message"), buffer_view(&signature), err);
}

static void assert_signs(const char *lie, const char *uri, unsigned asked_times)
{
	struct asked asked = { .pin = "1234" };
	struct error err = { 0 };

	setenv("FAKE_TOKEN", lie, 1);
	if (sign_with(&asked, uri, &err))
		fail_msg("'%s': %s", lie, err.text);
	assert_int_equal(asked.times, asked_times);
}

static void assert_refuses(const char *lie, enum error_code code, const char *why)
{
	struct asked asked = { .pin = "1234" };
	struct error err = { 0 };

	setenv("FAKE_TOKEN", lie, 1);
	assert_int_equal(sign_with(&asked, URI, &err), -1);
	if (err.code != code || !strstr(err.text, why))
		fail_msg("'%s' is refused with %d: %s", lie, err.code, err.text);
}

static void an_honest_token_signs_whatever_way_it_tells_its_public_half(void **state)
{
	(void)state;
	assert_signs("", URI, 1);
	assert_signs("raw-point", URI, 1);
	assert_signs("no-public info", URI, 1);
	assert_signs("no-login", URI, 0);
	assert_signs("keypad", URI, 0);
	assert_signs("long", "pkcs11:token=A%20label%20of%20exactly%2032%20characters", 1);
}

static void a_uri_fits_by_every_field_of_library_slot_and_token(void **state)
{
	struct asked asked = { .pin = "1234" };
	struct error err = { 0 };

	(void)state;
	assert_signs("",
		     "pkcs11:library-manufacturer=Fakes;library-description=A%20fake;"
		     "library-version=2.5;slot-id=7;slot-description=Drawer;"
		     "slot-manufacturer=Fakes;manufacturer=Fakes;model=F1;serial=0042",
		     1);
	setenv("FAKE_TOKEN", "", 1);
	assert_fails(sign_with(&asked, "pkcs11:library-version=2", &err), &err, ERROR_ABSENT);
	assert_fails(sign_with(&asked, "pkcs11:slot-id=8", &err), &err, ERROR_ABSENT);
	assert_fails(sign_with(&asked, "pkcs11:serial=42", &err), &err, ERROR_ABSENT);
	assert_fails(sign_with(&asked, "pkcs11:library-description=A", &err), &err, ERROR_ABSENT);
}

static void a_key_that_wants_its_pin_each_time_is_asked_for_it_each_time(void **state)
{
	(void)state;
	assert_signs("each-time", URI, 2);
}

static void a_token_that_is_about_to_lock_says_so_first(void **state)
{
	struct asked asked = { .pin = "0000" };
	struct error err = { 0 };

	(void)state;
	setenv("FAKE_TOKEN", "final-try", 1);
	assert_fails(sign_with(&asked, URI, &err), &err, ERROR_UNTRUSTED);
	assert_non_null(strstr(asked.notice, "locks the token"));
	asked.pin = NULL;
	assert_fails(sign_with(&asked, URI, &err), &err, ERROR_USAGE);
}

static void a_token_that_lies_or_fails_is_refused_with_the_reason(void **state)
{
	(void)state;
	assert_refuses("dead", ERROR_SYSTEM, "the device failed");
	assert_refuses("empty", ERROR_ABSENT, "0 slots");
	assert_refuses("gone", ERROR_ABSENT, "none fits");
	assert_refuses("many-slots", ERROR_SYSTEM, "list tokens");
	assert_refuses("locked", ERROR_UNTRUSTED, "locked after");
	assert_refuses("no-private", ERROR_ABSENT, "no private key 'key'");
	assert_refuses("two-private", ERROR_USAGE, "several private keys");
	assert_refuses("too-many", ERROR_ABSENT, "no private key 'key'");
	assert_refuses("rsa", ERROR_UNTRUSTED, "no EC key");
	assert_refuses("no-public", ERROR_UNTRUSTED, "does not tell the public half");
	assert_refuses("endless-point", ERROR_UNTRUSTED, "does not tell the public half");
	assert_refuses("cut-point", ERROR_CORRUPT, "SubjectPublicKeyInfo");
	assert_refuses("odd-curve", ERROR_CORRUPT, "SubjectPublicKeyInfo");
	assert_refuses("off-curve", ERROR_CORRUPT, "not on ECDSA P-256");
	assert_refuses("fails", ERROR_SYSTEM, "CKR_GENERAL_ERROR");
	assert_refuses("odd-length", ERROR_SYSTEM, "no r and s");
	assert_refuses("no-length", ERROR_SYSTEM, "no r and s");
	assert_refuses("long-length", ERROR_SYSTEM, "no r and s");
	assert_refuses("other-key", ERROR_UNTRUSTED, "another key than the public half");
	assert_refuses("no-functions", ERROR_USAGE, "no PKCS#11 module");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_token_signs_whatever_way_it_tells_its_public_half),
		cmocka_unit_test(a_uri_fits_by_every_field_of_library_slot_and_token),
		cmocka_unit_test(a_key_that_wants_its_pin_each_time_is_asked_for_it_each_time),
		cmocka_unit_test(a_token_that_is_about_to_lock_says_so_first),
		cmocka_unit_test(a_token_that_lies_or_fails_is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
