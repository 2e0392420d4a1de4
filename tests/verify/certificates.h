/* Certificates for tests, straight from OpenSSL: an independent hand for what verify/ checks. */
#ifndef TESTS_VERIFY_CERTIFICATES_H
#define TESTS_VERIFY_CERTIFICATES_H

#include "tests/verify/signer.h"

/* What a certificate is to say. Texts as in openssl.cnf; NULL leaves an extension out. */
struct test_wish {
	const char *common_name; /* "" gives an empty subject */
	int64_t not_before, not_after;
	const char *basic;    /* "critical,CA:TRUE" */
	const char *usage;    /* "critical,digitalSignature" */
	const char *extended; /* "codeSigning" */
	const char *names;    /* "critical,email:a@example.org" */
	const char *more_oid; /* another extension, with these bytes */
	struct span more;
	bool sha1; /* sign with it */
};

/* A key with its certificate. */
struct test_identity {
	struct test_signer signer;
	struct certificate *certificate;
};

/* The middle of what most test certificates are valid for. */
#define TEST_TIME INT64_C(1790000000)

/*
 * A key of `type` (as test_signer_new) and its certificate, signed by `issuer`, or by itself
 * when that is NULL. A failure aborts the test program.
 */
struct test_identity test_identity_new(const char *type, const struct test_wish *wish,
				       const struct test_identity *issuer);
void test_identity_release(struct test_identity *identity);

/* Append the DER of such a certificate of a new key, whether or not it can be read again. */
void test_certificate_der(const char *type, const struct test_wish *wish,
			  const struct test_identity *issuer, struct buffer *out_der);

/* An authority, valid around TEST_TIME; self-signed when `issuer` is NULL. */
struct test_identity test_issuer_new(const char *common_name, const struct test_identity *issuer);
/* A leaf for signing code, P-256. */
struct test_identity test_leaf_new(const char *common_name, const struct test_identity *issuer);

/* Add a copy to a list. */
void test_list_add(struct certificate_list *list, const struct test_identity *identity);
/* Append the PEM text. */
void test_certificate_pem(const struct test_identity *identity, struct buffer *out);

#endif
