/* Model signatures made with certificates: chains, usage, now or at a timestamp, and each refusal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/verify/authority.h"
#include "tests/verify/certificates.h"
#include "verify/modelsig/certificate.h"

#define HOUR 3600

/* root -> middle -> leaf, and a payload that the leaf signs. */
struct scene {
	struct test_identity root, middle, leaf;
	struct certificate_list roots;
	struct span timestamp_root; /* empty: nobody's timestamps are believed */
	struct buffer payload, signature, timestamps, bundle;
	struct test_authority authority;
	int64_t now;
	unsigned flags;
};

static void make_payload(struct scene *scene)
{
	static const char *const nothing[] = { NULL };
	struct digest digest = sha256(span_of("1"));
	struct modelsig_file file = { .path = (char[]){ "a" }, .digest = any_digest_of(&digest) };
	struct modelsig_plan plan = { .name = "m", .ignored = nothing };
	struct error err = { 0 };

	assert_done(modelsig_build(&plan, &file, 1, &scene->payload, NULL, &err), &err);
}

/* `leaf` NULL: one for signing code. */
static struct scene scene_new(const char *type, const struct test_wish *leaf)
{
	struct scene scene = { .now = TEST_TIME };

	scene.root = test_issuer_new("root", NULL);
	scene.middle = test_issuer_new("middle", &scene.root);
	scene.leaf = leaf ? test_identity_new(type, leaf, &scene.middle)
			  : test_leaf_new("leaf", &scene.middle);
	test_list_add(&scene.roots, &scene.root);
	buffer_init(&scene.payload, 65536);
	buffer_init(&scene.signature, SIGNATURE_MAX_BYTES);
	buffer_init(&scene.timestamps, 1u << 20);
	buffer_init(&scene.bundle, 1u << 20);
	make_payload(&scene);
	return scene;
}

static void scene_release(struct scene *scene)
{
	test_identity_release(&scene->root);
	test_identity_release(&scene->middle);
	test_identity_release(&scene->leaf);
	certificate_list_release(&scene->roots);
	buffer_release(&scene->payload);
	buffer_release(&scene->signature);
	buffer_release(&scene->timestamps);
	buffer_release(&scene->bundle);
	if (scene->authority.root)
		test_authority_release(&scene->authority);
}

static void sign(struct scene *scene)
{
	CLEANUP(buffer_release) struct buffer message;
	struct error err = { 0 };

	buffer_init(&message, 65536);
	assert_done(envelope_encoding(buffer_view(&scene->payload), &message, &err), &err);
	test_sign(&scene->leaf.signer, buffer_view(&message), &scene->signature);
}

/* Add a timestamp of the signature (or of something else) at `when` by a new authority, believed.
 */
static void stamp(struct scene *scene, int64_t when, const char *message)
{
	CLEANUP(buffer_release) struct buffer response, text;
	struct error err = { 0 };

	if (!scene->authority.root) {
		scene->authority = test_authority_new((struct test_authority_form){
			.not_before = TEST_TIME - (int64_t)20 * 365 * 24 * HOUR,
			.not_after = TEST_TIME + (int64_t)20 * 365 * 24 * HOUR });
		scene->timestamp_root = buffer_view(&scene->authority.root_der);
	}
	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	buffer_init(&text, 1u << 20);
	test_timestamp(&scene->authority,
		       message ? span_of(message) : buffer_view(&scene->signature),
		       (struct test_timestamp_form){ .time = when }, &response);
	assert_done(base64_encode(&text, buffer_view(&response), &err), &err);
	assert_done(buffer_printf(&scene->timestamps, &err, "%s{\"signedTimestamp\":\"%.*s\"}",
				  scene->timestamps.len ? "," : "", (int)text.len,
				  (const char *)text.data),
		    &err);
}

static void add_base64(struct buffer *out, struct span bytes)
{
	struct error err = { 0 };

	assert_done(base64_encode(out, bytes, &err), &err);
}

static void add_text(struct buffer *out, const char *text)
{
	struct error err = { 0 };

	assert_done(buffer_add_text(out, text, &err), &err);
}

/* The bundle with these certificates. */
static void wrap(struct scene *scene, const struct test_identity *const *chain, size_t count)
{
	struct buffer *out = &scene->bundle;

	out->len = 0;
	add_text(out, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
		      "\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":[");
	for (size_t i = 0; i < count; i++) {
		add_text(out, i ? ",{\"rawBytes\":\"" : "{\"rawBytes\":\"");
		add_base64(out, certificate_der(chain[i]->certificate));
		add_text(out, "\"}");
	}
	add_text(out,
		 "]},\"tlogEntries\":[],\"timestampVerificationData\":{\"rfc3161Timestamps\":[");
	if (scene->timestamps.len) {
		struct error err = { 0 };

		assert_done(buffer_add(out, buffer_view(&scene->timestamps), &err), &err);
	}
	add_text(out, "]}},\"dsseEnvelope\":{\"payload\":\"");
	add_base64(out, buffer_view(&scene->payload));
	add_text(out,
		 "\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"");
	add_base64(out, buffer_view(&scene->signature));
	add_text(out, "\"}]}}");
}

static void wrap_usual(struct scene *scene)
{
	const struct test_identity *chain[] = { &scene->leaf, &scene->middle };

	wrap(scene, chain, 2);
}

static int check(const struct scene *scene, struct modelsig_signer *out_signer, struct error *err)
{
	CLEANUP(modelsig_release) struct modelsig signature = { 0 };
	struct modelsig_authorities authorities = {
		.roots = &scene->roots,
		.timestamp_root = &scene->timestamp_root,
		.timestamp_root_count = scene->timestamp_root.len ? 1 : 0,
		.now_unix_s = scene->now,
	};

	return modelsig_check_certificate(buffer_view(&scene->bundle), &authorities, scene->flags,
					  &signature, out_signer, err);
}

static void assert_holds(const struct scene *scene, int64_t at, bool stamped)
{
	CLEANUP(modelsig_signer_release) struct modelsig_signer signer = { .unix_s = 0 };
	struct error err = { 0 };

	assert_done(check(scene, &signer, &err), &err);
	assert_int_equal(signer.unix_s, at);
	assert_int_equal(signer.authority[0] != '\0', stamped);
}

static void assert_refused(const struct scene *scene, enum error_code code, const char *why)
{
	struct modelsig_signer signer;
	struct error err = { 0 };

	assert_int_equal(check(scene, &signer, &err), -1);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
	assert_int_equal(err.code, code);
}

static const struct test_wish plain_leaf = { .common_name = "leaf",
					     .not_before = TEST_TIME - 24 * HOUR,
					     .not_after = TEST_TIME + 24 * HOUR,
					     .basic = "critical,CA:FALSE",
					     .usage = "critical,digitalSignature" };

static void a_chain_to_the_given_root_signs_on_every_curve(void **state)
{
	static const char *const type[] = { "P-256", "P-384", "P-521" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(scene_release) struct scene scene = scene_new(type[i], &plain_leaf);
		const struct test_identity *mixed[] = { &scene.leaf, &scene.root, &scene.middle };

		sign(&scene);
		wrap_usual(&scene);
		assert_holds(&scene, TEST_TIME, false);
		wrap(&scene, mixed, 3); /* a root among them is no root for that */
		assert_holds(&scene, TEST_TIME, false);
		certificate_list_release(&scene.roots);
		test_list_add(&scene.roots, &scene.leaf);
		assert_refused(&scene, ERROR_UNTRUSTED, "no chain to a given root");
	}
}

static void without_its_issuer_or_under_another_root_nobody_vouches(void **state)
{
	CLEANUP(scene_release) struct scene scene = scene_new("P-256", &plain_leaf);
	CLEANUP(scene_release) struct scene other = scene_new("P-256", &plain_leaf);
	const struct test_identity *alone[] = { &scene.leaf };
	const struct test_identity *stranger[] = { &other.leaf, &other.middle };

	(void)state;
	sign(&scene);
	wrap(&scene, alone, 1);
	assert_refused(&scene, ERROR_UNTRUSTED, "no chain to a given root");
	wrap(&scene, NULL, 0);
	assert_refused(&scene, ERROR_CORRUPT, "chain is empty");
	certificate_list_release(&scene.roots);
	test_list_add(&scene.roots, &other.root);
	wrap_usual(&scene);
	assert_refused(&scene, ERROR_UNTRUSTED, "no chain to a given root");
	wrap(&scene, stranger, 2); /* a chain that holds, of a key that did not sign */
	assert_refused(&scene, ERROR_CORRUPT, "signature does not hold");
}

static void the_leaf_must_be_for_signing(void **state)
{
	struct test_wish wish = plain_leaf;

	(void)state;
	wish.usage = "critical,keyEncipherment";
	{
		CLEANUP(scene_release) struct scene scene = scene_new("P-256", &wish);

		sign(&scene);
		wrap_usual(&scene);
		assert_refused(&scene, ERROR_CORRUPT, "may not sign");
	}
	wish.extended = "codeSigning"; /* the reference verifier takes either */
	{
		CLEANUP(scene_release) struct scene scene = scene_new("P-256", &wish);

		sign(&scene);
		wrap_usual(&scene);
		assert_holds(&scene, TEST_TIME, false);
	}
	wish.usage = NULL;
	wish.extended = "serverAuth";
	{
		CLEANUP(scene_release) struct scene scene = scene_new("P-256", &wish);

		sign(&scene);
		wrap_usual(&scene);
		assert_refused(&scene, ERROR_CORRUPT, "may not sign");
	}
}

static void another_kind_of_key_is_not_possible(void **state)
{
	CLEANUP(scene_release) struct scene scene = scene_new("ED25519", &plain_leaf);

	(void)state;
	test_sign(&scene.leaf.signer, buffer_view(&scene.payload), &scene.signature);
	wrap_usual(&scene);
	assert_refused(&scene, ERROR_UNTRUSTED, "not possible");
}

static void an_expired_certificate_is_refused_unless_a_timestamp_shows_it_was_not(void **state)
{
	CLEANUP(scene_release) struct scene scene = scene_new("P-256", &plain_leaf);

	(void)state;
	sign(&scene);
	wrap_usual(&scene);
	scene.now = TEST_TIME + 48 * HOUR;
	assert_refused(&scene, ERROR_CORRUPT, "expired");
	scene.now = TEST_TIME - 48 * HOUR;
	assert_refused(&scene, ERROR_CORRUPT, "not yet valid");
	scene.now = TEST_TIME + 48 * HOUR;
	stamp(&scene, TEST_TIME + HOUR, NULL);
	wrap_usual(&scene);
	assert_holds(&scene, TEST_TIME + HOUR, true);
	stamp(&scene, TEST_TIME - HOUR, NULL); /* the earliest counts */
	wrap_usual(&scene);
	assert_holds(&scene, TEST_TIME - HOUR, true);
}

static void timestamps_that_show_nothing_leave_it_expired(void **state)
{
	static const struct {
		int64_t at;
		const char *message, *why;
	} row[] = {
		{ TEST_TIME, "another message", "expired" },
		{ TEST_TIME + 30 * HOUR, NULL, "expired" },      /* signed after it had */
		{ TEST_TIME + 1000 * HOUR, NULL, "expired" },    /* in the future */
		{ TEST_TIME - 30 * HOUR, NULL, "not yet valid" } /* before it was made */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		CLEANUP(scene_release) struct scene scene = scene_new("P-256", &plain_leaf);

		sign(&scene);
		stamp(&scene, row[i].at, row[i].message);
		wrap_usual(&scene);
		scene.now = TEST_TIME + 48 * HOUR;
		assert_refused(&scene, ERROR_CORRUPT, row[i].why);
	}
}

static void a_timestamp_of_an_authority_that_nobody_named_does_not_count(void **state)
{
	CLEANUP(scene_release) struct scene scene = scene_new("P-256", &plain_leaf);
	CLEANUP(modelsig_signer_release) struct modelsig_signer signer = { .unix_s = 0 };
	struct error err = { 0 };

	(void)state;
	sign(&scene);
	stamp(&scene, TEST_TIME, NULL);
	wrap_usual(&scene);
	scene.timestamp_root.len = 0;
	assert_done(check(&scene, &signer, &err), &err); /* it is valid now */
	assert_string_equal(signer.authority, "");
	assert_int_equal(signer.timestamps, 1);
	assert_non_null(strstr(signer.untimed, "--tsa-root"));
	scene.now = TEST_TIME + 48 * HOUR;
	assert_refused(&scene, ERROR_CORRUPT, "expired");
}

static void a_bent_bundle_is_refused(void **state)
{
	CLEANUP(scene_release) struct scene scene = scene_new("P-256", &plain_leaf);
	uint8_t *at;

	(void)state;
	sign(&scene);
	scene.payload.data[scene.payload.len - 3] ^= 1;
	wrap_usual(&scene);
	assert_refused(&scene, ERROR_CORRUPT, "signature does not hold");
	scene.payload.data[scene.payload.len - 3] ^= 1;
	wrap_usual(&scene);
	at = memmem(scene.bundle.data, scene.bundle.len, "rawBytes\":\"", 11);
	assert_non_null(at);
	at[11 + 8] ^= 1;
	assert_refused(&scene, ERROR_CORRUPT, "certificate 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_to_the_given_root_signs_on_every_curve),
		cmocka_unit_test(without_its_issuer_or_under_another_root_nobody_vouches),
		cmocka_unit_test(the_leaf_must_be_for_signing),
		cmocka_unit_test(another_kind_of_key_is_not_possible),
		cmocka_unit_test(
			an_expired_certificate_is_refused_unless_a_timestamp_shows_it_was_not),
		cmocka_unit_test(timestamps_that_show_nothing_leave_it_expired),
		cmocka_unit_test(a_timestamp_of_an_authority_that_nobody_named_does_not_count),
		cmocka_unit_test(a_bent_bundle_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
