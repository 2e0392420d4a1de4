/* An empty log: its key, its databases, its first checkpoint. */
#include <stdlib.h>
#include <string.h>

#include "registry/log/inner.h"

static const char sequence_schema[] =
	"CREATE TABLE entry(idx INTEGER PRIMARY KEY, ident TEXT NOT NULL UNIQUE);"
	"CREATE TABLE pending(idx INTEGER PRIMARY KEY REFERENCES entry(idx), bytes BLOB NOT NULL);"
	"CREATE TABLE claim(folded TEXT PRIMARY KEY, spelled TEXT NOT NULL, statement TEXT NOT "
	"NULL, idx INTEGER NOT NULL REFERENCES entry(idx));";

static const char lock_schema[] =
	"CREATE TABLE checkpoint(origin TEXT PRIMARY KEY, note BLOB NOT NULL);";

static int vkey_write(const struct log *log, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&text, NOTE_VKEY_MAX + 1);
	return log_path(log, "keys/log.vkey", &path, err) ||
			       buffer_printf(&text, err, "%s\n", log->vkey) ||
			       file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

int log_lock_fill(struct database *lock, const char *origin, struct span note, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	if (database_run(lock, lock_schema, err) ||
	    query_new(lock, "INSERT INTO checkpoint(origin, note) VALUES (?, ?)", &query, err))
		return -1;
	query_bind_text(query, 1, origin);
	query_bind_bytes(query, 2, note);
	return query_run(query, err);
}

static int databases_make(struct log *log, struct span note, struct error *err)
{
	CLEANUP(text_free) char *lock = NULL, *sequence = NULL;

	return log_path(log, "log.db", &sequence, err) || log_path(log, "lock.db", &lock, err) ||
			       database_open(sequence, DATABASE_DURABLE, &log->sequence, err) ||
			       database_run(log->sequence, sequence_schema, err) ||
			       database_open(lock, DATABASE_DURABLE, &log->lock, err) ||
			       log_lock_fill(log->lock, log_origin(log), note, err)
		       ? -1
		       : 0;
}

int log_create(const struct context *ctx, const char *folder, const char *origin, unsigned key_mode,
	       struct error *err)
{
	CLEANUP(text_free) char *keys = NULL, *key = NULL, *served = NULL;
	CLEANUP(buffer_release) struct buffer note;
	CLEANUP(log_close) struct log *log = calloc(1, sizeof(*log));
	struct digest root = merkle_empty();

	buffer_init(&note, NOTE_MAX_BYTES);
	if (!log)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	log->ctx = ctx;
	log->keys.count = 1; /* the one that is made here */
	log->folder = strdup(folder);
	if (!log->folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	if (log_path(log, "keys", &keys, err) || log_path(log, "keys/log.key", &key, err) ||
	    log_path(log, "log", &served, err) || folder_make(keys, err) ||
	    folder_make(served, err) ||
	    signing_key_generate_path(ctx, key, key_mode, SIGNING_ED25519, NULL, err) ||
	    signing_key_open_path(ctx, key, &log->keys.signer[0], err) ||
	    note_key_of(log->keys.signer[0], origin, &log->keys.key[0], err))
		return -1;
	note_key_format(&log->keys.key[0], log->vkey);
	if (vkey_write(log, err) || log_sign(&log->keys, 0, &root, &note, err) ||
	    databases_make(log, buffer_view(&note), err) ||
	    blobs_open_folder(served, &log->blobs, err))
		return -1;
	return blobs_replace(log->blobs, "checkpoint", buffer_view(&note), err);
}
