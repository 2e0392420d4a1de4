/* Logs by where they lie: a registry's folder, a folder as it is served, or a URL. */
#include "registry/log/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/http.h"
#include "registry/log/keys.h"

void log_source_release(struct log_source *source)
{
	tiles_free(&source->tiles);
	blobs_close(&source->blobs);
	free(source->where);
	free(source->statements);
	free(source->vkey);
	*source = (struct log_source){ 0 };
}

static int copy(const char *text, char **out_copy, struct error *err)
{
	*out_copy = strdup(text);
	return *out_copy ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a log");
}

/* What lies beside the last part of a path or URL. */
static int beside(const char *where, const char *name, char **out_path, struct error *err)
{
	const char *slash = strrchr(where, '/');
	int len = slash ? (int)(slash - where) : 0;

	if (!slash)
		return copy(name, out_path, err);
	if (asprintf(out_path, "%.*s/%s", len, where, name) >= 0)
		return 0;
	*out_path = NULL;
	return error_set(err, ERROR_SYSTEM, "out of memory for a log");
}

/* Is there a checkpoint in FOLDER/below? Then *out_log is that folder. */
static int log_in(const char *folder, const char *below, char **out_log, struct error *err)
{
	CLEANUP(text_free) char *log = NULL, *checkpoint = NULL;

	if ((*below ? path_join(folder, below, &log, err) : copy(folder, &log, err)) ||
	    path_join(log, "checkpoint", &checkpoint, err))
		return -1;
	if (!file_exists(checkpoint))
		return 0;
	*out_log = log;
	log = NULL; /* handed over */
	return 0;
}

static int folder_find(const char *where, char **out_log, struct error *err)
{
	static const char *const below[] = { ".akashi/log", "log", "" };

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]) && !*out_log; i++)
		if (log_in(where, below[i], out_log, err))
			return -1;
	return *out_log ? 0
			: error_set(err, ERROR_ABSENT, "no log in '%s': no checkpoint lies there",
				    where);
}

/* The keys that a registry keeps beside its log; none is success. */
static int vkey_read(struct log_source *source, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	struct error absent = { 0 };

	buffer_init(&text, LOG_KEYS_MAX * NOTE_VKEY_MAX);
	if (beside(source->where, "keys/log.vkey", &path, err))
		return -1;
	if (file_read(path, &text, &absent))
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	return buffer_to_text(&text, &source->vkey, err);
}

int log_source_open(const struct context *ctx, const char *where, const char *statements,
		    struct log_source *out_source, struct error *err)
{
	CLEANUP(log_source_release) struct log_source source = { .remote = http_is_url(where) };
	CLEANUP(text_free) char *plain = NULL;

	if (copy(where, &plain, err))
		return -1;
	for (size_t len = strlen(plain); len > 1 && plain[len - 1] == '/'; len--)
		plain[len - 1] = '\0';
	if (source.remote) {
		source.where = plain;
		plain = NULL; /* handed over */
	} else if (folder_find(plain, &source.where, err)) {
		return -1;
	}
	if ((!source.remote && vkey_read(&source, err)) ||
	    (statements ? copy(statements, &source.statements, err)
			: beside(source.where, "statements", &source.statements, err)) ||
	    (source.remote ? blobs_open_url(ctx, source.where, &source.blobs, err)
			   : blobs_open_folder(source.where, &source.blobs, err)) ||
	    tiles_new(source.blobs, &source.tiles, err))
		return -1;
	*out_source = source;
	source = (struct log_source){ 0 }; /* handed over */
	return 0;
}

int log_source_checkpoint(const struct log_source *source, struct buffer *out, struct error *err)
{
	if (!blobs_read(source->blobs, "checkpoint", out, err))
		return 0;
	/* Over the network the whole address is said. */
	return source->remote ? -1 : error_prefix(err, "'%s'", source->where);
}

int log_source_body(const struct context *ctx, const struct log_source *source,
		    const struct digest *identity, const struct digest *key, struct buffer *out,
		    struct error *err)
{
	char hex[DIGEST_HEX_SIZE], signer[DIGEST_HEX_SIZE];
	CLEANUP(text_free) char *path = NULL;

	digest_to_hex(identity, hex);
	digest_to_hex(key, signer);
	if (asprintf(&path, "%s/%s.%s.json", source->statements, hex, signer) < 0) {
		path = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	}
	return http_is_url(path) ? http_get(ctx, path, out, err) : file_read(path, out, err);
}
