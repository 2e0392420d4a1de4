/* A Sigstore instance of the test's own, straight from OpenSSL. */
#include "tests/verify/sigstore_world.h"

#include <inttypes.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ARTIFACT "what is signed here"
#define TEXT_MAX (64u << 10)

static void must(bool done)
{
	if (!done)
		abort();
}

struct sigstore_spec sigstore_world_usual(void)
{
	return (struct sigstore_spec){
		.usage = "critical,digitalSignature",
		.extended = "codeSigning",
		.names = "critical,email:" WORLD_IDENTITY,
		.issuer = span_of("\x0c\x1c" WORLD_ISSUER),
		.issuer_oid = "1.3.6.1.4.1.57264.1.8",
		.not_before = TEST_TIME - 300,
		.not_after = TEST_TIME + 300,
		.sct_s = TEST_TIME - 299,
		.kind = "hashedrekord",
		.version = "0.0.1",
		.body_kind = "hashedrekord",
		.body_version = "0.0.1",
		.algorithm = "sha256",
		.integrated_s = TEST_TIME,
		.origin = "rekor.test - 1",
		.checkpoint_name = "rekor.test",
		.checkpoint_size = 1,
		.log_start = "2026-01-01T00:00:00Z",
		.ct_start = "2026-01-01T00:00:00Z",
		.ca_start = "2026-01-01T00:00:00Z",
		.rekor_type = "P-256",
	};
}

static void add(struct buffer *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add(struct buffer *out, const char *fmt, ...)
{
	struct error err = { 0 };
	char text[4096];
	va_list args;

	va_start(args, fmt);
	must(vsnprintf(text, sizeof(text), fmt, args) < (int)sizeof(text));
	va_end(args);
	must(!buffer_add_text(out, text, &err));
}

static void add_base64(struct buffer *out, struct span bytes)
{
	struct error err = { 0 };

	must(!base64_encode(out, bytes, &err));
}

static void add_number(struct buffer *out, uint64_t number, unsigned size)
{
	struct error err = { 0 };
	uint8_t bytes[8];

	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> 8 * (size - 1 - i));
	must(!buffer_add(out, (struct span){ bytes, size }, &err));
}

static void add_bytes(struct buffer *out, struct span bytes)
{
	struct error err = { 0 };

	must(!buffer_add(out, bytes, &err));
}

/* ---- The leaf ---- */

static void text_extension(X509 *leaf, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer, leaf, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(extension && X509_add_ext(leaf, extension, -1));
	X509_EXTENSION_free(extension);
}

static void bytes_extension(X509 *leaf, const char *oid, struct span bytes)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	must(object && value && ASN1_OCTET_STRING_set(value, bytes.data, (int)bytes.len));
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, value);
	must(extension && X509_add_ext(leaf, extension, -1));
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
}

/* RFC 6962: the list with one timestamp over the certificate as it stands. */
static void sct_add(X509 *leaf, const struct test_identity *ca, const struct test_signer *ct,
		    const struct test_signer *other, const struct sigstore_spec *spec)
{
	const struct test_signer *signer = spec->sct_wrong ? other : ct;
	struct digest id = sha256(public_key_der(spec->sct_foreign ? other->public : ct->public));
	struct digest issuer = sha256(certificate_key_der(ca->certificate));
	CLEANUP(buffer_release) struct buffer message, signature, list;
	unsigned char *tbs = NULL;
	int len;

	buffer_init(&message, TEXT_MAX);
	buffer_init(&signature, 256);
	buffer_init(&list, 1024);
	if (spec->sct_of_other)
		must(ASN1_INTEGER_set(X509_get_serialNumber(leaf), 8));
	len = i2d_re_X509_tbs(leaf, &tbs);
	must(len > 0 && ASN1_INTEGER_set(X509_get_serialNumber(leaf), 7));
	add_number(&message, 0, 2);
	add_number(&message, (uint64_t)spec->sct_s * 1000, 8);
	add_number(&message, 1, 2);
	add_bytes(&message, digest_view(&issuer));
	add_number(&message, (uint64_t)len, 3);
	add_bytes(&message, (struct span){ tbs, (size_t)len });
	add_number(&message, 0, 2);
	test_sign(signer, buffer_view(&message), &signature);
	/* OCTET STRING of a list of one */
	must(signature.len + 47 + 4 < 256);
	add_number(&list, 0x0481, 2);
	add_number(&list, signature.len + 47 + 4, 1);
	add_number(&list, signature.len + 47 + 2, 2);
	add_number(&list, signature.len + 47, 2);
	add_number(&list, 0, 1);
	add_bytes(&list, digest_view(&id));
	add_number(&list, (uint64_t)spec->sct_s * 1000, 8);
	add_number(&list, 0, 2);
	add_number(&list, 0x0403, 2);
	add_number(&list, signature.len, 2);
	add_bytes(&list, buffer_view(&signature));
	bytes_extension(leaf, "1.3.6.1.4.1.11129.2.4.2", buffer_view(&list));
	OPENSSL_free(tbs);
}

static void leaf_build(const struct test_signer *key, const struct test_identity *ca,
		       const struct test_signer *ct, const struct test_signer *other,
		       const struct sigstore_spec *spec, struct buffer *out_der)
{
	struct span der = certificate_der(ca->certificate);
	const unsigned char *at = der.data;
	X509 *issuer = d2i_X509(NULL, &at, (long)der.len), *leaf = X509_new();
	unsigned char *bytes = NULL;
	int len;

	must(issuer && leaf && X509_set_version(leaf, X509_VERSION_3));
	must(ASN1_INTEGER_set(X509_get_serialNumber(leaf), 7) &&
	     X509_set_issuer_name(leaf, X509_get_subject_name(issuer)) &&
	     ASN1_TIME_set(X509_getm_notBefore(leaf), (time_t)spec->not_before) &&
	     ASN1_TIME_set(X509_getm_notAfter(leaf), (time_t)spec->not_after) &&
	     X509_set_pubkey(leaf, key->pkey));
	/* The algorithm stands inside what the log signs: a first signature puts it there. */
	must(X509_sign(leaf, ca->signer.pkey, EVP_sha384()) > 0);
	text_extension(leaf, issuer, NID_key_usage, spec->usage);
	text_extension(leaf, issuer, NID_ext_key_usage, spec->extended);
	text_extension(leaf, issuer, NID_subject_alt_name, spec->names);
	if (spec->issuer.len)
		bytes_extension(leaf, spec->issuer_oid, spec->issuer);
	if (spec->sct_s)
		sct_add(leaf, ca, ct, other, spec);
	must(X509_sign(leaf, ca->signer.pkey, EVP_sha384()) > 0);
	len = i2d_X509(leaf, &bytes);
	must(len > 0);
	add_bytes(out_der, (struct span){ bytes, (size_t)len });
	OPENSSL_free(bytes);
	X509_free(leaf);
	X509_free(issuer);
}

/* ---- The entry ---- */

static void pem_add(struct buffer *out, struct span der, const char *what)
{
	CLEANUP(buffer_release) struct buffer pem;

	buffer_init(&pem, TEXT_MAX);
	add(&pem, "-----BEGIN %s-----\n", what);
	add_base64(&pem, der);
	add(&pem, "\n-----END %s-----\n", what);
	add_base64(out, buffer_view(&pem));
}

static void body_build(const struct sigstore_spec *spec, struct span leaf,
		       const struct test_identity *ca, struct span signature, struct buffer *out)
{
	struct digest digest =
		sha256(span_of(spec->body_other_artifact ? "something else" : ARTIFACT));
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&digest, hex);
	add(out, "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"spec\":{\"data\":{\"hash\":{",
	    spec->body_version, spec->body_kind);
	add(out, "\"algorithm\":\"%s\",\"value\":\"%s\"}},\"signature\":{\"content\":\"",
	    spec->algorithm, hex);
	add_base64(out, spec->body_other_signature ? span_of("no such signature") : signature);
	add(out, "\",\"publicKey\":{\"content\":\"");
	pem_add(out, spec->body_other_signer ? certificate_der(ca->certificate) : leaf,
		"CERTIFICATE");
	add(out, "\"}}}}");
}

/* "— NAME BASE64": the hint as Rekor v1 takes it, or as a signed note does for Ed25519. */
static void checkpoint_build(const struct sigstore_spec *spec, const struct test_signer *rekor,
			     const struct digest *root, struct buffer *out)
{
	CLEANUP(buffer_release) struct buffer text, line;
	struct span der = public_key_der(rekor->public);
	struct span note[] = { span_of(spec->checkpoint_name),
			       span_of("\n\x01"),
			       { der.data + der.len - ED25519_KEY_SIZE, ED25519_KEY_SIZE } };
	struct digest hint =
		public_key_type(rekor->public) == KEY_ED25519 ? sha256_parts(note, 3) : sha256(der);

	buffer_init(&text, TEXT_MAX);
	buffer_init(&line, 1024);
	add(&text, "%s\n%" PRIu64 "\n", spec->origin, spec->checkpoint_size);
	add_base64(&text, digest_view(root));
	add(&text, "\n%s", spec->more ? spec->more : "");
	add_bytes(&line, (struct span){ hint.byte, 4 });
	test_sign(rekor, spec->checkpoint_wrong ? span_of("another text") : buffer_view(&text),
		  &line);
	add_bytes(out, buffer_view(&text));
	add(out, "\n\xe2\x80\x94 %s ",
	    spec->checkpoint_unsigned ? "another" : spec->checkpoint_name);
	add_base64(out, buffer_view(&line));
	add(out, "\n");
}

static void promise_build(const struct sigstore_spec *spec, const struct test_signer *rekor,
			  struct span body, struct buffer *out)
{
	struct digest id = sha256(public_key_der(rekor->public));
	CLEANUP(buffer_release) struct buffer text;
	char hex[DIGEST_HEX_SIZE];

	buffer_init(&text, TEXT_MAX);
	digest_to_hex(&id, hex);
	add(&text, "{\"body\":\"");
	add_base64(&text, body);
	add(&text, "\",\"integratedTime\":%" PRId64 ",\"logID\":\"%s\",\"logIndex\":77}",
	    spec->integrated_s + spec->promise_wrong, hex);
	test_sign(rekor, buffer_view(&text), out);
}

/* A text inside JSON: the only thing to escape here is the newline. */
static void add_lines(struct buffer *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\n')
			add(out, "\\n");
		else
			add_bytes(out, (struct span){ text.data + i, 1 });
}

static void log_entry_build(const struct sigstore_spec *spec, const struct test_signer *rekor,
			    struct span body, struct buffer *out)
{
	struct digest root = merkle_leaf(body), id = sha256(public_key_der(rekor->public));
	CLEANUP(buffer_release) struct buffer promise, checkpoint;

	buffer_init(&promise, 256);
	buffer_init(&checkpoint, TEXT_MAX);
	promise_build(spec, rekor, body, &promise);
	checkpoint_build(spec, rekor, &root, &checkpoint);
	add(out, "{\"logIndex\":\"77\",\"logId\":{\"keyId\":\"");
	add_base64(out, digest_view(&id));
	add(out, "\"},\"kindVersion\":{\"kind\":\"%s\",\"version\":\"%s\"},", spec->kind,
	    spec->version);
	add(out, "\"integratedTime\":\"%" PRId64 "\",\"inclusionPromise\":{", spec->integrated_s);
	add(out, "\"signedEntryTimestamp\":\"");
	add_base64(out, buffer_view(&promise));
	add(out, "\"},\"inclusionProof\":{\"logIndex\":\"0\",\"treeSize\":\"1\",\"rootHash\":\"");
	add_base64(out, digest_view(&root));
	add(out, "\",\"checkpoint\":{\"envelope\":\"");
	add_lines(out, buffer_view(&checkpoint));
	add(out, "\"}},\"canonicalizedBody\":\"");
	add_base64(out, body);
	add(out, "\"}");
}

/* ---- The root ---- */

static void period_add(struct buffer *out, const char *start, const char *end)
{
	add(out, "\"validFor\":{\"start\":\"%s\"", start);
	if (end)
		add(out, ",\"end\":\"%s\"", end);
	add(out, "}");
}

static void log_add(struct buffer *out, const struct test_signer *key, const char *url,
		    const char *start, const char *end)
{
	struct digest id = sha256(public_key_der(key->public));

	add(out, "[{\"baseUrl\":\"%s\",\"publicKey\":{\"rawBytes\":\"", url);
	add_base64(out, public_key_der(key->public));
	add(out, "\",");
	period_add(out, start, end);
	add(out, "},\"logId\":{\"keyId\":\"");
	add_base64(out, digest_view(&id));
	add(out, "\"}}]");
}

static void root_build(const struct sigstore_spec *spec, const struct test_identity *ca,
		       const struct test_signer *rekor, const struct test_signer *ct,
		       struct buffer *out)
{
	add(out, "{\"mediaType\":\"application/"
		 "vnd.dev.sigstore.trustedroot+json;version=0.1\",\"tlogs\":");
	log_add(out, rekor, "https://rekor.test", spec->log_start, spec->log_end);
	add(out, ",\"ctlogs\":");
	log_add(out, ct, "https://ct.test", spec->ct_start, spec->ct_end);
	add(out, ",\"certificateAuthorities\":[{\"uri\":\"https://fulcio.test\",\"certChain\":{"
		 "\"certificates\":[{\"rawBytes\":\"");
	add_base64(out, certificate_der(ca->certificate));
	add(out, "\"}]},");
	period_add(out, spec->ca_start, spec->ca_end);
	add(out, "}]}");
}

struct sigstore_world sigstore_world_new(const struct sigstore_spec *spec)
{
	CLEANUP(test_identity_release) struct test_identity ca = test_issuer_new("fulcio", NULL);
	CLEANUP(test_identity_release) struct test_identity twin = test_issuer_new("fulcio", NULL);
	CLEANUP(test_signer_release) struct test_signer rekor = test_signer_new(spec->rekor_type);
	CLEANUP(test_signer_release) struct test_signer ct = test_signer_new("P-256");
	CLEANUP(test_signer_release) struct test_signer other = test_signer_new("P-256");
	CLEANUP(test_signer_release) struct test_signer key = test_signer_new("P-256");
	CLEANUP(buffer_release) struct buffer leaf, signature, body;
	struct sigstore_world world = { .artifact = sha256(span_of(ARTIFACT)) };

	buffer_init(&world.bundle, TEXT_MAX);
	buffer_init(&world.root, TEXT_MAX);
	buffer_init(&leaf, CERTIFICATE_DER_MAX);
	buffer_init(&signature, 256);
	buffer_init(&body, TEXT_MAX);
	leaf_build(&key, &ca, &ct, &other, spec, &leaf);
	test_sign(&key, span_of(ARTIFACT), &signature);
	body_build(spec, buffer_view(&leaf), &ca, buffer_view(&signature), &body);
	add(&world.bundle, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
			   "\"verificationMaterial\":{\"certificate\":{\"rawBytes\":\"");
	add_base64(&world.bundle, buffer_view(&leaf));
	add(&world.bundle, "\"},\"tlogEntries\":[");
	log_entry_build(spec, &rekor, buffer_view(&body), &world.bundle);
	add(&world.bundle, "]},\"messageSignature\":{\"signature\":\"");
	add_base64(&world.bundle, buffer_view(&signature));
	add(&world.bundle, "\"}}");
	root_build(spec, spec->other_authority ? &twin : &ca, &rekor, &ct, &world.root);
	return world;
}

void sigstore_world_release(struct sigstore_world *world)
{
	buffer_release(&world->bundle);
	buffer_release(&world->root);
}
