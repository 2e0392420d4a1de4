/* Fulcio's certificates: the signer's name and who vouched for it (Fulcio's OID list). */
#include "verify/sigstore/identity.h"

#include <string.h>

#include "verify/utf8.h"

#define ISSUER_TEXT "1.3.6.1.4.1.57264.1.1" /* the bytes themselves, in older certificates */
#define ISSUER_DER "1.3.6.1.4.1.57264.1.8"  /* a DER UTF8String */

/* The content of a DER UTF8String that fills `der`. */
static bool utf8_string(struct span der, struct span *out_text)
{
	struct reader reader = reader_over(der);
	size_t len;

	if (reader_u8(&reader) != 0x0c)
		return false;
	len = reader_u8(&reader);
	if (len == 0x81) {
		len = reader_u8(&reader);
		if (len < 0x80)
			return false;
	} else if (len == 0x82) {
		len = reader_u16be(&reader);
		if (len < 0x100)
			return false;
	} else if (len > 0x7f) {
		return false;
	}
	*out_text = reader_take(&reader, len);
	return !reader.failed && !reader.rest.len;
}

static int issuer_of(const struct certificate *leaf, struct span *out_issuer, struct error *err)
{
	struct span value;

	if (certificate_extension(leaf, ISSUER_DER, &value)) {
		if (!utf8_string(value, out_issuer) || !utf8_text_ok(*out_issuer))
			return error_set(err, ERROR_CORRUPT,
					 "the certificate's identity provider is malformed");
		return 0;
	}
	if (certificate_extension(leaf, ISSUER_TEXT, out_issuer) && utf8_text_ok(*out_issuer))
		return 0;
	return error_set(err, ERROR_CORRUPT, "the certificate names no identity provider");
}

int identity_check(const struct certificate *leaf, const char *identity, const char *issuer,
		   struct error *err)
{
	const char *named = NULL;
	struct span provider;

	for (size_t i = 0; i < certificate_name_count(leaf); i++) {
		struct certificate_name name = certificate_name(leaf, i);

		if (name.kind == CERTIFICATE_OTHER)
			continue;
		if (!named || strcmp(name.text, identity) == 0)
			named = name.text;
	}
	if (!named)
		return error_set(err, ERROR_CORRUPT, "the certificate names no identity");
	if (issuer_of(leaf, &provider, err))
		return -1;
	if (strcmp(named, identity) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "signed by the identity '%.300s', and '%.300s' was asked for",
				 named, identity);
	if (!span_equal(provider, span_of(issuer)))
		return error_set(
			err, ERROR_UNTRUSTED,
			"the identity is vouched for by '%.*s', and '%.300s' was asked for",
			(int)(provider.len < 300 ? provider.len : 300), (const char *)provider.data,
			issuer);
	return 0;
}
