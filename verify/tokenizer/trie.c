/* trie: which entries of a vocabulary begin a text. */
#include "verify/tokenizer/trie.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"

/* Entries lo to hi share their first `depth` bytes: those that a node stands for. */
struct trie_range {
	uint32_t lo, hi;
};

/* While a trie is built: nodes level by level, each with the entries below it. */
struct trie_builder {
	const struct trie_entry *entry;
	struct trie_node *node;
	struct trie_range *range;
	size_t count, node_cap, range_cap;
};

static void trie_builder_release(struct trie_builder *builder)
{
	free(builder->node);
	free(builder->range);
}

static int compare_entries(const void *a, const void *b)
{
	const struct trie_entry *left = a, *right = b;
	size_t len = left->key.len < right->key.len ? left->key.len : right->key.len;
	int order = len ? memcmp(left->key.data, right->key.data, len) : 0;

	if (order)
		return order;
	if (left->key.len != right->key.len)
		return left->key.len < right->key.len ? -1 : 1;
	return left->value < right->value ? -1 : left->value > right->value;
}

static int add_node(struct trie_builder *builder, uint8_t byte, struct trie_range range,
		    struct error *err)
{
	void *node = builder->node, *ranges = builder->range;

	if (builder->count == TRIE_NODES_MAX)
		return error_set(err, ERROR_UNTRUSTED,
				 "the vocabulary is too large: its prefixes are more than %u",
				 TRIE_NODES_MAX);
	if (array_room(&node, builder->count, &builder->node_cap, sizeof(*builder->node), err))
		return -1;
	builder->node = node;
	if (array_room(&ranges, builder->count, &builder->range_cap, sizeof(*builder->range), err))
		return -1;
	builder->range = ranges;
	builder->node[builder->count] = (struct trie_node){ .value = TRIE_NONE, .byte = byte };
	builder->range[builder->count++] = range;
	return 0;
}

/* Give a node at this depth its value and its children. */
static int expand(struct trie_builder *builder, size_t at, size_t depth, struct error *err)
{
	struct trie_range range = builder->range[at];
	uint32_t lo = range.lo;

	while (lo < range.hi && builder->entry[lo].key.len == depth)
		builder->node[at].value = builder->entry[lo++].value;
	builder->node[at].first = (uint32_t)builder->count;
	while (lo < range.hi) {
		uint8_t byte = builder->entry[lo].key.data[depth];
		uint32_t hi = lo + 1;

		while (hi < range.hi && builder->entry[hi].key.data[depth] == byte)
			hi++;
		if (add_node(builder, byte, (struct trie_range){ lo, hi }, err))
			return -1;
		builder->node[at].count++;
		lo = hi;
	}
	return 0;
}

static void set_fill(struct trie_set *set, const struct trie_node *child, size_t count)
{
	for (size_t i = 0; i < count; i++)
		set->word[child[i].byte >> 6] |= (uint64_t)1 << (child[i].byte & 63);
	for (size_t word = 1; word < 4; word++)
		set->below[word] = (uint16_t)(set->below[word - 1] +
					      __builtin_popcountll(set->word[word - 1]));
}

/* The nodes as a trie, with sets for those that have many children. */
static int sets_make(struct trie_builder *builder, struct trie *out_trie, struct error *err)
{
	struct trie trie = { .node = builder->node, .count = builder->count };
	size_t wide = 0;

	for (size_t i = 0; i < trie.count; i++)
		wide += trie.node[i].count > TRIE_NARROW_MAX;
	trie.set = calloc(wide + 1, sizeof(*trie.set));
	if (!trie.set)
		return error_set(err, ERROR_SYSTEM, "out of memory for a vocabulary");
	for (size_t i = 0; i < trie.count; i++) {
		struct trie_node *node = &trie.node[i];

		if (node->count <= TRIE_NARROW_MAX)
			continue;
		node->set = (uint32_t)trie.set_count++;
		set_fill(&trie.set[node->set], trie.node + node->first, node->count);
	}
	builder->node = NULL; /* handed over */
	*out_trie = trie;
	return 0;
}

int trie_build(struct trie_entry *entry, size_t count, struct trie *out_trie,
	       struct span *out_twice, struct error *err)
{
	CLEANUP(trie_builder_release) struct trie_builder builder = { .entry = entry };
	struct span twice = { NULL, 0 };
	struct trie trie;
	size_t depth = 0, level_end = 1;
	uint32_t skip = 0;

	if (count)
		qsort(entry, count, sizeof(*entry), compare_entries);
	while (skip < count && !entry[skip].key.len)
		skip++;
	for (size_t i = skip + 1; i < count; i++)
		if (span_equal(entry[i - 1].key, entry[i].key))
			twice = entry[i].key;
	if (add_node(&builder, 0, (struct trie_range){ skip, (uint32_t)count }, err))
		return -1;
	for (size_t at = 0; at < builder.count; at++) {
		if (at == level_end) {
			depth++;
			level_end = builder.count;
		}
		if (expand(&builder, at, depth, err))
			return -1;
	}
	if (sets_make(&builder, &trie, err))
		return -1;
	*out_trie = trie;
	if (out_twice)
		*out_twice = twice;
	return 0;
}

void trie_release(struct trie *trie)
{
	free(trie->node);
	free(trie->set);
	*trie = (struct trie){ 0 };
}

static uint32_t walk(const struct trie *trie, uint32_t node, struct span key)
{
	for (size_t i = 0; i < key.len && node != TRIE_NONE; i++)
		node = trie_step(trie, node, key.data[i]);
	return node;
}

uint32_t trie_find(const struct trie *trie, struct span key)
{
	uint32_t node = walk(trie, TRIE_ROOT, key);

	return node == TRIE_NONE ? TRIE_NONE : trie->node[node].value;
}

uint32_t trie_find_two(const struct trie *trie, struct span a, struct span b)
{
	uint32_t node = walk(trie, walk(trie, TRIE_ROOT, a), b);

	return node == TRIE_NONE ? TRIE_NONE : trie->node[node].value;
}

size_t trie_longest(const struct trie *trie, struct span text, uint32_t *out_value)
{
	uint32_t node = TRIE_ROOT;
	size_t longest = 0;

	for (size_t i = 0; i < text.len; i++) {
		node = trie_step(trie, node, text.data[i]);
		if (node == TRIE_NONE)
			break;
		if (trie->node[node].value != TRIE_NONE) {
			longest = i + 1;
			*out_value = trie->node[node].value;
		}
	}
	return longest;
}
