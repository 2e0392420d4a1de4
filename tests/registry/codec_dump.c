/*
 * codec_dump encode CONTENT EFFORT RAW OUT [BASE|- [DICTIONARY]]: store a file's bytes, and print
 * the number of the codec that was chosen.
 * codec_dump decode NUMBER LENGTH STORED OUT [BASE|- [DICTIONARY]]: and back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/codec.h"

enum { FILE_MAX = 64 << 20 };

static const char *const contents[] = { "bytes", "text", "bf16", "f16", "f32" };

static int content_parse(const char *text, enum codec_content *out_content, struct error *err)
{
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		if (strcmp(contents[i], text) == 0) {
			*out_content = (enum codec_content)i;
			return 0;
		}
	return error_set(err, ERROR_USAGE, "'%s' is no content", text);
}

static int file_of(int argc, char **argv, int index, struct buffer *out, struct error *err)
{
	return index < argc && strcmp(argv[index], "-") != 0 ? file_read(argv[index], out, err) : 0;
}

static int write_out(const char *path, struct span bytes, struct error *err)
{
	FILE *file = fopen(path, "wb");

	if (!file ||
	    fwrite(bytes.data ? bytes.data : (const uint8_t *)"", 1, bytes.len, file) !=
		    bytes.len ||
	    fclose(file))
		return error_set(err, ERROR_SYSTEM, "%s cannot be written", path);
	return 0;
}

static int encode(char **argv, struct span raw, struct span base, struct span dictionary,
		  struct error *err)
{
	CLEANUP(codec_work_free) struct codec_work *work = NULL;
	CLEANUP(buffer_release) struct buffer stored;
	struct codec_wish wish = { .base = base, .dictionary = dictionary };
	const struct codec *codec;

	buffer_init(&stored, FILE_MAX);
	if (content_parse(argv[2], &wish.content, err) ||
	    codec_effort_parse(argv[3], &wish.effort, err) || codec_work_new(&work, err) ||
	    codec_encode(work, &wish, raw, &stored, &codec, err) ||
	    write_out(argv[5], buffer_view(&stored), err))
		return -1;
	printf("%u\n", codec->number);
	return 0;
}

static int decode(char **argv, struct span stored, struct span base, struct span dictionary,
		  struct error *err)
{
	CLEANUP(codec_work_free) struct codec_work *work = NULL;
	const struct codec *codec = codec_of((unsigned)strtoul(argv[2], NULL, 10));
	size_t raw_len = strtoul(argv[3], NULL, 10);
	uint8_t *out = malloc(raw_len + 1);
	int failed = -1;

	if (!out || !codec)
		error_set(err, ERROR_USAGE, "no codec has number %s", argv[2]);
	else if (!codec_work_new(&work, err) &&
		 !codec_decode(work, codec, base, dictionary, stored, out, raw_len, err))
		failed = write_out(argv[5], (struct span){ out, raw_len }, err);
	free(out);
	return failed;
}

int main(int argc, char **argv)
{
	CLEANUP(buffer_release) struct buffer in;
	CLEANUP(buffer_release) struct buffer base;
	CLEANUP(buffer_release) struct buffer dictionary;
	struct error err = { 0 };
	int failed;

	buffer_init(&in, FILE_MAX);
	buffer_init(&base, FILE_MAX);
	buffer_init(&dictionary, FILE_MAX);
	failed = file_of(argc, argv, 4, &in, &err);
	failed |= file_of(argc, argv, 6, &base, &err);
	failed |= file_of(argc, argv, 7, &dictionary, &err);
	if (argc < 6)
		failed = error_set(&err, ERROR_USAGE, "codec_dump encode|decode …");
	if (!failed)
		failed = (strcmp(argv[1], "encode") == 0 ? encode : decode)(
			argv, buffer_view(&in), buffer_view(&base), buffer_view(&dictionary), &err);
	if (failed)
		fprintf(stderr, "%s\n", err.text);
	return failed ? 1 : 0;
}
