/* Packs: what goes in comes out by ranges, after reopening, after a kill, whatever is damaged. */
#include "registry/packs.h"
#include "tests/registry/house.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 200000, PIECE_MAX = 4096 };

/* A store of packs below a folder of its own. */
struct world {
	char *folder, *objects, *packs;
	struct packs_store *store;
};

static void world_reopen(struct world *w)
{
	struct store *store = w->store ? &w->store->head : NULL;
	struct error err = { 0 };

	store_close(&store);
	assert_done(store_open("packs", w->objects, &store, &err), &err);
	w->store = (struct packs_store *)store;
	w->store->small = 1;
	w->store->pack_size = 65536;
}

static void world_open(struct world *w)
{
	struct error err = { 0 };

	*w = (struct world){ .folder = test_folder() };
	assert_done(path_join(w->folder, "objects", &w->objects, &err), &err);
	assert_done(path_join(w->folder, "packs", &w->packs, &err), &err);
	assert_done(folder_make(w->objects, &err), &err);
	world_reopen(w);
}

static void world_close(struct world *w)
{
	struct store *store = w->store ? &w->store->head : NULL;

	store_close(&store);
	test_folder_remove(&w->folder);
	free(w->objects);
	free(w->packs);
}

/* How many files of the folder of packs end so. */
static size_t files_count(const struct world *w, const char *begin, const char *ending)
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

static struct store_file *file_begin(struct world *w, uint64_t size)
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
static struct digest file_add(struct world *w, struct span bytes, uint64_t *chance,
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

static void flush(struct world *w)
{
	struct error err = { 0 };

	assert_done(store_flush(&w->store->head, &err), &err);
}

static uint8_t *random_bytes(size_t len, uint64_t *chance)
{
	uint8_t *bytes = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(test_random(chance) >> 20);
	return bytes;
}

/* The whole, and some ranges, are what they were. */
static void file_check(struct world *w, const struct digest *whole, struct span bytes,
		       uint64_t *chance)
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

static void files_of_any_size_come_out_as_they_went_in(void **state)
{
	static const size_t size[] = { 1, 2, 4095, 4096, 4097, 65535, 65536, 70000, FILE_MAX };
	CLEANUP(world_close) struct world w;
	CLEANUP(threads_free) struct threads *threads = NULL;
	uint64_t chance = 16;
	uint8_t *bytes;
	struct digest whole[9];
	struct error err = { 0 };

	(void)state;
	world_open(&w);
	assert_done(threads_new(4, &threads, &err), &err);
	bytes = random_bytes(FILE_MAX, &chance);
	for (int turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < 9; i++)
			whole[i] = file_add(&w, (struct span){ bytes, size[i] }, &chance, threads);
		for (size_t i = 0; i < 9; i++) /* before they are sealed, and after */
			file_check(&w, &whole[i], (struct span){ bytes, size[i] }, &chance);
		flush(&w);
		assert_int_equal(files_count(&w, "tmp-", ""), 0);
		if (turn == 1)
			world_reopen(&w);
		for (size_t i = 0; i < 9; i++)
			file_check(&w, &whole[i], (struct span){ bytes, size[i] }, &chance);
	}
	free(bytes);
}

/* ---- What is kept once ---- */

static uint64_t packs_bytes(const struct world *w)
{
	DIR *folder = opendir(w->packs);
	struct dirent *entry;
	uint64_t bytes = 0;

	while ((entry = readdir(folder))) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", w->packs, entry->d_name);
		if (text_ends_with(entry->d_name, ".pack") && stat(path, &st) == 0)
			bytes += (uint64_t)st.st_size;
	}
	closedir(folder);
	return bytes;
}

/* Pieces of PIECE_MAX bytes. */
static struct digest even_add(struct world *w, struct span bytes)
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

static void what_is_there_is_not_kept_again(void **state)
{
	CLEANUP(world_close) struct world w;
	uint64_t chance = 17, before;
	uint8_t *bytes;
	struct span all;

	(void)state;
	world_open(&w);
	bytes = random_bytes(FILE_MAX, &chance);
	all = (struct span){ bytes, FILE_MAX };
	even_add(&w, all);
	flush(&w);
	before = packs_bytes(&w);
	assert_true(before < FILE_MAX + FILE_MAX / 10);
	even_add(&w, all);
	flush(&w);
	assert_int_equal(packs_bytes(&w), before);

	/* One changed byte costs one piece; and so it does in another process, later. */
	bytes[100000] ^= 1;
	world_reopen(&w);
	even_add(&w, all);
	flush(&w);
	assert_true(packs_bytes(&w) < before + 2 * PIECE_MAX + 4096);
	free(bytes);
}

static void two_that_add_the_same_keep_it_once(void **state)
{
	CLEANUP(world_close) struct world w, other = { 0 };
	uint64_t chance = 18, before;
	uint8_t *bytes;
	struct digest whole;

	(void)state;
	world_open(&w);
	world_open(&other);
	free(other.objects);
	other.objects = strdup(w.objects);
	world_reopen(&other);
	bytes = random_bytes(60000, &chance);
	whole = even_add(&w, (struct span){ bytes, 60000 });
	even_add(&other, (struct span){ bytes, 60000 });
	flush(&w);
	before = packs_bytes(&w);
	flush(&other);
	assert_int_equal(packs_bytes(&w), before);
	file_check(&other, &whole, (struct span){ bytes, 60000 }, &chance);
	file_check(&w, &whole, (struct span){ bytes, 60000 }, &chance);

	/* What only one of them has is kept. */
	bytes[0] ^= 1;
	even_add(&w, (struct span){ bytes, 60000 });
	bytes[59999] ^= 1;
	whole = even_add(&other, (struct span){ bytes, 60000 });
	flush(&w);
	flush(&other);
	world_reopen(&w);
	file_check(&w, &whole, (struct span){ bytes, 60000 }, &chance);
	free(bytes);
}

/* ---- Writers that died ---- */

static void what_a_dead_writer_left_is_taken_over(void **state)
{
	CLEANUP(world_close) struct world w;
	uint64_t chance = 19;
	struct digest whole, next;
	struct store_file *file;
	struct error err = { 0 };
	uint8_t *bytes;
	bool there;

	(void)state;
	world_open(&w);
	bytes = random_bytes(FILE_MAX, &chance);
	whole = even_add(&w, (struct span){ bytes, 50000 });
	world_reopen(&w); /* as if it had been killed: nothing was flushed */
	assert_int_equal(files_count(&w, "tmp-", ""), 1);
	assert_done(store_has(&w.store->head, &whole, &there, &err), &err);
	assert_false(there);
	file = file_begin(&w, 10); /* somebody writes again */
	packs_file_abort(file);
	assert_int_equal(files_count(&w, "tmp-", ""), 0);
	file_check(&w, &whole, (struct span){ bytes, 50000 }, &chance);

	/* A file that never became whole leaves its pieces. */
	file = file_begin(&w, FILE_MAX);
	for (size_t at = 60000; at < 60000 + 5 * PIECE_MAX; at += PIECE_MAX) {
		struct span one = { bytes + at, PIECE_MAX };
		struct store_piece piece = { .offset = at, .bytes = one, .digest = sha256(one) };

		assert_done(packs_file_piece(file, &piece, &err), &err);
	}
	packs_file_abort(file);
	world_reopen(&w);
	next = even_add(&w, (struct span){ bytes + 60000, 5 * PIECE_MAX });
	assert_int_equal(files_count(&w, "", ".pack"), 2);
	flush(&w);
	file_check(&w, &next, (struct span){ bytes + 60000, 5 * PIECE_MAX }, &chance);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_any_size_come_out_as_they_went_in),
		cmocka_unit_test(what_is_there_is_not_kept_again),
		cmocka_unit_test(two_that_add_the_same_keep_it_once),
		cmocka_unit_test(what_a_dead_writer_left_is_taken_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
