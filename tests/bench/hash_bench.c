/*
 * How fast is SHA-256 here, against `openssl`'s own on the same bytes?
 *
 * The ways alternate, so that whatever else runs on the machine meets them all
 * alike; the medians of their CPU times are compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/hash_stream.h"
#include "kernels/kernels.h"

enum { SIZE = 16 << 20, PIECE = 4 << 20, STEP = 256 << 10, ROUNDS = 41, STREAMS_MAX = 16 };

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct hash_stream *stream_new(int openssl)
{
	struct hash_stream *stream;
	struct error err = { 0 };

	if (openssl ? hash_stream_new_openssl(&stream, &err) : hash_stream_new(&stream, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	return stream;
}

/* The bytes cut into `count` equal messages, hashed side by side, STEP bytes of each at a time. */
static void messages(const uint8_t *bytes, size_t count, int openssl)
{
	struct hash_stream *stream[STREAMS_MAX];
	size_t each = SIZE / count;

	for (size_t i = 0; i < count; i++)
		stream[i] = stream_new(openssl);
	for (size_t at = 0; at < each; at += STEP) {
		struct span step[STREAMS_MAX];

		for (size_t i = 0; i < count; i++)
			step[i] = (struct span){ bytes + i * each + at, STEP };
		hash_streams_add(stream, step, count);
	}
	for (size_t i = 0; i < count; i++) {
		hash_stream_finish(stream[i]);
		hash_stream_free(&stream[i]);
	}
}

/* The digest of a file and those of its pieces in one pass. */
static void file_and_pieces(const uint8_t *bytes, int openssl)
{
	struct hash_stream *stream[2] = { stream_new(openssl), stream_new(openssl) };

	for (size_t at = 0; at < SIZE; at += PIECE) {
		struct span piece = { bytes + at, PIECE };

		hash_streams_add(stream, (struct span[]){ piece, piece }, 2);
		hash_stream_finish(stream[1]);
	}
	hash_stream_finish(stream[0]);
	hash_stream_free(&stream[0]);
	hash_stream_free(&stream[1]);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	static const struct {
		const char *what;
		size_t count; /* of messages; 0: a file and its pieces */
		int openssl;
	} way[] = {
		{ "openssl, one message", 1, 1 }, { "one message", 1, 0 },
		{ "two messages", 2, 0 },         { "four messages", 4, 0 },
		{ "sixteen messages", 16, 0 },    { "openssl, file and pieces", 0, 1 },
		{ "file and pieces", 0, 0 },
	};
	enum { WAYS = sizeof(way) / sizeof(way[0]) };
	static double took[WAYS][ROUNDS];
	uint8_t *bytes = malloc(SIZE);

	if (!bytes)
		return 1;
	memset(bytes, 0x5a, SIZE);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t w = 0; w < WAYS; w++) {
			double start = cpu_seconds();

			if (way[w].count)
				messages(bytes, way[w].count, way[w].openssl);
			else
				file_and_pieces(bytes, way[w].openssl);
			took[w][round] = cpu_seconds() - start;
		}
	free(bytes);
	printf("implementation: %s\n", hash_implementation());
	for (size_t w = 0; w < WAYS; w++)
		qsort(took[w], ROUNDS, sizeof(double), by_value);
	for (size_t w = 0; w < WAYS; w++)
		printf("%-26s %5.2f GB/s, %.2f times openssl's one\n", way[w].what,
		       SIZE / took[w][ROUNDS / 2] / 1e9, took[0][ROUNDS / 2] / took[w][ROUNDS / 2]);
	return 0;
}
