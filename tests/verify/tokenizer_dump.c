/*
 * tokenizer_dump FILE [special]: the ids of texts, so that judges can compare them. Standard input:
 * u32 length (little-endian), bytes, again and again. Standard output: a line of ids for each, or
 * "refused: REASON".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/verify.h"

static int open_file(const char *path, struct tokenizer **out_tokenizer, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, TOKENIZER_FILE_MAX);
	if (file_read(path, &bytes, err))
		return -1;
	return tokenizer_open(buffer_view(&bytes), path, out_tokenizer, err);
}

/* What is only counted must come to as many. */
static bool counts_alike(const struct tokenizer *tokenizer, struct tokenizer_work *work,
			 struct span text, size_t count)
{
	struct error err = { 0 };
	uint64_t counted;

	return tokenizer_count(tokenizer, work, text, &counted, &err) == 0 && counted == count;
}

static void print_ids(const struct tokenizer *tokenizer, struct tokenizer_work *work,
		      struct span text, enum tokenizer_special special)
{
	struct error err = { 0 };
	uint32_t *ids;
	size_t count;

	if (tokenizer_encode(tokenizer, text, special, &ids, &count, &err)) {
		printf("refused: %s\n", err.text);
		return;
	}
	if (special == TOKENIZER_PLAIN && !counts_alike(tokenizer, work, text, count))
		printf("counted otherwise: ");
	for (size_t i = 0; i < count; i++)
		printf(i ? " %u" : "%u", ids[i]);
	printf("\n");
	free(ids);
}

int main(int argc, char **argv)
{
	CLEANUP(tokenizer_close) struct tokenizer *tokenizer = NULL;
	CLEANUP(tokenizer_work_free) struct tokenizer_work *work = NULL;
	enum tokenizer_special special = argc > 2 ? TOKENIZER_WITH_SPECIAL : TOKENIZER_PLAIN;
	struct error err = { 0 };
	uint8_t head[4];

	if (argc < 2 || argc > 3 || (argc == 3 && strcmp(argv[2], "special") != 0)) {
		fprintf(stderr, "usage: tokenizer_dump FILE [special]\n");
		return 2;
	}
	if (open_file(argv[1], &tokenizer, &err) || tokenizer_work_new(&work, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return error_exit_status(err.code);
	}
	fprintf(stderr, "%s\n", tokenizer_description(tokenizer));
	while (fread(head, 1, sizeof(head), stdin) == sizeof(head)) {
		struct reader reader = reader_over((struct span){ head, sizeof(head) });
		uint32_t len = reader_u32le(&reader);
		uint8_t *text = malloc((size_t)len + 1);

		if (!text || fread(text, 1, len, stdin) != len) {
			free(text);
			fprintf(stderr, "a text is cut off\n");
			return 2;
		}
		print_ids(tokenizer, work, (struct span){ text, len }, special);
		free(text);
	}
	return 0;
}
