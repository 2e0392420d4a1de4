/* Who a Fulcio certificate says that signed. Inside verify/sigstore/ only. */
#ifndef VERIFY_SIGSTORE_IDENTITY_H
#define VERIFY_SIGSTORE_IDENTITY_H

#include "verify/x509.h"

/*
 * 0 iff one of the leaf's alternative names (mail address, URI or Fulcio's user
 * name) is exactly `identity`, and the identity provider that it names is
 * exactly `issuer`. ERROR_UNTRUSTED says who it was instead; ERROR_CORRUPT: it
 * names nobody.
 */
MUST_CHECK int identity_check(const struct certificate *leaf, const char *identity,
			      const char *issuer, struct error *err);

#endif
