/* What OpenSSL has to say about SHA-256: all that kernels/ asks of it. */
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

/*
 * The digest of one message by its functions of old (SHA256_Init ...), which are the
 * same code as EVP's: fetching an algorithm starts the whole library, which
 * takes longer than most commands.
 */
struct digest hash_openssl_digest(struct span message);

#endif
