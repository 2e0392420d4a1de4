/* arena: many small things that are freed together. */
#include "verify/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE_BYTES = 65536 };

struct chunk {
	struct chunk *next;
	size_t used, size;
	alignas(max_align_t) uint8_t bytes[];
};

struct arena {
	struct chunk *first; /* the one that is being filled */
};

int arena_new(struct arena **out_arena, struct error *err)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	*out_arena = arena;
	return 0;
}

void arena_free(struct arena **arena)
{
	if (!*arena)
		return;
	while ((*arena)->first) {
		struct chunk *next = (*arena)->first->next;

		free((*arena)->first);
		(*arena)->first = next;
	}
	free(*arena);
	*arena = NULL;
}

int arena_take(struct arena *arena, size_t len, void **out_bytes, struct error *err)
{
	struct chunk *chunk = arena->first;
	size_t rounded;

	if (len > SIZE_MAX / 2)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu bytes", len);
	rounded = (len + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (!chunk || rounded > chunk->size - chunk->used) {
		size_t size = rounded > CHUNK_SIZE_BYTES / 4 ? rounded : CHUNK_SIZE_BYTES;

		chunk = calloc(1, sizeof(*chunk) + size);
		if (!chunk)
			return error_set(err, ERROR_SYSTEM, "out of memory for %zu bytes", len);
		chunk->size = size;
		if (arena->first && size != CHUNK_SIZE_BYTES) {
			chunk->next = arena->first->next;
			arena->first->next = chunk;
		} else {
			chunk->next = arena->first;
			arena->first = chunk;
		}
	}
	*out_bytes = chunk->bytes + chunk->used;
	chunk->used += rounded;
	return 0;
}

int arena_text(struct arena *arena, struct span text, const char **out_text, struct error *err)
{
	void *copy;

	if (arena_take(arena, text.len + 1, &copy, err))
		return -1;
	if (text.len)
		memcpy(copy, text.data, text.len);
	*out_text = copy;
	return 0;
}

int array_room(void **array, size_t count, size_t *cap, size_t size, struct error *err)
{
	size_t wanted = *cap ? 2 * *cap : 16;
	void *grown;

	if (count < *cap)
		return 0;
	grown = reallocarray(*array, wanted, size);
	if (!grown)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu entries", wanted);
	*array = grown;
	*cap = wanted;
	return 0;
}
