/* Packs that were changed, cut off, or are thousands: found, made good, or said. */
#include "tests/registry/packs_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
	world_flush(&w);
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

/* Where `bytes` lie in a file. */
static long place_of(const char *path, struct span bytes)
{
	CLEANUP(buffer_release) struct buffer all;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };
	const uint8_t *found;

	buffer_init(&all, 1 << 20);
	assert_done(source_open_file(path, &source, &err), &err);
	assert_done(source_read_all(source, &all, &err), &err);
	found = memmem(all.data, all.len, bytes.data, bytes.len);
	assert_non_null(found);
	return found - all.data;
}

static void a_range_of_a_damaged_piece_is_refused_though_the_damage_lies_elsewhere(void **state)
{
	CLEANUP(world_close) struct world w;
	CLEANUP(text_free) char *path = NULL;
	uint64_t chance = 27;
	uint8_t *bytes = random_bytes(3 * PIECE_MAX, &chance), got[100];
	struct digest whole;
	long at;

	(void)state;
	world_open(&w);
	whole = even_add(&w, (struct span){ bytes, 3 * PIECE_MAX });
	world_flush(&w);
	path = pack_path(&w);
	at = place_of(path, (struct span){ bytes + PIECE_MAX, PIECE_MAX });
	for (int damaged = 1; damaged >= 0; damaged--) {
		CLEANUP(source_close) struct source *source = NULL;
		struct error err = { 0 };

		house_flip(path, at + 3000);
		world_reopen(&w);
		assert_done(store_read(&w.store->head, &whole, &source, &err), &err);
		for (size_t from = 10; from < 2000; from += 900) { /* at first, and again */
			if (damaged)
				assert_fails(
					source_read_at(source, PIECE_MAX + from, got, 100, &err),
					&err, ERROR_CORRUPT);
			else
				assert_done(
					source_read_at(source, PIECE_MAX + from, got, 100, &err),
					&err);
			if (!damaged)
				assert_memory_equal(got, bytes + PIECE_MAX + from, 100);
			err = (struct error){ 0 };
		}
		for (size_t i = 0; i < 3; i += 2) { /* the others are as they were */
			assert_done(source_read_at(source, i * PIECE_MAX + 7, got, 100, &err),
				    &err);
			assert_memory_equal(got, bytes + i * PIECE_MAX + 7, 100);
		}
	}
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
		world_flush(&w);
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
		cmocka_unit_test(every_changed_byte_of_a_pack_is_found),
		cmocka_unit_test(
			a_range_of_a_damaged_piece_is_refused_though_the_damage_lies_elsewhere),
		cmocka_unit_test(a_dead_writers_pack_is_good_up_to_its_first_bad_byte),
		cmocka_unit_test(thousands_of_packs_are_one_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
