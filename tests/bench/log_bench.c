/*
 * What writing a log costs, as ratios to bare durable writes on the same disk in the same minutes.
 *
 * log_bench DIR [ROUNDS]           a lone append, and 16 writers with 64 entries in flight each
 * log_bench DIR entries MILLIONS   a log of so many million entries, in batches of 65,536; then
 * what proofs and an audit of it cost DIR must not exist; it is left there.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "registry/log.h"
#include "registry/sqlite.h"

#define ORIGIN "example.org/bench"

enum {
	WRITERS = 16,
	IN_FLIGHT = 64,
	TOGETHER = 256, /* rows of one bare transaction: a batch of the log */
	LONE = 20,      /* appends of a round */
	ENTRY_ROOM = 512,
	IDENT_ROOM = 2 * DIGEST_HEX_SIZE,
	SECONDS = 5,
	PROOFS = 1000
};

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static int64_t clock_now(void *user)
{
	(void)user;
	return (int64_t)time(NULL);
}

static _Noreturn void stop(const char *what)
{
	fprintf(stderr, "log_bench: %s\n", what);
	exit(1);
}

struct sample {
	char entry[ENTRY_ROOM], ident[IDENT_ROOM];
	struct log_item item;
};

/* An entry as long as that of a statement (400 bytes), and its ident, drawn from two numbers. */
static void sample_make(struct sample *sample, uint64_t a, uint64_t b)
{
	uint64_t number[2] = { a, b };
	struct digest digest = sha256((struct span){ (const uint8_t *)number, sizeof(number) });
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&digest, hex);
	snprintf(sample->ident, sizeof(sample->ident), "%s.%064d", hex, 7);
	snprintf(sample->entry, sizeof(sample->entry),
		 "{\"apiVersion\":\"0.0.2\",\"kind\":\"bench\",\"digest\":\"%s\",\"more\":\"%"
		 "0300d\"}",
		 hex, 0);
	sample->item = (struct log_item){ .entry = span_of(sample->entry), .ident = sample->ident };
}

/* One of many, of 100 bytes, with an ident that comes after the one before, as in a bulk import. */
static void sample_next(struct sample *sample, uint64_t number)
{
	snprintf(sample->ident, sizeof(sample->ident), "%016llx", (unsigned long long)number);
	snprintf(sample->entry, sizeof(sample->entry),
		 "{\"apiVersion\":\"0.0.2\",\"kind\":\"bench\",\"more\":\"%047llu\"}",
		 (unsigned long long)number);
	sample->item = (struct log_item){ .entry = span_of(sample->entry), .ident = sample->ident };
}

/* ---- Bare durable writes ---- */

/* Write 4 KiB over and over at the end of a file; seconds for one. */
static double bare_writes(int file, unsigned count)
{
	static const uint8_t page[4096] = { 1 };
	double started = now();

	for (unsigned i = 0; i < count; i++)
		if (write(file, page, sizeof(page)) != (ssize_t)sizeof(page) || fdatasync(file))
			stop("cannot write");
	return (now() - started) / count;
}

/* Write 4 KiB under a name of its own, as a whole file is written; seconds for one. */
static double bare_files(const char *folder, unsigned count)
{
	static const uint8_t page[4096] = { 1 };
	struct error err = { 0 };
	double started = now();

	for (unsigned i = 0; i < count; i++) {
		CLEANUP(text_free) char *path = NULL;

		if (path_join(folder, "bare-file", &path, &err) ||
		    file_write(path, (struct span){ page, sizeof(page) }, 0644, FILE_REPLACE, &err))
			stop(err.text);
	}
	return (now() - started) / count;
}

/* A database with the columns of the log's, for bare transactions. */
static struct database *bare_open(const char *folder)
{
	CLEANUP(text_free) char *path = NULL;
	struct database *database = NULL;
	struct error err = { 0 };

	if (path_join(folder, "bare.db", &path, &err) ||
	    database_open(path, DATABASE_DURABLE, &database, &err) ||
	    database_run(database,
			 "CREATE TABLE entry(idx INTEGER PRIMARY KEY, ident TEXT NOT NULL UNIQUE, "
			 "bytes BLOB NOT NULL)",
			 &err))
		stop(err.text);
	return database;
}

static uint64_t rows; /* of the bare database */

/* Transactions of TOGETHER rows for so many seconds; rows a second. */
static double bare_transactions(struct database *database, double seconds)
{
	CLEANUP(query_free) struct query *add = NULL;
	struct error err = { 0 };
	double started = now();
	uint64_t first = rows;

	if (query_new(database, "INSERT INTO entry(ident, bytes) VALUES (?, ?)", &add, &err))
		stop(err.text);
	while (now() < started + seconds) {
		int failed = database_begin(database, &err);

		for (unsigned i = 0; i < TOGETHER && !failed; i++) {
			struct sample sample;

			sample_make(&sample, 99, rows++);
			query_bind_text(add, 1, sample.ident);
			query_bind_bytes(add, 2, sample.item.entry);
			failed = query_run(add, &err);
		}
		if (failed || database_commit(database, &err))
			stop(err.text);
	}
	return (double)(rows - first) / (now() - started);
}

/* ---- Appends ---- */

static double lone_appends(struct log *log, uint64_t round, unsigned count)
{
	double started = now();

	for (unsigned i = 0; i < count; i++) {
		struct sample sample;
		struct error err = { 0 };
		uint64_t index;

		sample_make(&sample, 1000000 + round, i);
		if (log_append(log, &sample.item, 1, &index, &err))
			stop(err.text);
	}
	return (now() - started) / count;
}

/* What the writers of a round share. */
struct shared {
	_Atomic bool over;
	_Atomic uint64_t appended;
};

struct lane {
	struct log *log;
	struct shared *shared;
	uint64_t a; /* of its samples */
};

/* One entry in flight, again and again. */
static void *lane_run(void *arg)
{
	struct lane *lane = arg;

	for (uint64_t n = 0; !lane->shared->over; n++) {
		struct sample sample;
		struct error err = { 0 };
		uint64_t index;

		sample_make(&sample, lane->a, n);
		if (log_append(lane->log, &sample.item, 1, &index, &err))
			stop(err.text);
		lane->shared->appended++;
	}
	return NULL;
}

static void writer_run(const struct context *ctx, const char *folder, struct shared *shared,
		       uint64_t number)
{
	struct log *log = NULL;
	struct lane lane[IN_FLIGHT];
	pthread_t thread[IN_FLIGHT];
	struct error err = { 0 };

	if (log_open(ctx, folder, ORIGIN, &log, &err))
		stop(err.text);
	for (size_t i = 0; i < IN_FLIGHT; i++) {
		lane[i] = (struct lane){ log, shared, number * IN_FLIGHT + i };
		if (pthread_create(&thread[i], NULL, lane_run, &lane[i]))
			stop("cannot start a thread");
	}
	for (size_t i = 0; i < IN_FLIGHT; i++)
		pthread_join(thread[i], NULL);
	log_close(&log);
	_exit(0);
}

/* Entries a second of WRITERS processes, while all of them run. */
static double many_writers(const struct context *ctx, const char *folder, uint64_t round)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec seconds = { SECONDS, 0 };
	uint64_t before, after;
	double started, took;

	if (shared == MAP_FAILED)
		stop("no memory");
	for (uint64_t w = 0; w < WRITERS; w++)
		if (fork() == 0)
			writer_run(ctx, folder, shared, round * WRITERS + w);
	nanosleep(&(struct timespec){ 0, 500000000 }, NULL); /* until all have begun */
	started = now();
	before = shared->appended;
	nanosleep(&seconds, NULL);
	after = shared->appended;
	took = now() - started;
	shared->over = true;
	for (size_t w = 0; w < WRITERS; w++) {
		int status = 0;

		if (wait(&status) < 0 || status)
			stop("a writer failed");
	}
	munmap(shared, sizeof(*shared));
	return (double)(after - before) / took;
}

static void compare(const struct context *ctx, const char *folder, struct log *log, unsigned rounds)
{
	struct database *bare = bare_open(folder);
	CLEANUP(text_free) char *path = NULL;
	struct error err = { 0 };
	int file;

	if (path_join(folder, "bare-writes", &path, &err))
		stop(err.text);
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file < 0)
		stop("cannot write");
	lone_appends(log, 0, 3); /* the first makes folders */
	puts("| round | bare write, ms | bare file, ms | lone append, ms | = bare writes | = bare "
	     "files | bare transactions, entries/s | 16 × 64 in flight, entries/s | = of bare |");
	puts("|---|---|---|---|---|---|---|---|---|");
	for (unsigned round = 1; round <= rounds; round++) {
		double write_s = bare_writes(file, LONE), files_s = bare_files(folder, LONE);
		double lone_s = lone_appends(log, round, LONE), bare_rate, rate;

		write_s = (write_s + bare_writes(file, LONE)) / 2;
		files_s = (files_s + bare_files(folder, LONE)) / 2;
		bare_rate = bare_transactions(bare, SECONDS / 2.0);
		rate = many_writers(ctx, folder, round);
		bare_rate = (bare_rate + bare_transactions(bare, SECONDS / 2.0)) / 2;
		printf("| %u | %.2f | %.2f | %.2f | %.1f | %.1f | %.0f | %.0f | %.2f |\n", round,
		       1e3 * write_s, 1e3 * files_s, 1e3 * lone_s, lone_s / write_s,
		       lone_s / files_s, bare_rate, rate, rate / bare_rate);
		fflush(stdout);
	}
	close(file);
	database_close(&bare);
}

/* ---- Many entries ---- */

static long peak_mib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss / 1024;
}

static void grow(struct log *log, uint64_t size)
{
	struct sample *sample = calloc(LOG_BATCH_MAX, sizeof(*sample));
	struct log_item *item = calloc(LOG_BATCH_MAX, sizeof(*item));
	uint64_t *index = calloc(LOG_BATCH_MAX, sizeof(*index));
	uint64_t told = 0;
	double started = now();
	struct error err = { 0 };

	if (!sample || !item || !index)
		stop("no memory");
	puts("| entries | seconds | entries/s since the line before | peak memory, MiB "
	     "|\n|---|---|---|---|");
	for (uint64_t done = 0, since = 0, last; done < size; done += last) {
		static double at;

		last = size - done < LOG_BATCH_MAX ? size - done : LOG_BATCH_MAX;
		for (uint64_t i = 0; i < last; i++) {
			sample_next(&sample[i], done + i);
			item[i] = sample[i].item;
		}
		if (log_append(log, item, (size_t)last, index, &err))
			stop(err.text);
		if (index[last - 1] != done + last - 1)
			stop("another index than the next");
		if (done + last < size && done + last - told < 1000000)
			continue;
		told = done + last;
		printf("| %llu | %.0f | %.0f | %ld |\n", (unsigned long long)told, now() - started,
		       (double)(told - since) / (now() - (at > 0 ? at : started)), peak_mib());
		fflush(stdout);
		since = told;
		at = now();
	}
	free(sample);
	free(item);
	free(index);
}

/* Inclusion proofs of random entries and consistency proofs from random sizes; milliseconds for
 * one. */
static void prove(struct log *log, uint64_t size)
{
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };
	uint64_t state = 42;
	double started = now();
	size_t bytes;

	buffer_init(&text, PROOF_MAX_BYTES);
	for (unsigned i = 0; i < PROOFS; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		text.len = 0;
		if (log_prove(log, (state >> 20) % size, &text, &err))
			stop(err.text);
	}
	bytes = text.len;
	printf("proof of inclusion, verified: %.3f ms, %zu bytes\n",
	       1e3 * (now() - started) / PROOFS, bytes);
	started = now();
	for (unsigned i = 0; i < PROOFS; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		text.len = 0;
		if (log_prove_consistency(log, 1 + (state >> 20) % size, &text, &err))
			stop(err.text);
	}
	printf("proof of consistency, verified: %.3f ms\n", 1e3 * (now() - started) / PROOFS);
}

/* Every entry against its leaf, every leaf into the root: what an auditor computes from tiles. */
static void audit(struct log *log)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(buffer_release) struct buffer entry;
	struct merkle tree = { 0 };
	struct error err = { 0 };
	struct digest root;
	double started = now();

	buffer_init(&entry, ENTRY_MAX_BYTES);
	if (log_head(log, &head, &err))
		stop(err.text);
	for (uint64_t i = 0; i < head.size; i++) {
		struct digest leaf;

		entry.len = 0;
		if (tiles_entry(log_tiles(log), i, head.size, &entry, &err))
			stop(err.text);
		leaf = merkle_leaf(buffer_view(&entry));
		merkle_add(&tree, &leaf);
	}
	root = merkle_root(&tree);
	if (!digest_equal(&root, &head.root))
		stop("the root is another");
	printf("audit of all tiles: %.0f s, %.0f entries/s, peak memory %ld MiB\n", now() - started,
	       (double)head.size / (now() - started), peak_mib());
}

int main(int argc, char **argv)
{
	struct context ctx = { .now_unix_s = clock_now };
	CLEANUP(log_close) struct log *log = NULL;
	struct error err = { 0 };
	bool entries = argc == 4 && strcmp(argv[2], "entries") == 0;
	double started;

	if (argc < 2 || (argc > 3 && !entries)) {
		fputs("usage: log_bench DIR [ROUNDS] | log_bench DIR entries MILLIONS\n", stderr);
		return 2;
	}
	if (folder_make(argv[1], &err) || log_create(&ctx, argv[1], ORIGIN, 0600, &err) ||
	    log_open(&ctx, argv[1], ORIGIN, &log, &err))
		stop(err.text);
	if (!entries) {
		compare(&ctx, argv[1], log, argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3);
		return 0;
	}
	grow(log, (uint64_t)(1e6 * strtod(argv[3], NULL)));
	started = now();
	if (log_recover(log, &err))
		stop(err.text);
	printf("start of a writer (finish or refuse): %.1f ms\n", 1e3 * (now() - started));
	printf("a lone append: %.1f ms\n", 1e3 * lone_appends(log, 1, LONE));
	prove(log, (uint64_t)(1e6 * strtod(argv[3], NULL)));
	audit(log);
	return 0;
}
