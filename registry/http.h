/*
 * Asking other machines over HTTP: logs that are read, witnesses and timestamp
 * authorities that are asked. Through libcurl, loaded at the first request and
 * not before. What comes back is as untrusted as any bytes.
 */
#ifndef REGISTRY_HTTP_H
#define REGISTRY_HTTP_H

#include "kernels/kernels.h"

#define HTTP_TIMEOUT_S 30 /* of one whole request, unless the caller says otherwise */
#define HTTP_URL_MAX 2048

/* What is asked. {0} but for the URL is a GET. */
struct http_request {
	const char *url; /* http:// or https://, without user and password */
	/* Posted with this type; NULL: nothing is, and it is a GET. */
	const char *content_type;
	struct span body;
	const char *accept;  /* the type that is wanted, or NULL */
	unsigned timeout_s;  /* 0: HTTP_TIMEOUT_S */
	size_t answer_bytes; /* the longest answer that is taken; 0: 16 MiB */
};

struct http_answer {
	unsigned status;        /* 200, 404 … */
	char content_type[128]; /* as it was sent, cut; "" where it was not */
	struct buffer body;     /* owned */
};

/*
 * Send one request and take the answer, whatever its status. No redirect is
 * followed and no cookie kept; a proxy is taken from the environment as curl does.
 * Certificates of https are checked. From any thread. The caller releases
 * *out_answer. ERROR_USAGE: no such URL is asked; ERROR_SYSTEM: the machine was not
 * reached, took too long or sent more than was wanted.
 */
MUST_CHECK int http_send(const struct context *ctx, const struct http_request *request,
			 struct http_answer *out_answer, struct error *err);
void http_answer_release(struct http_answer *answer);

/* GET `url` and append its body to `out`, at most as long as `out` may grow. ERROR_ABSENT for 404
 * and 410, ERROR_SYSTEM for any other status but 200. */
MUST_CHECK int http_get(const struct context *ctx, const char *url, struct buffer *out,
			struct error *err);

/* True for what http_send takes as a URL by its beginning. */
bool http_is_url(const char *text);

#endif
