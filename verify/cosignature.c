/* C2SP tlog-cosignature: read, checked, built. */
#include "verify/cosignature.h"

#include <string.h>

int cosigner_parse(struct span vkey, struct note_key *out_key, struct error *err)
{
	return note_key_parse_as(vkey, NOTE_KEY_COSIGNATURE, out_key, err);
}

int cosigner_make(const char *name, const uint8_t key[ED25519_KEY_SIZE], struct note_key *out_key,
		  struct error *err)
{
	return note_key_make_as(name, NOTE_KEY_COSIGNATURE, key, out_key, err);
}

int cosignature_message(struct span text, uint64_t time, struct buffer *out, struct error *err)
{
	if (!time || time > INT64_MAX)
		return error_set(err, ERROR_USAGE, "%llu is no time of a cosignature",
				 (unsigned long long)time);
	if (buffer_printf(out, err, "cosignature/v1\ntime %llu\n", (unsigned long long)time))
		return -1;
	return buffer_add(out, text, err);
}

int cosignature_check(const struct note_line *line, struct span text, const struct note_key *key,
		      uint64_t *out_time, struct error *err)
{
	CLEANUP(public_key_free) struct public_key *public = NULL;
	CLEANUP(buffer_release) struct buffer message;
	struct span signature = line->signature;
	struct error why = { 0 };
	uint64_t time = 0;

	buffer_init(&message, NOTE_MAX_BYTES + 64);
	if (signature.len != COSIGNATURE_SIZE)
		return error_set(err, ERROR_CORRUPT, "a cosignature of '%s' with %zu bytes",
				 key->name, signature.len);
	for (int i = 0; i < 8; i++)
		time = time << 8 | signature.data[i];
	signature = (struct span){ signature.data + 8, ED25519_SIGNATURE_SIZE };
	if (cosignature_message(text, time, &message, &why))
		return error_set(err, why.code == ERROR_USAGE ? ERROR_CORRUPT : why.code,
				 "cosignature of '%s': %s", key->name, why.text);
	if (public_key_from_ed25519((struct span){ key->key, ED25519_KEY_SIZE }, &public, err) ||
	    signature_check(public, buffer_view(&message), signature, err))
		return error_prefix(err, "cosignature of '%s'", key->name);
	*out_time = time;
	return 0;
}

int cosignature_build(const struct note_key *key, uint64_t time,
		      const uint8_t signature[ED25519_SIGNATURE_SIZE], struct buffer *out,
		      struct error *err)
{
	uint8_t bytes[COSIGNATURE_SIZE];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(time >> (56 - 8 * i));
	memcpy(bytes + 8, signature, ED25519_SIGNATURE_SIZE);
	return note_line_build(key, (struct span){ bytes, sizeof(bytes) }, out, err);
}
