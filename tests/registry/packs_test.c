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

/* ---- Damage ---- */

/* The path of the only pack, malloced. */
static char *pack_path(const struct world *w)
{
	struct digest *pack;
	char text[PACK_NAME_ROOM], *path;
	struct error err = { 0 };
	size_t count;

	assert_done(pack_index_packs(w->store->index, &pack, &count, &err), &err);
	assert_int_equal(count, 1);
	pack_name_text(&pack[0], text);
	free(pack);
	assert_done(path_join(w->packs, text, &path, &err), &err);
	return path;
}

/* The path of the pack that is being written. */
static void open_path(const struct world *w, char *path, size_t size)
{
	DIR *folder = opendir(w->packs);
	struct dirent *entry;

	path[0] = '\0';
	while ((entry = readdir(folder)))
		if (strncmp(entry->d_name, "tmp-", 4) == 0)
			snprintf(path, size, "%s/%s", w->packs, entry->d_name);
	closedir(folder);
	assert_true(path[0] != '\0');
}

static void every_changed_byte_of_a_pack_is_found(void **state)
{
	CLEANUP(world_close) struct world w;
	CLEANUP(text_free) char *path = NULL;
	uint64_t chance = 20;
	struct digest whole;
	struct stat st;
	size_t found = 0, healed = 0;
	uint8_t *bytes;

	(void)state;
	world_open(&w);
	bytes = random_bytes(900, &chance);
	memset(bytes + 300, 'a', 300); /* something that a codec takes */
	whole = file_add(&w, (struct span){ bytes, 900 }, &chance, NULL);
	flush(&w);
	path = pack_path(&w);
	assert_int_equal(stat(path, &st), 0);
	for (long at = 0; at < st.st_size; at++) {
		CLEANUP(source_close) struct source *source = NULL;
		struct error err = { 0 };
		uint8_t got[900];

		house_flip(path, at);
		world_reopen(&w);
		if (store_read(&w.store->head, &whole, &source, &err) ||
		    source_read_at(source, 0, got, 900, &err)) {
			assert_int_equal(err.code, ERROR_CORRUPT);
			found++;
		} else {
			assert_memory_equal(got, bytes, 900); /* the footer: made again */
			healed++;
		}
		source_close(&source);
		house_flip(path, at);
	}
	assert_true(found > 600 && healed > PACK_TAIL_BYTES);
	world_reopen(&w);
	file_check(&w, &whole, (struct span){ bytes, 900 }, &chance);
	free(bytes);
}

static void a_dead_writers_pack_is_good_up_to_its_first_bad_byte(void **state)
{
	uint64_t chance = 21;
	uint8_t *bytes = random_bytes(20 * PIECE_MAX, &chance);

	(void)state;
	for (int turn = 0; turn < 12; turn++) {
		CLEANUP(world_close) struct world w;
		struct store_file *file;
		struct digest whole, damaged;
		struct error err = { 0 };
		char path[4096];
		bool there;

		world_open(&w);
		whole = even_add(&w, (struct span){ bytes, 10 * PIECE_MAX });
		damaged = even_add(&w, (struct span){ bytes + 5 * PIECE_MAX, 10 * PIECE_MAX });
		open_path(&w, path, sizeof(path));
		world_reopen(&w);
		/* Behind the first recipe; cut off, or changed. */
		if (turn % 2)
			assert_int_equal(truncate(path, 11 * PIECE_MAX + 2000 + turn * 1000), 0);
		else
			house_flip(path, 11 * PIECE_MAX + 2000 + turn * 1000);
		file = file_begin(&w, 10);
		packs_file_abort(file);
		file_check(&w, &whole, (struct span){ bytes, 10 * PIECE_MAX }, &chance);
		assert_done(store_has(&w.store->head, &damaged, &there, &err), &err);
		assert_false(there);
		assert_int_equal(files_count(&w, "tmp-", ""), 0);

		/* And the next add goes on from there. */
		damaged = even_add(&w, (struct span){ bytes + 5 * PIECE_MAX, 10 * PIECE_MAX });
		flush(&w);
		file_check(&w, &damaged, (struct span){ bytes + 5 * PIECE_MAX, 10 * PIECE_MAX },
			   &chance);
	}
	free(bytes);
}

/* ---- Many packs, and the index over them ---- */

enum { MANY = 1000 };

static struct digest number_digest(unsigned number)
{
	uint8_t bytes[4] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), 0 };

	return sha256((struct span){ bytes, sizeof(bytes) });
}

/* A pack with one piece of four bytes, which spell `number`, and the recipe that makes it a file.
 */
static void number_pack(struct world *w, unsigned number)
{
	uint8_t bytes[4] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), 0 };
	struct digest digest = number_digest(number), name;
	struct recipe_part part = { .digest = digest, .len = 4 };
	struct recipe recipe = { 4, 1, &part };
	struct pack_entry entry[2] = { { .digest = digest, .kind = PACK_DATA },
				       { .digest = digest, .kind = PACK_RECIPE } };
	CLEANUP(buffer_release) struct buffer pack, text;
	char path[4096], hex[PACK_NAME_ROOM];
	struct error err = { 0 };
	uint8_t *head;
	FILE *file;

	buffer_init(&pack, 10000);
	buffer_init(&text, 10000);
	assert_done(recipe_write(&recipe, &text, &err), &err);
	assert_done(buffer_extend(&pack, PACK_HEAD_BYTES, &head, &err), &err);
	pack_head_write(head);
	for (int i = 0; i < 2; i++) {
		struct span stored = i ? buffer_view(&text) : (struct span){ bytes, 4 };
		struct pack_record record = { .kind = entry[i].kind,
					      .digest = digest,
					      .raw_len = (uint32_t)stored.len,
					      .stored_len = (uint32_t)stored.len,
					      .stored_crc = crc32c(0, stored) };
		uint8_t record_head[PACK_RECORD_BYTES];

		entry[i].offset = pack.len;
		entry[i].raw_len = entry[i].stored_len = (uint32_t)stored.len;
		pack_record_write(&record, record_head);
		assert_done(
			buffer_add(&pack, (struct span){ record_head, PACK_RECORD_BYTES }, &err),
			&err);
		assert_done(buffer_add(&pack, stored, &err), &err);
	}
	assert_done(pack_footer_write(entry, 2, pack.len, &pack, &name, &err), &err);
	pack_name_text(&name, hex);
	snprintf(path, sizeof(path), "%s/%s", w->packs, hex);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(pack.data, 1, pack.len, file), pack.len);
	assert_int_equal(fclose(file), 0);
}

static void number_check(struct world *w, unsigned number)
{
	uint8_t bytes[4] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), 0 };
	struct digest digest = number_digest(number);
	CLEANUP(buffer_release) struct buffer got;
	struct error err = { 0 };

	buffer_init(&got, 100);
	assert_done(store_get(&w->store->head, &digest, &got, &err), &err);
	assert_true(span_equal(buffer_view(&got), (struct span){ bytes, 4 }));
}

/* Everything that is listed, in steps of `step`: in order, each once. */
static size_t list_count(struct world *w, size_t step)
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

static void thousands_of_packs_are_one_index(void **state)
{
	CLEANUP(world_close) struct world w;
	struct error err = { 0 };
	char path[4096];
	struct stat st;

	(void)state;
	world_open(&w);
	assert_done(folder_make(w.packs, &err), &err);
	for (unsigned i = 0; i < MANY; i++)
		number_pack(&w, i);
	number_check(&w, 17);
	assert_int_equal(list_count(&w, 500), MANY);
	snprintf(path, sizeof(path), "%s/index", w.packs);
	assert_int_equal(stat(path, &st), 0);

	/* A few more are known without a new index, and to a store that is open already. */
	for (unsigned i = MANY; i < MANY + 10; i++)
		number_pack(&w, i);
	number_check(&w, MANY + 3);
	assert_int_equal(list_count(&w, 7), MANY + 10);

	/* The index is nobody's truth: gone, changed anywhere, it is made again. */
	assert_int_equal(unlink(path), 0);
	world_reopen(&w);
	number_check(&w, MANY - 1);
	assert_int_equal(stat(path, &st), 0);
	for (long at = 0; at < st.st_size; at += 1 + st.st_size / 20) {
		house_flip(path, at);
		world_reopen(&w);
		assert_int_equal(list_count(&w, 400), MANY + 10);
	}

	/* A pack that went away takes what it had along. */
	for (unsigned i = 0; i < MANY + 10; i += 2) {
		struct digest digest = number_digest(i);
		struct pack_hit hit;
		size_t count;
		char name[PACK_NAME_ROOM];

		assert_done(
			pack_index_find(w.store->index, &digest, PACK_DATA, &hit, 1, &count, &err),
			&err);
		assert_int_equal(count, 1);
		pack_name_text(&hit.pack, name);
		snprintf(path, sizeof(path), "%s/%s", w.packs, name);
		assert_int_equal(unlink(path), 0);
	}
	world_reopen(&w);
	assert_int_equal(list_count(&w, 100), MANY / 2 + 5);
	number_check(&w, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_any_size_come_out_as_they_went_in),
		cmocka_unit_test(what_is_there_is_not_kept_again),
		cmocka_unit_test(two_that_add_the_same_keep_it_once),
		cmocka_unit_test(what_a_dead_writer_left_is_taken_over),
		cmocka_unit_test(every_changed_byte_of_a_pack_is_found),
		cmocka_unit_test(a_dead_writers_pack_is_good_up_to_its_first_bad_byte),
		cmocka_unit_test(thousands_of_packs_are_one_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
