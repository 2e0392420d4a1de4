/* Signing with keys in PEM files, through OpenSSL. */
#include "registry/sign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum { KEY_FILE_MAX = 16384, SIGNATURE_ROOM = 256 };

struct openssl_key {
	struct signing_key head;
	EVP_PKEY *pkey;
};

static void pkey_free(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

static void bio_free(BIO **bio)
{
	BIO_free_all(*bio);
}

/* The library's own reason, and its queue emptied. */
static int failed(const char *doing, struct error *err)
{
	unsigned long code = ERR_peek_last_error();
	char reason[256] = "unknown reason";

	if (code)
		ERR_error_string_n(code, reason, sizeof(reason));
	ERR_clear_error();
	return error_set(err, ERROR_SYSTEM, "cannot %s: %s", doing, reason);
}

/* SHA-2 that goes with the type; NULL for Ed25519, which signs the message itself. */
static const EVP_MD *digest_of(enum signing_type type)
{
	switch (type) {
	case SIGNING_ECDSA_P256:
		return EVP_sha256();
	case SIGNING_ECDSA_P384:
		return EVP_sha384();
	case SIGNING_ECDSA_P521:
		return EVP_sha512();
	default:
		return NULL;
	}
}

static EVP_PKEY *pkey_generate(enum signing_type type)
{
	switch (type) {
	case SIGNING_ECDSA_P256:
		return EVP_EC_gen("P-256");
	case SIGNING_ECDSA_P384:
		return EVP_EC_gen("P-384");
	case SIGNING_ECDSA_P521:
		return EVP_EC_gen("P-521");
	default:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	}
}

static int openssl_generate(const struct context *ctx, const char *path, unsigned mode,
			    enum signing_type type, const char *passphrase, struct error *err)
{
	CLEANUP(pkey_free) EVP_PKEY *pkey = pkey_generate(type);
	CLEANUP(bio_free) BIO *bio = BIO_new(BIO_s_secmem());
	const EVP_CIPHER *cipher = passphrase ? EVP_aes_256_cbc() : NULL;
	char *text;
	long len;

	(void)ctx;
	if (!pkey || !bio)
		return failed("make a key", err);
	if (!PEM_write_bio_PKCS8PrivateKey(bio, pkey, cipher, passphrase,
					   passphrase ? (int)strlen(passphrase) : 0, NULL, NULL))
		return failed("write a key", err);
	len = BIO_get_mem_data(bio, &text);
	if (len <= 0)
		return failed("write a key", err);
	return file_write(path, (struct span){ (const uint8_t *)text, (size_t)len }, mode,
			  FILE_KEEP_FIRST, err);
}

/* What the library's question for a passphrase needs to know. */
struct asking {
	const struct context *ctx;
	const char *path;
	bool asked, answered;
};

static int passphrase_ask(char *out, int size, int writing, void *user)
{
	struct asking *asking = user;
	char *text = NULL;
	size_t len;

	(void)writing;
	asking->asked = true;
	if (!asking->ctx || !asking->ctx->passphrase ||
	    asking->ctx->passphrase(asking->ctx->user, asking->path, &text) || !text)
		return -1;
	len = strlen(text);
	if (len < (size_t)size) {
		memcpy(out, text, len);
		asking->answered = true;
	}
	OPENSSL_cleanse(text, len);
	free(text);
	return asking->answered ? (int)len : -1;
}

static int pkey_read(const struct context *ctx, const char *path, EVP_PKEY **out_pkey,
		     struct error *err)
{
	struct asking asking = { .ctx = ctx, .path = path };
	CLEANUP(buffer_release) struct buffer pem;
	CLEANUP(bio_free) BIO *bio = NULL;

	buffer_init(&pem, KEY_FILE_MAX);
	if (file_read(path, &pem, err))
		return -1;
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	*out_pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, passphrase_ask, &asking) : NULL;
	if (pem.len)
		OPENSSL_cleanse(pem.data, pem.len);
	ERR_clear_error();
	if (*out_pkey)
		return 0;
	if (asking.asked && !asking.answered)
		return error_set(err, ERROR_USAGE,
				 "the key '%s' is encrypted: set AKASHI_PASSPHRASE_FILE or run on "
				 "a terminal",
				 path);
	if (asking.asked)
		return error_set(err, ERROR_UNTRUSTED, "the passphrase does not open the key '%s'",
				 path);
	return error_set(err, ERROR_CORRUPT, "'%s' holds no private key in PEM", path);
}

/* The public half, and so the type. */
static int public_take(struct openssl_key *key, const char *path, struct error *err)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key->pkey, &der), result;

	if (len <= 0)
		return failed("read the public half of a key", err);
	result = public_key_from_der((struct span){ der, (size_t)len }, &key->head.public_key, err);
	OPENSSL_free(der);
	if (result)
		return error_prefix(err, "the key '%s'", path);
	return signing_type_of(key->head.public_key, &key->head.type, err);
}

static void openssl_close(struct signing_key *head)
{
	struct openssl_key *key = (struct openssl_key *)head;

	EVP_PKEY_free(key->pkey);
	public_key_free(&key->head.public_key);
	free(key->head.name);
	free(key);
}

static int openssl_open(const struct context *ctx, const char *path, struct signing_key **out_key,
			struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *head = NULL;
	struct openssl_key *key = calloc(1, sizeof(*key));

	if (!key)
		return error_set(err, ERROR_SYSTEM, "out of memory for a key");
	head = &key->head;
	head->signer = &signer_openssl;
	head->ctx = ctx;
	head->name = strdup(path);
	if (!head->name)
		return error_set(err, ERROR_SYSTEM, "out of memory for a key");
	if (pkey_read(ctx, path, &key->pkey, err) || public_take(key, path, err))
		return -1;

	*out_key = head;
	head = NULL; /* handed over */
	return 0;
}

static void md_free(EVP_MD_CTX **md)
{
	EVP_MD_CTX_free(*md);
}

void signing_thread_end(void)
{
	OPENSSL_thread_stop();
}

static int openssl_sign(struct signing_key *head, struct span message, struct buffer *out_signature,
			struct error *err)
{
	struct openssl_key *key = (struct openssl_key *)head;
	CLEANUP(md_free) EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_ROOM];
	size_t len = sizeof(signature);

	if (!md || EVP_DigestSignInit(md, NULL, digest_of(head->type), NULL, key->pkey) != 1 ||
	    EVP_DigestSign(md, signature, &len, message.data, message.len) != 1)
		return failed("sign", err);
	return buffer_add(out_signature, (struct span){ signature, len }, err);
}

const struct signer_type signer_openssl = {
	.name = "openssl",
	.generate = openssl_generate,
	.open = openssl_open,
	.close = openssl_close,
	.sign = openssl_sign,
};
