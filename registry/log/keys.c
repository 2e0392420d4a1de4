/* The keys that sign a log's checkpoints. */
#include "registry/log/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/log/inner.h"

int note_key_of(const struct signing_key *signer, const char *origin, struct note_key *out_key,
		struct error *err)
{
	struct span der = public_key_der(signer->public_key);

	if (signer->type != SIGNING_ED25519 || der.len < ED25519_KEY_SIZE)
		return error_set(err, ERROR_USAGE, "the log's key is not Ed25519");
	return note_key_make(origin, der.data + der.len - ED25519_KEY_SIZE, out_key, err);
}

/* ---- The list ---- */

void log_keys_release(struct log_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		signing_key_close(&keys->signer[i]);
	free(keys->text);
	*keys = (struct log_keys){ .count = 0 };
}

static int list_parse(const char *text, const char *origin, struct log_keys *out_keys,
		      struct error *err)
{
	struct log_keys keys = { .count = 0 };
	const char *end;

	for (; (end = strchr(text, '\n')); text = end + 1) {
		struct span line = { (const uint8_t *)text, (size_t)(end - text) };
		struct note_key *key = &keys.key[keys.count];

		if (keys.count == LOG_KEYS_MAX)
			return error_set(err, ERROR_CORRUPT, "more than %u keys", LOG_KEYS_MAX);
		if (note_key_parse(line, key, err))
			return -1;
		if (strcmp(key->name, origin) != 0)
			return error_set(err, ERROR_CORRUPT,
					 "the log's key is for '%s', the registry's origin is '%s'",
					 key->name, origin);
		for (size_t i = 0; i < keys.count; i++)
			if (keys.key[i].id == key->id)
				return error_set(err, ERROR_CORRUPT, "the key %08x twice", key->id);
		keys.count++;
	}
	if (*text || !keys.count)
		return error_set(err, ERROR_CORRUPT, "no list of keys, one on each line");
	*out_keys = keys;
	return 0;
}

int log_keys_read(struct log *log, const char *origin, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *path = NULL, *text = NULL;
	struct log_keys keys;

	buffer_init(&bytes, LOG_KEYS_MAX * NOTE_VKEY_MAX);
	if (log_path(log, "keys/log.vkey", &path, err) || file_read(path, &bytes, err) ||
	    buffer_to_text(&bytes, &text, err))
		return -1;
	if (log->keys.text && strcmp(log->keys.text, text) == 0)
		return 0;
	if (list_parse(text, origin, &keys, err))
		return error_prefix(err, "'%s'", path);
	log_keys_release(&log->keys);
	log->keys = keys;
	log->keys.text = text;
	text = NULL; /* handed over */
	note_key_format(&log->keys.key[0], log->vkey);
	return 0;
}

/* Put a list in the place of keys/log.vkey: the moment at which a key is added or retired. */
static int list_write(struct log *log, const struct note_key *key, size_t count, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&text, LOG_KEYS_MAX * NOTE_VKEY_MAX);
	for (size_t i = 0; i < count; i++) {
		char vkey[NOTE_VKEY_MAX];

		note_key_format(&key[i], vkey);
		if (buffer_printf(&text, err, "%s\n", vkey))
			return -1;
	}
	return log_path(log, "keys/log.vkey", &path, err) ||
			       file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* ---- Signing ---- */

/* Where a key's private key lies: keys/log-ID.key, or keys/log.key for the one made first. */
static int private_path(const struct log *log, const struct note_key *key, char **out_path,
			struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	char name[64];

	snprintf(name, sizeof(name), "keys/log-%08x.key", key->id);
	if (log_path(log, name, &path, err))
		return -1;
	if (!file_exists(path))
		return log_path(log, "keys/log.key", out_path, err);
	*out_path = path;
	path = NULL; /* handed over */
	return 0;
}

static int signer_open(const struct log *log, const struct note_key *key,
		       struct signing_key **out_signer, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *signer = NULL;
	CLEANUP(text_free) char *path = NULL;
	struct note_key mine;

	if (private_path(log, key, &path, err) ||
	    signing_key_open_path(log->ctx, path, &signer, err))
		return error_prefix(err, "only who holds the log's key can write the log");
	if (note_key_of(signer, key->name, &mine, err))
		return -1;
	if (!note_key_equal(&mine, key))
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is not the key %08x that keys/log.vkey names", path,
				 key->id);
	*out_signer = signer;
	signer = NULL; /* handed over */
	return 0;
}

int log_writer_open(struct log *log, struct error *err)
{
	return log_sequence(log, err) || log_database(log, "lock.db", &log->lock, err) ||
			       log_signers_open(log, err)
		       ? -1
		       : 0;
}

int log_signers_open(struct log *log, struct error *err)
{
	struct log_keys *keys = &log->keys;

	if (log_keys_read(log, log_origin(log), err))
		return -1;
	for (size_t i = 0; i < keys->count; i++)
		if (!keys->signer[i] && signer_open(log, &keys->key[i], &keys->signer[i], err))
			return -1;
	return 0;
}

static int signature_make(struct signing_key *signer, struct span text, struct buffer *signature,
			  struct error *err)
{
	signature->len = 0;
	if (signing_key_sign(signer, text, signature, err))
		return -1;
	if (signature->len != ED25519_SIGNATURE_SIZE)
		return error_set(err, ERROR_SYSTEM, "the log's key made no Ed25519 signature");
	return 0;
}

int log_sign(const struct log_keys *keys, uint64_t size, const struct digest *root,
	     struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, signature;
	struct tree_head head = { .size = size, .root = *root };

	buffer_init(&text, NOTE_MAX_BYTES);
	buffer_init(&signature, ED25519_SIGNATURE_SIZE);
	memcpy(head.origin, keys->key[0].name, sizeof(head.origin));
	if (tree_head_build(&head, &text, err))
		return -1;
	for (size_t i = 0; i < keys->count; i++)
		if (signature_make(keys->signer[i], buffer_view(&text), &signature, err) ||
		    (i == 0 ? note_build(buffer_view(&text), &keys->key[0], signature.data, out,
					 err)
			    : note_line_build(&keys->key[i], buffer_view(&signature), out, err)))
			return -1;
	return 0;
}

struct marks {
	const struct log_keys *keys;
	bool seen[LOG_KEYS_MAX];
};

static int mark(void *user, struct span text, const struct note_line *line, struct error *err)
{
	struct marks *marks = user;

	(void)text;
	(void)err;
	for (size_t i = 0; i < marks->keys->count; i++)
		marks->seen[i] = marks->seen[i] || note_line_is_of(line, &marks->keys->key[i]);
	return 0;
}

bool log_signed_by_all(const struct log_keys *keys, struct span note)
{
	struct marks marks = { .keys = keys };
	struct error ignored = { 0 };
	struct span text;

	if (note_visit(note, mark, &marks, &text, &ignored))
		return false;
	for (size_t i = 0; i < keys->count; i++)
		if (!marks.seen[i])
			return false;
	return true;
}

/* ---- Adding and retiring ---- */

int log_key_list(struct log *log, int (*found)(void *arg, const char *vkey, struct error *err),
		 void *arg, struct error *err)
{
	if (log_keys_read(log, log_origin(log), err))
		return -1;
	for (size_t i = 0; i < log->keys.count; i++) {
		char vkey[NOTE_VKEY_MAX];

		note_key_format(&log->keys.key[i], vkey);
		if (found(arg, vkey, err))
			return -1;
	}
	return 0;
}

/* Make a private key that is called after its verifier key, durable, and not listed yet. */
static int private_make(struct log *log, unsigned mode, struct note_key *out_key, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *signer = NULL;
	CLEANUP(text_free) char *fresh = NULL, *path = NULL, *folder = NULL;
	struct note_key key;
	char name[64];

	if (log_path(log, "keys/log-new.key", &fresh, err) || log_path(log, "keys", &folder, err))
		return -1;
	if (unlink(fresh) && errno != ENOENT) /* a crash left it: nobody knows it */
		return error_system(err, errno, "cannot remove '%s'", fresh);
	if (signing_key_generate_path(log->ctx, fresh, mode, SIGNING_ED25519, NULL, err) ||
	    signing_key_open_path(log->ctx, fresh, &signer, err) ||
	    note_key_of(signer, log_origin(log), &key, err))
		return -1;
	snprintf(name, sizeof(name), "keys/log-%08x.key", key.id);
	for (size_t i = 0; i < log->keys.count; i++)
		if (log->keys.key[i].id == key.id)
			return error_set(err, ERROR_SYSTEM,
					 "the new key has the hash of another: try again");
	if (log_path(log, name, &path, err))
		return -1;
	if (rename(fresh, path))
		return error_system(err, errno, "cannot name '%s'", path);
	*out_key = key;
	return folder_sync(folder, err);
}

int log_key_add(struct log *log, unsigned mode, char out_vkey[NOTE_VKEY_MAX], struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_state_release) struct log_state before = { 0 }, after = { 0 };
	struct note_key key[LOG_KEYS_MAX + 1];
	size_t count;

	if (log_writing(log, &held, err) || log_settle(log, &before, err))
		return -1;
	count = log->keys.count;
	if (count == LOG_KEYS_MAX)
		return error_set(err, ERROR_USAGE, "a log has at most %u keys: retire one first",
				 LOG_KEYS_MAX);
	memcpy(key, log->keys.key, count * sizeof(*key));
	if (private_make(log, mode, &key[count], err) || list_write(log, key, count + 1, err) ||
	    log_settle(log, &after, err))
		return -1;
	note_key_format(&key[count], out_vkey);
	return 0;
}

int log_key_retire(struct log *log, const char *vkey, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	CLEANUP(log_state_release) struct log_state state = { 0 };
	CLEANUP(text_free) char *path = NULL;
	struct note_key rest[LOG_KEYS_MAX], key;
	size_t count = 0;

	if (note_key_parse(span_of(vkey), &key, err) || log_writing(log, &held, err) ||
	    log_settle(log, &state, err))
		return -1;
	for (size_t i = 0; i < log->keys.count; i++)
		if (!note_key_equal(&log->keys.key[i], &key))
			rest[count++] = log->keys.key[i];
	if (count == log->keys.count)
		return error_set(err, ERROR_ABSENT, "'%s' is not a key of this log", vkey);
	if (!count)
		return error_set(err, ERROR_USAGE,
				 "'%s' is the only key of this log: add another first", vkey);
	if (private_path(log, &key, &path, err) || list_write(log, rest, count, err) ||
	    log_keys_read(log, key.name, err))
		return -1;
	if (unlink(path) && errno != ENOENT)
		return error_system(err, errno, "the key is retired, and cannot remove '%s'", path);
	return 0;
}
