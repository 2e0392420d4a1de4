/* Public keys and the signatures they check, through OpenSSL. */
#include "verify/signature.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct public_key {
	unsigned users; /* atomic */
	enum key_type type;
	EVP_PKEY *key;
	uint8_t der[PUBLIC_KEY_DER_MAX];
	size_t der_len;
	struct digest id;
	char hint[DIGEST_HEX_SIZE];
};

/* A key has one spelling here: this front, and then the point (or the 32 bytes) alone. */
struct key_form {
	const char *name;
	const char *digest; /* NULL: the message itself is signed */
	uint8_t front[26];
	size_t front_len, der_len;
};

static const struct key_form key_form[] = {
	[KEY_ECDSA_P256] = { "ECDSA P-256",
			     "SHA256",
			     { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
			       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
			       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 },
			     26,
			     26 + 65 },
	[KEY_ECDSA_P384] = { "ECDSA P-384",
			     "SHA384",
			     { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
			       0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
			       0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00 },
			     23,
			     23 + 97 },
	[KEY_ECDSA_P521] = { "ECDSA P-521",
			     "SHA512",
			     { 0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
			       0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81,
			       0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00 },
			     25,
			     25 + 133 },
	[KEY_ED25519] = { "Ed25519",
			  NULL,
			  { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21,
			    0x00 },
			  12,
			  12 + ED25519_KEY_SIZE },
};

enum { KEY_TYPE_COUNT = sizeof(key_form) / sizeof(*key_form) };

static void pkey_free(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void bio_free(BIO **bio)
{
	BIO_free(*bio);
}

static void pkey_ctx_free(EVP_PKEY_CTX **ctx)
{
	EVP_PKEY_CTX_free(*ctx);
}

static void md_ctx_free(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

/* The whole of `der` as any key OpenSSL knows, or NULL. */
static EVP_PKEY *pkey_of(struct span der)
{
	const unsigned char *at = der.data;
	EVP_PKEY *key = der.len <= PUBLIC_KEY_PEM_MAX ? d2i_PUBKEY(NULL, &at, (long)der.len) : NULL;

	ERR_clear_error();
	if (key && at != der.data + der.len) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

/* Why `der` is not taken: another type of key, another spelling, or no key at all. */
static int key_refused(struct span der, struct error *err)
{
	CLEANUP(pkey_free) EVP_PKEY *key = pkey_of(der);
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;

	if (!type)
		return error_set(err, ERROR_CORRUPT,
				 "%zu bytes that are no DER SubjectPublicKeyInfo", der.len);
	if (strcmp(type, "EC") == 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "an EC key that is not P-256, P-384 or P-521 by name with an "
				 "uncompressed point");
	return error_set(
		err, ERROR_UNTRUSTED,
		"a key of type %s, and only ECDSA P-256, P-384, P-521 and Ed25519 are taken", type);
}

/* 0 when the point lies on the curve and is not the neutral one. */
static int point_check(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	int result = ctx && EVP_PKEY_public_check(ctx) == 1 ? 0 : -1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return result;
}

static int key_hint(struct public_key *key, struct error *err)
{
	CLEANUP(buffer_release) struct buffer pem;
	struct digest digest;

	buffer_init(&pem, PUBLIC_KEY_PEM_MAX);
	if (public_key_pem(key, &pem, err))
		return -1;
	digest = sha256(buffer_view(&pem));
	digest_to_hex(&digest, key->hint);
	return 0;
}

int public_key_from_der(struct span der, struct public_key **out_key, struct error *err)
{
	CLEANUP(public_key_free) struct public_key *key = NULL;
	size_t type = 0;

	while (type < KEY_TYPE_COUNT &&
	       (der.len != key_form[type].der_len ||
		memcmp(der.data, key_form[type].front, key_form[type].front_len) != 0))
		type++;
	if (type == KEY_TYPE_COUNT)
		return key_refused(der, err);

	key = calloc(1, sizeof(*key));
	if (!key)
		return error_set(err, ERROR_SYSTEM, "out of memory for a public key");
	key->users = 1;
	key->type = (enum key_type)type;
	memcpy(key->der, der.data, der.len);
	key->der_len = der.len;
	key->id = sha256(der);
	key->key = pkey_of(der);
	if (!key->key || (key->type != KEY_ED25519 && point_check(key->key)))
		return error_set(err, ERROR_CORRUPT, "a public key whose point is not on %s",
				 key_form[type].name);
	if (key_hint(key, err))
		return -1;
	*out_key = key;
	key = NULL; /* handed over */
	return 0;
}

/* What is left unread in a memory BIO holds nothing but white space. */
static bool only_space_left(BIO *bio)
{
	char *rest = NULL;
	long len = BIO_get_mem_data(bio, &rest);

	for (long i = 0; i < len; i++)
		if (!rest[i] || !strchr(" \t\r\n", rest[i]))
			return false;
	return true;
}

int public_key_from_pem(struct span pem, struct public_key **out_key, struct error *err)
{
	CLEANUP(bio_free) BIO *bio = NULL;
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long len = 0;
	int result;

	if (!pem.len || pem.len > PUBLIC_KEY_PEM_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu bytes are no PEM public key", pem.len);
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (!bio)
		return error_set(err, ERROR_SYSTEM, "out of memory for a PEM text");
	if (!PEM_read_bio(bio, &name, &header, &der, &len)) {
		ERR_clear_error();
		return error_set(err, ERROR_CORRUPT, "no PEM block in the public key's text");
	}
	if (strcmp(name, "PUBLIC KEY") != 0)
		result = error_set(err, ERROR_CORRUPT,
				   "a PEM block '%.60s' where a 'PUBLIC KEY' belongs", name);
	else if (header[0] || !only_space_left(bio))
		result = error_set(err, ERROR_CORRUPT,
				   "something stands inside or behind the PEM public key");
	else
		result = public_key_from_der((struct span){ der, (size_t)len }, out_key, err);
	OPENSSL_clear_free(der, (size_t)len);
	OPENSSL_free(name);
	OPENSSL_free(header);
	return result;
}

int public_key_from_ed25519(struct span bytes, struct public_key **out_key, struct error *err)
{
	const struct key_form *form = &key_form[KEY_ED25519];
	uint8_t der[12 + ED25519_KEY_SIZE];

	if (bytes.len != ED25519_KEY_SIZE)
		return error_set(err, ERROR_CORRUPT, "%zu bytes where an Ed25519 key has %d",
				 bytes.len, ED25519_KEY_SIZE);
	memcpy(der, form->front, form->front_len);
	memcpy(der + form->front_len, bytes.data, ED25519_KEY_SIZE);
	return public_key_from_der((struct span){ der, sizeof(der) }, out_key, err);
}

struct public_key *public_key_share(struct public_key *key)
{
	__atomic_fetch_add(&key->users, 1, __ATOMIC_RELAXED);
	return key;
}

void public_key_free(struct public_key **key)
{
	if (*key && __atomic_sub_fetch(&(*key)->users, 1, __ATOMIC_ACQ_REL) == 0) {
		EVP_PKEY_free((*key)->key);
		free(*key);
	}
	*key = NULL;
}

enum key_type public_key_type(const struct public_key *key)
{
	return key->type;
}

const char *public_key_type_name(const struct public_key *key)
{
	return key_form[key->type].name;
}

const struct digest *public_key_id(const struct public_key *key)
{
	return &key->id;
}

const char *public_key_hint(const struct public_key *key)
{
	return key->hint;
}

struct span public_key_der(const struct public_key *key)
{
	return (struct span){ key->der, key->der_len };
}

int public_key_pem(const struct public_key *key, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, 2 * PUBLIC_KEY_DER_MAX);
	if (base64_encode(&text, public_key_der(key), err) ||
	    buffer_add_text(out, "-----BEGIN PUBLIC KEY-----\n", err))
		return -1;
	for (size_t at = 0; at < text.len; at += 64) {
		struct span line = { text.data + at, text.len - at < 64 ? text.len - at : 64 };

		if (buffer_add(out, line, err) || buffer_add_text(out, "\n", err))
			return -1;
	}
	return buffer_add_text(out, "-----END PUBLIC KEY-----\n", err);
}

bool public_key_signs_statements(const struct public_key *key)
{
	return key->type == KEY_ECDSA_P256 || key->type == KEY_ECDSA_P384;
}

static int check_by(const char *digest, const struct public_key *key, struct span message,
		    struct span signature, struct error *err)
{
	CLEANUP(md_ctx_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int holds;

	if (!ctx || EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key->key, NULL) != 1) {
		ERR_clear_error();
		return error_set(err, ERROR_SYSTEM, "cannot set up the check of an %s signature",
				 public_key_type_name(key));
	}
	holds = EVP_DigestVerify(ctx, signature.data, signature.len,
				 message.data ? message.data : (const uint8_t *)"", message.len);
	ERR_clear_error();
	if (holds != 1)
		return error_set(err, ERROR_CORRUPT, "the %s signature does not hold",
				 public_key_type_name(key));
	return 0;
}

int signature_check(const struct public_key *key, struct span message, struct span signature,
		    struct error *err)
{
	return check_by(key_form[key->type].digest, key, message, signature, err);
}

int signature_check_sha256(const struct public_key *key, struct span message, struct span signature,
			   struct error *err)
{
	return check_by(key_form[key->type].digest ? "SHA256" : NULL, key, message, signature, err);
}

int signature_check_digest(const struct public_key *key, struct span digest, struct span signature,
			   struct error *err)
{
	CLEANUP(pkey_ctx_free) EVP_PKEY_CTX *ctx = NULL;
	const char *name = key_form[key->type].digest;
	EVP_MD *md = name ? EVP_MD_fetch(NULL, name, NULL) : NULL;
	int holds;

	if (!name || (md && (size_t)EVP_MD_get_size(md) != digest.len)) {
		EVP_MD_free(md);
		return error_set(err, ERROR_UNTRUSTED,
				 "%s signs by another digest than the one of %zu bytes that is all "
				 "that is known of the message",
				 public_key_type_name(key), digest.len);
	}
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->key, NULL);
	if (!md || !ctx || EVP_PKEY_verify_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, md) != 1) {
		EVP_MD_free(md);
		ERR_clear_error();
		return error_set(err, ERROR_SYSTEM, "cannot set up the check of an %s signature",
				 public_key_type_name(key));
	}
	holds = EVP_PKEY_verify(ctx, signature.data, signature.len, digest.data, digest.len);
	EVP_MD_free(md);
	ERR_clear_error();
	if (holds != 1)
		return error_set(err, ERROR_CORRUPT, "the %s signature does not hold",
				 public_key_type_name(key));
	return 0;
}

int signature_message_digest(const struct public_key *key, struct span message,
			     uint8_t out_digest[MESSAGE_DIGEST_MAX], size_t *out_len,
			     struct error *err)
{
	const char *name = key_form[key->type].digest;

	if (!name)
		return error_set(err, ERROR_USAGE, "an %s key signs no digest",
				 public_key_type_name(key));
	if (!EVP_Q_digest(NULL, name, NULL, message.data, message.len, out_digest, out_len)) {
		ERR_clear_error();
		return error_set(err, ERROR_SYSTEM, "this OpenSSL has no %s", name);
	}
	return 0;
}
