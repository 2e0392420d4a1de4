/* What the other files that speak to OpenSSL need of a certificate. Inside verify/ only. */
#ifndef VERIFY_X509_INNER_H
#define VERIFY_X509_INNER_H

#include "verify/x509.h"

struct x509_st; /* OpenSSL's X509 */

/* OpenSSL's own object. Borrowed; to be looked at, or given up a reference to, never changed. */
struct x509_st *certificate_openssl(const struct certificate *certificate);

#endif
