/* modelsig_certificate: a model signature made with a certificate. Inside verify/ only. */
#ifndef VERIFY_MODELSIG_CERTIFICATE_H
#define VERIFY_MODELSIG_CERTIFICATE_H

#include "verify/modelsig.h"
#include "verify/x509.h"

#define MODELSIG_TIMESTAMPS_MAX 32u

/* Whose certificates are believed, and when. Borrowed. */
struct modelsig_authorities {
	const struct certificate_list *roots;
	const struct span *timestamp_root; /* DER; may be none: then it must hold now */
	size_t timestamp_root_count;
	int64_t now_unix_s;
};

/* Who signed. */
struct modelsig_signer {
	struct certificate_list chain; /* as the bundle has it, the signer first */
	int64_t unix_s;                /* when its chain was checked */
	char authority[512];           /* whose timestamp says so; "": it is now */
	size_t timestamps;             /* in the bundle */
	char untimed[sizeof(
		(struct error){ 0 }.text)]; /* why the first that does not count does not; or "" */
};

void modelsig_signer_release(struct modelsig_signer *signer);

/*
 * Check a `model.sig` made with a certificate: as modelsig_check, and the
 * bundle's first certificate leads over the others to a root, all valid at the
 * time, and may sign (KeyUsage digitalSignature or ExtendedKeyUsage codeSigning).
 * The time is that of the earliest timestamp over the signature whose authority
 * leads to a timestamp root, else now. The caller releases both. ERROR_CORRUPT:
 * a certificate that does not hold (expired); ERROR_UNTRUSTED: no root vouches, or
 * it is signed with a bare key, keyless, or by a key that is not ECDSA.
 */
MUST_CHECK int modelsig_check_certificate(struct span bundle,
					  const struct modelsig_authorities *authorities,
					  unsigned flags, struct modelsig *out_signature,
					  struct modelsig_signer *out_signer, struct error *err);

#endif
