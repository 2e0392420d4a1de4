/* trie: which entries of a vocabulary begin a text. Inside verify/tokenizer/ only. */
#ifndef VERIFY_TOKENIZER_TRIE_H
#define VERIFY_TOKENIZER_TRIE_H

#include "kernels/kernels.h"

#define TRIE_NODES_MAX (1u << 24)
#define TRIE_NONE UINT32_MAX /* no value, no node */
#define TRIE_ROOT 0u

/* Built once, then only read. Children of a node lie side by side, by their bytes. */
struct trie {
	struct trie_node {
		uint32_t first; /* child */
		uint32_t value; /* TRIE_NONE: no entry ends here */
		uint16_t count; /* of children */
		uint8_t byte;   /* that leads here */
	} * node;
	size_t count;
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
uint32_t trie_step(const struct trie *trie, uint32_t node, uint8_t byte);

/* The value of exactly this key, or TRIE_NONE. */
uint32_t trie_find(const struct trie *trie, struct span key);

/* The same for the key `a` followed by `b`. */
uint32_t trie_find_two(const struct trie *trie, struct span a, struct span b);

/* How many bytes the longest entry takes that `text` begins with, 0 for none; its value. */
size_t trie_longest(const struct trie *trie, struct span text, uint32_t *out_value);

#endif
