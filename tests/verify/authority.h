/* A timestamp authority for tests, straight from OpenSSL: a root, and a signer below it. */
#ifndef TESTS_VERIFY_AUTHORITY_H
#define TESTS_VERIFY_AUTHORITY_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/support.h"
#include "verify/verify.h"

struct test_authority {
	EVP_PKEY *root_key, *key;
	X509 *root, *signer;
	struct buffer root_der, signer_der;
};

/* What a signer's certificate says; NULL or 0 leaves the usual. */
struct test_authority_form {
	const char *usage;             /* of the extended key; "critical,timeStamping" */
	const char *name;              /* common name; "Test TSA" */
	const char *key;               /* curve, or "RSA-1024", "RSA-2048"; "P-256" */
	const char *digest;            /* that its issuer signed; "SHA384" */
	int64_t not_before, not_after; /* unix seconds; 2020 to 2030 */
};

/* One response. */
struct test_timestamp_form {
	int64_t time;          /* unix seconds; 2025-01-01 */
	const char *digest;    /* of the imprint; "SHA256" */
	const char *signed_by; /* digest of the signature; "SHA256" */
	bool bare;             /* leave the certificates out */
	int fraction_us, accuracy_s;
};

#define TEST_2025 INT64_C(1735689600)

/* A failure aborts the test program, here and below. */
struct test_authority test_authority_new(struct test_authority_form form);
/* Append another certificate for the same key, issuer and serial number. */
void test_authority_signer(const struct test_authority *authority, struct test_authority_form form,
			   struct buffer *out_der);
void test_authority_release(struct test_authority *authority);

/* Append the response to a request for `message`. */
void test_timestamp(const struct test_authority *authority, struct span message,
		    struct test_timestamp_form form, struct buffer *out);
/* Append the response to `request`. */
void test_timestamp_answer(const struct test_authority *authority, struct span request,
			   struct test_timestamp_form form, struct buffer *out);

#endif
