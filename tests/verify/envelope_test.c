/* Envelopes: what others write is read, what is ambiguous is refused. */
#include <stdlib.h>

#include "tests/verify/signer.h"

#define TYPE "application/vnd.in-toto+json"
#define MEDIA "application/vnd.dev.sigstore.bundle.v0.3+json"
#define HINT "e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e"

/* A bundle with the three parts filled in. */
static char *bundle(const char *material, const char *signatures, const char *more)
{
	char *text;

	assert_true(asprintf(&text,
			     "{\"mediaType\":\"" MEDIA "\",\"verificationMaterial\":%s,"
			     "\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"" TYPE
			     "\",\"signatures\":%s}%s}",
			     material, signatures, more) > 0);
	return text;
}

static void assert_parses(const char *material, const char *signatures, const char *more,
			  enum envelope_material expected, const char *hint)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct error err = { 0 };
	char *text = bundle(material, signatures, more);

	assert_done(envelope_parse(span_of(text), ENVELOPE_MAX_BYTES, &envelope, &err), &err);
	assert_int_equal(envelope.material, expected);
	assert_string_equal(envelope.hint, hint);
	assert_true(span_equal(buffer_view(&envelope.payload), span_of("{}")));
	assert_true(span_equal(buffer_view(&envelope.signature), span_of("sig")));
	free(text);
}

static void assert_refused(const char *material, const char *signatures, const char *more)
{
	struct envelope envelope;
	struct error err = { 0 };
	char *text = bundle(material, signatures, more);

	assert_fails(envelope_parse(span_of(text), ENVELOPE_MAX_BYTES, &envelope, &err), &err,
		     ERROR_CORRUPT);
	free(text);
}

#define KEY "{\"publicKey\":{\"hint\":\"" HINT "\"},\"tlogEntries\":[]}"
#define SIG "[{\"sig\":\"c2ln\",\"keyid\":\"\"}]"

static void the_shapes_in_the_wild_are_read(void **state)
{
	(void)state;
	assert_parses(KEY, SIG, "", MATERIAL_KEY, HINT);
	assert_parses(KEY, "[{\"sig\":\"c2ln\"}]", "", MATERIAL_KEY, HINT);
	assert_parses(KEY, "[{\"sig\":\"c2ln\",\"keyid\":null}]", "", MATERIAL_KEY, HINT);
	assert_parses("{\"publicKey\":{\"rawBytes\":\"AAAA\",\"keyDetails\":\"x\"}}", SIG, "",
		      MATERIAL_KEY, "");
	assert_parses("{\"publicKey\":{}}", SIG, ",\"later\":1", MATERIAL_KEY, "");
	assert_parses("{\"x509CertificateChain\":{\"certificates\":[]}}", SIG, "",
		      MATERIAL_CERTIFICATE, "");
	assert_parses("{\"certificate\":{\"rawBytes\":\"AAAA\"}}", SIG, "", MATERIAL_CERTIFICATE,
		      "");
}

static void what_is_ambiguous_or_half_there_is_refused(void **state)
{
	(void)state;
	assert_refused(KEY, "[]", "");
	assert_refused(KEY, "[{\"sig\":\"c2ln\"},{\"sig\":\"c2ln\"}]", "");
	assert_refused(KEY, "[{\"keyid\":\"\"}]", "");
	assert_refused(KEY, "[{\"sig\":\"\"}]", "");
	assert_refused(KEY, "[{\"sig\":\"c2l\"}]", "");
	assert_refused(KEY, "[{\"sig\":\"c2lu\\n\"}]", "");
	assert_refused(KEY, "[{\"sig\":\"c2-_\"}]", "");
	assert_refused("{}", SIG, "");
	assert_refused("{\"publicKey\":{\"hint\":\"" HINT "0\"}}", SIG, "");
	assert_refused("{\"publicKey\":{\"hint\":7}}", SIG, "");
	assert_refused(KEY, SIG, ",\"mediaType\":\"" MEDIA "\"");
	assert_refused(KEY, SIG, ",\"dsseEnvelope\":{}");
}

static void other_media_and_payload_types_are_refused(void **state)
{
	static const char *const text[] = {
		"{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.2+json\","
		"\"verificationMaterial\":" KEY
		",\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"" TYPE
		"\",\"signatures\":" SIG "}}",
		"{\"mediaType\":\"" MEDIA "\",\"verificationMaterial\":" KEY
		",\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"text/plain\","
		"\"signatures\":" SIG "}}",
		"{\"mediaType\":\"" MEDIA "\",\"verificationMaterial\":" KEY
		",\"messageSignature\":{}}",
		"[]",
	};
	struct envelope envelope;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		assert_fails(envelope_parse(span_of(text[i]), ENVELOPE_MAX_BYTES, &envelope, &err),
			     &err, ERROR_CORRUPT);
}

static void an_envelope_over_its_limit_is_refused(void **state)
{
	struct envelope envelope;
	struct error err = { 0 };
	char *text = bundle(KEY, SIG, "");

	(void)state;
	assert_fails(envelope_parse(span_of(text), strlen(text) - 1, &envelope, &err), &err,
		     ERROR_CORRUPT);
	free(text);
}

/* The example of the DSSE protocol, with our payload type: lengths are those of bytes. */
static void the_encoding_is_that_of_dsse(void **state)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };
	struct digest identity, expected;

	(void)state;
	buffer_init(&out, 256);
	assert_done(envelope_encoding(span_of("hello \xe8\xa8\xbc"), &out, &err), &err);
	assert_true(
		span_equal(buffer_view(&out), span_of("DSSEv1 28 " TYPE " 9 hello \xe8\xa8\xbc")));
	identity = envelope_identity(span_of("hello \xe8\xa8\xbc"));
	expected = sha256(buffer_view(&out));
	assert_true(digest_equal(&identity, &expected));
}

static void what_is_built_is_canonical_and_read_again(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-384");
	CLEANUP(buffer_release) struct buffer out, again;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(json_free) struct json *json = NULL;
	struct error err = { 0 };

	(void)state;
	buffer_init(&out, 4096);
	buffer_init(&again, 4096);
	test_envelope(&signer, span_of("{\"z\": 1}"), &out);
	assert_done(json_parse(buffer_view(&out), NULL, &json, &err), &err);
	assert_done(json_write_canonical(json, &again, &err), &err);
	assert_true(span_equal(buffer_view(&out), buffer_view(&again)));
	assert_done(envelope_parse(buffer_view(&out), ENVELOPE_MAX_BYTES, &envelope, &err), &err);
	assert_string_equal(envelope.hint, public_key_hint(signer.public));
	assert_true(span_equal(buffer_view(&envelope.payload), span_of("{\"z\": 1}")));
	assert_done(envelope_check(&envelope, signer.public, &err), &err);
	envelope.payload.data[1] ^= 1;
	assert_fails(envelope_check(&envelope, signer.public, &err), &err, ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shapes_in_the_wild_are_read),
		cmocka_unit_test(what_is_ambiguous_or_half_there_is_refused),
		cmocka_unit_test(other_media_and_payload_types_are_refused),
		cmocka_unit_test(an_envelope_over_its_limit_is_refused),
		cmocka_unit_test(the_encoding_is_that_of_dsse),
		cmocka_unit_test(what_is_built_is_canonical_and_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
