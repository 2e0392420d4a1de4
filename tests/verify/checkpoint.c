/* Make small checkpoints in a test's folder. */
#include "tests/verify/checkpoint.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *path_of(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = malloc(size);

	assert_non_null(path);
	snprintf(path, size, "%s/%s", folder, name);
	return path;
}

void put_file(const char *folder, const char *name, struct span bytes)
{
	struct error err = { 0 };
	char *path = path_of(folder, name);
	char *above = strndup(path, (size_t)(strrchr(path, '/') - path));
	int fd;

	assert_non_null(above);
	assert_done(folder_make(above, &err), &err);
	free(above);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	while (bytes.len) {
		ssize_t wrote = write(fd, bytes.data, bytes.len);

		assert_true(wrote > 0);
		bytes.data += wrote;
		bytes.len -= (size_t)wrote;
	}
	assert_int_equal(close(fd), 0);
	free(path);
}

void put_text(const char *folder, const char *name, const char *text)
{
	put_file(folder, name, span_of(text));
}

static void add_header(struct buffer *file, const char *header)
{
	struct error err = { 0 };

	assert_done(buffer_add_u64le(file, strlen(header), &err), &err);
	assert_done(buffer_add_text(file, header, &err), &err);
}

void put_safetensors(const char *folder, const char *name, const char *header, size_t data_len)
{
	CLEANUP(buffer_release) struct buffer file;
	struct error err = { 0 };
	uint8_t *room;

	buffer_init(&file, SIZE_MAX / 2);
	add_header(&file, header);
	assert_done(buffer_extend(&file, data_len, &room, &err), &err);
	for (size_t i = 0; i < data_len; i++)
		room[i] = (uint8_t)(i * 7 + 1);
	put_file(folder, name, buffer_view(&file));
}

void put_tensors(const char *folder, const char *name, const struct made_tensor *tensor,
		 size_t count)
{
	CLEANUP(buffer_release) struct buffer header;
	CLEANUP(buffer_release) struct buffer file;
	struct error err = { 0 };
	uint64_t at = 0;
	char *text;

	buffer_init(&header, 1u << 20);
	buffer_init(&file, SIZE_MAX / 2);
	assert_done(buffer_add_text(&header, "{", &err), &err);
	for (size_t i = 0; i < count; i++) {
		uint64_t end = at + 2 * tensor[i].rows * tensor[i].cols;

		assert_done(buffer_printf(&header, &err,
					  "%s\"%s\":{\"dtype\":\"BF16\",\"shape\":[%llu,%llu],"
					  "\"data_offsets\":[%llu,%llu]}",
					  i ? "," : "", tensor[i].name,
					  (unsigned long long)tensor[i].rows,
					  (unsigned long long)tensor[i].cols,
					  (unsigned long long)at, (unsigned long long)end),
			    &err);
		at = end;
	}
	assert_done(buffer_add_text(&header, "}", &err), &err);
	assert_done(buffer_to_text(&header, &text, &err), &err);
	add_header(&file, text);
	free(text);
	for (size_t i = 0; i < count; i++) {
		uint64_t state = tensor[i].seed * 2654435761u + 1;
		size_t bytes = (size_t)(2 * tensor[i].rows * tensor[i].cols);
		uint8_t *room;

		assert_done(buffer_extend(&file, bytes, &room, &err), &err);
		for (size_t k = 0; k + 1 < bytes; k += 2) {
			uint64_t drawn = test_random(&state);

			room[k] = (uint8_t)drawn;
			room[k + 1] = (uint8_t)(0x3c | (drawn >> 8 & 0x83));
		}
	}
	put_file(folder, name, buffer_view(&file));
}

void flip_bits(const char *folder, const char *name, uint64_t offset, uint8_t bits)
{
	char *path = path_of(folder, name);
	int fd = open(path, O_RDWR);
	uint8_t byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
	byte ^= bits;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
	assert_int_equal(close(fd), 0);
	free(path);
}

void truncate_file(const char *folder, const char *name, uint64_t size)
{
	char *path = path_of(folder, name);

	assert_int_equal(truncate(path, (off_t)size), 0);
	free(path);
}

void make_old(const char *folder, const char *name)
{
	const struct timespec past[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	char *path = path_of(folder, name);

	assert_int_equal(utimensat(AT_FDCWD, path, past, 0), 0);
	free(path);
}

struct tree *tree_at(const char *folder)
{
	struct error err = { 0 };
	struct tree *tree = NULL;

	assert_done(tree_open(folder, NULL, &tree, &err), &err);
	return tree;
}

struct manifest *manifest_at(const char *folder)
{
	CLEANUP(tree_close) struct tree *tree = tree_at(folder);
	struct context ctx = test_context();
	struct manifest *manifest = NULL;
	struct error err = { 0 };

	assert_done(manifest_build(&ctx, tree, NULL, &manifest, &err), &err);
	return manifest;
}

void assert_says(struct error *err, const char *words)
{
	if (!strstr(err->text, words))
		fail_msg("\"%s\" does not say \"%s\"", err->text, words);
	*err = (struct error){ 0 };
}

void put_link(const char *folder, const char *name, const char *target)
{
	char *path = path_of(folder, name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
}

void assert_lists(const struct tree *tree, const char *names)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };
	char *text;

	buffer_init(&out, 4096);
	for (size_t i = 0; i < tree_count(tree); i++)
		assert_done(
			buffer_printf(&out, &err, "%s%s", i ? " " : "", tree_file(tree, i)->name),
			&err);
	assert_done(buffer_to_text(&out, &text, &err), &err);
	assert_string_equal(text, names);
	free(text);
}
