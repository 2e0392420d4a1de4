/* Merkle trees as RFC 6962 section 2.1 defines them. */
#include "kernels/merkle.h"

#include <assert.h>

struct digest merkle_leaf(struct span entry)
{
	static const uint8_t tag = 0;
	struct span part[] = { { &tag, 1 }, entry };

	return sha256_parts(part, 2);
}

struct digest merkle_node(const struct digest *left, const struct digest *right)
{
	static const uint8_t tag = 1;
	struct span part[] = { { &tag, 1 }, digest_view(left), digest_view(right) };

	return sha256_parts(part, 3);
}

struct digest merkle_empty(void)
{
	return sha256((struct span){ NULL, 0 });
}

void merkle_add(struct merkle *tree, const struct digest *leaf_hash)
{
	struct digest hash = *leaf_hash;
	unsigned level = 0;

	for (uint64_t bits = tree->count; bits & 1; bits >>= 1, level++)
		hash = merkle_node(&tree->full[level], &hash);
	tree->full[level] = hash;
	tree->count++;
}

struct digest merkle_root(const struct merkle *tree)
{
	struct digest root = merkle_empty();
	bool started = false;

	for (unsigned level = 0; level < 64; level++) {
		if (!(tree->count >> level & 1))
			continue;
		root = started ? merkle_node(&tree->full[level], &root) : tree->full[level];
		started = true;
	}
	return root;
}

struct digest merkle_root_of(const struct digest *leaf_hash, size_t count)
{
	struct merkle tree = { 0 };

	for (size_t i = 0; i < count; i++)
		merkle_add(&tree, &leaf_hash[i]);
	return merkle_root(&tree);
}

/* The largest power of two below n, for n > 1. */
static size_t split_of(size_t n)
{
	size_t k = 1;

	while (k < n - k)
		k *= 2;
	return k;
}

void merkle_path_of(const struct digest *leaf_hash, size_t count, size_t index,
		    struct digest out_path[MERKLE_PROOF_MAX], size_t *out_len)
{
	struct digest down[MERKLE_PROOF_MAX];
	size_t len = 0;

	assert(index < count);
	/* Walk from the root to the leaf, so the siblings come out farthest first. */
	while (count > 1) {
		size_t k = split_of(count);

		if (index < k) {
			down[len++] = merkle_root_of(leaf_hash + k, count - k);
			count = k;
		} else {
			down[len++] = merkle_root_of(leaf_hash, k);
			leaf_hash += k;
			index -= k;
			count -= k;
		}
	}
	for (size_t i = 0; i < len; i++)
		out_path[i] = down[len - 1 - i];
	*out_len = len;
}

/* One step up a proof, shared by both checks: does the next hash stand to the left? */
static bool step_up(uint64_t *place, uint64_t *last)
{
	bool left = (*place & 1) || *place == *last;

	if (left)
		while (*place && !(*place & 1)) {
			*place >>= 1;
			*last >>= 1;
		}
	*place >>= 1;
	*last >>= 1;
	return left;
}

int merkle_check_inclusion(uint64_t index, uint64_t size, const struct digest *leaf_hash,
			   const struct digest *path, size_t path_len, const struct digest *root,
			   struct error *err)
{
	uint64_t place = index, last = size - 1;
	struct digest hash = *leaf_hash;

	if (index >= size)
		return error_set(err, ERROR_CORRUPT,
				 "entry %llu lies outside a tree of %llu entries",
				 (unsigned long long)index, (unsigned long long)size);
	for (size_t i = 0; i < path_len; i++) {
		if (!last)
			return error_set(err, ERROR_CORRUPT, "inclusion proof is too long");
		hash = step_up(&place, &last) ? merkle_node(&path[i], &hash)
					      : merkle_node(&hash, &path[i]);
	}
	if (last)
		return error_set(err, ERROR_CORRUPT, "inclusion proof is too short");
	if (!digest_equal(&hash, root))
		return error_set(err, ERROR_CORRUPT,
				 "inclusion proof does not lead to the tree's root");
	return 0;
}

int merkle_check_consistency(uint64_t old_size, uint64_t new_size, const struct digest *old_root,
			     const struct digest *new_root, const struct digest *path,
			     size_t path_len, struct error *err)
{
	static const char wrong[] = "consistency proof does not hold";
	uint64_t place = old_size - 1, last = new_size - 1;
	struct digest old_hash, new_hash;
	size_t next = 0;

	if (old_size > new_size)
		return error_set(err, ERROR_CORRUPT, "the log shrank from %llu to %llu entries",
				 (unsigned long long)old_size, (unsigned long long)new_size);
	if (old_size == new_size || !old_size) {
		struct digest empty = merkle_empty();

		if (path_len || !digest_equal(old_root, old_size ? new_root : &empty))
			return error_set(err, ERROR_CORRUPT, "%s", wrong);
		return 0;
	}
	if (!path_len)
		return error_set(err, ERROR_CORRUPT, "consistency proof is empty");
	old_hash = old_size & (old_size - 1) ? path[next++] : *old_root;
	new_hash = old_hash;
	for (; place & 1; place >>= 1)
		last >>= 1;
	for (; next < path_len; next++) {
		if (!last)
			return error_set(err, ERROR_CORRUPT, "consistency proof is too long");
		if (step_up(&place, &last)) {
			old_hash = merkle_node(&path[next], &old_hash);
			new_hash = merkle_node(&path[next], &new_hash);
		} else {
			new_hash = merkle_node(&new_hash, &path[next]);
		}
	}
	if (last || !digest_equal(&old_hash, old_root) || !digest_equal(&new_hash, new_root))
		return error_set(err, ERROR_CORRUPT, "%s", wrong);
	return 0;
}
