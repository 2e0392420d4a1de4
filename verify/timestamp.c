/* RFC 3161 timestamps, through OpenSSL's TS_*. */
#include "verify/timestamp.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	CHAIN_DEPTH_MAX = 8,
	STRENGTH_LEVEL = 2, /* of OpenSSL: 112 bits, so RSA from 2048 bits and no SHA-1 */
	REASON_SIZE = 256
};

static void resp_free(TS_RESP **resp)
{
	TS_RESP_free(*resp);
}

static void req_free(TS_REQ **req)
{
	TS_REQ_free(*req);
}

static void verify_ctx_free(TS_VERIFY_CTX **ctx)
{
	TS_VERIFY_CTX_free(*ctx);
}

static void bio_free(BIO **bio)
{
	BIO_free(*bio);
}

static void store_free(X509_STORE **store)
{
	X509_STORE_free(*store);
}

static void certificate_free(X509 **certificate)
{
	X509_free(*certificate);
}

static void certificates_free(STACK_OF(X509) * *certificates)
{
	sk_X509_pop_free(*certificates, X509_free);
}

static void signers_free(STACK_OF(X509) * *signers)
{
	sk_X509_free(*signers); /* they belong to the token */
}

static void bignum_free(BIGNUM **number)
{
	BN_free(*number);
}

static void integer_free(ASN1_INTEGER **integer)
{
	ASN1_INTEGER_free(*integer);
}

static int no_memory(struct error *err)
{
	ERR_clear_error();
	return error_set(err, ERROR_SYSTEM, "out of memory for a timestamp");
}

void timestamp_time_text(const struct timestamp *timestamp, char out[TIMESTAMP_TIME_SIZE])
{
	time_t when = (time_t)timestamp->time_unix_s;
	struct tm utc;

	if (!gmtime_r(&when, &utc) ||
	    !strftime(out, TIMESTAMP_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc))
		snprintf(out, TIMESTAMP_TIME_SIZE, "%lld", (long long)timestamp->time_unix_s);
}

/* The hash functions an imprint or a signature may use. */
static const EVP_MD *hash_of(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object = NULL;

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	switch (object ? OBJ_obj2nid(object) : NID_undef) {
	case NID_sha256:
		return EVP_sha256();
	case NID_sha384:
		return EVP_sha384();
	case NID_sha512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

static bool digits_read(const char **at, int count, int *out_value)
{
	int value = 0;

	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		value = 10 * value + (**at - '0');
	}
	*out_value = value;
	return true;
}

/* "YYYYMMDDhhmmss[.f…]Z", the one form that RFC 3161 gives a genTime; a leap second counts as the
 * one after it. */
static int time_read(const ASN1_GENERALIZEDTIME *from, int64_t *out_unix_s, struct error *err)
{
	const char *text = (const char *)ASN1_STRING_get0_data(from), *at = text;
	size_t len = (size_t)ASN1_STRING_length(from);
	struct tm tm = { 0 }, again;
	time_t when;

	if (len < 15 || len > 40 || memchr(text, 0, len) || text[len - 1] != 'Z' ||
	    !digits_read(&at, 4, &tm.tm_year) || !digits_read(&at, 2, &tm.tm_mon) ||
	    !digits_read(&at, 2, &tm.tm_mday) || !digits_read(&at, 2, &tm.tm_hour) ||
	    !digits_read(&at, 2, &tm.tm_min) || !digits_read(&at, 2, &tm.tm_sec))
		return error_set(err, ERROR_CORRUPT, "a timestamp whose time is not in UTC");
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++)
			;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	again = tm;
	when = timegm(&again);
	if (at != text + len - 1 || again.tm_mday != tm.tm_mday || again.tm_mon != tm.tm_mon ||
	    tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return error_set(err, ERROR_CORRUPT, "a timestamp whose time does not exist");
	*out_unix_s = when;
	return 0;
}

static int accuracy_read(TS_ACCURACY *accuracy, uint64_t *out_us, struct error *err)
{
	const ASN1_INTEGER *part[3];
	static const uint64_t unit[3] = { 1000000, 1000, 1 }, most[3] = { 1u << 31, 999, 999 };
	uint64_t sum = 0;

	*out_us = 0;
	if (!accuracy)
		return 0;
	part[0] = TS_ACCURACY_get_seconds(accuracy);
	part[1] = TS_ACCURACY_get_millis(accuracy);
	part[2] = TS_ACCURACY_get_micros(accuracy);
	for (int i = 0; i < 3; i++) {
		uint64_t value = 0;

		if (part[i] && (!ASN1_INTEGER_get_uint64(&value, part[i]) || value > most[i]))
			return error_set(err, ERROR_CORRUPT, "a timestamp of impossible accuracy");
		sum += value * unit[i];
	}
	*out_us = sum;
	return 0;
}

/* Positive by the RFC; authorities in use give negative ones too. */
static int serial_read(const ASN1_INTEGER *serial, char out_hex[TIMESTAMP_SERIAL_SIZE],
		       struct error *err)
{
	CLEANUP(bignum_free) BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	CLEANUP(buffer_release) struct buffer hex;
	uint8_t bytes[TIMESTAMP_SERIAL_MAX];
	int len = number ? BN_num_bytes(number) : 0;

	buffer_init(&hex, TIMESTAMP_SERIAL_SIZE);
	if (!number || len > TIMESTAMP_SERIAL_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "a timestamp whose serial number is longer than %d bytes",
				 TIMESTAMP_SERIAL_MAX);
	BN_bn2bin(number, bytes);
	if (!len)
		bytes[len++] = 0;
	if ((BN_is_negative(number) && buffer_add_text(&hex, "-", err)) ||
	    hex_encode(&hex, (struct span){ bytes, (size_t)len }, err))
		return -1;
	memcpy(out_hex, hex.data, hex.len);
	out_hex[hex.len] = 0;
	return 0;
}

/* A name as RFC 2253 writes it, UTF-8 as it is. */
static void name_show(const X509_NAME *name, char *out, size_t size)
{
	CLEANUP(bio_free) BIO *bio = BIO_new(BIO_s_mem());
	char text[512];
	int len = 0;

	if (bio && X509_NAME_print_ex(bio, name, 0,
				      XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0)
		len = BIO_read(bio, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = 0;
	text_escape(out, size, text);
}

/* Why an authority grants nothing, in its words. */
static int status_refused(TS_STATUS_INFO *info, struct error *err)
{
	const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(info);
	const ASN1_UTF8STRING *text =
		sk_ASN1_UTF8STRING_num(texts) > 0 ? sk_ASN1_UTF8STRING_value(texts, 0) : NULL;
	char said[REASON_SIZE] = "no reason given";
	size_t len = text ? (size_t)ASN1_STRING_length(text) : 0;

	if (len) {
		len = len < sizeof(said) ? len : sizeof(said) - 1;
		memcpy(said, ASN1_STRING_get0_data(text), len);
		said[len] = 0;
	}
	return error_set(err, ERROR_UNTRUSTED, "the timestamp authority grants none: %s", said);
}

/* The whole of `bytes` as a TimeStampResp that grants a token. */
static int response_read(struct span bytes, TS_RESP **out_resp, struct error *err)
{
	CLEANUP(resp_free) TS_RESP *resp = NULL;
	const unsigned char *at = bytes.data;
	TS_STATUS_INFO *info;
	int64_t status = -1;

	if (!bytes.len || bytes.len > TIMESTAMP_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT,
				 "%zu bytes are no timestamp response (limit %u)", bytes.len,
				 TIMESTAMP_MAX_BYTES);
	resp = d2i_TS_RESP(NULL, &at, (long)bytes.len);
	ERR_clear_error();
	if (!resp || at != bytes.data + bytes.len)
		return error_set(err, ERROR_CORRUPT, "%zu bytes that are no timestamp response",
				 bytes.len);
	info = TS_RESP_get_status_info(resp);
	if (!info || !ASN1_INTEGER_get_int64(&status, TS_STATUS_INFO_get0_status(info))) {
		ERR_clear_error();
		return error_set(err, ERROR_CORRUPT, "a timestamp response without a status");
	}
	if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS)
		return status_refused(info, err);
	if (!TS_RESP_get_token(resp) || !TS_RESP_get_tst_info(resp))
		return error_set(err, ERROR_CORRUPT, "a timestamp response without its token");
	*out_resp = resp;
	resp = NULL; /* handed over */
	return 0;
}

static int info_read(TS_TST_INFO *info, struct timestamp *out, struct error *err)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const EVP_MD *hash = hash_of(TS_MSG_IMPRINT_get_algo(imprint));
	int len;

	*out = (struct timestamp){ 0 };
	if (TS_TST_INFO_get_version(info) != 1)
		return error_set(err, ERROR_CORRUPT, "a timestamp of a version other than 1");
	if (!hash)
		return error_set(err, ERROR_CORRUPT,
				 "a timestamp of a digest other than SHA-256, -384 and -512");
	if (ASN1_STRING_length(TS_MSG_IMPRINT_get_msg(imprint)) != EVP_MD_get_size(hash))
		return error_set(err, ERROR_CORRUPT, "a timestamp of a digest of the wrong length");
	if (TS_TST_INFO_get_ext_by_critical(info, 1, -1) >= 0)
		return error_set(err, ERROR_CORRUPT,
				 "a timestamp with a critical extension, and none is known");
	len = OBJ_obj2txt(out->policy, sizeof(out->policy), TS_TST_INFO_get_policy_id(info), 1);
	if (len <= 0 || len >= (int)sizeof(out->policy))
		return error_set(err, ERROR_CORRUPT,
				 "a timestamp without a policy that can be read");
	return time_read(TS_TST_INFO_get_time(info), &out->time_unix_s, err) ||
			       accuracy_read(TS_TST_INFO_get_accuracy(info), &out->accuracy_us,
					     err) ||
			       serial_read(TS_TST_INFO_get_serial(info), out->serial, err)
		       ? -1
		       : 0;
}

int timestamp_parse(struct span response, struct timestamp *out_timestamp, struct error *err)
{
	CLEANUP(resp_free) TS_RESP *resp = NULL;
	struct timestamp timestamp;
	int result;

	if (response_read(response, &resp, err))
		return -1;
	result = info_read(TS_RESP_get_tst_info(resp), &timestamp, err);
	ERR_clear_error();
	if (result)
		return -1;
	*out_timestamp = timestamp;
	return 0;
}

static int imprint_check(TS_TST_INFO *info, struct span message, struct error *err)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OCTET_STRING *stated = TS_MSG_IMPRINT_get_msg(imprint);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_Digest(message.data ? message.data : (const uint8_t *)"", message.len, digest, &len,
		       hash_of(TS_MSG_IMPRINT_get_algo(imprint)), NULL) != 1)
		return no_memory(err);
	if (ASN1_STRING_length(stated) != (int)len ||
	    CRYPTO_memcmp(ASN1_STRING_get0_data(stated), digest, len) != 0)
		return error_set(err, ERROR_CORRUPT, "the timestamp is of other bytes");
	return 0;
}

static int certificate_read(struct span der, X509 **out_certificate, struct error *err)
{
	const unsigned char *at = der.data;
	X509 *certificate = der.len && der.len <= TIMESTAMP_CERTIFICATE_MAX
				    ? d2i_X509(NULL, &at, (long)der.len)
				    : NULL;

	ERR_clear_error();
	if (!certificate || at != der.data + der.len) {
		X509_free(certificate);
		return error_set(err, ERROR_USAGE,
				 "%zu bytes given as a certificate of a timestamp authority are "
				 "no DER certificate",
				 der.len);
	}
	*out_certificate = certificate;
	return 0;
}

/* A store of the roots alone, that judges at `when`. */
static int store_build(const struct timestamp_trust *trust, int64_t when, X509_STORE **out_store,
		       struct error *err)
{
	CLEANUP(store_free) X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = store ? X509_STORE_get0_param(store) : NULL;

	if (!param)
		return no_memory(err);
	X509_VERIFY_PARAM_set_time(param, (time_t)when);
	X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, STRENGTH_LEVEL);
	if (!X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN))
		return no_memory(err);
	for (size_t i = 0; i < trust->root_count; i++) {
		CLEANUP(certificate_free) X509 *root = NULL;

		if (certificate_read(trust->roots[i], &root, err))
			return -1;
		if (!X509_STORE_add_cert(store, root))
			return no_memory(err);
	}
	*out_store = store;
	store = NULL; /* handed over */
	return 0;
}

static int untrusted_build(const struct timestamp_trust *trust, STACK_OF(X509) * *out_certificates,
			   struct error *err)
{
	CLEANUP(certificates_free) STACK_OF(X509) *certificates = sk_X509_new_null();

	if (!certificates)
		return no_memory(err);
	for (size_t i = 0; i <= trust->untrusted_count; i++) {
		struct span der = i < trust->untrusted_count ? trust->untrusted[i] : trust->signer;
		X509 *certificate = NULL;

		if (i == trust->untrusted_count && !der.len)
			break;
		if (certificate_read(der, &certificate, err))
			return -1;
		if (!sk_X509_push(certificates, certificate)) {
			X509_free(certificate);
			return no_memory(err);
		}
	}
	*out_certificates = certificates;
	certificates = NULL; /* handed over */
	return 0;
}

/* What OpenSSL has against a token, in one sentence. */
static int token_refused(struct error *err)
{
	const char *data = NULL;
	int flags = 0;
	unsigned long code = ERR_peek_last_error_all(NULL, NULL, NULL, &data, &flags);
	const char *reason = code ? ERR_reason_error_string(code) : NULL;
	bool chain = ERR_GET_LIB(code) == ERR_LIB_TS &&
		     ERR_GET_REASON(code) == TS_R_CERTIFICATE_VERIFY_ERROR;
	bool unknown = ERR_GET_LIB(code) == ERR_LIB_PKCS7 &&
		       ERR_GET_REASON(code) == PKCS7_R_SIGNER_CERTIFICATE_NOT_FOUND;
	const char *detail = data && (flags & ERR_TXT_STRING) && *data ? data : "";

	if (chain || unknown)
		error_set(err, ERROR_UNTRUSTED,
			  "no given root vouches for the timestamp's authority at its time: %s%s%s",
			  reason ? reason : "unknown reason", *detail ? ", " : "", detail);
	else
		error_set(err, ERROR_CORRUPT, "the timestamp does not hold: %s%s%s",
			  reason ? reason : "unknown reason", *detail ? ", " : "", detail);
	ERR_clear_error();
	return -1;
}

/* The one signer's digest is long enough. */
static int signer_hash_check(PKCS7 *token, struct error *err)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(token);
	X509_ALGOR *algorithm = NULL;

	if (sk_PKCS7_SIGNER_INFO_num(infos) != 1)
		return error_set(err, ERROR_CORRUPT,
				 "a timestamp with %d signatures where there is one",
				 sk_PKCS7_SIGNER_INFO_num(infos));
	PKCS7_SIGNER_INFO_get0_algs(sk_PKCS7_SIGNER_INFO_value(infos, 0), NULL, &algorithm, NULL);
	if (!algorithm || !hash_of(algorithm))
		return error_set(err, ERROR_CORRUPT,
				 "a timestamp signed over a digest other than SHA-256, -384 and "
				 "-512");
	return 0;
}

/* Whose signature held, and whether it had to be somebody else's. */
static int signer_check(PKCS7 *token, STACK_OF(X509) * untrusted,
			const struct timestamp_trust *trust, struct timestamp *timestamp,
			struct error *err)
{
	CLEANUP(signers_free) STACK_OF(X509) *signers = PKCS7_get0_signers(token, untrusted, 0);
	CLEANUP(certificate_free) X509 *wanted = NULL;
	X509 *signer = signers ? sk_X509_value(signers, 0) : NULL;

	if (!signer)
		return token_refused(err);
	name_show(X509_get_subject_name(signer), timestamp->authority,
		  sizeof(timestamp->authority));
	if (!trust->signer.len)
		return 0;
	if (certificate_read(trust->signer, &wanted, err))
		return -1;
	if (X509_cmp(signer, wanted) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "the timestamp is by '%s' and not by the given authority",
				 timestamp->authority);
	return 0;
}

/* The signature, the certificate it names, and the chain at the time that the token states. */
static int token_check(TS_RESP *resp, const struct timestamp_trust *trust,
		       struct timestamp *timestamp, struct error *err)
{
	CLEANUP(verify_ctx_free) TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	CLEANUP(certificates_free) STACK_OF(X509) *untrusted = NULL;
	PKCS7 *token = TS_RESP_get_token(resp);
	STACK_OF(X509) *own = NULL;
	X509_STORE *store = NULL;

	if (!ctx)
		return no_memory(err);
	if (untrusted_build(trust, &untrusted, err) || signer_hash_check(token, err) ||
	    store_build(trust, timestamp->time_unix_s, &store, err))
		return -1;
	TS_VERIFY_CTX_set_store(ctx, store); /* takes it */
	own = X509_chain_up_ref(untrusted);
	if (!own)
		return no_memory(err);
	TS_VERIFY_CTX_set_certs(ctx, own); /* takes it */
	TS_VERIFY_CTX_set_flags(ctx, TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_SIGNER);
	ERR_clear_error();
	if (TS_RESP_verify_response(ctx, resp) != 1)
		return token_refused(err);
	return signer_check(token, untrusted, trust, timestamp, err);
}

int timestamp_check(struct span response, struct span message, const struct timestamp_trust *trust,
		    struct timestamp *out_timestamp, struct error *err)
{
	CLEANUP(resp_free) TS_RESP *resp = NULL;
	struct timestamp timestamp;
	int result;

	if (!trust->root_count)
		return error_set(err, ERROR_USAGE, "no root to judge a timestamp by");
	if (trust->root_count > TIMESTAMP_CERTIFICATES_MAX ||
	    trust->untrusted_count > TIMESTAMP_CERTIFICATES_MAX)
		return error_set(err, ERROR_USAGE,
				 "more than %d certificates to judge a timestamp by",
				 TIMESTAMP_CERTIFICATES_MAX);
	if (response_read(response, &resp, err))
		return -1;
	result = info_read(TS_RESP_get_tst_info(resp), &timestamp, err) ||
		 imprint_check(TS_RESP_get_tst_info(resp), message, err) ||
		 token_check(resp, trust, &timestamp, err);
	ERR_clear_error();
	if (result)
		return -1;
	*out_timestamp = timestamp;
	return 0;
}

/* The imprint of a request: SHA-256 of the message. */
static int request_imprint(TS_REQ *req, struct span message, struct error *err)
{
	struct digest digest = sha256(message);
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	int done = imprint && algorithm &&
		   X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) &&
		   TS_MSG_IMPRINT_set_algo(imprint, algorithm) &&
		   TS_MSG_IMPRINT_set_msg(imprint, digest.byte, sizeof(digest.byte)) &&
		   TS_REQ_set_msg_imprint(req, imprint); /* both copy */

	TS_MSG_IMPRINT_free(imprint);
	X509_ALGOR_free(algorithm);
	return done ? 0 : no_memory(err);
}

int timestamp_request_build(struct span message, struct span nonce, struct buffer *out,
			    struct error *err)
{
	CLEANUP(req_free) TS_REQ *req = TS_REQ_new();
	CLEANUP(bignum_free) BIGNUM *number = NULL;
	CLEANUP(integer_free) ASN1_INTEGER *integer = NULL;
	unsigned char *der = NULL;
	int len, result;

	if (nonce.len < 8 || nonce.len > TIMESTAMP_NONCE_MAX)
		return error_set(err, ERROR_USAGE, "a nonce of %zu bytes (8 to %d)", nonce.len,
				 TIMESTAMP_NONCE_MAX);
	number = BN_bin2bn(nonce.data, (int)nonce.len, NULL);
	integer = number ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
	if (!req || !integer || !TS_REQ_set_version(req, 1) || !TS_REQ_set_nonce(req, integer) ||
	    !TS_REQ_set_cert_req(req, 1))
		return no_memory(err);
	if (request_imprint(req, message, err))
		return -1;
	len = i2d_TS_REQ(req, &der);
	if (len <= 0)
		return no_memory(err);
	result = buffer_add(out, (struct span){ der, (size_t)len }, err);
	OPENSSL_free(der);
	return result;
}

int timestamp_answers(struct span response, struct span request, struct error *err)
{
	CLEANUP(verify_ctx_free) TS_VERIFY_CTX *ctx = NULL;
	CLEANUP(resp_free) TS_RESP *resp = NULL;
	CLEANUP(req_free) TS_REQ *req = NULL;
	const unsigned char *at = request.data;
	struct timestamp timestamp;

	if (request.len && request.len <= TIMESTAMP_REQUEST_MAX_BYTES)
		req = d2i_TS_REQ(NULL, &at, (long)request.len);
	ERR_clear_error();
	if (!req || at != request.data + request.len)
		return error_set(err, ERROR_USAGE, "%zu bytes that are no timestamp request",
				 request.len);
	if (response_read(response, &resp, err) ||
	    info_read(TS_RESP_get_tst_info(resp), &timestamp, err))
		return -1;
	ctx = TS_REQ_to_TS_VERIFY_CTX(req, NULL);
	if (!ctx)
		return no_memory(err);
	if (TS_RESP_verify_response(ctx, resp) != 1)
		return token_refused(err);
	ERR_clear_error();
	return 0;
}
