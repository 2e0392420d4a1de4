/* digest: SHA-256 of what a backend holds, and single numbers of it. */
#include "exact_rig.h"

#include <stdlib.h>

#include "kernels/hash.h"

static void assert_digests(const struct digest *found, const struct digest *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_memory_equal(found[i].byte, wanted[i].byte, DIGEST_SIZE);
}

/* FIPS 180-4's examples, which lie in one memory one after another. */
static void published_messages_have_their_digests(void **state)
{
	static const char text[] = "abc"
				   "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static const struct byte_range range[] = { { 0, 3 }, { 3, 56 }, { 59, 0 } };
	static const char *const hex[] = {
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	};
	const struct rig *rig = *state;

	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct backend_memory *memory;
		struct digest digest[3];
		struct error err = { 0 };

		assert_done(backend_memory_wrap(
				    backend,
				    (struct span){ (const uint8_t *)text, sizeof(text) - 1 },
				    &memory, &err),
			    &err);
		assert_done(exact_digest_ranges(backend, memory, range, 3, digest, &err), &err);
		for (size_t k = 0; k < 3; k++) {
			char found[DIGEST_HEX_SIZE];

			digest_to_hex(&digest[k], found);
			assert_string_equal(found, hex[k]);
		}
		backend_memory_free(&memory);
	}
}

enum { BYTES = 9001, RANGES = 90 };

/* All small lengths around the blocks, at all remainders by 4; then drawn ones up to the end. */
static void ranges_of_any_place_and_length_are_digested(void **state)
{
	const struct rig *rig = *state;
	uint8_t *bytes = malloc(BYTES);
	struct byte_range range[RANGES];
	struct digest wanted[RANGES], digest[RANGES];
	uint64_t seed = 41;

	assert_non_null(bytes);
	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = (uint8_t)(test_random(&seed) >> 40);
	for (size_t i = 0; i < RANGES; i++) {
		size_t offset = i < 70 ? i : test_random(&seed) % BYTES;

		range[i] = (struct byte_range){
			offset, i < 70 ? 50 + 2 * i : test_random(&seed) % (BYTES - offset + 1)
		};
	}
	range[RANGES - 1] = (struct byte_range){ 5, BYTES - 5 };
	for (size_t i = 0; i < RANGES; i++)
		wanted[i] = sha256((struct span){ bytes + range[i].offset, range[i].bytes });
	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct backend_memory *memory;
		struct error err = { 0 };

		assert_done(
			backend_memory_wrap(backend, (struct span){ bytes, BYTES }, &memory, &err),
			&err);
		for (size_t count = 1; count <= RANGES; count += count < 4 ? 1 : 43) {
			memset(digest, 0, sizeof(digest));
			assert_done(
				exact_digest_ranges(backend, memory, range, count, digest, &err),
				&err);
			assert_digests(digest, wanted, count);
		}
		assert_done(exact_digest_ranges(backend, memory, range, RANGES, digest, &err),
			    &err);
		assert_digests(digest, wanted, RANGES);
		range[0].bytes = BYTES + 1;
		assert_int_equal(exact_digest_ranges(backend, memory, range, 1, digest, &err), -1);
		assert_int_equal(err.code, ERROR_USAGE);
		range[0].bytes = 50;
		backend_memory_free(&memory);
	}
	free(bytes);
}

enum { ROWS = 5, COLS_MAX = 70, HEAD_MAX = 131 };

/* A head may end at any byte of a block, and rows may have gaps between them. */
static void rows_are_digested_after_their_header(void **state)
{
	const struct rig *rig = *state;
	float x[ROWS * COLS_MAX];
	uint8_t head[HEAD_MAX];
	uint64_t seed = 43;

	rig_fill(RIG_TINY, &seed, x, ROWS * COLS_MAX);
	for (size_t i = 0; i < HEAD_MAX; i++)
		head[i] = (uint8_t)(test_random(&seed) >> 40);
	for (size_t w = 0; w < rig->ways; w++) {
		struct backend *backend = rig->way[w].backend;
		struct matrix whole = rig_matrix(backend, x, ROWS, COLS_MAX);

		for (size_t i = 0; i < HEAD_MAX; i++) {
			size_t cols = 1 + i * 7 % COLS_MAX, first = (COLS_MAX - cols) / 2;
			struct span header = { head, i };
			struct digest wanted[ROWS], digest[ROWS];
			struct error err = { 0 };

			for (size_t row = 0; row < ROWS; row++) {
				const float *numbers = x + row * COLS_MAX + first;
				struct span part[2] = {
					header, { (const uint8_t *)numbers, cols * sizeof(float) }
				};

				wanted[row] = sha256_parts(part, 2);
			}
			assert_done(exact_digest_rows(backend, matrix_cols(whole, first, cols),
						      header, digest, &err),
				    &err);
			assert_digests(digest, wanted, ROWS);
		}
		rig_matrix_free(&whole);
	}
}

static void one_number_of_each_row_is_picked(void **state)
{
	const struct rig *rig = *state;
	enum { COLS = 33 };
	uint32_t index[ROWS] = { 0, 32, 7, 7, 31 };
	float x[ROWS * COLS], out[ROWS];
	uint64_t seed = 47;

	rig_fill(RIG_TINY, &seed, x, ROWS * COLS);
	for (size_t w = 0; w < rig->ways; w++) {
		struct backend *backend = rig->way[w].backend;
		struct matrix m = rig_matrix(backend, x, ROWS, COLS);
		struct error err = { 0 };

		index[1] = 32;
		assert_done(exact_pick(backend, m, index, out, &err), &err);
		for (size_t row = 0; row < ROWS; row++)
			assert_memory_equal(&out[row], &x[row * COLS + index[row]], sizeof(float));
		index[1] = 33;
		assert_int_equal(exact_pick(backend, m, index, out, &err), -1);
		assert_int_equal(err.code, ERROR_USAGE);
		rig_matrix_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_messages_have_their_digests),
		cmocka_unit_test(ranges_of_any_place_and_length_are_digested),
		cmocka_unit_test(rows_are_digested_after_their_header),
		cmocka_unit_test(one_number_of_each_row_is_picked),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
