/* What only the outermost room knows: the time, the environment, chance, how far we are, whether to
 * stop. */
#ifndef KERNELS_CONTEXT_H
#define KERNELS_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/error.h"

struct threads;

/*
 * Filled by cli/ (or by whoever links the library) and handed down. Every
 * slot may be left NULL or 0: then there is no clock (the time reads 0), no
 * environment, no randomness (context_random fails), no progress, no
 * cancelling, and one thread.
 */
struct context {
	void *user; /* handed to each function below */

	/* Seconds since 1970-01-01 UTC. */
	int64_t (*now_unix_s)(void *user);

	/* Milliseconds of a clock that only goes forward and that nobody sets. Any thread. */
	int64_t (*monotonic_ms)(void *user);

	/* A variable of the environment, or NULL. Borrowed. */
	const char *(*environment)(void *user, const char *name);

	/* Fill `len` bytes with cryptographic randomness; 0 or -1. */
	int (*random)(void *user, uint8_t *bytes, size_t len);

	/*
	 * `done` of `total` units ("bytes", "probes") of `what` are done. Called
	 * often and from any one thread at a time; returns quickly.
	 */
	void (*progress)(void *user, const char *what, const char *unit, uint64_t done,
			 uint64_t total);

	/*
	 * So many bytes more were read for the work under way, also where its progress
	 * counts something else (layers). From several threads at a time; returns quickly.
	 */
	void (*bytes_read)(void *user, uint64_t bytes);

	/* True when the work should stop soon; the caller then fails with ERROR_SYSTEM. */
	bool (*cancelled)(void *user);

	/* Asked for the passphrase of the key in `path`; 0 with *out_text malloced, or -1. */
	int (*passphrase)(void *user, const char *path, char **out_text);

	/* A remark for people that is no failure ("owner-mutable", "default key made"). */
	void (*notice)(void *user, const char *text);

	struct threads *threads; /* where loops are spread; NULL: in the caller */
};

int64_t context_now(const struct context *ctx);
int64_t context_monotonic_ms(const struct context *ctx);
const char *context_environment(const struct context *ctx, const char *name);
MUST_CHECK int context_random(const struct context *ctx, uint8_t *bytes, size_t len,
			      struct error *err);
void context_progress(const struct context *ctx, const char *what, const char *unit, uint64_t done,
		      uint64_t total);
void context_bytes_read(const struct context *ctx, uint64_t bytes);
void context_notice(const struct context *ctx, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* -1 with ERROR_SYSTEM "stopped on request" once somebody cancelled. */
MUST_CHECK int context_check_cancelled(const struct context *ctx, struct error *err);

#endif
