/* Signed certificate timestamps (RFC 6962, section 3.3) that a certificate carries, offline. */
#ifndef VERIFY_SCT_H
#define VERIFY_SCT_H

#include "verify/x509.h"

#define SCT_LIST_MAX 16 /* timestamps in one certificate */

/* A certificate transparency log whose word counts. */
struct sct_log {
	struct span key_der;     /* SubjectPublicKeyInfo: ECDSA P-256 or RSA; borrowed */
	int64_t first_s, last_s; /* the seconds in which it was in use, both included */
};

/*
 * 0 iff `leaf` carries a timestamp by one of `log` that promises to log it: the pre-certificate
 * that `issuer` signed (the leaf without its timestamps) under a log's key,
 * made within the log's time and before the leaf expires. Timestamps of other
 * logs are passed over; one under a given log's key that does not hold fails
 * the whole. *out_unix_s is the first such timestamp's time; may be NULL.
 * ERROR_CORRUPT: no list, a malformed one, or a signature that does not hold;
 * ERROR_UNTRUSTED: no given log was in use and signed.
 */
MUST_CHECK int sct_check(const struct certificate *leaf, const struct certificate *issuer,
			 const struct sct_log *log, size_t log_count, int64_t *out_unix_s,
			 struct error *err);

#endif
