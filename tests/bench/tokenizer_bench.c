/*
 * How fast are the tokens of texts counted, in megabytes of text a second on one core?
 *
 *     tokenizer_bench TOKENIZER TEXT...: each file is one text, cut at 3,000 bytes or so
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "verify/verify.h"

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Where a text of about 3,000 bytes ends: before a character. */
static size_t cut(struct span text)
{
	size_t len = text.len < 3000 ? text.len : 3000;

	while (len < text.len && (text.data[len] & 0xc0) == 0x80)
		len++;
	return len;
}

static int count_all(const struct tokenizer *tokenizer, struct tokenizer_work *work,
		     struct span text, uint64_t *tokens, struct error *err)
{
	while (text.len) {
		struct span one = { text.data, cut(text) };
		uint64_t count;

		if (tokenizer_count(tokenizer, work, one, &count, err))
			return -1;
		*tokens += count;
		text.data += one.len;
		text.len -= one.len;
	}
	return 0;
}

static int run(int argc, char **argv, struct error *err)
{
	CLEANUP(buffer_release) struct buffer file;
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	CLEANUP(tokenizer_work_free) struct tokenizer_work *work = NULL;

	buffer_init(&file, 1u << 30);
	if (file_read(argv[1], &file, err) ||
	    tokenizer_open(buffer_view(&file), argv[1], &tokenizer, err) ||
	    tokenizer_work_new(&work, err))
		return -1;
	for (int i = 2; i < argc; i++) {
		uint64_t tokens = 0;
		size_t rounds = 0;
		double begun;

		file.len = 0;
		if (file_read(argv[i], &file, err))
			return -1;
		begun = seconds();
		do {
			tokens = 0;
			rounds++;
			if (count_all(tokenizer, work, buffer_view(&file), &tokens, err))
				return -1;
		} while (seconds() - begun < 1.0);
		printf("%s: %" PRIu64 " tokens, %.1f MB/s\n", argv[i], tokens,
		       1e-6 * (double)file.len * (double)rounds / (seconds() - begun));
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc < 3) {
		fprintf(stderr, "usage: tokenizer_bench TOKENIZER TEXT...\n");
		return 2;
	}
	if (run(argc, argv, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	return 0;
}
