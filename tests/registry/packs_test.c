/* Packs: what goes in comes out by ranges, once, after reopening and after a kill. */
#include "tests/registry/packs_world.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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
		world_flush(&w);
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
	world_flush(&w);
	before = packs_bytes(&w);
	assert_true(before < FILE_MAX + FILE_MAX / 10);
	even_add(&w, all);
	world_flush(&w);
	assert_int_equal(packs_bytes(&w), before);

	/* One changed byte costs one piece; and so it does in another process, later. */
	bytes[100000] ^= 1;
	world_reopen(&w);
	even_add(&w, all);
	world_flush(&w);
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
	world_flush(&w);
	before = packs_bytes(&w);
	world_flush(&other);
	assert_int_equal(packs_bytes(&w), before);
	file_check(&other, &whole, (struct span){ bytes, 60000 }, &chance);
	file_check(&w, &whole, (struct span){ bytes, 60000 }, &chance);

	/* What only one of them has is kept. */
	bytes[0] ^= 1;
	even_add(&w, (struct span){ bytes, 60000 });
	bytes[59999] ^= 1;
	whole = even_add(&other, (struct span){ bytes, 60000 });
	world_flush(&w);
	world_flush(&other);
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
	world_flush(&w);
	file_check(&w, &next, (struct span){ bytes + 60000, 5 * PIECE_MAX }, &chance);
	free(bytes);
}

/* ---- Differences ---- */

enum { WORDS = 100000 };

/* One piece of bf16 words as a file of its own, which may differ little from the piece `base`. */
static struct digest words_add(struct world *w, const uint16_t *word, const struct digest *base)
{
	struct span bytes = { (const uint8_t *)word, WORDS * sizeof(*word) };
	struct store_file *file = file_begin(w, bytes.len);
	struct store_piece piece = { .bytes = bytes,
				     .digest = sha256(bytes),
				     .content = CONTENT_BF16 };
	struct error err = { 0 };

	if (base)
		piece.base = *base;
	assert_done(packs_file_piece(file, &piece, &err), &err);
	assert_done(packs_file_commit(file, &piece.digest, &err), &err);
	return piece.digest;
}

/* How the data lies: its stored length, and what it is a difference to. */
static uint32_t record_look(struct world *w, const struct digest *digest, struct digest *out_base)
{
	struct packs_place place[PACKS_COPIES_MAX];
	uint8_t head[PACK_RECORD_BYTES];
	struct pack_record record;
	struct error err = { 0 };
	size_t count;

	assert_done(packs_find(w->store, digest, PACK_DATA, place, &count, &err), &err);
	assert_int_equal(count, 1);
	assert_done(
		pack_pread(place[0].handle->fd, place[0].entry.offset, head, sizeof(head), &err),
		&err);
	assert_done(pack_record_parse((struct span){ head, sizeof(head) }, &record, &err), &err);
	packs_places_drop(place, count);
	*out_base = record.base;
	return record.stored_len;
}

static void a_difference_is_to_what_is_none_itself(void **state)
{
	CLEANUP(world_close) struct world w;
	static const struct digest none = { { 0 } };
	uint16_t *word = calloc(WORDS, sizeof(*word));
	struct digest whole[4], base;
	uint16_t *kept[4];
	uint64_t chance = 22;

	(void)state;
	world_open(&w);
	w.store->pack_size = 1 << 20;
	for (size_t i = 0; i < WORDS; i++) /* exponents as weights have them, any mantissa */
		word[i] = (uint16_t)((test_random(&chance) >> 40 & 0x807f) |
				     (118 + test_random(&chance) % 4) << 7);
	for (int i = 0; i < 4; i++) {
		kept[i] = malloc(WORDS * sizeof(*word));
		memcpy(kept[i], word, WORDS * sizeof(*word));
		whole[i] = words_add(&w, word, i ? &whole[i - 1] : NULL);
		if (i == 1)
			world_flush(&w); /* bases are found in sealed packs and in those being
					    written */
		for (size_t j = 0; j < WORDS; j += 1 + test_random(&chance) % 3)
			word[j] ^= 1;
	}
	assert_true(record_look(&w, &whole[0], &base) > WORDS);
	assert_true(digest_equal(&base, &none));
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 1; i < 4; i++) {
			assert_true(record_look(&w, &whole[i], &base) < WORDS);
			assert_true(digest_equal(&base, &whole[0]));
		}
		for (int i = 0; i < 4; i++)
			file_check(&w, &whole[i],
				   (struct span){ (uint8_t *)kept[i], WORDS * sizeof(*word) },
				   &chance);
		world_flush(&w);
		world_reopen(&w);
	}
	for (int i = 0; i < 4; i++)
		free(kept[i]);
	free(word);
}

/* ---- Writes that fail ---- */

static void after_a_failed_write_the_next_file_goes_on(void **state)
{
	CLEANUP(world_close) struct world w;
	uint64_t chance = 23;
	uint8_t *bytes = random_bytes(20 * PIECE_MAX, &chance);
	struct span first = { bytes, 3 * PIECE_MAX };
	struct store_piece piece = { .bytes = { bytes + 4 * PIECE_MAX, PIECE_MAX } };
	struct rlimit small, usual;
	struct digest whole, next;
	struct store_file *file;
	struct error err = { 0 };

	(void)state;
	world_open(&w);
	whole = even_add(&w, first);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	signal(SIGXFSZ, SIG_IGN);
	small = usual;
	small.rlim_cur =
		3 * PIECE_MAX + 2000; /* no pack may be longer: the next piece ends early */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	file = file_begin(&w, 2 * PIECE_MAX);
	piece.digest = sha256(piece.bytes);
	assert_fails(packs_file_piece(file, &piece, &err), &err, ERROR_SYSTEM);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
	assert_fails(packs_file_commit(file, &whole, &err), &err, ERROR_CORRUPT);
	assert_fails(store_flush(&w.store->head, &err), &err, ERROR_SYSTEM);

	/* What was whole before is there, and nothing of what failed is in the way. */
	next = even_add(&w, (struct span){ bytes + 4 * PIECE_MAX, 2 * PIECE_MAX });
	world_flush(&w);
	assert_int_equal(files_count(&w, "tmp-", ""), 0);
	world_reopen(&w);
	file_check(&w, &whole, first, &chance);
	file_check(&w, &next, (struct span){ bytes + 4 * PIECE_MAX, 2 * PIECE_MAX }, &chance);
	free(bytes);
}

static void what_was_removed_is_gone_until_it_comes_again(void **state)
{
	CLEANUP(world_close) struct world w;
	uint64_t chance = 24;
	uint8_t *bytes = random_bytes(9000, &chance);
	struct span all = { bytes, 9000 };
	struct source *source = NULL;
	struct error err = { 0 };
	struct digest whole;
	bool there;

	(void)state;
	world_open(&w);
	whole = even_add(&w, all);
	world_flush(&w);
	assert_done(store_remove(&w.store->head, &whole, &err), &err);
	for (int turn = 0; turn < 2; turn++) {
		assert_done(store_has(&w.store->head, &whole, &there, &err), &err);
		assert_false(there);
		assert_fails(store_read(&w.store->head, &whole, &source, &err), &err, ERROR_ABSENT);
		assert_int_equal(list_count(&w, 3), 0);
		world_reopen(&w);
	}
	even_add(&w, all);
	world_flush(&w);
	world_reopen(&w);
	file_check(&w, &whole, all, &chance);
	assert_int_equal(list_count(&w, 3), 1);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_any_size_come_out_as_they_went_in),
		cmocka_unit_test(what_is_there_is_not_kept_again),
		cmocka_unit_test(two_that_add_the_same_keep_it_once),
		cmocka_unit_test(what_a_dead_writer_left_is_taken_over),
		cmocka_unit_test(a_difference_is_to_what_is_none_itself),
		cmocka_unit_test(after_a_failed_write_the_next_file_goes_on),
		cmocka_unit_test(what_was_removed_is_gone_until_it_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
