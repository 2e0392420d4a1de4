/*
 * Answering other machines over HTTP: a small server with one handler. Through
 * libmicrohttpd, loaded when a server is opened and not before. What is asked
 * is as untrusted as any bytes.
 */
#ifndef REGISTRY_SERVE_H
#define REGISTRY_SERVE_H

#include "kernels/kernels.h"

#define SERVE_THREADS 4
#define SERVE_CONNECTIONS_MAX 512 /* at a time; more are turned away */
#define SERVE_FROM_ONE_MAX 64     /* of these from one address */
#define SERVE_IDLE_S 20           /* a connection that is silent for so long is closed */
#define SERVE_BODY_S 30           /* the longest that a request's body may take to come */
#define SERVE_STOP_WAIT_MS 100    /* how often serve_wait looks whether to stop */

/* One request, borrowed for the call of the handler. */
struct serve_request {
	const char *method; /* "GET", "POST" …; HEAD is asked as GET */
	const char *path;   /* from '/', percent signs decoded, without what follows a '?' */
	struct span body;
};

/* What the handler answers. `body` is initialised, empty, and released by the server. */
struct serve_answer {
	unsigned status;
	const char *content_type; /* static; NULL: text/plain; charset=utf-8 */
	const char *allow;        /* the header of that name; static, or NULL */
	struct buffer body;
};

struct serve_config {
	const char *listen; /* "127.0.0.1:8080", "[::1]:0", "localhost:8080"; port 0: a free one */
	size_t body_bytes;  /* the longest body of a request; beyond it 413 is answered */
	/*
	 * Called from several threads at a time. -1: 500 is answered without a word more, and
	 * the reason is told as a notice on the server's side.
	 */
	int (*handle)(void *user, const struct serve_request *request,
		      struct serve_answer *out_answer, struct error *err);
	void *user;
};

struct server;

/* Listen and begin to answer. ERROR_USAGE: no such address; ERROR_SYSTEM: it cannot be listened on
 * (taken), or no libmicrohttpd. The caller closes *out_server. */
MUST_CHECK int serve_open(const struct context *ctx, const struct serve_config *config,
			  struct server **out_server, struct error *err);
/* Stop listening, let the handlers that run end, close all. */
void serve_close(struct server **server);

/* "127.0.0.1:40001": where it listens. Borrowed. */
const char *serve_address(const struct server *server);

/* Wait until the context is cancelled; 0 then. */
void serve_wait(const struct context *ctx, const struct server *server);

#endif
