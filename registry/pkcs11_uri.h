/*
 * Where a key lies in a token: "pkcs11:" URIs (RFC 7512), read strictly.
 *
 * What a URI names is matched against what a module tells of itself, its slots,
 * tokens and objects; nothing here speaks to a module.
 */
#ifndef REGISTRY_PKCS11_URI_H
#define REGISTRY_PKCS11_URI_H

#include "verify/verify.h"

#define PKCS11_URI_MAX 4096u /* bytes of a whole URI */

enum pkcs11_attribute {
	/* The path: which object. */
	PKCS11_TOKEN,
	PKCS11_MANUFACTURER,
	PKCS11_SERIAL,
	PKCS11_MODEL,
	PKCS11_LIBRARY_MANUFACTURER,
	PKCS11_LIBRARY_DESCRIPTION,
	PKCS11_LIBRARY_VERSION, /* "2.40"; "2" means "2.0" */
	PKCS11_SLOT_MANUFACTURER,
	PKCS11_SLOT_DESCRIPTION,
	PKCS11_SLOT_ID, /* decimal */
	PKCS11_OBJECT,
	PKCS11_TYPE, /* "private": nothing else signs */
	PKCS11_ID,   /* any bytes; all others are UTF-8 without NUL */
	/* The query: how to come by it. */
	PKCS11_PIN_SOURCE, /* an absolute path, or "file:" and one */
	PKCS11_MODULE_NAME,
	PKCS11_MODULE_PATH, /* absolute */
	PKCS11_ATTRIBUTES
};

/* Percent-decoded; a NUL is kept behind the bytes. `text` NULL: not given. */
struct pkcs11_value {
	char *text;
	size_t len;
};

struct pkcs11_uri {
	struct pkcs11_value value[PKCS11_ATTRIBUTES];
};

/* Does the text begin as a "pkcs11:" URI does? The scheme's case does not matter (RFC 3986). */
bool pkcs11_uri_is(const char *text);

/*
 * Read one URI. The caller releases *out_uri. ERROR_USAGE: not such a URI, an
 * attribute given twice, one that is unknown and would have to match, a
 * `pin-value` (a PIN on a command line is seen by every process), a `type` that
 * does not sign, a `module-path` or `pin-source` that is not absolute. What is
 * unknown in the query is passed over, as RFC 7512 section 2.4 advises.
 */
MUST_CHECK int pkcs11_uri_parse(const char *text, struct pkcs11_uri *out_uri, struct error *err);
void pkcs11_uri_release(struct pkcs11_uri *uri);

/* The attribute's text, or NULL when it was not given. Borrowed. */
const char *pkcs11_uri_get(const struct pkcs11_uri *uri, enum pkcs11_attribute attribute);

/*
 * Does a fixed field that is padded with blanks (PKCS#11's way with labels)
 * say what the URI asks for? True when the URI does not ask.
 */
bool pkcs11_uri_field_fits(const struct pkcs11_uri *uri, enum pkcs11_attribute attribute,
			   struct span field);

/* True when it says which module to load or which file holds the PIN: only its user may say so. */
bool pkcs11_uri_names_files(const struct pkcs11_uri *uri);

/* Append bytes as a value of the path, with %HH for all but letters, digits, '-', '.' and '_'. */
MUST_CHECK int pkcs11_value_encode(struct buffer *out, struct span value, struct error *err);

/* The URI without its query: which key, and nothing of this machine. Malloced. */
MUST_CHECK int pkcs11_uri_key(const char *text, char **out_text, struct error *err);

#endif
