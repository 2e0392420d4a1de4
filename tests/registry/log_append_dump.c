/*
 * log_append_dump DIR TEXT: append TEXT, which is its own ident, to the log in DIR (made by
 * log_append_dump DIR) and print its index.
 * log_append_dump DIR: make the log where there is none; then check all of it and print its size.
 */
#include <stdio.h>
#include <time.h>

#include "tests/registry/log_check.h"

#define ORIGIN "example.org/append"

static int64_t clock_now(void *user)
{
	(void)user;
	return (int64_t)time(NULL);
}

static int check(const struct context *ctx, const char *folder, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(log_close) struct log *log = NULL;

	if (!file_exists(folder) &&
	    (folder_make(folder, err) || log_create(ctx, folder, ORIGIN, 0600, err)))
		return -1;
	if (log_open(ctx, folder, ORIGIN, &log, err) || log_check(log, err) ||
	    log_head(log, &head, err))
		return -1;
	printf("%llu\n", (unsigned long long)head.size);
	return 0;
}

static int append(const struct context *ctx, const char *folder, const char *text,
		  struct error *err)
{
	struct log_item item = { .entry = span_of(text), .ident = text };
	CLEANUP(log_close) struct log *log = NULL;
	uint64_t index;

	if (log_open(ctx, folder, ORIGIN, &log, err) || log_append(log, &item, 1, &index, err))
		return -1;
	printf("%llu\n", (unsigned long long)index);
	return fflush(stdout) ? error_set(err, ERROR_SYSTEM, "cannot print") : 0;
}

int main(int argc, char **argv)
{
	struct context ctx = { .now_unix_s = clock_now };
	struct error err = { 0 };

	if (argc != 2 && argc != 3) {
		fputs("usage: log_append_dump DIR [TEXT]\n", stderr);
		return 2;
	}
	if (argc == 2 ? check(&ctx, argv[1], &err) : append(&ctx, argv[1], argv[2], &err)) {
		fprintf(stderr, "log_append_dump: %s\n", err.text);
		return 1;
	}
	return 0;
}
