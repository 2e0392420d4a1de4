/* What OpenSSL has to say about SHA-256 and BLAKE2b; nothing at all in a bare build, which is
 * without it. */
#include "kernels/hash_openssl.h"

#include <stdlib.h>

#ifndef AKASHI_BARE

#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_Init and its kin, see the header */
#include <openssl/evp.h>
#include <openssl/sha.h>

const bool hash_openssl_compiled = true;

static int start(const EVP_MD *hash, const char *name, struct evp_md_ctx_st **out_stream,
		 struct error *err)
{
	EVP_MD_CTX *stream = EVP_MD_CTX_new();

	if (!stream || !EVP_DigestInit_ex(stream, hash, NULL)) {
		EVP_MD_CTX_free(stream);
		return error_set(err, ERROR_SYSTEM, "cannot set up %s", name);
	}
	*out_stream = stream;
	return 0;
}

int hash_openssl_start(struct evp_md_ctx_st **out_stream, struct error *err)
{
	return start(EVP_sha256(), "SHA-256", out_stream, err);
}

int hash_openssl_blake2b_start(struct evp_md_ctx_st **out_stream, struct error *err)
{
	return start(EVP_blake2b512(), "BLAKE2b", out_stream, err);
}

void hash_openssl_blake2b_finish(struct evp_md_ctx_st *stream, uint8_t out_digest[64])
{
	if (!EVP_DigestFinal_ex(stream, out_digest, NULL) ||
	    !EVP_DigestInit_ex(stream, EVP_blake2b512(), NULL))
		abort();
}

void hash_openssl_free(struct evp_md_ctx_st *stream)
{
	EVP_MD_CTX_free(stream);
}

void hash_openssl_add(struct evp_md_ctx_st *stream, struct span bytes)
{
	if (bytes.len && !EVP_DigestUpdate(stream, bytes.data, bytes.len))
		abort();
}

struct digest hash_openssl_finish(struct evp_md_ctx_st *stream)
{
	struct digest digest;

	if (!EVP_DigestFinal_ex(stream, digest.byte, NULL) ||
	    !EVP_DigestInit_ex(stream, EVP_sha256(), NULL))
		abort();
	return digest;
}

struct digest hash_openssl_digest(struct span message)
{
	struct digest digest = { { 0 } };
	SHA256_CTX state;

	SHA256_Init(&state);
	SHA256_Update(&state, message.data, message.len);
	SHA256_Final(digest.byte, &state);
	return digest;
}

#else

const bool hash_openssl_compiled = false;

int hash_openssl_start(struct evp_md_ctx_st **out_stream, struct error *err)
{
	(void)out_stream;
	(void)err;
	abort();
}

void hash_openssl_free(struct evp_md_ctx_st *stream)
{
	if (stream)
		abort();
}

void hash_openssl_add(struct evp_md_ctx_st *stream, struct span bytes)
{
	(void)stream;
	(void)bytes;
	abort();
}

struct digest hash_openssl_finish(struct evp_md_ctx_st *stream)
{
	(void)stream;
	abort();
}

struct digest hash_openssl_digest(struct span message)
{
	(void)message;
	abort();
}

int hash_openssl_blake2b_start(struct evp_md_ctx_st **out_stream, struct error *err)
{
	(void)out_stream;
	return error_set(err, ERROR_UNTRUSTED, "a bare build has no BLAKE2b");
}

void hash_openssl_blake2b_finish(struct evp_md_ctx_st *stream, uint8_t out_digest[64])
{
	(void)stream;
	(void)out_digest;
	abort();
}

#endif
