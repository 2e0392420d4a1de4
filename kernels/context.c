/* The one way in for time, environment, chance, progress and cancelling. */
#include "kernels/context.h"

#include <stdarg.h>
#include <stdio.h>

int64_t context_now(const struct context *ctx)
{
	return ctx->now_unix_s ? ctx->now_unix_s(ctx->user) : 0;
}

int64_t context_monotonic_ms(const struct context *ctx)
{
	return ctx->monotonic_ms ? ctx->monotonic_ms(ctx->user) : 0;
}

const char *context_environment(const struct context *ctx, const char *name)
{
	return ctx->environment ? ctx->environment(ctx->user, name) : NULL;
}

int context_random(const struct context *ctx, uint8_t *bytes, size_t len, struct error *err)
{
	if (!ctx->random || ctx->random(ctx->user, bytes, len))
		return error_set(err, ERROR_SYSTEM, "no source of randomness");
	return 0;
}

void context_progress(const struct context *ctx, const char *what, const char *unit, uint64_t done,
		      uint64_t total)
{
	if (ctx->progress)
		ctx->progress(ctx->user, what, unit, done, total);
}

void context_bytes_read(const struct context *ctx, uint64_t bytes)
{
	if (ctx->bytes_read)
		ctx->bytes_read(ctx->user, bytes);
}

void context_notice(const struct context *ctx, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (!ctx->notice)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ctx->notice(ctx->user, text);
}

int context_check_cancelled(const struct context *ctx, struct error *err)
{
	if (ctx->cancelled && ctx->cancelled(ctx->user))
		return error_set(err, ERROR_SYSTEM, "stopped on request");
	return 0;
}
