/* heap: numbers, the smallest of what they stand for first. */
#include "registry/heap.h"

void heap_sink(struct heap *heap, size_t at)
{
	for (;;) {
		size_t least = at, left = 2 * at + 1, right = left + 1, held;

		if (left < heap->count &&
		    heap->before(heap->user, heap->item[left], heap->item[least]))
			least = left;
		if (right < heap->count &&
		    heap->before(heap->user, heap->item[right], heap->item[least]))
			least = right;
		if (least == at)
			return;
		held = heap->item[at];
		heap->item[at] = heap->item[least];
		heap->item[least] = held;
		at = least;
	}
}

void heap_order(struct heap *heap)
{
	for (size_t i = heap->count / 2; i-- > 0;)
		heap_sink(heap, i);
}
