/* Collection in packs: what somebody may count on stays, until nobody does. */
#include "registry/pack/collect.h"
#include "tests/registry/house.h"

#include <fcntl.h>
#include <stdio.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILE_BYTES = 20000, PIECE_BYTES = 4096, FILES = 12 };

/* A store of packs, what it was given, and what is needed of that. */
struct world {
	char *folder, *objects;
	struct packs_store *store;
	struct digest digest[FILES];
	uint8_t bytes[FILES][FILE_BYTES];
	bool needed[FILES];
};

static void world_reopen(struct world *w)
{
	struct store *store = w->store ? &w->store->head : NULL;
	struct error err = { 0 };

	store_close(&store);
	assert_done(store_open("packs", w->objects, &store, &err), &err);
	w->store = (struct packs_store *)store;
	w->store->small = 1;
	w->store->pack_size = 50000;
}

static void world_open(struct world *w)
{
	struct error err = { 0 };

	*w = (struct world){ .folder = test_folder() };
	assert_done(path_join(w->folder, "objects", &w->objects, &err), &err);
	assert_done(folder_make(w->objects, &err), &err);
	world_reopen(w);
	srand(7);
	for (size_t i = 0; i < FILES; i++) {
		for (size_t k = 0; k < FILE_BYTES; k++)
			w->bytes[i][k] = (uint8_t)rand();
		w->needed[i] = true;
	}
	/* The second half of each file is the first of the next: they share pieces. */
	for (size_t i = 0; i + 1 < FILES; i++)
		memcpy(w->bytes[i + 1], w->bytes[i] + 2 * PIECE_BYTES, 2 * PIECE_BYTES);
	for (size_t i = 0; i < FILES; i++)
		w->digest[i] = sha256((struct span){ w->bytes[i], FILE_BYTES });
}

static void world_close(struct world *w)
{
	struct store *store = w->store ? &w->store->head : NULL;

	store_close(&store);
	test_folder_remove(&w->folder);
	free(w->objects);
}

static void put(struct packs_store *into, const struct world *w, size_t i)
{
	struct store_file_wish wish = { .size = FILE_BYTES, .name = "file" };
	const struct store_type *type = into->head.type;
	struct store_file *file;
	struct error err = { 0 };

	assert_done(type->file_begin(&into->head, &wish, &file, &err), &err);
	for (uint64_t at = 0; at < FILE_BYTES; at += PIECE_BYTES) {
		size_t rest = FILE_BYTES - at;
		struct store_piece piece = { .offset = at,
					     .bytes = { w->bytes[i] + at,
							rest < PIECE_BYTES ? rest : PIECE_BYTES } };

		piece.digest = sha256(piece.bytes);
		assert_done(type->file_piece(file, &piece, &err), &err);
	}
	assert_done(type->file_commit(file, &w->digest[i], &err), &err);
	assert_done(type->flush(&into->head, &err), &err);
}

static int mark(void *user, struct live_set **out_objects, struct error *err)
{
	const struct world *w = user;

	if (live_set_new(1, 0, out_objects, err))
		return -1;
	for (size_t i = 0; i < FILES; i++)
		if (w->needed[i] && live_set_add(*out_objects, &w->digest[i], err))
			return -1;
	return 0;
}

static struct store_collected collect(struct world *w, int64_t grace_s)
{
	struct context ctx = test_context();
	struct store_collect_request request = {
		.mark = mark, .user = w, .now = time(NULL) + 10, .grace_s = grace_s, .all = true
	};
	struct store_collected collected;
	struct error err = { 0 };

	assert_done(store_collect(&w->store->head, &ctx, &request, &collected, &err), &err);
	return collected;
}

static bool is_whole(struct world *w, size_t i)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error err = { 0 };

	buffer_init(&bytes, FILE_BYTES);
	if (store_get(&w->store->head, &w->digest[i], &bytes, &err)) {
		assert_int_equal(err.code, ERROR_ABSENT);
		return false;
	}
	return true;
}

static void what_is_needed_stays_and_nothing_else(void **state)
{
	struct world *w = malloc(sizeof(*w));
	struct store_collected collected;

	(void)state;
	world_open(w);
	for (size_t i = 0; i < FILES; i++)
		put(w->store, w, i);
	collected = collect(w, 0);
	assert_int_equal(collected.garbage_bytes, 0);
	for (size_t i = 0; i < FILES; i += 3)
		w->needed[i] = false;
	collected = collect(w, 1000);
	assert_int_equal(collected.rewritten, 0);
	assert_true(collected.young_bytes > 0);
	collected = collect(w, 0);
	assert_true(collected.rewritten > 0 && collected.deleted == collected.rewritten);
	assert_int_equal(collected.quarantined, 0);
	world_reopen(w);
	for (size_t i = 0; i < FILES; i++)
		assert_int_equal(is_whole(w, i), w->needed[i]);
	collected = collect(w, 0);
	assert_int_equal(collected.garbage_bytes + collected.rewritten + collected.deleted, 0);
	world_close(w);
	free(w);
}

static void what_a_living_writer_found_stays_until_it_said_so(void **state)
{
	struct world *w = malloc(sizeof(*w));
	struct store_collected collected;
	struct error err = { 0 };
	struct store *other;
	bool there;

	(void)state;
	world_open(w);
	for (size_t i = 0; i < 6; i++)
		put(w->store, w, i);
	world_reopen(w);
	w->needed[2] = w->needed[4] = false;

	/* Another process finds file 2 here, and is about to name it. */
	assert_done(store_open("packs", w->objects, &other, &err), &err);
	assert_done(store_rely(other, &w->digest[2], &there, &err), &err);
	assert_true(there);
	collected = collect(w, 0);
	assert_int_equal(collected.deleted, 0);
	assert_true(collected.quarantined > 0);
	assert_int_equal(collected.writers, 1);
	assert_true(is_whole(w, 2));

	/* Whoever begins now does not count on what is about to go. */
	world_reopen(w);
	assert_done(store_rely(&w->store->head, &w->digest[4], &there, &err), &err);
	assert_false(there);
	world_reopen(w);

	/* It named it, and ends: file 2 comes back from quarantine, file 4 goes. */
	w->needed[2] = true;
	store_close(&other);
	collected = collect(w, 0);
	assert_true(collected.deleted > 0);
	assert_int_equal(collected.quarantined, 0);
	world_reopen(w);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(is_whole(w, i), w->needed[i]);
	world_close(w);
	free(w);
}

/* Make every pack that is there two days old. */
static void packs_age(struct world *w)
{
	const struct timespec old[2] = { { .tv_sec = time(NULL) - 2 * 86400 },
					 { .tv_sec = time(NULL) - 2 * 86400 } };
	struct error err = { 0 };
	struct digest *pack;
	size_t count;

	assert_done(pack_index_refresh(w->store->index, &err), &err);
	assert_done(pack_index_packs(w->store->index, &pack, &count, &err), &err);
	for (size_t i = 0; i < count; i++) {
		char path[4096], name[PACK_NAME_ROOM];

		pack_name_text(&pack[i], name);
		snprintf(path, sizeof(path), "%s/packs/%s", w->folder, name);
		assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	}
	free(pack);
}

static void what_a_young_recipe_names_stays_in_old_packs(void **state)
{
	struct world *w = malloc(sizeof(*w));
	struct store_collected collected;
	struct error err = { 0 };
	bool there;

	(void)state;
	world_open(w);
	put(w->store, w, 0);
	put(w->store, w, 5);
	packs_age(w);
	world_reopen(w);
	/* An add that was killed before it said anything: half of it lies in the old pack. */
	put(w->store, w, 1);
	w->needed[0] = w->needed[1] = false;
	world_reopen(w);
	collected = collect(w, 86400);
	assert_int_equal(collected.rewritten, 1);
	world_reopen(w);
	assert_done(store_rely(&w->store->head, &w->digest[1], &there, &err), &err);
	assert_true(there);
	assert_true(is_whole(w, 1));
	world_reopen(w);
	assert_false(is_whole(w, 0));
	collect(w, 0);
	world_reopen(w);
	assert_false(is_whole(w, 1));
	assert_true(is_whole(w, 5));
	world_close(w);
	free(w);
}

static void what_lost_a_part_is_not_relied_on(void **state)
{
	struct world *w = malloc(sizeof(*w));
	struct error err = { 0 };
	struct digest first, *pack;
	char path[4096], name[PACK_NAME_ROOM];
	struct pack_hit hit;
	size_t count;
	bool there;

	(void)state;
	world_open(w);
	put(w->store, w, 0);
	world_reopen(w);
	put(w->store, w, 1); /* with pieces of the first */
	world_reopen(w);
	assert_done(pack_index_refresh(w->store->index, &err), &err);
	first = sha256((struct span){ w->bytes[1], PIECE_BYTES });
	assert_done(pack_index_packs(w->store->index, &pack, &count, &err), &err);
	assert_int_equal(count, 2);
	free(pack);
	assert_done(pack_index_find(w->store->index, &first, PACK_DATA, &hit, 1, &count, &err),
		    &err);
	pack_name_text(&hit.pack, name);
	snprintf(path, sizeof(path), "%s/packs/%s", w->folder, name);
	assert_int_equal(unlink(path), 0);
	world_reopen(w);
	assert_done(store_rely(&w->store->head, &w->digest[1], &there, &err), &err);
	assert_false(there);
	put(w->store, w, 1); /* so it is read again, and what was lost is back */
	world_reopen(w);
	assert_done(store_rely(&w->store->head, &w->digest[1], &there, &err), &err);
	assert_true(there);
	assert_true(is_whole(w, 1));
	world_close(w);
	free(w);
}

static void two_collections_do_not_meet(void **state)
{
	struct world *w = malloc(sizeof(*w));
	struct context ctx = test_context();
	struct store_collect_request request = { .mark = mark, .user = w };
	CLEANUP(lease_release) struct lease *lease = NULL;
	struct store_collected collected;
	struct error err = { 0 };
	char *packs;

	(void)state;
	world_open(w);
	put(w->store, w, 0);
	assert_done(path_join(w->folder, "packs", &packs, &err), &err);
	assert_done(lease_take(packs, "gc", &ctx, &lease, &err), &err);
	assert_fails(store_collect(&w->store->head, &ctx, &request, &collected, &err), &err,
		     ERROR_SYSTEM);
	lease_release(&lease);
	world_close(w);
	free(packs);
	free(w);
}

static void a_set_has_all_that_was_added_and_hardly_anything_else(void **state)
{
	CLEANUP(live_set_free) struct live_set *set = NULL;
	struct error err = { 0 };
	uint32_t wrong = 0;

	(void)state;
	assert_done(live_set_new(42, 0, &set, &err), &err);
	for (uint32_t i = 0; i < 200000; i++) {
		struct digest digest = sha256((struct span){ (const uint8_t *)&i, sizeof(i) });

		if (i % 2 == 0)
			assert_done(live_set_add(set, &digest, &err), &err);
	}
	for (uint32_t i = 0; i < 200000; i++) {
		struct digest digest = sha256((struct span){ (const uint8_t *)&i, sizeof(i) });

		if (i % 2 == 0)
			assert_true(live_set_has(set, &digest));
		else
			wrong += live_set_has(set, &digest);
	}
	assert_true(wrong < 10);
}

/* splitmix64: G. Steele, D. Lea and C. Flood 2014. */
static struct digest drawn(uint64_t i)
{
	struct digest digest = { { 0 } };

	for (size_t at = 0; at < 16; at += 8) {
		uint64_t word = (2 * i + at / 8) * 0x9e3779b97f4a7c15u;

		word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
		word = (word ^ word >> 27) * 0x94d049bb133111ebu;
		word ^= word >> 31;
		memcpy(digest.byte + at, &word, sizeof(word));
	}
	return digest;
}

static void a_set_of_very_many_has_them_all_in_less_memory(void **state)
{
	enum { MANY = 1 << 24 };
	CLEANUP(live_set_free) struct live_set *set = NULL;
	struct mallinfo2 before = mallinfo2(), after;
	struct error err = { 0 };
	uint32_t lost = 0, wrong = 0;

	(void)state;
	assert_done(live_set_new(42, MANY, &set, &err), &err);
	after = mallinfo2();
	for (uint64_t i = 0; i < MANY; i++) {
		struct digest digest = drawn(i);

		assert_done(live_set_add(set, &digest, &err), &err);
	}
	for (uint64_t i = 0; i < MANY; i += 16) {
		struct digest digest = drawn(i), other = drawn(MANY + i);

		lost += !live_set_has(set, &digest);
		wrong += live_set_has(set, &other);
	}
	printf("%u of %u others seem to be in it\n", wrong, MANY / 16);
	assert_int_equal(lost, 0);
	assert_true(wrong < MANY / 16 / 100);
	/* The sanitizers' allocator says nothing of itself. */
	assert_true(after.hblkhd + after.uordblks <= before.hblkhd + before.uordblks + (26u << 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_needed_stays_and_nothing_else),
		cmocka_unit_test(what_a_living_writer_found_stays_until_it_said_so),
		cmocka_unit_test(what_a_young_recipe_names_stays_in_old_packs),
		cmocka_unit_test(what_lost_a_part_is_not_relied_on),
		cmocka_unit_test(two_collections_do_not_meet),
		cmocka_unit_test(a_set_has_all_that_was_added_and_hardly_anything_else),
		cmocka_unit_test(a_set_of_very_many_has_them_all_in_less_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
