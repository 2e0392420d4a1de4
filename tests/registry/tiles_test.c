/* Tiles: names, hashes, proofs and growth, against the naive trees of kernels/merkle.h. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/tiles.h"

enum { LEAVES = 3000 };

/* A log in memory of `size` entries, the i-th being its number as text. */
struct grove {
	struct blobs *blobs;
	struct tiles *tiles;
	struct merkle tree;
	char (*text)[16];
	struct digest *leaf;
};

static void grove_make(struct grove *grove)
{
	struct error err = { 0 };

	*grove = (struct grove){ 0 };
	assert_done(blobs_open_memory(&grove->blobs, &err), &err);
	assert_done(tiles_new(grove->blobs, &grove->tiles, &err), &err);
	grove->text = calloc(LEAVES, sizeof(*grove->text));
	grove->leaf = calloc(LEAVES, sizeof(*grove->leaf));
	assert_non_null(grove->text);
	assert_non_null(grove->leaf);
	for (size_t i = 0; i < LEAVES; i++) {
		snprintf(grove->text[i], sizeof(grove->text[i]), "%zu", i);
		grove->leaf[i] = merkle_leaf(span_of(grove->text[i]));
	}
}

static void grove_free(struct grove *grove)
{
	tiles_free(&grove->tiles);
	blobs_close(&grove->blobs);
	free(grove->text);
	free(grove->leaf);
}

static void grove_grow(struct grove *grove, size_t count)
{
	struct span *entry = calloc(count, sizeof(*entry));
	struct error err = { 0 };

	assert_non_null(entry);
	for (size_t i = 0; i < count; i++)
		entry[i] = span_of(grove->text[grove->tree.count + i]);
	assert_done(tiles_append(grove->tiles, &grove->tree, entry, count, &err), &err);
	free(entry);
}

static void a_tile_path_has_three_digits_a_group(void **state)
{
	char path[BLOB_PATH_MAX];

	(void)state;
	tile_path(0, 5, 256, path);
	assert_string_equal(path, "tile/0/005");
	tile_path(0, 1234067, 41, path);
	assert_string_equal(path, "tile/0/x001/x234/067.p/41");
	tile_path(-1, 999, 256, path);
	assert_string_equal(path, "tile/entries/999");
	tile_path(2, 1000, 1, path);
	assert_string_equal(path, "tile/2/x001/000.p/1");
	tile_path(0, UINT64_MAX, 255, path);
	assert_string_equal(path, "tile/0/x018/x446/x744/x073/x709/x551/615.p/255");
}

static void a_log_grown_in_uneven_steps_has_the_roots_of_the_naive_tree(void **state)
{
	struct error err = { 0 };
	struct grove grove;
	size_t step = 0;

	(void)state;
	grove_make(&grove);
	while (grove.tree.count < LEAVES) {
		size_t left = LEAVES - (size_t)grove.tree.count;
		struct digest root, naive;

		step = step * 3 % 401 + 1;
		grove_grow(&grove, step < left ? step : left);
		assert_done(tiles_root(grove.tiles, grove.tree.count, &root, &err), &err);
		naive = merkle_root_of(grove.leaf, (size_t)grove.tree.count);
		assert_true(digest_equal(&root, &naive));
		root = merkle_root(&grove.tree);
		assert_true(digest_equal(&root, &naive));
	}
	grove_free(&grove);
}

static void proofs_from_tiles_hold_at_every_size_and_place(void **state)
{
	struct digest path[MERKLE_PROOF_MAX], naive[MERKLE_PROOF_MAX];
	struct error err = { 0 };
	struct grove grove;
	uint64_t seed = 99;

	(void)state;
	grove_make(&grove);
	grove_grow(&grove, LEAVES);
	for (int i = 0; i < 500; i++) {
		uint64_t size = 1 + test_random(&seed) % LEAVES, at = test_random(&seed) % size;
		uint64_t old = 1 + test_random(&seed) % size;
		struct digest root, old_root;
		size_t len, naive_len;

		/* The tiles are those of the whole log: smaller trees lie inside it. */
		assert_done(tiles_root_within(grove.tiles, size, LEAVES, &root, &err), &err);
		assert_done(tiles_root_within(grove.tiles, old, LEAVES, &old_root, &err), &err);
		if (size == LEAVES || i % 50 == 0) {
			assert_done(
				tiles_prove_inclusion(grove.tiles, at, LEAVES, path, &len, &err),
				&err);
			merkle_path_of(grove.leaf, LEAVES, (size_t)at, naive, &naive_len);
			assert_int_equal(len, naive_len);
			assert_memory_equal(path, naive, len * sizeof(*path));
		}
		assert_done(tiles_prove_consistency(grove.tiles, old, LEAVES, path, &len, &err),
			    &err);
		assert_done(tiles_root(grove.tiles, LEAVES, &root, &err), &err);
		assert_done(
			merkle_check_consistency(old, LEAVES, &old_root, &root, path, len, &err),
			&err);
	}
	grove_free(&grove);
}

static void an_entry_is_checked_against_the_tree_that_holds_it(void **state)
{
	CLEANUP(buffer_release) struct buffer entry;
	struct error err = { 0 };
	struct grove grove;

	(void)state;
	buffer_init(&entry, 1000);
	grove_make(&grove);
	grove_grow(&grove, 300);
	assert_done(tiles_entry(grove.tiles, 299, 300, &entry, &err), &err);
	assert_true(span_equal(buffer_view(&entry), span_of("299")));
	assert_fails(tiles_entry(grove.tiles, 300, 300, &entry, &err), &err, ERROR_ABSENT);

	/* Somebody replaces the bundle: same form, other entries. */
	assert_done(blobs_replace(grove.blobs, "tile/entries/001.p/44",
				  (struct span){ (const uint8_t *)"\0\1x", 3 }, &err),
		    &err);
	tiles_forget(grove.tiles);
	entry.len = 0;
	assert_fails(tiles_entry(grove.tiles, 256, 300, &entry, &err), &err, ERROR_CORRUPT);
	assert_fails(tiles_entry(grove.tiles, 299, 300, &entry, &err), &err, ERROR_CORRUPT);
	assert_int_equal(entry.len, 0);
	grove_free(&grove);
}

static void what_is_written_is_never_written_otherwise(void **state)
{
	struct error err = { 0 };
	struct grove grove;
	struct merkle before;
	struct span other = span_of("another");

	(void)state;
	grove_make(&grove);
	grove_grow(&grove, 10);
	before = grove.tree;
	grove_grow(&grove, 5);
	/* The same growth again is the same bytes; another one is refused. */
	grove.tree = before;
	grove_grow(&grove, 5);
	grove.tree = before;
	struct span entry[5] = { other, other, other, other, other };

	assert_fails(tiles_append(grove.tiles, &grove.tree, entry, 5, &err), &err, ERROR_CORRUPT);
	assert_int_equal(grove.tree.count, 10);
	grove_free(&grove);
}

static void a_bundle_of_any_bytes_is_read_within_its_bounds(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 300; round++) {
		CLEANUP(buffer_release) struct buffer entry;
		struct error err = { 0 };
		struct grove grove;
		uint8_t bytes[64];

		buffer_init(&entry, 1u << 20);
		grove_make(&grove);
		grove_grow(&grove, 3);
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)(test_random(&seed) >> 40);
		bytes[0] = 0;
		assert_done(blobs_replace(grove.blobs, "tile/entries/000.p/3",
					  (struct span){ bytes, test_random(&seed) % 65 }, &err),
			    &err);
		assert_fails(tiles_entry(grove.tiles, 2, 3, &entry, &err), &err, ERROR_CORRUPT);
		grove_free(&grove);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tile_path_has_three_digits_a_group),
		cmocka_unit_test(a_log_grown_in_uneven_steps_has_the_roots_of_the_naive_tree),
		cmocka_unit_test(proofs_from_tiles_hold_at_every_size_and_place),
		cmocka_unit_test(an_entry_is_checked_against_the_tree_that_holds_it),
		cmocka_unit_test(what_is_written_is_never_written_otherwise),
		cmocka_unit_test(a_bundle_of_any_bytes_is_read_within_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
