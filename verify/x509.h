/*
 * X.509 certificates (RFC 5280) through OpenSSL: read, looked at, and chained to roots at a time.
 *
 * Nothing here knows a clock, a purpose or a system's store of roots: the caller names the time
 * and the roots, and asks for the usage that it wants. There is no revocation.
 */
#ifndef VERIFY_X509_H
#define VERIFY_X509_H

#include "verify/signature.h"

#define CERTIFICATE_DER_MAX (64u << 10)  /* bytes of one certificate */
#define CERTIFICATE_PEM_MAX (1u << 20)   /* bytes of a PEM file that we read */
#define CERTIFICATE_LIST_MAX 64u         /* certificates in a list */
#define CERTIFICATE_EXTENSIONS_MAX 64    /* extensions in one certificate */
#define CERTIFICATE_NAMES_MAX 64         /* subject alternative names in one certificate */
#define CERTIFICATE_NAME_TEXT_MAX 4096   /* bytes of one such name */
#define CERTIFICATE_SUBJECT_TEXT_MAX 512 /* bytes of a subject's text with its NUL */

/* Immutable once read; may be looked at from any thread. */
struct certificate;

/* Owned certificates in an order that means something to whoever made the list. Start with {0}. */
struct certificate_list {
	struct certificate **item;
	size_t count;
};

/*
 * Read one certificate: DER in its one spelling, with nothing behind it, no
 * extension twice, names without NUL or control characters. The caller frees
 * *out_certificate. ERROR_CORRUPT says what is wrong.
 */
MUST_CHECK int certificate_from_der(struct span der, struct certificate **out_certificate,
				    struct error *err);
void certificate_free(struct certificate **certificate);

/*
 * Add *certificate, which then belongs to the list and is set to NULL.
 * ERROR_CORRUPT when the list holds CERTIFICATE_LIST_MAX already.
 */
MUST_CHECK int certificate_list_take(struct certificate_list *list,
				     struct certificate **certificate, struct error *err);
/* Read DER and add it. */
MUST_CHECK int certificate_list_add_der(struct certificate_list *list, struct span der,
					struct error *err);
/*
 * Add every PEM block "CERTIFICATE" of a file, in order. Text may stand between
 * blocks, other kinds of block may not. ERROR_CORRUPT: no block, or a bad one.
 */
MUST_CHECK int certificate_list_add_pem(struct certificate_list *list, struct span pem,
					struct error *err);
void certificate_list_release(struct certificate_list *list);

/* The bytes as received. Borrowed. */
struct span certificate_der(const struct certificate *certificate);
/* SHA-256 of the DER. Borrowed. */
const struct digest *certificate_id(const struct certificate *certificate);
/* The DER SubjectPublicKeyInfo, whatever type of key. Borrowed. */
struct span certificate_key_der(const struct certificate *certificate);
/*
 * The key as one that checks signatures of ours: ECDSA P-256, -384, -521 or
 * Ed25519. The caller frees *out_key. ERROR_UNTRUSTED names any other type.
 */
MUST_CHECK int certificate_key(const struct certificate *certificate, struct public_key **out_key,
			       struct error *err);
/* RFC 2253 text, safe to show, cut when it is long; "" for an empty name. Borrowed. */
const char *certificate_subject(const struct certificate *certificate);
const char *certificate_issuer(const struct certificate *certificate);
/* Issuer and subject are the same name: a root, or looks like one. */
bool certificate_is_self_issued(const struct certificate *certificate);
/* BasicConstraints says CA:TRUE. */
bool certificate_is_authority(const struct certificate *certificate);

/* Seconds since 1970: the last that it is valid for. */
int64_t certificate_not_after(const struct certificate *certificate);
/* 0 iff first <= unix_s <= last. ERROR_CORRUPT names both times. */
MUST_CHECK int certificate_check_time(const struct certificate *certificate, int64_t unix_s,
				      struct error *err);

/* The KeyUsage extension is there and has digitalSignature. */
bool certificate_signs(const struct certificate *certificate);
/* The ExtendedKeyUsage extension is there and has codeSigning. */
bool certificate_signs_code(const struct certificate *certificate);

/* Kinds of subject alternative name that name a signer. */
enum certificate_name_kind {
	CERTIFICATE_EMAIL, /* rfc822Name */
	CERTIFICATE_URI,
	CERTIFICATE_USER, /* otherName 1.3.6.1.4.1.57264.1.7, a UTF8String: Fulcio's user name */
	CERTIFICATE_OTHER /* any other kind: its text is "" */
};

struct certificate_name {
	enum certificate_name_kind kind;
	const char *text; /* UTF-8 without control characters; borrowed from the certificate */
};

size_t certificate_name_count(const struct certificate *certificate);
struct certificate_name certificate_name(const struct certificate *certificate, size_t index);

/*
 * The value (the bytes inside the OCTET STRING) of the extension with this
 * dotted OID into *out_value, borrowed; false when there is none.
 */
bool certificate_extension(const struct certificate *certificate, const char *oid,
			   struct span *out_value);

/* Options of a chain. */
enum {
	CHAIN_PARTIAL = 1 /* a root of the caller's may be any certificate, not self-signed only */
};

/*
 * 0 iff a chain leads from `leaf`, over any of `untrusted` (may be NULL), to one of `roots`, and
 * every certificate of it is valid at `unix_s`: signatures, dates (for OpenSSL a certificate is
 * expired in the very second that it ends with), authority and path length,
 * name constraints, critical extensions, and no key or hash below 112 bits of security.
 * The leaf's usage is not looked at; a leaf that is an authority itself passes.
 * ERROR_UNTRUSTED: no root of the caller's vouches for it; ERROR_CORRUPT: one
 * does, and a certificate on the way does not hold. The text names which.
 */
MUST_CHECK int certificate_chain_check(const struct certificate *leaf,
				       const struct certificate_list *untrusted,
				       const struct certificate_list *roots, int64_t unix_s,
				       unsigned flags, struct error *err);

/*
 * The same, and *out_issuer is the certificate that issued the leaf, borrowed
 * from one of the lists; the leaf itself when it is a root.
 */
MUST_CHECK int certificate_chain_find(const struct certificate *leaf,
				      const struct certificate_list *untrusted,
				      const struct certificate_list *roots, int64_t unix_s,
				      unsigned flags, const struct certificate **out_issuer,
				      struct error *err);

#endif
