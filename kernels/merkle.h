/* Merkle trees as RFC 6962 section 2.1 defines them. */
#ifndef KERNELS_MERKLE_H
#define KERNELS_MERKLE_H

#include "kernels/hash.h"

#define MERKLE_PROOF_MAX 63 /* hashes in the longest proof */

struct digest merkle_leaf(struct span entry); /* SHA-256(0x00 ‖ entry) */
struct digest merkle_node(const struct digest *left, const struct digest *right); /* 0x01 ‖ … */
struct digest merkle_empty(void); /* root of no leaves: SHA-256("") */

/* A tree that grows leaf by leaf; keeps only the roots of its full subtrees. Start with {0}. */
struct merkle {
	uint64_t count;
	struct digest
		full[64]; /* full[i]: a subtree of 2^i leaves, in use where bit i of count is set */
};

void merkle_add(struct merkle *tree, const struct digest *leaf_hash);
struct digest merkle_root(const struct merkle *tree);

/* Root over count leaf hashes. */
struct digest merkle_root_of(const struct digest *leaf_hash, size_t count);

/*
 * The audit path of leaf `index` among `count` leaf hashes, nearest sibling
 * first, into out_path[MERKLE_PROOF_MAX]; *out_len of them. index < count.
 */
void merkle_path_of(const struct digest *leaf_hash, size_t count, size_t index,
		    struct digest out_path[MERKLE_PROOF_MAX], size_t *out_len);

/* RFC 9162 section 2.1.3.2: 0 iff `leaf_hash` is leaf `index` of the tree (size, root). */
MUST_CHECK int merkle_check_inclusion(uint64_t index, uint64_t size, const struct digest *leaf_hash,
				      const struct digest *path, size_t path_len,
				      const struct digest *root, struct error *err);

/* RFC 9162 section 2.1.4.2: 0 iff the tree (new_size, new_root) begins with (old_size, old_root).
 */
MUST_CHECK int merkle_check_consistency(uint64_t old_size, uint64_t new_size,
					const struct digest *old_root,
					const struct digest *new_root, const struct digest *path,
					size_t path_len, struct error *err);

#endif
