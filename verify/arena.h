/* arena: many small things that are freed together. Inside verify/ only. */
#ifndef VERIFY_ARENA_H
#define VERIFY_ARENA_H

#include "kernels/kernels.h"

struct arena;

MUST_CHECK int arena_new(struct arena **out_arena, struct error *err);
void arena_free(struct arena **arena);

/* `len` bytes set to zero, aligned for anything; they live as long as the arena. */
MUST_CHECK int arena_take(struct arena *arena, size_t len, void **out_bytes, struct error *err);

/* A copy of `text` with a NUL behind it. */
MUST_CHECK int arena_text(struct arena *arena, struct span text, const char **out_text,
			  struct error *err);

/*
 * An array that grows by doubling, outside any arena: make room for one more
 * of `size` bytes in *array, which has `count` and room for *cap.
 */
MUST_CHECK int array_room(void **array, size_t count, size_t *cap, size_t size, struct error *err);

#endif
