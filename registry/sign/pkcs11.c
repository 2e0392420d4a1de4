/* Signing with keys that never leave a PKCS#11 token. */
#include "registry/sign.h"

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>

#include "registry/sign/pkcs11/token.h"

#define MODULE_VARIABLE "AKASHI_PKCS11_MODULE"
#define MODULE_DEFAULT "p11-kit-proxy.so" /* every module that p11-kit knows of */
#define LOCK_FILE "pkcs11.lock"

enum { CURVE_MAX = 64, POINT_MAX = 160, DER_MAX = 200 };

struct pkcs11_key {
	struct signing_key head;
	struct pkcs11_uri uri;
	struct token *token;
	struct token_key key;
	pthread_mutex_t mutex; /* a session does one thing at a time */
};

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The file of the module `name` in `folder` (which may be a pattern), as "name", "name.so" or
 * "libname.so". NULL in *out_path where there is none. */
static int module_in(const char *folder, const char *name, char **out_path, struct error *err)
{
	static const char *const form[][2] = { { "", ".so" }, { "lib", ".so" }, { "", "" } };

	*out_path = NULL;
	for (size_t i = 0; i < sizeof(form) / sizeof(*form) && !*out_path; i++) {
		glob_t found = { 0 };
		char pattern[4096];

		if (snprintf(pattern, sizeof(pattern), "%s/%s%s%s", folder, form[i][0], name,
			     form[i][1]) >= (int)sizeof(pattern))
			return error_set(err, ERROR_USAGE, "the module-name is too long");
		if (glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc)
			*out_path = strdup(found.gl_pathv[0]);
		globfree(&found);
	}
	return 0;
}

static int module_by_name(const char *folder, const char *name, char **out_path, struct error *err)
{
	static const char *const folders[] = { "/usr/lib/*/pkcs11", "/usr/lib/pkcs11",
					       "/usr/lib64/pkcs11", "/usr/lib/softhsm",
					       "/usr/local/lib/pkcs11" };

	if (folder)
		return module_in(folder, name, out_path, err) ||
				       (!*out_path &&
					error_set(err, ERROR_ABSENT, "no module '%s' in '%s'", name,
						  folder))
			       ? -1
			       : 0;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (module_in(folders[i], name, out_path, err))
			return -1;
		if (*out_path)
			return 0;
	}
	return error_set(err, ERROR_ABSENT,
			 "no PKCS#11 module '%s' where modules lie: name its file with "
			 "module-path=/PATH",
			 name);
}

/* Which module speaks to the token: the URI's, the environment's, or p11-kit's. */
static int module_choose(const struct context *ctx, const struct pkcs11_uri *uri, char **out_path,
			 struct error *err)
{
	const char *path = pkcs11_uri_get(uri, PKCS11_MODULE_PATH);
	const char *name = pkcs11_uri_get(uri, PKCS11_MODULE_NAME);

	if (path && is_folder(path) && !name)
		return error_set(err, ERROR_USAGE,
				 "the module-path '%s' is a folder: say which module-name", path);
	if (name)
		return module_by_name(path, name, out_path, err);
	if (!path)
		path = context_environment(ctx, MODULE_VARIABLE);
	*out_path = strdup(path && path[0] ? path : MODULE_DEFAULT);
	return *out_path ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a path");
}

/* One lock for all of a user's processes on this machine; none where no folder can be made. */
static void lock_path(const struct context *ctx, char **out_path)
{
	CLEANUP(text_free) char *folder = NULL;
	struct error none = { 0 };

	*out_path = NULL;
	if (signing_folder(ctx, &folder, &none) || signing_folder_make(folder, &none) ||
	    path_join(folder, LOCK_FILE, out_path, &none))
		context_notice(ctx,
			       "tokens are opened without a lock (%s): do not start several "
			       "processes at once",
			       none.text);
}

/* Append tag, length and contents; all here is shorter than 256 bytes. */
static int der_put(struct buffer *out, uint8_t tag, struct span contents, struct error *err)
{
	uint8_t head[3] = { tag, 0x81, (uint8_t)contents.len };

	if (contents.len < 128)
		head[1] = (uint8_t)contents.len;
	return buffer_add(out, (struct span){ head, contents.len < 128 ? 2 : 3 }, err) ||
			       buffer_add(out, contents, err)
		       ? -1
		       : 0;
}

/* The point inside the OCTET STRING that CKA_EC_POINT is; some tokens leave that off. */
static struct span point_unwrap(struct span point)
{
	size_t head = point.len > 2 && point.data[1] == 0x81 ? 3 : 2;
	size_t len = point.len > head ? point.data[head - 1] : 0;

	return point.len > head && point.data[0] == 0x04 && len == point.len - head
		       ? (struct span){ point.data + head, len }
		       : point;
}

/* SubjectPublicKeyInfo (RFC 5480) of a named curve and a point. */
static int spki_build(const struct token_key *key, struct buffer *out, struct error *err)
{
	static const uint8_t ec_public_key[] = { 0x06, 0x07, 0x2a, 0x86, 0x48,
						 0xce, 0x3d, 0x02, 0x01 };
	CLEANUP(buffer_release) struct buffer algorithm, bits, whole;
	struct span point = point_unwrap(buffer_view(&key->point));

	buffer_init(&algorithm, DER_MAX);
	buffer_init(&bits, DER_MAX);
	buffer_init(&whole, 2 * DER_MAX);
	if (key->curve.len > CURVE_MAX || point.len > POINT_MAX)
		return error_set(err, ERROR_UNTRUSTED,
				 "a key on a curve that is none of P-256, P-384 and P-521");
	if (buffer_add(&algorithm, (struct span){ ec_public_key, sizeof(ec_public_key) }, err) ||
	    buffer_add(&algorithm, buffer_view(&key->curve), err) ||
	    buffer_add(&bits, (struct span){ (const uint8_t *)"", 1 }, err) ||
	    buffer_add(&bits, point, err) || der_put(&whole, 0x30, buffer_view(&algorithm), err) ||
	    der_put(&whole, 0x03, buffer_view(&bits), err))
		return -1;
	return der_put(out, 0x30, buffer_view(&whole), err);
}

static int public_take(struct pkcs11_key *key, struct error *err)
{
	CLEANUP(buffer_release) struct buffer built;
	struct span der = buffer_view(&key->key.spki);

	buffer_init(&built, 2 * DER_MAX);
	if (!der.len) {
		if (spki_build(&key->key, &built, err))
			return -1;
		der = buffer_view(&built);
	}
	if (public_key_from_der(der, &key->head.public_key, err))
		return -1;
	return signing_type_of(key->head.public_key, &key->head.type, err);
}

static void pkcs11_close(struct signing_key *head)
{
	struct pkcs11_key *key = (struct pkcs11_key *)head;

	token_close(&key->token);
	token_key_release(&key->key);
	pkcs11_uri_release(&key->uri);
	public_key_free(&key->head.public_key);
	pthread_mutex_destroy(&key->mutex);
	free(key->head.name);
	free(key);
}

/* The token that the reference names, opened. */
static int reference_open(const struct context *ctx, const char *reference,
			  struct pkcs11_uri *out_uri, struct token **out_token, struct error *err)
{
	CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };
	CLEANUP(text_free) char *module = NULL;
	CLEANUP(text_free) char *lock = NULL;

	if (pkcs11_uri_parse(reference, &uri, err) || module_choose(ctx, &uri, &module, err))
		return -1;
	lock_path(ctx, &lock);
	if (token_open(ctx, &uri, module, lock, out_token, err))
		return -1;
	*out_uri = uri;
	uri = (struct pkcs11_uri){ 0 }; /* handed over */
	return 0;
}

static int pkcs11_open(const struct context *ctx, const char *reference,
		       struct signing_key **out_key, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *head = NULL;
	struct pkcs11_key *key = calloc(1, sizeof(*key));

	if (!key || pthread_mutex_init(&key->mutex, NULL)) {
		free(key);
		return error_set(err, ERROR_SYSTEM, "out of memory for a key");
	}
	head = &key->head;
	head->signer = &signer_pkcs11;
	head->ctx = ctx;
	if (reference_open(ctx, reference, &key->uri, &key->token, err) ||
	    pkcs11_uri_key(reference, &head->name, err) ||
	    token_key_find(key->token, &key->uri, &key->key, err))
		return -1;
	if (public_take(key, err))
		return error_prefix(err, "the key '%s'", head->name);
	*out_key = head;
	head = NULL; /* handed over */
	return 0;
}

/* What listing needs: each key's URI gets the query of the one that was given, so that it opens. */
struct listing {
	const char *query; /* "?..." or "" */
	int (*found)(void *arg, const char *name, struct error *err);
	void *arg;
};

static int listed(void *arg, const char *key_uri, struct error *err)
{
	const struct listing *listing = arg;
	CLEANUP(text_free) char *whole = NULL;

	if (asprintf(&whole, "%s%s", key_uri, listing->query) < 0) {
		whole = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a URI");
	}
	return listing->found(listing->arg, whole, err);
}

static int pkcs11_list(const struct context *ctx, const char *reference,
		       int (*found)(void *arg, const char *name, struct error *err), void *arg,
		       struct error *err)
{
	CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };
	CLEANUP(token_close) struct token *token = NULL;
	struct listing listing = { reference + strcspn(reference, "?"), found, arg };

	if (reference_open(ctx, reference, &uri, &token, err))
		return -1;
	return token_keys(token, &uri, listed, &listing, err);
}

/* r and s, half of the bytes each, as DER writes them. */
static int signature_encode(const uint8_t *raw, size_t len, struct buffer *out, struct error *err)
{
	BIGNUM *r = BN_bin2bn(raw, (int)(len / 2), NULL);
	BIGNUM *s = BN_bin2bn(raw + len / 2, (int)(len / 2), NULL);
	ECDSA_SIG *signature = ECDSA_SIG_new();
	unsigned char *der = NULL;
	int der_len = -1, failed;

	if (r && s && signature && ECDSA_SIG_set0(signature, r, s)) {
		r = s = NULL; /* handed over */
		der_len = i2d_ECDSA_SIG(signature, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(signature);
	if (der_len <= 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a signature");
	failed = buffer_add(out, (struct span){ der, (size_t)der_len }, err);
	OPENSSL_free(der);
	return failed;
}

static int pkcs11_sign(struct signing_key *head, struct span message, struct buffer *out_signature,
		       struct error *err)
{
	struct pkcs11_key *key = (struct pkcs11_key *)head;
	CLEANUP(buffer_release) struct buffer der;
	uint8_t digest[MESSAGE_DIGEST_MAX], raw[TOKEN_SIGNATURE_MAX];
	size_t digest_len, raw_len = 0;
	struct error wrong = { 0 };
	int failed;

	buffer_init(&der, SIGNATURE_MAX_BYTES);
	if (signature_message_digest(head->public_key, message, digest, &digest_len, err))
		return -1;
	pthread_mutex_lock(&key->mutex);
	failed = token_sign(head->ctx, key->token, &key->uri, &key->key,
			    (struct span){ digest, digest_len }, raw, &raw_len, err);
	pthread_mutex_unlock(&key->mutex);
	if (failed || signature_encode(raw, raw_len, &der, err))
		return -1;
	/* Private and public half are two objects that only their names hold together. */
	if (signature_check(head->public_key, message, buffer_view(&der), &wrong))
		return error_set(err, ERROR_UNTRUSTED,
				 "the token '%s' signs with another key than the public half that "
				 "it shows: do two keys have the same CKA_ID?",
				 token_label(key->token));
	return buffer_add(out_signature, buffer_view(&der), err);
}

const struct signer_type signer_pkcs11 = {
	.name = "pkcs11",
	.takes = pkcs11_uri_is,
	.open = pkcs11_open,
	.close = pkcs11_close,
	.list = pkcs11_list,
	.sign = pkcs11_sign,
};
