/* Chunks: free, in a queue, or with a thread. */
#include "verify/files/chunks.h"

void queue_put(struct queue *queue, struct chunk *chunk)
{
	chunk->next = NULL;
	*queue->last = chunk;
	queue->last = &chunk->next;
	queue->count++;
}

struct chunk *queue_take(struct queue *queue)
{
	struct chunk *chunk = queue->first;

	queue->first = chunk->next;
	if (!queue->first)
		queue->last = &queue->first;
	queue->count--;
	return chunk;
}

/* May the sink get it now? */
static bool chunk_is_due(const struct run *run, const struct chunk *chunk)
{
	const struct shared_file *shared = &run->shared[chunk->file];

	return !shared->in_order || (!shared->busy && shared->due == chunk->piece);
}

struct chunk *chunk_due(const struct run *run)
{
	struct chunk *chunk = run->ready.first;

	while (chunk && !chunk_is_due(run, chunk))
		chunk = chunk->next;
	return chunk;
}

void queue_remove(struct queue *queue, struct chunk *chunk)
{
	struct chunk **at = &queue->first;

	while (*at != chunk)
		at = &(*at)->next;
	*at = chunk->next;
	if (queue->last == &chunk->next)
		queue->last = at;
	queue->count--;
}

void chunk_free(struct run *run, struct chunk *chunk)
{
	chunk->next = run->free;
	run->free = chunk;
}

struct chunk *chunk_take(struct run *run)
{
	struct chunk *chunk = run->free;

	if (!chunk)
		return NULL;
	if (!chunk->bytes)
		chunk->bytes = piece_room_new();
	if (!chunk->bytes)
		return NULL;
	run->free = chunk->next;
	return chunk;
}
