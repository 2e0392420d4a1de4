/* A session with one PKCS#11 token. Inside registry/sign/pkcs11*.c only. */
#ifndef REGISTRY_SIGN_PKCS11_TOKEN_H
#define REGISTRY_SIGN_PKCS11_TOKEN_H

#include "registry/pkcs11_uri.h"

#define TOKEN_SIGNATURE_MAX 256u /* bytes of a raw signature; r and s of P-521 take 132 */
#define TOKEN_ATTRIBUTE_MAX 8192u

struct token;

/* A private key that a token holds. */
struct token_key {
	unsigned long handle;
	bool each_time; /* the PIN is wanted for every signature (CKA_ALWAYS_AUTHENTICATE) */
	/* The public half: a whole SubjectPublicKeyInfo, or a curve's name and a point, each in DER
	 * as the token gives it. */
	struct buffer spki, curve, point;
};

void token_key_release(struct token_key *key);

/*
 * Load the module, find the one token that the URI fits, log in. The PIN comes
 * from the URI's pin-source, else through ctx->passphrase; no PIN is asked for
 * where the token has a keypad of its own, or wants none.
 *
 * `lock`: a file that is locked from the module's initialisation to the end of
 * the login (NULL: none). SoftHSM loses tokens for a process that begins while
 * another logs in; with the lock one process begins after the other, and
 * signing itself goes on side by side.
 *
 * The module stays loaded and initialised until the process ends, since other
 * keys of the process may use it. ERROR_ABSENT: no such module or token;
 * ERROR_USAGE: several tokens fit, or no PIN; ERROR_UNTRUSTED: a wrong PIN, or a locked one.
 */
MUST_CHECK int token_open(const struct context *ctx, const struct pkcs11_uri *uri,
			  const char *module, const char *lock, struct token **out_token,
			  struct error *err);
void token_close(struct token **token);

/* The token's label, for messages. Borrowed. */
const char *token_label(const struct token *token);

/*
 * The one private EC key that the URI fits, with its public half. The caller
 * releases *out_key. ERROR_ABSENT when none fits, ERROR_USAGE when several do,
 * ERROR_UNTRUSTED for a key that is not EC or whose public half the token does not tell.
 */
MUST_CHECK int token_key_find(struct token *token, const struct pkcs11_uri *uri,
			      struct token_key *out_key, struct error *err);

/*
 * Hand each private EC key that the URI fits to `found`, as a URI that fits it
 * alone where token, label and id do; `found` may fail to stop. The token stays
 * logged in meanwhile, so that opening one asks for no PIN.
 */
MUST_CHECK int token_keys(struct token *token, const struct pkcs11_uri *uri,
			  int (*found)(void *arg, const char *key_uri, struct error *err),
			  void *arg, struct error *err);

/* r and s, of equal length, over a digest (CKM_ECDSA). ERROR_SYSTEM when the token refuses. */
MUST_CHECK int token_sign(const struct context *ctx, struct token *token,
			  const struct pkcs11_uri *uri, const struct token_key *key,
			  struct span digest, uint8_t out_signature[TOKEN_SIGNATURE_MAX],
			  size_t *out_len, struct error *err);

#endif
