/* What the log holds: one entry for each statement and key (docs/formats.md, section 4). */
#ifndef VERIFY_ENTRY_H
#define VERIFY_ENTRY_H

#include "verify/envelope.h"
#include "verify/key_cache.h"
#include "verify/statement.h"
#include "verify/x509.h"

#define ENTRY_MAX_BYTES 65535u

/*
 * Append the entry for a statement of `kind` signed by `key`: `hashedrekord`, or the
 * statement whole for a control kind. It follows from its arguments alone, so a
 * verifier rebuilds it. ERROR_USAGE for a key that may not sign statements.
 */
MUST_CHECK int entry_build(enum statement_kind kind, struct span payload, struct span signature,
			   const struct public_key *key, struct buffer *out, struct error *err);

/*
 * Append the `hashedrekord` entry for an in-toto payload of anybody's (`akashi sign --log`), signed
 * by the key of `certificate`, which it names as Rekor v2 does. What was signed is kept by whoever
 * signed it. ERROR_USAGE for a key other than P-256 and P-384.
 */
MUST_CHECK int entry_build_certificate(struct span payload, struct span signature,
				       const struct certificate *certificate, struct buffer *out,
				       struct error *err);

/* An entry as an auditor reads it. */
struct entry {
	bool control;              /* logged whole: the payload is here */
	struct public_key *key;    /* owned; of the certificate, where there is one */
	struct buffer certificate; /* DER, of a signature by a certificate: its body is elsewhere,
				      and it is no statement of this log; else empty */
	struct buffer signature;
	struct buffer payload;  /* of a control entry; else empty */
	struct digest identity; /* of the statement, where `has_identity` */
	bool has_identity;      /* false for P-384 without a body: the entry holds its SHA-384 */
	uint8_t digest[MESSAGE_DIGEST_MAX]; /* what was signed: digest of the encoding by the key's
					       hash */
	size_t digest_len;
};

/*
 * Read an entry. Only the one spelling that entry_build writes is taken; a control
 * entry's signature is checked, of the others only the form (their payload is elsewhere).
 * The caller releases *out_entry. ERROR_CORRUPT otherwise.
 */
MUST_CHECK int entry_parse(struct span bytes, struct entry *out_entry, struct error *err);

/* The same for whoever reads many: what bare keys were read before are those of `keys` (or NULL).
 */
MUST_CHECK int entry_parse_with(struct key_cache *keys, struct span bytes, struct entry *out_entry,
				struct error *err);

/*
 * 0 iff the entry's signature is its key's over what it says was signed; this needs no body.
 * ERROR_CORRUPT otherwise.
 */
MUST_CHECK int entry_signature_check(const struct entry *entry, struct error *err);
void entry_release(struct entry *entry);

#endif
