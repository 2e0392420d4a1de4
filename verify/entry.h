/* What the log holds: one entry for each statement and key (docs/formats.md, section 4). */
#ifndef VERIFY_ENTRY_H
#define VERIFY_ENTRY_H

#include "verify/envelope.h"
#include "verify/statement.h"

#define ENTRY_MAX_BYTES 65535u

/*
 * Append the entry for a statement of `kind` signed by `key`: `hashedrekord`, or the
 * statement whole for a control kind. It follows from its arguments alone, so a
 * verifier rebuilds it. ERROR_USAGE for a key that may not sign statements.
 */
MUST_CHECK int entry_build(enum statement_kind kind, struct span payload, struct span signature,
			   const struct public_key *key, struct buffer *out, struct error *err);

/* An entry as an auditor reads it. */
struct entry {
	bool control;           /* logged whole: the payload is here */
	struct public_key *key; /* owned */
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
/*
 * 0 iff the entry's signature is its key's over what it says was signed; this needs no body.
 * ERROR_CORRUPT otherwise.
 */
MUST_CHECK int entry_signature_check(const struct entry *entry, struct error *err);
void entry_release(struct entry *entry);

#endif
