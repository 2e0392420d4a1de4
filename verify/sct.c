/* Signed certificate timestamps through OpenSSL, which parses them; logs are the caller's. */
#include "verify/sct.h"

#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "verify/time_text.h"
#include "verify/x509_inner.h"

#define SIGNED_MAX (CERTIFICATE_DER_MAX + 65536u + 64u)

static void scts_free(STACK_OF(SCT) * *list)
{
	SCT_LIST_free(*list);
}

static void x509_free(X509 **x509)
{
	X509_free(*x509);
}

static void pkey_free(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void md_ctx_free(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

static int sct_list(const struct certificate *leaf, STACK_OF(SCT) * *out_list, struct error *err)
{
	int critical = -1;
	STACK_OF(SCT) *list =
		X509_get_ext_d2i(certificate_openssl(leaf), NID_ct_precert_scts, &critical, NULL);

	ERR_clear_error();
	if (!list && critical == -1)
		return error_set(err, ERROR_CORRUPT,
				 "the certificate has no signed certificate timestamp");
	if (!list || sk_SCT_num(list) < 1 || sk_SCT_num(list) > SCT_LIST_MAX) {
		SCT_LIST_free(list);
		return error_set(err, ERROR_CORRUPT,
				 "a malformed list of signed certificate timestamps");
	}
	*out_list = list;
	return 0;
}

/* The pre-certificate: the leaf's TBSCertificate without the list. */
static int precertificate(const struct certificate *leaf, struct buffer *out, struct error *err)
{
	CLEANUP(x509_free) X509 *x509 = X509_dup(certificate_openssl(leaf));
	X509_EXTENSION *list;
	unsigned char *der = NULL;
	int at, len, result;

	at = x509 ? X509_get_ext_by_NID(x509, NID_ct_precert_scts, -1) : -1;
	list = at >= 0 ? X509_delete_ext(x509, at) : NULL;
	X509_EXTENSION_free(list);
	len = list ? i2d_re_X509_tbs(x509, &der) : -1;
	if (len <= 0)
		return error_set(err, ERROR_SYSTEM, "cannot form the pre-certificate");
	result = buffer_add(out, (struct span){ der, (size_t)len }, err);
	OPENSSL_free(der);
	return result;
}

static int add_big_endian(struct buffer *out, uint64_t number, unsigned size, struct error *err)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> 8 * (size - 1 - i));
	return buffer_add(out, (struct span){ bytes, size }, err);
}

/* RFC 6962, 3.2: what the log signed for a pre-certificate. */
static int signed_bytes(SCT *sct, const struct certificate *issuer, struct span precertificate,
			struct buffer *out, struct error *err)
{
	struct digest issuer_key = sha256(certificate_key_der(issuer));
	unsigned char *extensions = NULL;
	size_t len = SCT_get0_extensions(sct, &extensions);

	return add_big_endian(out, 0, 1, err) ||                 /* v1 */
			       add_big_endian(out, 0, 1, err) || /* certificate_timestamp */
			       add_big_endian(out, SCT_get_timestamp(sct), 8, err) ||
			       add_big_endian(out, 1, 2, err) || /* precert_entry */
			       buffer_add(out, digest_view(&issuer_key), err) ||
			       add_big_endian(out, precertificate.len, 3, err) ||
			       buffer_add(out, precertificate, err) ||
			       add_big_endian(out, len, 2, err) ||
			       buffer_add(out, (struct span){ extensions, len }, err)
		       ? -1
		       : 0;
}

/* Does the log's key hold the signature? Both must name the same algorithm, over SHA-256. */
static int signature_holds(SCT *sct, const struct sct_log *log, struct span message,
			   struct error *err)
{
	CLEANUP(md_ctx_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const unsigned char *at = log->key_der.data;
	CLEANUP(pkey_free) EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)log->key_der.len);
	int nid = SCT_get_signature_nid(sct);
	unsigned char *signature = NULL;
	size_t len = SCT_get0_signature(sct, &signature);
	bool fits = key && ((nid == NID_ecdsa_with_SHA256 && EVP_PKEY_is_a(key, "EC")) ||
			    (nid == NID_sha256WithRSAEncryption && EVP_PKEY_is_a(key, "RSA")));
	bool holds;

	if (!ctx)
		return error_set(err, ERROR_SYSTEM, "out of memory for a signature");
	holds = fits && EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
		EVP_DigestVerify(ctx, signature, len, message.data, message.len) == 1;
	ERR_clear_error();
	if (!holds)
		return error_set(err, ERROR_CORRUPT,
				 "a signed certificate timestamp does not hold under its log's "
				 "key");
	return 0;
}

/* Is it by this log, at a time at which that was in use? */
static bool is_by(SCT *sct, const struct sct_log *log)
{
	struct digest id = sha256(log->key_der);
	unsigned char *named = NULL;
	size_t len = SCT_get0_log_id(sct, &named);

	return span_equal(digest_view(&id), (struct span){ named, len });
}

static bool was_in_use(const struct sct_log *log, int64_t unix_s)
{
	return unix_s >= log->first_s && unix_s <= log->last_s;
}

/* 0: it holds; -1 with err: it does not; -1 without: no given log's. */
static int sct_look(SCT *sct, const struct certificate *issuer, struct span precertificate,
		    const struct sct_log *log, size_t log_count, struct error *err)
{
	int64_t unix_s = (int64_t)(SCT_get_timestamp(sct) / 1000);
	CLEANUP(buffer_release) struct buffer message;

	buffer_init(&message, SIGNED_MAX);
	for (size_t i = 0; i < log_count; i++) {
		if (SCT_get_version(sct) != SCT_VERSION_V1 || !is_by(sct, &log[i]) ||
		    !was_in_use(&log[i], unix_s))
			continue;
		if (signed_bytes(sct, issuer, precertificate, &message, err))
			return -1;
		return signature_holds(sct, &log[i], buffer_view(&message), err);
	}
	return -1;
}

int sct_check(const struct certificate *leaf, const struct certificate *issuer,
	      const struct sct_log *log, size_t log_count, int64_t *out_unix_s, struct error *err)
{
	CLEANUP(scts_free) STACK_OF(SCT) *list = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	int64_t first = 0;
	bool found = false;

	buffer_init(&bytes, CERTIFICATE_DER_MAX);
	if (sct_list(leaf, &list, err) || precertificate(leaf, &bytes, err))
		return -1;
	for (int i = 0; i < sk_SCT_num(list); i++) {
		SCT *sct = sk_SCT_value(list, i);
		struct error cause = { 0 };

		if (!sct_look(sct, issuer, buffer_view(&bytes), log, log_count, &cause)) {
			first = found ? first : (int64_t)(SCT_get_timestamp(sct) / 1000);
			found = true;
		} else if (cause.code) {
			return error_set(err, cause.code, "%s", cause.text);
		}
	}
	if (!found)
		return error_set(err, ERROR_UNTRUSTED,
				 "none of the certificate's %d signed certificate timestamps is by "
				 "a transparency log that is trusted for its time",
				 sk_SCT_num(list));
	if (first > certificate_not_after(leaf))
		return error_set(err, ERROR_CORRUPT,
				 "the signed certificate timestamp is later than the certificate");
	if (out_unix_s)
		*out_unix_s = first;
	return 0;
}
