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

/* Certificate Transparency's reference: eight entries, the roots of the first n, three proofs. */
static const char *const reference_entry[8] = {
	"",
	"00",
	"10",
	"2021",
	"3031",
	"40414243",
	"5051525354555657",
	"606162636465666768696a6b6c6d6e6f",
};

static const char *const reference_root[8] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static struct digest digest_of_hex(const char *hex)
{
	struct digest digest;
	struct error err = { 0 };

	assert_done(digest_from_hex(span_of(hex), &digest, &err), &err);
	return digest;
}

static void assert_digest(struct digest digest, const char *hex)
{
	char text[DIGEST_HEX_SIZE];

	digest_to_hex(&digest, text);
	assert_string_equal(text, hex);
}

static void the_reference_entries_have_the_reference_roots(void **state)
{
	struct digest leaf[8];
	struct merkle tree = { 0 };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		uint8_t entry[16];
		size_t len = strlen(reference_entry[i]) / 2;
		struct error err = { 0 };

		assert_done(hex_decode(span_of(reference_entry[i]), entry, len, &err), &err);
		leaf[i] = merkle_leaf((struct span){ entry, len });
		merkle_add(&tree, &leaf[i]);
		assert_digest(merkle_root(&tree), reference_root[i]);
		assert_digest(merkle_root_of(leaf, i + 1), reference_root[i]);
	}
}

static void the_reference_consistency_proofs_hold(void **state)
{
	static const struct {
		uint64_t old_size, new_size;
		size_t len;
		const char *path[3];
	} proof[] = {
		{ 1,
		  8,
		  3,
		  { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
		    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" } },
		{ 6,
		  8,
		  3,
		  { "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
		    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
		{ 2,
		  5,
		  2,
		  { "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" } },
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(proof) / sizeof(proof[0]); i++) {
		struct digest old_root = digest_of_hex(reference_root[proof[i].old_size - 1]);
		struct digest new_root = digest_of_hex(reference_root[proof[i].new_size - 1]);
		struct digest path[3];

		for (size_t j = 0; j < proof[i].len; j++)
			path[j] = digest_of_hex(proof[i].path[j]);
		assert_done(merkle_check_consistency(proof[i].old_size, proof[i].new_size,
						     &old_root, &new_root, path, proof[i].len,
						     &err),
			    &err);
	}
}

/* PROOF and SUBPROOF as RFC 9162, section 2.1.4.1, writes them; how many hashes. */
static size_t prove_consistency(const struct digest *leaf, size_t old_size, size_t new_size,
				bool known, struct digest *path)
{
	size_t split = 1, len;

	if (old_size == new_size) {
		if (!known)
			path[0] = merkle_root_of(leaf, new_size);
		return !known;
	}
	while (split * 2 < new_size)
		split *= 2;
	if (old_size <= split) {
		len = prove_consistency(leaf, old_size, split, known, path);
		path[len] = merkle_root_of(leaf + split, new_size - split);
	} else {
		len = prove_consistency(leaf + split, old_size - split, new_size - split, false,
					path);
		path[len] = merkle_root_of(leaf, split);
	}
	return len + 1;
}

static void every_consistency_proof_holds_and_none_that_was_touched(void **state)
{
	struct digest leaf[LEAVES], path[MERKLE_PROOF_MAX + 1];
	struct error err = { 0 };

	(void)state;
	make_leaves(leaf);
	for (size_t n = 1; n <= LEAVES; n++)
		for (size_t m = 1; m <= n; m++) {
			struct digest old_root = merkle_root_of(leaf, m);
			struct digest new_root = merkle_root_of(leaf, n);
			size_t len = prove_consistency(leaf, m, n, true, path);

			assert_done(merkle_check_consistency(m, n, &old_root, &new_root, path, len,
							     &err),
				    &err);
			path[len] = leaf[0];
			assert_fails(merkle_check_consistency(m, n, &old_root, &new_root, path,
							      len + 1, &err),
				     &err, ERROR_CORRUPT);
			for (size_t i = 0; i < len; i++) {
				path[i].byte[i % DIGEST_SIZE] ^= 1;
				assert_fails(merkle_check_consistency(m, n, &old_root, &new_root,
								      path, len, &err),
					     &err, ERROR_CORRUPT);
				path[i].byte[i % DIGEST_SIZE] ^= 1;
				assert_fails(merkle_check_consistency(m, n, &old_root, &new_root,
								      path, i, &err),
					     &err, ERROR_CORRUPT);
			}
			old_root.byte[0] ^= 1;
			assert_fails(merkle_check_consistency(m, n, &old_root, &new_root, path, len,
							      &err),
				     &err, ERROR_CORRUPT);
		}
}

static void a_log_that_shrank_or_was_never_empty_is_refused(void **state)
{
	struct digest leaf[LEAVES], empty = merkle_empty();
	struct error err = { 0 };

	(void)state;
	make_leaves(leaf);
	assert_fails(merkle_check_consistency(2, 1, &leaf[0], &leaf[0], NULL, 0, &err), &err,
		     ERROR_CORRUPT);
	assert_done(merkle_check_consistency(0, 1, &empty, &leaf[0], NULL, 0, &err), &err);
	assert_fails(merkle_check_consistency(0, 1, &leaf[0], &leaf[0], NULL, 0, &err), &err,
		     ERROR_CORRUPT);
	assert_fails(merkle_check_consistency(0, 1, &empty, &leaf[0], leaf, 1, &err), &err,
		     ERROR_CORRUPT);
}

static void an_inclusion_proof_that_was_touched_is_refused(void **state)
{
	struct digest leaf[LEAVES], path[MERKLE_PROOF_MAX];
	struct error err = { 0 };

	(void)state;
	make_leaves(leaf);
	for (size_t i = 0; i < LEAVES; i++) {
		struct digest root = merkle_root_of(leaf, LEAVES), other = leaf[(i + 1) % LEAVES];
		size_t len;

		merkle_path_of(leaf, LEAVES, i, path, &len);
		assert_fails(merkle_check_inclusion(i, LEAVES, &other, path, len, &root, &err),
			     &err, ERROR_CORRUPT);
		assert_fails(
			merkle_check_inclusion(i, LEAVES, &leaf[i], path, len - 1, &root, &err),
			&err, ERROR_CORRUPT);
		path[len] = leaf[0];
		assert_fails(
			merkle_check_inclusion(i, LEAVES, &leaf[i], path, len + 1, &root, &err),
			&err, ERROR_CORRUPT);
		assert_fails(merkle_check_inclusion((i + 1) % LEAVES, LEAVES, &leaf[i], path, len,
						    &root, &err),
			     &err, ERROR_CORRUPT);
		for (size_t j = 0; j < len; j++) {
			path[j].byte[31] ^= 0x80;
			assert_fails(
				merkle_check_inclusion(i, LEAVES, &leaf[i], path, len, &root, &err),
				&err, ERROR_CORRUPT);
			path[j].byte[31] ^= 0x80;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_leads_to_the_root_and_to_no_other),
		cmocka_unit_test(the_empty_tree_has_the_hash_of_nothing),
		cmocka_unit_test(the_reference_entries_have_the_reference_roots),
		cmocka_unit_test(the_reference_consistency_proofs_hold),
		cmocka_unit_test(every_consistency_proof_holds_and_none_that_was_touched),
		cmocka_unit_test(a_log_that_shrank_or_was_never_empty_is_refused),
		cmocka_unit_test(an_inclusion_proof_that_was_touched_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
