/* Where a log is read that may be anybody's: a registry, a folder as it is served, a URL. */
#ifndef REGISTRY_LOG_SOURCE_H
#define REGISTRY_LOG_SOURCE_H

#include "registry/log/walk.h"

struct log_source {
	struct blobs *blobs; /* owned */
	struct tiles *tiles; /* owned */
	char *where;         /* the log's folder or URL prefix, without a slash at its end */
	char *statements;    /* folder or URL prefix of the statements' bodies */
	char *vkey; /* the verifier keys, a line each, of a registry that holds it, or NULL */
	bool remote;
};

/*
 * `where` is a URL under which `checkpoint` and `tile/` lie, such a folder, or a registry's (the
 * folder itself, or one that holds .akashi/). Bodies are `statements`/HEX.KEY.json; NULL: beside
 * the log, WHERE/../statements. Nothing is read yet but a key. ERROR_ABSENT: no such folder, or
 * none of a log. The caller releases *out_source.
 */
MUST_CHECK int log_source_open(const struct context *ctx, const char *where, const char *statements,
			       struct log_source *out_source, struct error *err);
void log_source_release(struct log_source *source);

/* Append the checkpoint's note as it is served. */
MUST_CHECK int log_source_checkpoint(const struct log_source *source, struct buffer *out,
				     struct error *err);

/* Append the body of (identity, key), unchecked. ERROR_ABSENT: it is not served. */
MUST_CHECK int log_source_body(const struct context *ctx, const struct log_source *source,
			       const struct digest *identity, const struct digest *key,
			       struct buffer *out, struct error *err);

#endif
