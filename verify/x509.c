/* X.509 certificates through OpenSSL: read, looked at, chained to roots. */
#include "verify/x509.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "verify/time_text.h"
#include "verify/utf8.h"
#include "verify/x509_inner.h"

#define FULCIO_USER_NAME "1.3.6.1.4.1.57264.1.7"
#define CHAIN_DEPTH_MAX 16    /* certificates between leaf and root */
#define CHAIN_SECURITY_BITS 2 /* OpenSSL's level of 112 bits: RSA 2048, no SHA-1 */

struct certificate {
	X509 *x509;
	struct buffer der;
	struct buffer key_der;
	struct digest id;
	char *subject;
	char *issuer;
	int64_t not_before, not_after;
	struct certificate_name *name; /* its texts are owned here */
	size_t name_count;
};

static void bio_free(BIO **bio)
{
	BIO_free(*bio);
}

static void names_free(GENERAL_NAMES **names)
{
	GENERAL_NAMES_free(*names);
}

static int no_memory(struct error *err)
{
	ERR_clear_error();
	return error_set(err, ERROR_SYSTEM, "out of memory for a certificate");
}

/* ---- Reading ---- */

/* The bytes are the one DER spelling of what was read from them. */
static bool spelled_once(X509 *x509, struct span der)
{
	unsigned char *again = NULL;
	int len = i2d_X509(x509, &again);
	bool same = len > 0 && span_equal(der, (struct span){ again, (size_t)len });

	OPENSSL_free(again);
	return same;
}

static int extensions_check(X509 *x509, struct error *err)
{
	int count = X509_get_ext_count(x509);

	if (count > CERTIFICATE_EXTENSIONS_MAX)
		return error_set(err, ERROR_CORRUPT, "%d extensions, more than the allowed %d",
				 count, CERTIFICATE_EXTENSIONS_MAX);
	for (int i = 0; i < count; i++) {
		ASN1_OBJECT *oid = X509_EXTENSION_get_object(X509_get_ext(x509, i));
		char text[80];

		OBJ_obj2txt(text, sizeof(text), oid, 1);
		if (X509_get_ext_by_OBJ(x509, oid, i) >= 0)
			return error_set(err, ERROR_CORRUPT, "the extension %s stands twice", text);
	}
	return 0;
}

static int unix_time(const ASN1_TIME *time, int64_t *out_unix_s, struct error *err)
{
	struct tm utc = { 0 };

	if (!ASN1_TIME_to_tm(time, &utc))
		return error_set(err, ERROR_CORRUPT, "a validity that is no time");
	*out_unix_s = timegm(&utc);
	return 0;
}

/* The text of a name, safe to show. */
static int name_text(const X509_NAME *name, char **out_text, struct error *err)
{
	CLEANUP(bio_free) BIO *bio = BIO_new(BIO_s_mem());
	unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	char plain[CERTIFICATE_SUBJECT_TEXT_MAX], *text = NULL;
	int len;

	if (!bio || X509_NAME_print_ex(bio, name, 0, flags) < 0)
		return no_memory(err);
	len = BIO_read(bio, plain, sizeof(plain) - 1);
	plain[len > 0 ? len : 0] = 0;
	text = calloc(1, CERTIFICATE_SUBJECT_TEXT_MAX);
	if (!text)
		return no_memory(err);
	text_escape(text, CERTIFICATE_SUBJECT_TEXT_MAX, plain);
	*out_text = text;
	return 0;
}

/* A text of a certificate that may be compared: UTF-8, no NUL, no control characters. */
static bool plain_text_ok(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < 0x20 || text.data[i] == 0x7f)
			return false;
	return text.len && text.len <= CERTIFICATE_NAME_TEXT_MAX && utf8_text_ok(text);
}

/* The string inside a name of a kind that we compare, or NULL. */
static const ASN1_STRING *alternative_string(const GENERAL_NAME *from,
					     enum certificate_name_kind *out_kind)
{
	char oid[80];
	int type;
	void *value = GENERAL_NAME_get0_value(from, &type);

	*out_kind = CERTIFICATE_OTHER;
	if (type == GEN_EMAIL || type == GEN_URI) {
		*out_kind = type == GEN_EMAIL ? CERTIFICATE_EMAIL : CERTIFICATE_URI;
		return value;
	}
	if (type == GEN_OTHERNAME) {
		const OTHERNAME *other = value;

		OBJ_obj2txt(oid, sizeof(oid), other->type_id, 1);
		if (strcmp(oid, FULCIO_USER_NAME) != 0 || other->value->type != V_ASN1_UTF8STRING)
			return NULL;
		*out_kind = CERTIFICATE_USER;
		return other->value->value.utf8string;
	}
	return NULL;
}

static int alternative_read(const GENERAL_NAME *from, struct certificate_name *out_name,
			    struct error *err)
{
	enum certificate_name_kind kind;
	const ASN1_STRING *string = alternative_string(from, &kind);
	struct span text = { NULL, 0 };
	char *copy;

	if (string)
		text = (struct span){ ASN1_STRING_get0_data(string),
				      (size_t)ASN1_STRING_length(string) };
	if (string && !plain_text_ok(text))
		return error_set(err, ERROR_CORRUPT,
				 "an alternative name of %zu bytes that is no plain text",
				 text.len);
	copy = calloc(1, text.len + 1);
	if (!copy)
		return no_memory(err);
	if (text.len)
		memcpy(copy, text.data, text.len);
	*out_name = (struct certificate_name){ kind, copy };
	return 0;
}

static int alternatives_read(struct certificate *certificate, struct error *err)
{
	int critical = -1, count;
	CLEANUP(names_free)
	GENERAL_NAMES *names =
		X509_get_ext_d2i(certificate->x509, NID_subject_alt_name, &critical, NULL);

	if (!names && critical == -1)
		return 0;
	if (!names)
		return error_set(err, ERROR_CORRUPT, "malformed alternative names");
	count = sk_GENERAL_NAME_num(names);
	if (count > CERTIFICATE_NAMES_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "%d alternative names, more than the allowed %d", count,
				 CERTIFICATE_NAMES_MAX);
	certificate->name = calloc((size_t)count + 1, sizeof(*certificate->name));
	if (!certificate->name)
		return no_memory(err);
	for (int i = 0; i < count; i++) {
		if (alternative_read(sk_GENERAL_NAME_value(names, i),
				     &certificate->name[certificate->name_count], err))
			return -1;
		certificate->name_count++;
	}
	return 0;
}

static int key_bytes_read(struct certificate *certificate, struct error *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate->x509), &der);
	int result = -1;

	if (len > 0)
		result = buffer_add(&certificate->key_der, (struct span){ der, (size_t)len }, err);
	else
		error_set(err, ERROR_CORRUPT, "a public key that cannot be read");
	OPENSSL_free(der);
	return result;
}

static int certificate_fill(struct certificate *certificate, struct span der, struct error *err)
{
	const unsigned char *at = der.data;
	X509 *x509;

	if (!der.len || der.len > CERTIFICATE_DER_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu bytes, and 1 to %u are read", der.len,
				 CERTIFICATE_DER_MAX);
	x509 = certificate->x509 = d2i_X509(NULL, &at, (long)der.len);
	if (!x509 || at != der.data + der.len || !spelled_once(x509, der))
		return error_set(err, ERROR_CORRUPT, "%zu bytes that are no DER of one", der.len);
	/* What OpenSSL finds out about extensions is written down now, and only read later on. */
	X509_check_purpose(x509, -1, 0);
	if (X509_get_extension_flags(x509) & EXFLAG_INVALID)
		return error_set(err, ERROR_CORRUPT, "an extension is malformed");
	if (extensions_check(x509, err) || buffer_add(&certificate->der, der, err) ||
	    key_bytes_read(certificate, err) ||
	    unix_time(X509_get0_notBefore(x509), &certificate->not_before, err) ||
	    unix_time(X509_get0_notAfter(x509), &certificate->not_after, err) ||
	    name_text(X509_get_subject_name(x509), &certificate->subject, err) ||
	    name_text(X509_get_issuer_name(x509), &certificate->issuer, err) ||
	    alternatives_read(certificate, err))
		return -1;
	certificate->id = sha256(der);
	return 0;
}

int certificate_from_der(struct span der, struct certificate **out_certificate, struct error *err)
{
	CLEANUP(certificate_free) struct certificate *certificate = calloc(1, sizeof(*certificate));

	if (!certificate)
		return no_memory(err);
	buffer_init(&certificate->der, CERTIFICATE_DER_MAX);
	buffer_init(&certificate->key_der, CERTIFICATE_DER_MAX);
	if (certificate_fill(certificate, der, err)) {
		ERR_clear_error();
		return error_prefix(err, "certificate");
	}
	ERR_clear_error();
	*out_certificate = certificate;
	certificate = NULL; /* handed over */
	return 0;
}

void certificate_free(struct certificate **certificate)
{
	struct certificate *gone = *certificate;

	*certificate = NULL;
	if (!gone)
		return;
	for (size_t i = 0; i < gone->name_count; i++)
		free((char *)gone->name[i].text);
	free(gone->name);
	free(gone->subject);
	free(gone->issuer);
	buffer_release(&gone->der);
	buffer_release(&gone->key_der);
	X509_free(gone->x509);
	free(gone);
}

/* ---- Lists ---- */

int certificate_list_take(struct certificate_list *list, struct certificate **certificate,
			  struct error *err)
{
	struct certificate **grown;

	if (list->count == CERTIFICATE_LIST_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u certificates",
				 CERTIFICATE_LIST_MAX);
	grown = realloc(list->item, (list->count + 1) * sizeof(struct certificate *));
	if (!grown)
		return no_memory(err);
	list->item = grown;
	list->item[list->count++] = *certificate;
	*certificate = NULL; /* handed over */
	return 0;
}

int certificate_list_add_der(struct certificate_list *list, struct span der, struct error *err)
{
	CLEANUP(certificate_free) struct certificate *certificate = NULL;

	if (certificate_from_der(der, &certificate, err))
		return -1;
	return certificate_list_take(list, &certificate, err);
}

/* The next block of a PEM text: 1 read and added, 0 there is none, -1. */
static int pem_next(struct certificate_list *list, BIO *bio, struct error *err)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long len = 0;
	int result = 1;

	if (!PEM_read_bio(bio, &name, &header, &der, &len)) {
		bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;

		ERR_clear_error();
		if (!ended)
			return error_set(err, ERROR_CORRUPT, "a malformed PEM block");
		return 0;
	}
	if (strcmp(name, PEM_STRING_X509) != 0 || header[0])
		result = error_set(err, ERROR_CORRUPT,
				   "a PEM block '%.60s' where a 'CERTIFICATE' belongs", name);
	else if (certificate_list_add_der(list, (struct span){ der, (size_t)len }, err))
		result = -1;
	OPENSSL_clear_free(der, (size_t)len);
	OPENSSL_free(name);
	OPENSSL_free(header);
	return result;
}

int certificate_list_add_pem(struct certificate_list *list, struct span pem, struct error *err)
{
	CLEANUP(bio_free) BIO *bio = NULL;
	size_t before = list->count;
	int result = 1;

	if (!pem.len || pem.len > CERTIFICATE_PEM_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu bytes are no PEM certificates", pem.len);
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (!bio)
		return no_memory(err);
	while (result == 1)
		result = pem_next(list, bio, err);
	if (!result && list->count == before)
		return error_set(err, ERROR_CORRUPT, "no PEM block 'CERTIFICATE' in the text");
	return result;
}

void certificate_list_release(struct certificate_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		certificate_free(&list->item[i]);
	free(list->item);
	*list = (struct certificate_list){ 0 };
}

/* ---- Looking ---- */

struct x509_st *certificate_openssl(const struct certificate *certificate)
{
	return certificate->x509;
}

struct span certificate_der(const struct certificate *certificate)
{
	return buffer_view(&certificate->der);
}

const struct digest *certificate_id(const struct certificate *certificate)
{
	return &certificate->id;
}

struct span certificate_key_der(const struct certificate *certificate)
{
	return buffer_view(&certificate->key_der);
}

int certificate_key(const struct certificate *certificate, struct public_key **out_key,
		    struct error *err)
{
	if (public_key_from_der(certificate_key_der(certificate), out_key, err))
		return error_prefix(err, "the certificate's public key");
	return 0;
}

const char *certificate_subject(const struct certificate *certificate)
{
	return certificate->subject;
}

const char *certificate_issuer(const struct certificate *certificate)
{
	return certificate->issuer;
}

bool certificate_is_self_issued(const struct certificate *certificate)
{
	return X509_get_extension_flags(certificate->x509) & EXFLAG_SI;
}

bool certificate_is_authority(const struct certificate *certificate)
{
	return X509_get_extension_flags(certificate->x509) & EXFLAG_CA;
}

int64_t certificate_not_after(const struct certificate *certificate)
{
	return certificate->not_after;
}

int certificate_check_time(const struct certificate *certificate, int64_t unix_s, struct error *err)
{
	char at[TIME_TEXT_SIZE], edge[TIME_TEXT_SIZE];

	time_format(unix_s, at);
	time_format(unix_s < certificate->not_before ? certificate->not_before
						     : certificate->not_after,
		    edge);
	if (unix_s < certificate->not_before)
		return error_set(err, ERROR_CORRUPT,
				 "the certificate is not valid at %s: it begins at %s", at, edge);
	if (unix_s > certificate->not_after)
		return error_set(err, ERROR_CORRUPT,
				 "the certificate is not valid at %s: it expired at %s", at, edge);
	return 0;
}

bool certificate_signs(const struct certificate *certificate)
{
	return (X509_get_extension_flags(certificate->x509) & EXFLAG_KUSAGE) &&
	       (X509_get_key_usage(certificate->x509) & KU_DIGITAL_SIGNATURE);
}

bool certificate_signs_code(const struct certificate *certificate)
{
	return (X509_get_extension_flags(certificate->x509) & EXFLAG_XKUSAGE) &&
	       (X509_get_extended_key_usage(certificate->x509) & XKU_CODE_SIGN);
}

size_t certificate_name_count(const struct certificate *certificate)
{
	return certificate->name_count;
}

struct certificate_name certificate_name(const struct certificate *certificate, size_t index)
{
	return certificate->name[index];
}

bool certificate_extension(const struct certificate *certificate, const char *oid,
			   struct span *out_value)
{
	for (int i = 0; i < X509_get_ext_count(certificate->x509); i++) {
		X509_EXTENSION *extension = X509_get_ext(certificate->x509, i);
		const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
		char text[80];

		OBJ_obj2txt(text, sizeof(text), X509_EXTENSION_get_object(extension), 1);
		if (strcmp(text, oid) != 0)
			continue;
		*out_value = (struct span){ ASN1_STRING_get0_data(value),
					    (size_t)ASN1_STRING_length(value) };
		return true;
	}
	return false;
}

/* ---- Chains ---- */

static void stack_free(STACK_OF(X509) * *stack)
{
	sk_X509_free(*stack); /* what it holds is borrowed */
}

static void store_free(X509_STORE **store)
{
	X509_STORE_free(*store);
}

static void store_ctx_free(X509_STORE_CTX **ctx)
{
	X509_STORE_CTX_free(*ctx);
}

static int stack_of(const struct certificate_list *list, STACK_OF(X509) * *out_stack,
		    struct error *err)
{
	*out_stack = sk_X509_new_null();
	if (!*out_stack)
		return no_memory(err);
	for (size_t i = 0; list && i < list->count; i++)
		if (!sk_X509_push(*out_stack, list->item[i]->x509))
			return no_memory(err);
	return 0;
}

static int store_of(const struct certificate_list *roots, X509_STORE **out_store, struct error *err)
{
	*out_store = X509_STORE_new();
	if (!*out_store)
		return no_memory(err);
	for (size_t i = 0; i < roots->count; i++)
		if (!X509_STORE_add_cert(*out_store, roots->item[i]->x509))
			return no_memory(err);
	return 0;
}

/* No chain leads to a root, as opposed to: one does, and something on it is wrong. */
static bool leads_nowhere(int reason)
{
	return reason == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	       reason == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       reason == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	       reason == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
	       reason == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
}

static int chain_refused(const X509_STORE_CTX *ctx, int64_t unix_s, struct error *err)
{
	int reason = X509_STORE_CTX_get_error(ctx), depth = X509_STORE_CTX_get_error_depth(ctx);
	X509 *culprit = X509_STORE_CTX_get_current_cert(ctx);
	CLEANUP(text_free) char *subject = NULL;
	char at[TIME_TEXT_SIZE];

	ERR_clear_error();
	if (reason == X509_V_ERR_OUT_OF_MEM || reason == X509_V_OK)
		return no_memory(err);
	if (culprit && name_text(X509_get_subject_name(culprit), &subject, err))
		return -1;
	time_format(unix_s, at);
	return error_set(err, leads_nowhere(reason) ? ERROR_UNTRUSTED : ERROR_CORRUPT,
			 "no chain to a given root that holds at %s: certificate %d ('%.200s'): "
			 "%s",
			 at, depth, subject ? subject : "", X509_verify_cert_error_string(reason));
}

/* Whose object is it? */
static const struct certificate *owner_of(const X509 *x509, const struct certificate_list *list)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (X509_cmp(list->item[i]->x509, x509) == 0)
			return list->item[i];
	return NULL;
}

int certificate_chain_find(const struct certificate *leaf, const struct certificate_list *untrusted,
			   const struct certificate_list *roots, int64_t unix_s, unsigned flags,
			   const struct certificate **out_issuer, struct error *err)
{
	CLEANUP(stack_free) STACK_OF(X509) *others = NULL;
	CLEANUP(store_free) X509_STORE *store = NULL;
	CLEANUP(store_ctx_free) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	const struct certificate *issuer = leaf;
	STACK_OF(X509) * chain;
	X509_VERIFY_PARAM *param;

	if (!ctx)
		return no_memory(err);
	if (!roots->count)
		return error_set(err, ERROR_UNTRUSTED, "there is no root to chain to");
	if (stack_of(untrusted, &others, err) || store_of(roots, &store, err))
		return -1;
	if (!X509_STORE_CTX_init(ctx, store, leaf->x509, others))
		return no_memory(err);
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)unix_s);
	X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, CHAIN_SECURITY_BITS);
	if (flags & CHAIN_PARTIAL)
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	if (X509_verify_cert(ctx) != 1)
		return chain_refused(ctx, unix_s, err);
	ERR_clear_error();
	chain = X509_STORE_CTX_get0_chain(ctx);
	if (sk_X509_num(chain) > 1) {
		issuer = owner_of(sk_X509_value(chain, 1), untrusted);
		if (!issuer)
			issuer = owner_of(sk_X509_value(chain, 1), roots);
	}
	if (out_issuer)
		*out_issuer = issuer;
	return 0;
}

int certificate_chain_check(const struct certificate *leaf,
			    const struct certificate_list *untrusted,
			    const struct certificate_list *roots, int64_t unix_s, unsigned flags,
			    struct error *err)
{
	return certificate_chain_find(leaf, untrusted, roots, unix_s, flags, NULL, err);
}
