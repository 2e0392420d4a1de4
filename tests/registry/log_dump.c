/*
 * log_dump DIR SIZE: make a log of SIZE synthetic entries in DIR, with some proofs beside it
 * (DIR/INDEX.tlog-proof, DIR/OLDSIZE.consistency), and print its verifier key. DIR has the
 * settings of a registry, so that commands can be pointed at it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "registry/registry.h"

enum { ENTRY_ROOM = 512, IDENT_ROOM = 32 };

static int batch_append(struct log *log, uint64_t first, size_t count, struct error *err)
{
	struct log_item *item = calloc(count, sizeof(*item));
	char(*text)[ENTRY_ROOM] = calloc(count, sizeof(*text));
	char(*ident)[IDENT_ROOM] = calloc(count, sizeof(*ident));
	uint64_t *index = calloc(count, sizeof(*index));
	int failed = -1;

	if (!item || !text || !ident || !index) {
		error_set(err, ERROR_SYSTEM, "out of memory");
		goto done;
	}
	for (size_t i = 0; i < count; i++) {
		unsigned long long n = first + i;

		/* Entry 3 is empty: the format allows it. */
		if (n != 3)
			snprintf(text[i], ENTRY_ROOM, "{\"synthetic\":%llu,\"square\":\"%llu\"}", n,
				 n * n);
		snprintf(ident[i], IDENT_ROOM, "%llu", n);
		item[i] = (struct log_item){ .entry = span_of(text[i]), .ident = ident[i] };
	}
	failed = log_append(log, item, count, index, err);
	for (size_t i = 0; i < count && !failed; i++)
		if (index[i] != first + i)
			failed = error_set(err, ERROR_CORRUPT, "entry %zu got another index", i);
done:
	free(item);
	free(text);
	free(ident);
	free(index);
	return failed;
}

static int proof_write(struct log *log, const char *folder, uint64_t number, bool inclusion,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&text, PROOF_MAX_BYTES);
	if (asprintf(&path, "%s/%llu.%s", folder, (unsigned long long)number,
		     inclusion ? "tlog-proof" : "consistency") < 0) {
		path = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory");
	}
	return (inclusion ? log_prove(log, number, &text, err)
			  : log_prove_consistency(log, number, &text, err)) ||
			       file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

static int proofs_write(struct log *log, const char *folder, uint64_t size, struct error *err)
{
	const uint64_t some[] = { 0, 1, 2, 3, size / 3, size / 2, 254, 255, 256, 65535, size - 1 };

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (some[i] < size && (proof_write(log, folder, some[i], true, err) ||
				       proof_write(log, folder, some[i] + 1, false, err)))
			return -1;
	return 0;
}

/* What a registry needs to be opened. */
static int settings_make(const char *folder, struct error *err)
{
	CLEANUP(settings_release) struct settings settings = { 0 };
	CLEANUP(text_free) char *objects = NULL, *config = NULL;

	return path_join(folder, "objects", &objects, err) || folder_make(objects, err) ||
			       path_join(folder, "config", &config, err) ||
			       settings_set(&settings, SETTING_FORMAT_VERSION,
					    REGISTRY_FORMAT_VERSION, err) ||
			       settings_set(&settings, SETTING_ORIGIN, "example.org/synthetic",
					    err) ||
			       settings_write(config, &settings, err)
		       ? -1
		       : 0;
}

static int64_t clock_now(void *user)
{
	(void)user;
	return (int64_t)time(NULL);
}

int main(int argc, char **argv)
{
	struct context ctx = { .now_unix_s = clock_now };
	CLEANUP(log_close) struct log *log = NULL;
	struct error err = { 0 };
	uint64_t size = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;

	if (argc != 3) {
		fputs("usage: log_dump DIR SIZE\n", stderr);
		return 2;
	}
	if (settings_make(argv[1], &err) ||
	    log_create(&ctx, argv[1], "example.org/synthetic", 0600, &err) ||
	    log_open(&ctx, argv[1], "example.org/synthetic", &log, &err))
		goto failed;
	/* Uneven batches, so that partial tiles are grown and replaced. */
	for (uint64_t done = 0; done < size;) {
		uint64_t rest = size - done, want = done < 1000 ? done + 1 : LOG_BATCH_MAX;
		size_t count = (size_t)(rest < want ? rest : want);

		if (batch_append(log, done, count, &err))
			goto failed;
		done += count;
	}
	if (proofs_write(log, argv[1], size, &err))
		goto failed;
	puts(log_vkey(log));
	return 0;
failed:
	fprintf(stderr, "log_dump: %s\n", err.text);
	return 1;
}
