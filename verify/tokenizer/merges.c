/* merges: byte-pair encoding, pairs merged from the best on. */
#include "verify/tokenizer/merges.h"

#include <stdlib.h>

#include "verify/arena.h"

/* A merge that was possible when it was found. */
struct merge {
	uint64_t order; /* rank, then position */
	uint32_t id;    /* what it gives */
};

/* A binary heap, the least order on top. */
struct merge_heap {
	struct merge *merge;
	size_t count, cap;
};

static void merge_heap_release(struct merge_heap *heap)
{
	free(heap->merge);
}

void merge_list_release(struct merge_list *list)
{
	free(list->symbol);
	*list = (struct merge_list){ 0 };
}

int merge_list_add(struct merge_list *list, uint32_t start, uint32_t len, uint32_t id, bool frozen,
		   struct error *err)
{
	void *array = list->symbol;
	uint32_t at = (uint32_t)list->count;

	if (array_room(&array, list->count, &list->cap, sizeof(*list->symbol), err))
		return -1;
	list->symbol = array;
	if (at)
		list->symbol[at - 1].next = at;
	list->symbol[list->count++] = (struct merge_symbol){
		.start = start,
		.len = len,
		.prev = at ? at - 1 : MERGES_NONE,
		.next = MERGES_NONE,
		.id = id,
		.frozen = frozen,
	};
	return 0;
}

static int heap_push(struct merge_heap *heap, struct merge merge, struct error *err)
{
	void *array = heap->merge;
	size_t at = heap->count;

	if (array_room(&array, heap->count, &heap->cap, sizeof(merge), err))
		return -1;
	heap->merge = array;
	heap->count++;
	while (at && heap->merge[(at - 1) / 2].order > merge.order) {
		heap->merge[at] = heap->merge[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->merge[at] = merge;
	return 0;
}

static struct merge heap_pop(struct merge_heap *heap)
{
	struct merge top = heap->merge[0], last = heap->merge[--heap->count];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    heap->merge[child + 1].order < heap->merge[child].order)
			child++;
		if (heap->merge[child].order >= last.order)
			break;
		heap->merge[at] = heap->merge[child];
		at = child;
	}
	heap->merge[at] = last;
	return top;
}

/* May the symbols at `left` and behind it be merged? */
static bool look(const struct merge_list *list, const struct merge_rule *rule, uint32_t left,
		 uint32_t *out_rank, uint32_t *out_id)
{
	const struct merge_symbol *a = &list->symbol[left], *b;

	if (a->next == MERGES_NONE)
		return false;
	b = &list->symbol[a->next];
	return !a->frozen && !b->frozen && rule->find(rule->user, a, b, out_rank, out_id);
}

static int consider(struct merge_heap *heap, const struct merge_list *list,
		    const struct merge_rule *rule, uint32_t left, struct error *err)
{
	uint32_t rank, id;

	if (left == MERGES_NONE || !look(list, rule, left, &rank, &id))
		return 0;
	if (rule->waits)
		rule->waits(rule->user, &list->symbol[left], id);
	return heap_push(heap, (struct merge){ (uint64_t)rank << 32 | left, id }, err);
}

int merge_all(struct merge_list *list, const struct merge_rule *rule, struct error *err)
{
	CLEANUP(merge_heap_release) struct merge_heap heap = { 0 };

	for (uint32_t i = 0; i + 1 < list->count; i++)
		if (consider(&heap, list, rule, i, err))
			return -1;
	while (heap.count) {
		struct merge top = heap_pop(&heap);
		uint32_t left = (uint32_t)top.order, rank, id;
		struct merge_symbol *a = &list->symbol[left], *b;

		if (!a->len || !look(list, rule, left, &rank, &id) || id != top.id)
			continue;
		b = &list->symbol[a->next];
		a->len += b->len;
		a->id = top.id;
		a->next = b->next;
		if (b->next != MERGES_NONE)
			list->symbol[b->next].prev = left;
		b->len = 0;
		if (consider(&heap, list, rule, a->prev, err) ||
		    consider(&heap, list, rule, left, err))
			return -1;
	}
	return 0;
}
