/* heap: numbers, the smallest of what they stand for first. Inside registry/ only. */
#ifndef REGISTRY_HEAP_H
#define REGISTRY_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* A binary heap of the numbers of streams that are merged (Knuth, TAOCP 3, 5.2.3). */
struct heap {
	size_t *item; /* the owner's */
	size_t count;
	bool (*before)(const void *user, size_t x, size_t y); /* of what the numbers stand for */
	const void *user;
};

/* Let what stands at `at`, and may be too large for there, sink to its place. */
void heap_sink(struct heap *heap, size_t at);

/* Order items that stand in any. */
void heap_order(struct heap *heap);

#endif
