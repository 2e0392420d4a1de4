/* trie: which entries of a vocabulary begin a text. Inside verify/tokenizer/ only. */
#ifndef VERIFY_TOKENIZER_TRIE_H
#define VERIFY_TOKENIZER_TRIE_H

#include "kernels/kernels.h"

#define TRIE_NODES_MAX (1u << 24)
#define TRIE_NONE UINT32_MAX /* no value, no node */
#define TRIE_ROOT 0u

#define TRIE_NARROW_MAX 4u /* children that are looked through one by one */

/* Which children a node with many of them has. */
struct trie_set {
	uint64_t word[4];  /* a bit for each byte */
	uint16_t below[4]; /* children in the words before */
};

/* Built once, then only read. Children of a node lie side by side, by their bytes. */
struct trie {
	struct trie_node {
		uint32_t first; /* child */
		uint32_t value; /* TRIE_NONE: no entry ends here */
		uint32_t set;   /* of a node with more than TRIE_NARROW_MAX children */
		uint16_t count; /* of children */
		uint8_t byte;   /* that leads here */
	} * node;
	size_t count;
	struct trie_set *set;
	size_t set_count;
};

struct trie_entry {
	struct span key; /* borrowed */
	uint32_t value;
};

/*
 * A trie of `count` entries, which are sorted in place: by key, and equal keys by value.
 * An empty key is left out. Of equal keys the greatest value stays, and *out_twice (may be
 * NULL) is set to one of them, else to {NULL, 0}. ERROR_UNTRUSTED when it needs more than
 * TRIE_NODES_MAX nodes.
 */
MUST_CHECK int trie_build(struct trie_entry *entry, size_t count, struct trie *out_trie,
			  struct span *out_twice, struct error *err);
void trie_release(struct trie *trie);

/* The node behind `node` along `byte`, or TRIE_NONE. */
static inline uint32_t trie_step(const struct trie *trie, uint32_t node, uint8_t byte)
{
	const struct trie_node *from = &trie->node[node];
	const struct trie_node *child = &trie->node[from->first];
	const struct trie_set *set;
	uint64_t bit = (uint64_t)1 << (byte & 63), word;

	if (from->count <= TRIE_NARROW_MAX) {
		for (uint32_t i = 0; i < from->count; i++)
			if (child[i].byte == byte)
				return from->first + i;
		return TRIE_NONE;
	}
	set = &trie->set[from->set];
	word = set->word[byte >> 6];
	if (!(word & bit))
		return TRIE_NONE;
	return from->first + set->below[byte >> 6] +
	       (uint32_t)__builtin_popcountll(word & (bit - 1));
}

/* The value of exactly this key, or TRIE_NONE. */
uint32_t trie_find(const struct trie *trie, struct span key);

/* The same for the key `a` followed by `b`. */
uint32_t trie_find_two(const struct trie *trie, struct span a, struct span b);

/* How many bytes the longest entry takes that `text` begins with, 0 for none; its value. */
size_t trie_longest(const struct trie *trie, struct span text, uint32_t *out_value);

#endif
