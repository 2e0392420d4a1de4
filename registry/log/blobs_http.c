/* The log's files from a web server: read, never written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry/blobs.h"
#include "registry/http.h"

enum { ATTEMPTS = 3, PAUSE_MS = 250 };

struct http_blobs {
	struct blobs head;
	const struct context *ctx; /* borrowed */
	char *prefix;              /* without a slash at its end */
};

/* A machine that does not answer is asked again, twice, after a pause that doubles. */
static int http_read(struct blobs *blobs, const char *path, struct buffer *out, struct error *err)
{
	struct http_blobs *self = (struct http_blobs *)blobs;
	size_t before = out->len;
	char url[HTTP_URL_MAX];
	struct error why = { 0 };

	if ((size_t)snprintf(url, sizeof(url), "%s/%s", self->prefix, path) >= sizeof(url))
		return error_set(err, ERROR_USAGE, "the URL of the log is too long");
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct timespec pause = { 0, (PAUSE_MS << attempt) * 1000000L };

		why = (struct error){ 0 };
		out->len = before;
		if (http_get(self->ctx, url, out, &why) == 0)
			return 0;
		if (why.code != ERROR_SYSTEM || context_check_cancelled(self->ctx, err))
			break;
		if (attempt + 1 < ATTEMPTS)
			nanosleep(&pause, NULL);
	}
	out->len = before;
	*err = why;
	return -1;
}

static int http_refuse(struct blobs *blobs, const char *path, struct span bytes, struct error *err)
{
	(void)blobs;
	(void)bytes;
	return error_set(err, ERROR_USAGE, "'%s' cannot be written: the log is read over HTTP",
			 path);
}

static void http_close(struct blobs *blobs)
{
	free(((struct http_blobs *)blobs)->prefix);
	free(blobs);
}

static const struct blobs_type http_type = {
	.read = http_read,
	.put_if_absent = http_refuse,
	.replace = http_refuse,
	.close = http_close,
};

int blobs_open_url(const struct context *ctx, const char *url, struct blobs **out_blobs,
		   struct error *err)
{
	struct http_blobs *self = calloc(1, sizeof(*self));
	char *prefix = strdup(url);

	if (!self || !prefix) {
		free(self);
		free(prefix);
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	}
	self->head.type = &http_type;
	self->ctx = ctx;
	self->prefix = prefix;
	*out_blobs = &self->head;
	return 0;
}
