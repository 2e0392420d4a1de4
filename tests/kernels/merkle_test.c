/* Merkle trees: roots, paths and what a check refuses. */
#include "tests/support.h"

enum { LEAVES = 33 };

static void make_leaves(struct digest leaf[LEAVES])
{
	for (size_t i = 0; i < LEAVES; i++) {
		uint8_t entry = (uint8_t)i;

		leaf[i] = merkle_leaf((struct span){ &entry, 1 });
	}
}

static void every_path_leads_to_the_root_and_to_no_other(void **state)
{
	struct digest leaf[LEAVES], path[MERKLE_PROOF_MAX];
	struct error err = { 0 };

	(void)state;
	make_leaves(leaf);
	for (size_t n = 1; n <= LEAVES; n++) {
		struct digest root = merkle_root_of(leaf, n), other = merkle_root_of(leaf, n - 1);

		for (size_t i = 0; i < n; i++) {
			size_t len;

			merkle_path_of(leaf, n, i, path, &len);
			assert_done(merkle_check_inclusion(i, n, &leaf[i], path, len, &root, &err),
				    &err);
			assert_fails(
				merkle_check_inclusion(i, n, &leaf[i], path, len, &other, &err),
				&err, ERROR_CORRUPT);
			assert_fails(merkle_check_inclusion(n, n, &leaf[i], path, len, &root, &err),
				     &err, ERROR_CORRUPT);
		}
	}
}

static void the_empty_tree_has_the_hash_of_nothing(void **state)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest empty = merkle_root_of(NULL, 0);

	(void)state;
	digest_to_hex(&empty, hex);
	assert_string_equal(hex,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_leads_to_the_root_and_to_no_other),
		cmocka_unit_test(the_empty_tree_has_the_hash_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
