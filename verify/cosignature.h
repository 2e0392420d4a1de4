/* C2SP tlog-cosignature: what a witness says about a checkpoint it saw. Ed25519, type 0x04. */
#ifndef VERIFY_COSIGNATURE_H
#define VERIFY_COSIGNATURE_H

#include "verify/note.h"

/* What stands in the line behind the key's id: the time in seconds, big-endian, and the signature.
 */
#define COSIGNATURE_SIZE (8 + ED25519_SIGNATURE_SIZE)

/* A witness's key, "name+hash+base64". Errors as of note_key_parse. */
MUST_CHECK int cosigner_parse(struct span vkey, struct note_key *out_key, struct error *err);
/* From a name and the 32 bytes of the key. ERROR_USAGE for a name that no key can have. */
MUST_CHECK int cosigner_make(const char *name, const uint8_t key[ED25519_KEY_SIZE],
			     struct note_key *out_key, struct error *err);

/*
 * Append what is signed: "cosignature/v1", "time N" and the whole text of the note. It says: at
 * that time (seconds since 1970) this was the largest tree of its origin that the witness had
 * seen, and it continued all that it had seen before. ERROR_USAGE for a time that no cosignature
 * can have (0, or above 2^63 - 1).
 */
MUST_CHECK int cosignature_message(struct span text, uint64_t time, struct buffer *out,
				   struct error *err);

/* 0 iff the line holds for the text under the witness's key; *out_time is when it was made.
 * ERROR_CORRUPT otherwise. */
MUST_CHECK int cosignature_check(const struct note_line *line, struct span text,
				 const struct note_key *key, uint64_t *out_time, struct error *err);

/* Append the line; `signature` is the key's over cosignature_message. */
MUST_CHECK int cosignature_build(const struct note_key *key, uint64_t time,
				 const uint8_t signature[ED25519_SIGNATURE_SIZE],
				 struct buffer *out, struct error *err);

#endif
