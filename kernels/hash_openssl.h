/* What OpenSSL has to say about SHA-256 and BLAKE2b: all that kernels/ asks of it. */
#ifndef KERNELS_HASH_OPENSSL_H
#define KERNELS_HASH_OPENSSL_H

#include "kernels/hash.h"

struct evp_md_ctx_st;

extern const bool hash_openssl_compiled; /* false in a bare build: what follows aborts */

/* A stream; the caller frees *out_stream. ERROR_SYSTEM: it cannot be set up. */
MUST_CHECK int hash_openssl_start(struct evp_md_ctx_st **out_stream, struct error *err);
/* NULL is fine. */
void hash_openssl_free(struct evp_md_ctx_st *stream);
void hash_openssl_add(struct evp_md_ctx_st *stream, struct span bytes);
struct digest hash_openssl_finish(struct evp_md_ctx_st *stream); /* and start over, empty */

/* BLAKE2b with 64 bytes of digest: as above, added to and freed by the same two. */
MUST_CHECK int hash_openssl_blake2b_start(struct evp_md_ctx_st **out_stream, struct error *err);
void hash_openssl_blake2b_finish(struct evp_md_ctx_st *stream, uint8_t out_digest[64]);

/*
 * The digest of one message by its functions of old (SHA256_Init ...), which are the
 * same code as EVP's: fetching an algorithm starts the whole library, which
 * takes longer than most commands.
 */
struct digest hash_openssl_digest(struct span message);

#endif
