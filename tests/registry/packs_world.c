/* A store of packs for tests. */
#include "tests/registry/packs_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void world_reopen(struct world *w)
{
	struct store *store = w->store ? &w->store->head : NULL;
	struct error err = { 0 };

	store_close(&store);
	assert_done(store_open("packs", w->objects, &store, &err), &err);
	w->store = (struct packs_store *)store;
	w->store->small = 1;
	w->store->pack_size = 65536;
}

void world_open(struct world *w)
{
	struct error err = { 0 };

	*w = (struct world){ .folder = test_folder() };
	assert_done(path_join(w->folder, "objects", &w->objects, &err), &err);
	assert_done(path_join(w->folder, "packs", &w->packs, &err), &err);
	assert_done(folder_make(w->objects, &err), &err);
	world_reopen(w);
}

void world_close(struct world *w)
{
	struct store *store = w->store ? &w->store->head : NULL;

	store_close(&store);
	test_folder_remove(&w->folder);
	free(w->objects);
	free(w->packs);
}

/* How many files of the folder of packs end so. */
size_t files_count(const struct world *w, const char *begin, const char *ending)
{
	DIR *folder = opendir(w->packs);
	struct dirent *entry;
	size_t count = 0;

	while (folder && (entry = readdir(folder)))
		count += strncmp(entry->d_name, begin, strlen(begin)) == 0 &&
			 text_ends_with(entry->d_name, ending);
	if (folder)
		closedir(folder);
	return count;
}

struct store_file *file_begin(struct world *w, uint64_t size)
{
	struct store_file_wish wish = { .size = size, .name = "file", .effort = EFFORT_FULL };
	struct store_file *file = NULL;
	struct error err = { 0 };

	assert_done(packs_file_begin(&w->store->head, &wish, &file, &err), &err);
	return file;
}

/* Pieces that a file is cut into, to be handed over by several threads in any order. */
struct cut {
	struct store_file *file;
	struct span bytes;
	size_t *from; /* count + 1 of them */
	size_t *order;
	size_t count;
};

static void piece_give(void *arg, size_t turn)
{
	const struct cut *cut = arg;
	size_t i = cut->order[turn];
	struct span bytes = { cut->bytes.data + cut->from[i], cut->from[i + 1] - cut->from[i] };
	struct store_piece piece = { .offset = cut->from[i],
				     .bytes = bytes,
				     .digest = sha256(bytes) };
	struct error err = { 0 };

	assert_done(packs_file_piece(cut->file, &piece, &err), &err);
}

/* Cut `bytes` by chance and add them; their digest. */
struct digest file_add(struct world *w, struct span bytes, uint64_t *chance,
		       struct threads *threads)
{
	struct cut cut = { .bytes = bytes, .file = file_begin(w, bytes.len) };
	struct digest whole = sha256(bytes);
	struct error err = { 0 };

	cut.from = calloc(bytes.len + 2, sizeof(*cut.from));
	cut.order = calloc(bytes.len + 2, sizeof(*cut.order));
	for (size_t at = 0; at < bytes.len; cut.count++) {
		size_t len = 1 + test_random(chance) % PIECE_MAX;

		at += len < bytes.len - at ? len : bytes.len - at;
		cut.from[cut.count + 1] = at;
	}
	for (size_t i = 0; i < cut.count; i++) {
		size_t other = test_random(chance) % (i + 1);

		cut.order[i] = cut.order[other];
		cut.order[other] = i;
	}
	threads_run(threads, cut.count, piece_give, &cut);
	assert_done(packs_file_commit(cut.file, &whole, &err), &err);
	free(cut.from);
	free(cut.order);
	return whole;
}

void world_flush(struct world *w)
{
	struct error err = { 0 };

	assert_done(store_flush(&w->store->head, &err), &err);
}

uint8_t *random_bytes(size_t len, uint64_t *chance)
{
	uint8_t *bytes = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(test_random(chance) >> 20);
	return bytes;
}

/* The whole, and some ranges, are what they were. */
void file_check(struct world *w, const struct digest *whole, struct span bytes, uint64_t *chance)
{
	CLEANUP(source_close) struct source *source = NULL;
	uint8_t *got = malloc(bytes.len + 1);
	struct error err = { 0 };

	assert_done(store_read(&w->store->head, whole, &source, &err), &err);
	assert_int_equal(source->size, bytes.len);
	assert_done(source_read_at(source, 0, got, bytes.len, &err), &err);
	assert_memory_equal(got, bytes.data, bytes.len);
	for (int i = 0; i < 20; i++) {
		size_t from = test_random(chance) % bytes.len;
		size_t len = test_random(chance) % (bytes.len - from + 1);

		assert_done(source_read_at(source, from, got, len, &err), &err);
		assert_memory_equal(got, bytes.data + from, len);
	}
	free(got);
}

/* Pieces of PIECE_MAX bytes. */
struct digest even_add(struct world *w, struct span bytes)
{
	struct store_file *file = file_begin(w, bytes.len);
	struct digest whole = sha256(bytes);
	struct error err = { 0 };

	for (size_t at = 0; at < bytes.len; at += PIECE_MAX) {
		size_t len = bytes.len - at < PIECE_MAX ? bytes.len - at : PIECE_MAX;
		struct span one = { bytes.data + at, len };
		struct store_piece piece = { .offset = at, .bytes = one, .digest = sha256(one) };

		assert_done(packs_file_piece(file, &piece, &err), &err);
	}
	assert_done(packs_file_commit(file, &whole, &err), &err);
	return whole;
}

/* Everything that is listed, in steps of `step`: in order, each once. */
size_t list_count(struct world *w, size_t step)
{
	struct store_cursor cursor = { 0 };
	struct digest some[500], last = { { 0 } };
	struct error err = { 0 };
	size_t total = 0, count;

	do {
		assert_done(store_list(&w->store->head, &cursor, some, step, &count, &err), &err);
		for (size_t i = 0; i < count; i++) {
			assert_true(memcmp(&last, &some[i], sizeof(last)) < 0);
			last = some[i];
		}
		total += count;
	} while (count);
	return total;
}
