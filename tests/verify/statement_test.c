/* Statements: frame and predicate must say the same, and nothing is built that would not be read.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/signer.h"

#define HEX_32 "0123456789abcdef0123456789abcdef"
#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static char *statement(const char *type, const char *subject, const char *hex,
		       const char *predicate)
{
	char *text;

	assert_true(
		asprintf(&text,
			 "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":%s,"
			 "\"predicateType\":\"%s\",\"subject\":[{\"digest\":{\"sha256\":\"%s\"},"
			 "\"name\":\"%s\"}]}",
			 predicate, type, hex, subject) > 0);
	return text;
}

static int parse(const char *kind, const char *subject, const char *hex, const char *predicate,
		 struct statement *out, struct error *err)
{
	char type[96], *text;
	int result;

	snprintf(type, sizeof(type), STATEMENT_TYPE_PREFIX "%s" STATEMENT_TYPE_SUFFIX, kind);
	text = statement(type, subject, hex, predicate);
	result = statement_parse(span_of(text), out, err);
	free(text);
	return result;
}

static void assert_reads(const char *kind, const char *subject, const char *predicate,
			 const char *name)
{
	CLEANUP(statement_release) struct statement read = { 0 };
	struct error err = { 0 };
	char text[NAME_TEXT_MAX];

	assert_done(parse(kind, subject, HEX_A, predicate, &read, &err), &err);
	assert_string_equal(statement_kind_name(read.kind), kind);
	name_to_text(&read.name, text);
	assert_string_equal(text, name);
	assert_string_equal(read.origin, "o");
}

static void assert_contradicts(const char *kind, const char *subject, const char *predicate,
			       const char *says)
{
	struct statement read;
	struct error err = { 0 };

	assert_int_equal(parse(kind, subject, HEX_A, predicate, &read, &err), -1);
	if (err.code != ERROR_CORRUPT || !strstr(err.text, says))
		fail_msg("code %d, '%s' where '%s' belongs", err.code, err.text, says);
}

#define OF                                                                                         \
	"\"of\":{\"name\":\"t/m@1\",\"statement\":\"sha256:" HEX_B                                 \
	"\",\"manifest\":\"sha256:" HEX_A "\"}"
#define FILE_A "\"file\":\"sha256:" HEX_A "\""
#define NAMED "{\"origin\":\"o\",\"name\":\"t/m\",\"version\":\"1\","

static void every_kind_is_read_with_what_it_is_about(void **state)
{
	(void)state;
	assert_reads("checkpoint", "t/m@1", NAMED "\"manifest\":\"sha256:" HEX_A "\"}", "t/m@1");
	assert_reads("dataset", "t/m@1", NAMED "\"manifest\":\"sha256:" HEX_A "\"}", "t/m@1");
	assert_reads("run", "t/m@1", NAMED FILE_A "}", "t/m@1");
	assert_reads("allocation", "t/m@1", NAMED FILE_A "}", "t/m@1");
	assert_reads("eval", "t/m@1", "{\"origin\":\"o\"," OF "," FILE_A "}", "t/m@1");
	assert_reads("card", "t/m@1", "{\"origin\":\"o\"," OF "," FILE_A "}", "t/m@1");
	assert_reads("record", "t/m@1",
		     "{\"origin\":\"o\"," OF ",\"outputs\":\"sha256:" HEX_A "\"}", "t/m@1");
	assert_reads("verification", "t/m@1", "{\"origin\":\"o\"," OF ",\"verdict\":{}}", "t/m@1");
	assert_reads("derivation", "t/m@1", "{\"origin\":\"o\"," OF "}", "t/m@1");
	assert_reads(
		"release", "t/m@2",
		"{\"origin\":\"o\",\"name\":\"t/m\",\"version\":\"2\",\"checkpoint\":{\"name\":"
		"\"t/m@1\",\"statement\":\"sha256:" HEX_B "\",\"manifest\":\"sha256:" HEX_A "\"}}",
		"t/m@2");
	assert_reads("tag", "t/m:latest",
		     "{\"origin\":\"o\",\"name\":\"t/m\",\"alias\":\"latest\",\"serial\":1,"
		     "\"target\":{\"name\":\"t/m@1\",\"statement\":\"sha256:" HEX_A "\"}}",
		     "t/m:latest");
	assert_reads("tombstone", HEX_A,
		     "{\"origin\":\"o\",\"object\":\"sha256:" HEX_A "\",\"reason\":\"r\"}", "/");
	assert_reads("tombstone", HEX_A,
		     "{\"origin\":\"o\",\"statement\":\"sha256:" HEX_A "\",\"reason\":\"r\","
		     "\"sha384\":\"" HEX_32 HEX_32 HEX_32 "\"}",
		     "/");
	assert_reads("claim", "t/m@1", NAMED "\"kind\":\"run\",\"statement\":\"sha256:" HEX_A "\"}",
		     "t/m@1");
}

static void a_frame_and_a_predicate_that_disagree_contradict(void **state)
{
	(void)state;
	assert_contradicts("checkpoint", "t/m@2", NAMED "\"manifest\":\"sha256:" HEX_A "\"}",
			   "the predicate speaks of 't/m@1'");
	assert_contradicts("checkpoint", "t/M@1", NAMED "\"manifest\":\"sha256:" HEX_A "\"}",
			   "speaks of");
	assert_contradicts("checkpoint", "t/m@1", NAMED "\"manifest\":\"sha256:" HEX_B "\"}",
			   "not the one in the predicate");
	assert_contradicts("run", "t/m@1", NAMED "\"file\":\"sha256:" HEX_B "\"}", "digest");
	assert_contradicts("card", "t/m@2", "{\"origin\":\"o\"," OF "," FILE_A "}", "speaks of");
	assert_contradicts("release", "t/m@1", NAMED OF "}", "'checkpoint' is missing");
	assert_contradicts("tombstone", HEX_A,
			   "{\"origin\":\"o\",\"object\":\"sha256:" HEX_B "\",\"reason\":\"r\"}",
			   "not named after what is withheld");
	assert_contradicts("tombstone", HEX_A,
			   "{\"origin\":\"o\",\"object\":\"sha256:" HEX_A
			   "\",\"statement\":\"sha256:" HEX_A "\",\"reason\":\"r\"}",
			   "not of both");
	assert_contradicts("tombstone", HEX_A,
			   "{\"origin\":\"o\",\"object\":\"sha256:" HEX_A
			   "\",\"sha384\":\"" HEX_32 HEX_32 HEX_32 "\",\"reason\":\"r\"}",
			   "beside 'statement'");
	assert_contradicts("tombstone", HEX_A,
			   "{\"origin\":\"o\",\"statement\":\"sha256:" HEX_A
			   "\",\"sha384\":\"" HEX_32 "\",\"reason\":\"r\"}",
			   "96 hexadecimal digits");
	assert_contradicts("tombstone", HEX_A, "{\"origin\":\"o\",\"object\":\"sha256:" HEX_A "\"}",
			   "'reason' is missing");
	assert_contradicts("key", "KEY", "{\"origin\":\"o\",\"publicKey\":\"AAAA\"}",
			   "not named after the key");
	assert_contradicts("policy", "policy", "{\"origin\":\"o\",\"keys\":[]}", "digest");
	assert_contradicts("policy", "politics", "{\"origin\":\"o\",\"keys\":[]}", "'policy'");
}

static void what_is_missing_or_malformed_is_refused(void **state)
{
	(void)state;
	assert_contradicts("run", "t/m@1", "{\"name\":\"t/m\",\"version\":\"1\"," FILE_A "}",
			   "'origin' is missing");
	assert_contradicts("run", "t/m@1",
			   "{\"origin\":\"a b\",\"name\":\"t/m\",\"version\":\"1\"," FILE_A "}",
			   "no origin");
	assert_contradicts("run", "t/m@1", "{\"origin\":\"o\",\"version\":\"1\"," FILE_A "}",
			   "'name' is missing");
	assert_contradicts("run", "t/m@1", "{\"origin\":\"o\",\"name\":\"t/m\"," FILE_A "}",
			   "either a 'version' or an 'alias'");
	assert_contradicts("run", "t/m@1", NAMED "\"alias\":\"x\"," FILE_A "}",
			   "either a 'version' or an 'alias'");
	assert_contradicts("run", "t/m@1", NAMED "\"file\":\"" HEX_A "\"}", "not a SHA-256");
	assert_contradicts("run", "", NAMED FILE_A "}", "subject");
	assert_contradicts("run", "../m@1",
			   "{\"origin\":\"o\",\"name\":\"../m\",\"version\":\"1\"," FILE_A "}",
			   "letters, digits");
	assert_contradicts("eval", "t/m@1", "{\"origin\":\"o\"," FILE_A "}", "'of' is missing");
}

static void other_statements_are_told_apart(void **state)
{
	static const struct {
		const char *type;
		enum error_code code;
	} row[] = {
		{ "https://slsa.dev/provenance/v1", ERROR_UNTRUSTED },
		{ STATEMENT_TYPE_PREFIX "notice/v1", ERROR_UNTRUSTED },
		{ STATEMENT_TYPE_PREFIX "run/v2", ERROR_UNTRUSTED },
		{ STATEMENT_TYPE_PREFIX "/v1", ERROR_UNTRUSTED },
		{ STATEMENT_TYPE_PREFIX, ERROR_UNTRUSTED },
	};
	struct statement read;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char *text = statement(row[i].type, "t/m@1", HEX_A, NAMED FILE_A "}");

		assert_fails(statement_parse(span_of(text), &read, &err), &err, row[i].code);
		free(text);
	}
	assert_fails(statement_parse(span_of("{\"_type\":\"https://in-toto.io/Statement/v0.1\"}"),
				     &read, &err),
		     &err, ERROR_CORRUPT);
	assert_fails(statement_parse(span_of("[]"), &read, &err), &err, ERROR_CORRUPT);
}

static void exactly_one_subject_is_taken(void **state)
{
	static const char *const subjects[] = {
		"[]",
		"[{\"name\":\"t/m@1\",\"digest\":{\"sha256\":\"" HEX_A "\"}},"
		"{\"name\":\"t/m@1\",\"digest\":{\"sha256\":\"" HEX_A "\"}}]",
		"[{\"name\":\"t/m@1\",\"digest\":{\"sha512\":\"" HEX_A "\"}}]",
		"[{\"digest\":{\"sha256\":\"" HEX_A "\"}}]",
		"[7]",
	};
	struct statement read;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		char *text;

		assert_true(asprintf(&text,
				     "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":"
				     "%s,\"predicateType\":\"" STATEMENT_TYPE_PREFIX
				     "run/v1\",\"subject\":%s}",
				     NAMED FILE_A "}", subjects[i]) > 0);
		assert_fails(statement_parse(span_of(text), &read, &err), &err, ERROR_CORRUPT);
		free(text);
	}
}

static void a_control_statement_has_a_smaller_limit(void **state)
{
	static const char *const kind[] = { "run", "claim" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(statement_release) struct statement read = { 0 };
		char *filler = calloc(1, CONTROL_PAYLOAD_MAX_BYTES + 1), *predicate;
		int result;

		memset(filler, 'x', CONTROL_PAYLOAD_MAX_BYTES);
		assert_true(asprintf(&predicate,
				     NAMED FILE_A ",\"statement\":\"sha256:" HEX_A
						  "\",\"kind\":\"run\",\"filler\":\"%s\"}",
				     filler) > 0);
		result = parse(kind[i], "t/m@1", HEX_A, predicate, &read, &err);
		assert_int_equal(result, i ? -1 : 0);
		free(filler);
		free(predicate);
	}
}

static void what_is_built_is_what_is_read(void **state)
{
	CLEANUP(json_free) struct json *predicate = NULL, *wrong = NULL;
	CLEANUP(statement_release) struct statement read = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct digest digest;
	struct error err = { 0 };

	(void)state;
	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	assert_done(digest_from_hex(span_of(HEX_A), &digest, &err), &err);
	assert_done(json_parse(span_of(NAMED FILE_A "}"), NULL, &predicate, &err), &err);
	assert_done(statement_build(STATEMENT_run, "t/m@1", &digest, predicate, &payload, &err),
		    &err);
	assert_true(span_equal(
		buffer_view(&payload),
		span_of("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"file\":"
			"\"sha256:" HEX_A "\",\"name\":\"t/m\",\"origin\":\"o\",\"version\":\"1\"},"
			"\"predicateType\":\"https://w3id.org/akashi/run/v1\",\"subject\":[{"
			"\"digest\":{\"sha256\":\"" HEX_A "\"},\"name\":\"t/m@1\"}]}")));
	assert_done(statement_parse(buffer_view(&payload), &read, &err), &err);

	payload.len = 0;
	assert_fails(statement_build(STATEMENT_run, "t/m@2", &digest, predicate, &payload, &err),
		     &err, ERROR_USAGE);
	assert_done(json_parse(span_of(NAMED FILE_A ",\"loss\":1.5}"), NULL, &wrong, &err), &err);
	assert_fails(statement_build(STATEMENT_run, "t/m@1", &digest, wrong, &payload, &err), &err,
		     ERROR_USAGE);
	assert_int_equal(payload.len, 0);
}

static void references_name_a_version_and_its_statement(void **state)
{
	static const char *const bad[] = { "{}", "{\"name\":\"t/m@1\"}",
					   "{\"name\":\"t/m\",\"statement\":\"sha256:" HEX_A "\"}",
					   "{\"name\":\"t/m@1\",\"statement\":\"" HEX_A "\"}",
					   "{\"name\":\"t/m@1\",\"statement\":\"sha256:" HEX_A
					   "\",\"manifest\":\"x\"}" };
	CLEANUP(json_free) struct json *good = NULL, *again = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct reference reference;
	struct error err = { 0 };

	(void)state;
	buffer_init(&text, 1024);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CLEANUP(json_free) struct json *json = NULL;

		assert_done(json_parse(span_of(bad[i]), NULL, &json, &err), &err);
		assert_fails(reference_parse(json, &reference, &err), &err, ERROR_CORRUPT);
	}
	assert_done(json_parse(span_of("{" OF "}"), NULL, &good, &err), &err);
	assert_done(reference_need(good, "of", &reference, &err), &err);
	assert_true(reference.has_manifest);
	assert_done(reference_to_json(&reference, &again, &err), &err);
	assert_done(json_write_canonical(again, &text, &err), &err);
	assert_true(span_equal(buffer_view(&text),
			       span_of("{\"manifest\":\"sha256:" HEX_A "\",\"name\":\"t/m@1\","
				       "\"statement\":\"sha256:" HEX_B "\"}")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_read_with_what_it_is_about),
		cmocka_unit_test(a_frame_and_a_predicate_that_disagree_contradict),
		cmocka_unit_test(what_is_missing_or_malformed_is_refused),
		cmocka_unit_test(other_statements_are_told_apart),
		cmocka_unit_test(exactly_one_subject_is_taken),
		cmocka_unit_test(a_control_statement_has_a_smaller_limit),
		cmocka_unit_test(what_is_built_is_what_is_read),
		cmocka_unit_test(references_name_a_version_and_its_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
