/* Private keys for tests, straight from OpenSSL: an independent hand for what verify/ checks. */
#ifndef TESTS_VERIFY_SIGNER_H
#define TESTS_VERIFY_SIGNER_H

#include <openssl/evp.h>

#include "tests/support.h"
#include "verify/verify.h"

struct test_signer {
	EVP_PKEY *pkey;
	struct public_key *public;
};

/* "P-256", "P-384", "P-521", "ED25519". A failure aborts the test program. */
struct test_signer test_signer_new(const char *type);
void test_signer_release(struct test_signer *signer);

/* Append the signature over `message` with the hash that goes with the key. */
void test_sign(const struct test_signer *signer, struct span message, struct buffer *out);

/* Append the envelope of a payload. */
void test_envelope(const struct test_signer *signer, struct span payload, struct buffer *out);

/* The (r, n - s) twin of a DER signature of a P-256 or P-384 key. */
void test_twin(const struct test_signer *signer, struct span signature, struct buffer *out);

#endif
