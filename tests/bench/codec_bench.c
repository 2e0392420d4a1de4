/*
 * How small do pieces become, and how fast?
 *
 *     codec_bench                              made-up weights and text
 *     codec_bench FILE bf16|f16|f32|text|bytes [BASE]   a file's bytes, from its middle
 *
 * In and out are bytes of raw per second of processor time on one thread, the best
 * of some rounds: what the work costs where nothing disturbs it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry/codec.h"

enum { PIECE = 4 << 20, PIECES = 8, ROUNDS = 7 };

static _Alignas(64) uint8_t raw[PIECES][PIECE], base[PIECES][PIECE], back[PIECE];

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void must(int result, const struct error *err)
{
	if (!result)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static uint64_t random_state = 88172645463325252u;

static uint64_t draw(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 2685821657736338717u;
}

static double uniform(void)
{
	return ((double)(draw() >> 11) + 0.5) / 9007199254740992.0;
}

static float normal(void)
{
	return (float)(sqrt(-2 * log(uniform())) * cos(2 * 3.14159265358979 * uniform()));
}

static uint16_t to_bf16(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, 4);
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static uint16_t to_f16(float value)
{
	uint32_t bits;

	value *=
		0x1p-112f; /* exponents of f16 as those of f32, subnormals rounded by the product */
	memcpy(&bits, &value, 4);
	return (uint16_t)((bits >> 16 & 0x8000) | ((bits & 0x7fffffff) >> 13 & 0x7fff));
}

/* Weights of a layer: normal, each row with a scale of its own. */
static void make_weights(enum codec_content content, bool of_bf16)
{
	size_t bytes = content == CONTENT_F32 ? 4 : 2;
	float scale = 0.02f;

	for (size_t p = 0; p < PIECES; p++)
		for (size_t i = 0; i < PIECE / bytes; i++) {
			float value;
			uint32_t bits;
			uint16_t half;

			if (i % 4096 == 0)
				scale = 0.015f + 0.01f * (float)uniform();
			value = scale * normal();
			half = content == CONTENT_F16 ? to_f16(value) : to_bf16(value);
			memcpy(&bits, &value, 4);
			if (of_bf16)
				bits = (uint32_t)half << 16;
			if (bytes == 4)
				memcpy(raw[p] + 4 * i, &bits, 4);
			else
				memcpy(raw[p] + 2 * i, &half, 2);
		}
}

/* raw becomes the base; then some of its bf16 words move a few places. */
static void make_next(double share, double places)
{
	memcpy(base, raw, sizeof(raw));
	for (size_t p = 0; p < PIECES; p++)
		for (size_t i = 0; i < PIECE; i += 2) {
			uint16_t word;

			if (uniform() >= share)
				continue;
			memcpy(&word, raw[p] + i, 2);
			word = (uint16_t)(word + lrint(places * (double)normal()));
			memcpy(raw[p] + i, &word, 2);
		}
}

static void make_text(void)
{
	static const char *const words[] = { "the ",  "model ", "a ",    "weights", ", ",
					     "score", " of ",   "data ", "learns ", ".\n" };

	for (size_t p = 0; p < PIECES; p++)
		for (size_t i = 0; i < PIECE;) {
			char text[32];
			int len = snprintf(text, sizeof(text), "%s%llu", words[(draw() >> 32) % 10],
					   (unsigned long long)(draw() >> 52));

			for (int k = 0; k < len && i < PIECE; k++)
				raw[p][i++] = (uint8_t)text[k];
		}
}

static void measure(const char *what, enum codec_content content, enum codec_effort effort,
		    bool with_base)
{
	CLEANUP(codec_work_free) struct codec_work *work = NULL;
	struct buffer stored[PIECES];
	const struct codec *codec[PIECES];
	double in = 1e9, out = 1e9, start;
	size_t total = 0;
	struct error err = { 0 };

	must(codec_work_new(&work, &err), &err);
	for (size_t p = 0; p < PIECES; p++)
		buffer_init(&stored[p], PIECE);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t p = 0; p < PIECES; p++) {
			struct span old = { base[p], with_base ? PIECE : 0 };
			struct codec_wish wish = { .content = content,
						   .effort = effort,
						   .base = old };

			stored[p].len = 0;
			start = cpu_seconds();
			must(codec_encode(work, &wish, (struct span){ raw[p], PIECE }, &stored[p],
					  &codec[p], &err),
			     &err);
			in = fmin(in, cpu_seconds() - start);
			start = cpu_seconds();
			must(codec_decode(work, codec[p], old, (struct span){ NULL, 0 },
					  buffer_view(&stored[p]), back, PIECE, &err),
			     &err);
			out = fmin(out, cpu_seconds() - start);
			if (memcmp(back, raw[p], PIECE) != 0)
				abort();
		}
	for (size_t p = 0; p < PIECES; p++) {
		total += stored[p].len;
		buffer_release(&stored[p]);
	}
	printf("%-34s %-5s %-11s %.4f  in %5.2f  out %5.2f GB/s\n", what, codec_effort_name(effort),
	       codec[0]->name, (double)total / sizeof(raw), PIECE / in / 1e9, PIECE / out / 1e9);
}

static void both(const char *what, enum codec_content content, bool with_base)
{
	measure(what, content, EFFORT_FULL, with_base);
	measure(what, content, EFFORT_FAST, with_base);
}

static void read_middle(const char *path, uint8_t *to)
{
	FILE *file = fopen(path, "rb");
	long size;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < (long)sizeof(raw) ||
	    fseek(file, (size - (long)sizeof(raw)) / 2 / 4096 * 4096, SEEK_SET) ||
	    fread(to, 1, sizeof(raw), file) != sizeof(raw)) {
		fprintf(stderr, "%s: cannot read %zu bytes\n", path, sizeof(raw));
		exit(1);
	}
	fclose(file);
}

static int of_file(int argc, char **argv)
{
	static const char *const names[] = { "bytes", "text", "bf16", "f16", "f32" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(argv[2], names[i]) != 0)
			continue;
		read_middle(argv[1], raw[0]);
		both("alone", (enum codec_content)i, false);
		if (argc > 3) {
			read_middle(argv[3], base[0]);
			both("with its base", (enum codec_content)i, true);
		}
		return 0;
	}
	fprintf(stderr, "%s is no content\n", argv[2]);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return of_file(argc, argv);
	printf("planes by %s\n", planes_implementation());
	make_weights(CONTENT_F16, false);
	both("f16", CONTENT_F16, false);
	make_weights(CONTENT_F32, false);
	both("f32", CONTENT_F32, false);
	make_weights(CONTENT_F32, true);
	both("f32 that holds bf16", CONTENT_F32, false);
	make_weights(CONTENT_BF16, false);
	both("bf16", CONTENT_BF16, false);
	both("bf16, nobody says so", CONTENT_BYTES, false);
	measure("bf16", CONTENT_BF16, EFFORT_NONE, false);
	make_next(1, 2.5);
	both("bf16, each a little changed", CONTENT_BF16, true);
	make_next(0.05, 2.5);
	both("bf16, 5 in 100 changed", CONTENT_BF16, true);
	make_next(0.005, 2.5);
	both("bf16, 5 in 1000 changed", CONTENT_BF16, true);
	make_next(0, 0);
	both("bf16, unchanged", CONTENT_BF16, true);
	make_text();
	both("text", CONTENT_TEXT, false);
	for (size_t p = 0; p < PIECES; p++)
		for (size_t i = 0; i < PIECE; i++)
			raw[p][i] = (uint8_t)(draw() >> 56);
	both("noise", CONTENT_BYTES, false);
	return 0;
}
