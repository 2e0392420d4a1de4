/* The keys that sign a log's checkpoints. */
#include <string.h>

#include "registry/log_inner.h"

int log_sign(struct signing_key *signer, const struct note_key *key, uint64_t size,
	     const struct digest *root, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, signature;
	struct tree_head head = { .size = size, .root = *root };

	buffer_init(&text, NOTE_MAX_BYTES);
	buffer_init(&signature, ED25519_SIGNATURE_SIZE);
	memcpy(head.origin, key->name, sizeof(head.origin));
	if (tree_head_build(&head, &text, err) ||
	    signing_key_sign(signer, buffer_view(&text), &signature, err))
		return -1;
	if (signature.len != ED25519_SIGNATURE_SIZE)
		return error_set(err, ERROR_SYSTEM, "the log's key made no Ed25519 signature");
	return note_build(buffer_view(&text), key, signature.data, out, err);
}

int note_key_of(const struct signing_key *signer, const char *origin, struct note_key *out_key,
		struct error *err)
{
	struct span der = public_key_der(signer->public_key);

	if (signer->type != SIGNING_ED25519 || der.len < ED25519_KEY_SIZE)
		return error_set(err, ERROR_USAGE, "the log's key is not Ed25519");
	return note_key_make(origin, der.data + der.len - ED25519_KEY_SIZE, out_key, err);
}

int log_writer_open(struct log *log, struct error *err)
{
	CLEANUP(text_free) char *key = NULL;
	struct note_key mine;

	if (log_sequence(log, err) || log_database(log, "lock.db", &log->lock, err))
		return -1;
	if (log->signer)
		return 0;
	if (log_path(log, "keys/log.key", &key, err) ||
	    signing_key_open_path(log->ctx, key, &log->signer, err))
		return error_prefix(err, "only who holds the log's key can write the log");
	if (note_key_of(log->signer, log->key.name, &mine, err))
		return -1;
	if (!note_key_equal(&mine, &log->key))
		return error_set(err, ERROR_CORRUPT,
				 "keys/log.key is not the key that keys/log.vkey names");
	return 0;
}
