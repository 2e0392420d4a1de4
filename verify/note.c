/* C2SP signed notes with Ed25519: read, checked, built. */
#include "verify/note.h"

#include <stdio.h>
#include <string.h>

#include "verify/utf8.h"

#define SIGNATURE_MARK "\xe2\x80\x94 " /* em dash, space */

enum { KEY_ID_SIZE = 4 };

/* Unicode's White_Space, which no key may have in its name. */
static bool point_is_space(uint32_t point)
{
	return (point >= 9 && point <= 13) || point == ' ' || point == 0x85 || point == 0xa0 ||
	       point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
	       point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

bool note_name_ok(struct span name)
{
	if (!name.len || name.len > NOTE_NAME_MAX)
		return false;
	while (name.len) {
		uint32_t point = 0;
		size_t len = utf8_point(name, &point);

		if (!len || point < 0x20 || point == 0x7f || point == '+' || point_is_space(point))
			return false;
		name.data += len;
		name.len -= len;
	}
	return true;
}

static uint32_t id_read(const uint8_t byte[KEY_ID_SIZE])
{
	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static uint32_t key_id(const struct note_key *key)
{
	const uint8_t front[] = { '\n', (uint8_t)key->type };
	struct span part[] = { span_of(key->name),
			       { front, sizeof(front) },
			       { key->key, ED25519_KEY_SIZE } };

	return id_read(sha256_parts(part, 3).byte);
}

int note_key_make_as(const char *name, enum note_key_type type, const uint8_t key[ED25519_KEY_SIZE],
		     struct note_key *out_key, struct error *err)
{
	struct note_key made = { .type = type };

	if (!note_name_ok(span_of(name)))
		return error_set(err, ERROR_USAGE,
				 "'%.300s' cannot name a %s: 1 to %d bytes without spaces and '+'",
				 name, type == NOTE_KEY_COSIGNATURE ? "witness" : "log",
				 NOTE_NAME_MAX);
	memcpy(made.name, name, strlen(name) + 1);
	memcpy(made.key, key, ED25519_KEY_SIZE);
	made.id = key_id(&made);
	*out_key = made;
	return 0;
}

int note_key_make(const char *name, const uint8_t key[ED25519_KEY_SIZE], struct note_key *out_key,
		  struct error *err)
{
	return note_key_make_as(name, NOTE_KEY_ED25519, key, out_key, err);
}

/* Up to the next '+', which is taken too; false when there is none. */
static bool field_take(struct span *rest, struct span *out_field)
{
	const uint8_t *plus = rest->len ? memchr(rest->data, '+', rest->len) : NULL;

	if (!plus)
		return false;
	*out_field = (struct span){ rest->data, (size_t)(plus - rest->data) };
	rest->data = plus + 1;
	rest->len -= out_field->len + 1;
	return true;
}

/* What is wrong with a key of a type that was not asked for. */
static int type_refuse(const char *name, uint8_t found, enum note_key_type asked, struct error *err)
{
	if (asked == NOTE_KEY_COSIGNATURE)
		return error_set(err, ERROR_UNTRUSTED,
				 "the verifier key of '%s' has type %u, and only witnesses that "
				 "make Ed25519 cosignatures (4) are read",
				 name, found);
	return error_set(err, ERROR_UNTRUSTED,
			 "the verifier key of '%s' has type %u, and only Ed25519 (1) is read", name,
			 found);
}

int note_key_parse_as(struct span vkey, enum note_key_type type, struct note_key *out_key,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct span rest = vkey, name, hash;
	struct note_key key = { .type = type };
	struct error ignored = { 0 };
	uint8_t id[KEY_ID_SIZE];

	buffer_init(&bytes, 4096);
	if (vkey.len > 8192 || !field_take(&rest, &name) || !field_take(&rest, &hash) ||
	    !note_name_ok(name) || hex_decode(hash, id, sizeof(id), &ignored) ||
	    base64_decode(&bytes, rest, &ignored) || !bytes.len)
		return error_set(err, ignored.code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_CORRUPT,
				 "'%.*s' is no verifier key: they are name+hash+base64",
				 (int)(vkey.len < 300 ? vkey.len : 300), (const char *)vkey.data);
	memcpy(key.name, name.data, name.len);
	if (bytes.data[0] != type)
		return type_refuse(key.name, bytes.data[0], type, err);
	if (bytes.len != 1 + ED25519_KEY_SIZE)
		return error_set(err, ERROR_CORRUPT, "the verifier key of '%s' has %zu bytes",
				 key.name, bytes.len - 1);
	memcpy(key.key, bytes.data + 1, ED25519_KEY_SIZE);
	key.id = id_read(id);
	if (key.id != key_id(&key))
		return error_set(err, ERROR_CORRUPT,
				 "the hash of the verifier key of '%s' is not that of its key",
				 key.name);
	*out_key = key;
	return 0;
}

int note_key_parse(struct span vkey, struct note_key *out_key, struct error *err)
{
	return note_key_parse_as(vkey, NOTE_KEY_ED25519, out_key, err);
}

/* Needs no memory, so that a key is never half a key. */
void note_key_format(const struct note_key *key, char out_vkey[NOTE_VKEY_MAX])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t bytes[1 + ED25519_KEY_SIZE] = { (uint8_t)key->type };
	char text[sizeof(bytes) / 3 * 4 + 1], *to = text;

	_Static_assert(sizeof(bytes) % 3 == 0, "base64 without padding");
	memcpy(bytes + 1, key->key, ED25519_KEY_SIZE);
	for (size_t i = 0; i < sizeof(bytes); i += 3) {
		uint32_t group =
			(uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];

		for (unsigned shift = 24; shift; shift -= 6)
			*to++ = digits[group >> (shift - 6) & 63];
	}
	*to = '\0';
	snprintf(out_vkey, NOTE_VKEY_MAX, "%s+%08x+%s", key->name, key->id, text);
}

bool note_key_equal(const struct note_key *a, const struct note_key *b)
{
	return a->type == b->type && strcmp(a->name, b->name) == 0 &&
	       memcmp(a->key, b->key, ED25519_KEY_SIZE) == 0;
}

/* UTF-8 without controls other than newline, ending in one. */
static bool note_bytes_ok(struct span note)
{
	if (!note.len || note.data[note.len - 1] != '\n')
		return false;
	for (size_t i = 0; i < note.len; i++)
		if (note.data[i] < 0x20 && note.data[i] != '\n')
			return false;
	return utf8_text_ok(note);
}

/* Cut at the last blank line. */
static int note_cut(struct span note, struct span *out_text, struct span *out_lines,
		    struct error *err)
{
	size_t at;

	if (note.len > NOTE_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT,
				 "a note of %zu bytes, more than the allowed %u", note.len,
				 NOTE_MAX_BYTES);
	if (!note_bytes_ok(note))
		return error_set(err, ERROR_CORRUPT, "a note that is no text of whole lines");
	for (at = note.len; at >= 2; at--)
		if (note.data[at - 1] == '\n' && note.data[at - 2] == '\n')
			break;
	if (at < 3 || at == note.len)
		return error_set(err, ERROR_CORRUPT, "a note without text and signatures");
	*out_text = (struct span){ note.data, at - 1 };
	*out_lines = (struct span){ note.data + at, note.len - at };
	return 0;
}

/* "— NAME BASE64", taken apart; `bytes` holds what the base64 decodes to. */
static int line_read(struct span line, struct buffer *bytes, struct note_line *out_line,
		     struct error *err)
{
	struct span whole = { line.data, line.len + 1 }, name, text;
	struct error why = { 0 };
	const uint8_t *space = NULL;

	bytes->len = 0;
	if (prefix_take(&line, SIGNATURE_MARK) && line.len)
		space = memchr(line.data, ' ', line.len);
	if (!space)
		return error_set(err, ERROR_CORRUPT, "a note with a malformed signature line");
	name = (struct span){ line.data, (size_t)(space - line.data) };
	text = (struct span){ space + 1, line.len - name.len - 1 };
	if (!note_name_ok(name) || base64_decode(bytes, text, &why) || bytes->len <= KEY_ID_SIZE)
		return error_set(err, why.code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_CORRUPT,
				 why.code == ERROR_SYSTEM
					 ? "out of memory for a note"
					 : "a note with a malformed signature line");
	*out_line = (struct note_line){ .line = whole,
					.name = name,
					.id = id_read(bytes->data),
					.signature = { bytes->data + KEY_ID_SIZE,
						       bytes->len - KEY_ID_SIZE } };
	return 0;
}

bool note_line_is_of(const struct note_line *line, const struct note_key *key)
{
	return line->id == key->id && span_equal(line->name, span_of(key->name));
}

int note_visit(struct span note,
	       int (*visit)(void *user, struct span text, const struct note_line *line,
			    struct error *err),
	       void *user, struct span *out_text, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct span text, lines, rest;
	struct note_line line;
	size_t count = 0;

	buffer_init(&bytes, NOTE_LINE_MAX);
	if (note_cut(note, &text, &lines, err))
		return -1;
	while (line_take(&lines, &rest)) {
		if (++count > NOTE_SIGNATURES_MAX)
			return error_set(err, ERROR_CORRUPT, "a note with more than %d signatures",
					 NOTE_SIGNATURES_MAX);
		if (line_read(rest, &bytes, &line, err) || (visit && visit(user, text, &line, err)))
			return -1;
	}
	*out_text = text;
	return 0;
}

int note_line_check(const struct note_line *line, struct span text, const struct note_key *key,
		    struct error *err)
{
	CLEANUP(public_key_free) struct public_key *public = NULL;

	if (public_key_from_ed25519((struct span){ key->key, ED25519_KEY_SIZE }, &public, err) ||
	    signature_check(public, text, line->signature, err))
		return error_prefix(err, "note of '%s'", key->name);
	return 0;
}

/* The key that a note is opened with. */
struct opening {
	const struct note_key *key;
	bool is_signed;
};

/* Is the line this key's? Then it must hold. */
static int opening_visit(void *user, struct span text, const struct note_line *line,
			 struct error *err)
{
	struct opening *opening = user;

	if (!note_line_is_of(line, opening->key))
		return 0;
	if (note_line_check(line, text, opening->key, err))
		return -1;
	opening->is_signed = true;
	return 0;
}

int note_open(struct span note, const struct note_key *key, struct span *out_text,
	      struct error *err)
{
	struct opening opening = { key, false };
	struct span text;

	if (note_visit(note, opening_visit, &opening, &text, err))
		return -1;
	if (!opening.is_signed)
		return error_set(err, ERROR_UNTRUSTED, "a note that the key of '%s' did not sign",
				 key->name);
	*out_text = text;
	return 0;
}

int note_text(struct span note, struct span *out_text, struct error *err)
{
	return note_visit(note, NULL, NULL, out_text, err);
}

int note_line_build(const struct note_key *key, struct span signature, struct buffer *out,
		    struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	const uint8_t id[KEY_ID_SIZE] = { (uint8_t)(key->id >> 24), (uint8_t)(key->id >> 16),
					  (uint8_t)(key->id >> 8), (uint8_t)key->id };

	buffer_init(&bytes, NOTE_LINE_MAX);
	if (buffer_add(&bytes, (struct span){ id, sizeof(id) }, err) ||
	    buffer_add(&bytes, signature, err) || buffer_add_text(out, SIGNATURE_MARK, err) ||
	    buffer_add_text(out, key->name, err) || buffer_add_text(out, " ", err) ||
	    base64_encode(out, buffer_view(&bytes), err))
		return -1;
	return buffer_add_text(out, "\n", err);
}

int note_build(struct span text, const struct note_key *key,
	       const uint8_t signature[ED25519_SIGNATURE_SIZE], struct buffer *out,
	       struct error *err)
{
	if (!note_bytes_ok(text))
		return error_set(err, ERROR_USAGE, "a note's text consists of whole lines");
	if (buffer_add(out, text, err) || buffer_add_text(out, "\n", err))
		return -1;
	return note_line_build(key, (struct span){ signature, ED25519_SIGNATURE_SIZE }, out, err);
}
