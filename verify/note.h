/* C2SP signed notes and tlog checkpoints: how a log signs its state. Ed25519 (type 0x01), and the
 * same key's timestamped cosignatures (type 0x04, verify/cosignature.h). */
#ifndef VERIFY_NOTE_H
#define VERIFY_NOTE_H

#include "verify/signature.h"

#define NOTE_MAX_BYTES (256u << 10)
#define NOTE_SIGNATURES_MAX 100 /* lines that may stand under a note */
#define NOTE_NAME_MAX 255       /* bytes of a key's name: an origin */
#define NOTE_VKEY_MAX 384       /* bytes of a verifier key with its NUL */
#define NOTE_LINE_MAX 8192      /* decoded bytes of a line: post-quantum signatures reach 5 kB */

/* What the signatures of a key are made over, as signed-note numbers it. */
enum note_key_type {
	NOTE_KEY_ED25519 = 1,    /* the text of the note: a log's key */
	NOTE_KEY_COSIGNATURE = 4 /* a time and the text of the note: a witness's key */
};

/* A verifier key, "name+hash+base64". */
struct note_key {
	char name[NOTE_NAME_MAX + 1];
	enum note_key_type type;
	uint32_t id; /* the first four bytes of SHA-256(name ‖ 0x0a ‖ type ‖ key), big-endian */
	uint8_t key[ED25519_KEY_SIZE];
};

/* True for what a key (and an origin of ours) may be called: UTF-8, no white space, no '+', no
 * control character, 1 to NOTE_NAME_MAX bytes. */
bool note_name_ok(struct span name);
/* A log's key. ERROR_CORRUPT: no verifier key, or its hash is not its key's; ERROR_UNTRUSTED: a
 * key of another type. */
MUST_CHECK int note_key_parse(struct span vkey, struct note_key *out_key, struct error *err);
/* The same for a key of `type`. */
MUST_CHECK int note_key_parse_as(struct span vkey, enum note_key_type type,
				 struct note_key *out_key, struct error *err);
/* A log's key from a name and its 32 bytes. ERROR_USAGE for a name that no key can have. */
MUST_CHECK int note_key_make(const char *name, const uint8_t key[ED25519_KEY_SIZE],
			     struct note_key *out_key, struct error *err);
/* The same for a key of `type`. */
MUST_CHECK int note_key_make_as(const char *name, enum note_key_type type,
				const uint8_t key[ED25519_KEY_SIZE], struct note_key *out_key,
				struct error *err);
/* "name+hash+base64". */
void note_key_format(const struct note_key *key, char out_vkey[NOTE_VKEY_MAX]);
/* The same name, type and bytes. */
bool note_key_equal(const struct note_key *a, const struct note_key *b);

/* One line under a note, as a visitor is given it; borrowed for the call. */
struct note_line {
	struct span line; /* with its newline */
	struct span name;
	uint32_t id;
	struct span signature; /* decoded, without the id */
};

/* Is the line under this key's name and id? */
bool note_line_is_of(const struct note_line *line, const struct note_key *key);

/*
 * Check the form of a whole note and show each of its lines, in their order; stops with -1 where
 * `visit` (which may be NULL) does. *out_text is what was signed, its last newline included;
 * borrowed from `note`. ERROR_CORRUPT: malformed. Nothing is verified here.
 */
MUST_CHECK int note_visit(struct span note,
			  int (*visit)(void *user, struct span text, const struct note_line *line,
				       struct error *err),
			  void *user, struct span *out_text, struct error *err);

/* Does this line's signature hold under a key of type Ed25519? ERROR_CORRUPT otherwise. */
MUST_CHECK int note_line_check(const struct note_line *line, struct span text,
			       const struct note_key *key, struct error *err);

/*
 * 0 iff `note` is a well-formed signed note with a signature by `key`. *out_text is
 * what was signed, its last newline included; borrowed from `note`. Lines of
 * other keys (cosignatures too) are ignored; a line under this key's name and
 * hash that does not hold fails the whole note. ERROR_CORRUPT: malformed, or
 * the signature does not hold; ERROR_UNTRUSTED: this key signed no line.
 */
MUST_CHECK int note_open(struct span note, const struct note_key *key, struct span *out_text,
			 struct error *err);

/* The text of a note, checked for form but by no key. */
MUST_CHECK int note_text(struct span note, struct span *out_text, struct error *err);

/* Append text, blank line and one signature line. `text` ends in a newline. */
MUST_CHECK int note_build(struct span text, const struct note_key *key,
			  const uint8_t signature[ED25519_SIGNATURE_SIZE], struct buffer *out,
			  struct error *err);

/* Append one line "— NAME BASE64" with a signature of any form (as a further line of a note). */
MUST_CHECK int note_line_build(const struct note_key *key, struct span signature,
			       struct buffer *out, struct error *err);

/* The body of a tlog checkpoint. */
struct tree_head {
	char origin[NOTE_NAME_MAX + 1];
	uint64_t size; /* leaves */
	struct digest root;
};

/*
 * Read the text of a note as a checkpoint (c2sp.org/tlog-checkpoint): origin,
 * size, root; extension lines are ignored. Size 0 must have the root of no
 * leaves. ERROR_CORRUPT otherwise.
 */
MUST_CHECK int tree_head_parse(struct span text, struct tree_head *out_head, struct error *err);
/* The same, for who tells an empty log with a wrong root from no checkpoint at all. */
MUST_CHECK int tree_head_read(struct span text, struct tree_head *out_head, struct error *err);
/* Append the text to be signed. ERROR_USAGE for an origin that no key can have as its name. */
MUST_CHECK int tree_head_build(const struct tree_head *head, struct buffer *out, struct error *err);
/* note_open and tree_head_parse; the origin must be the key's name. */
MUST_CHECK int tree_head_open(struct span note, const struct note_key *key,
			      struct tree_head *out_head, struct error *err);

#endif
