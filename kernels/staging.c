/* staging: blocks of host memory that several threads fill and devices copy from. */
#include "kernels/backend.h"

#include <stdlib.h>

struct staging {
	struct backend *backend; /* the first of those that share */
	size_t backends;
	size_t block_bytes, count;
	uint8_t *bytes;             /* of all blocks */
	struct backend_mark **mark; /* of each block, one for each backend */
	bool *sent;                 /* to that backend, since the block was last given out */
};

bool backend_is_staged(const struct backend *backend)
{
	return backend->type->send != NULL;
}

static int marks_new(struct staging *staging, struct error *err)
{
	size_t marks = staging->count * staging->backends;

	staging->mark = calloc(marks, sizeof(struct backend_mark *));
	staging->sent = calloc(marks, sizeof(bool));
	if (!staging->mark || !staging->sent)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu blocks", staging->count);
	for (size_t i = 0; i < marks; i++) {
		struct backend *peer = backend_peer(staging->backend, i % staging->backends);

		if (peer->type->mark_new(peer, &staging->mark[i], err))
			return -1;
	}
	return 0;
}

int staging_new(struct backend *backend, size_t block_bytes, size_t count,
		struct staging **out_staging, struct error *err)
{
	struct staging *staging;
	size_t bytes;

	if (!backend_is_staged(backend) || !block_bytes || !count ||
	    __builtin_mul_overflow(block_bytes, count, &bytes))
		return error_set(err, ERROR_USAGE, "no staging of %zu blocks of %zu bytes", count,
				 block_bytes);
	staging = calloc(1, sizeof(*staging));
	if (!staging)
		return error_set(err, ERROR_SYSTEM, "out of memory for staging");
	staging->backend = backend;
	staging->backends = backend_count(backend);
	staging->block_bytes = block_bytes;
	staging->count = count;
	if (backend->type->pinned_new(backend, bytes, &staging->bytes, err) ||
	    marks_new(staging, err)) {
		staging_free(&staging);
		return -1;
	}
	*out_staging = staging;
	return 0;
}

void staging_free(struct staging **staging)
{
	struct staging *old = *staging;
	struct error ignored = { 0 };

	if (!old)
		return;
	for (size_t i = 0; old->mark && i < old->count * old->backends; i++) {
		struct backend *peer = backend_peer(old->backend, i % old->backends);

		if (!old->mark[i])
			continue;
		/* a device that fails copies no more */
		if (old->sent[i] && peer->type->mark_wait(peer, old->mark[i], &ignored))
			ignored = (struct error){ 0 };
		peer->type->mark_free(peer, old->mark[i]);
	}
	if (old->bytes)
		old->backend->type->pinned_free(old->backend, old->bytes);
	free(old->mark);
	free(old->sent);
	free(old);
	*staging = NULL;
}

int staging_memory_new(struct backend *backend, size_t size_bytes,
		       struct backend_memory **out_memory, struct error *err)
{
	if (backend_memory_new(backend, size_bytes, out_memory, err))
		return -1;
	(*out_memory)->read_only = true;
	/* Its zeros, and whoever had it before, come first: what is sent goes another way. */
	if (backend->type->hold && backend->type->hold(backend, err)) {
		backend_memory_free(out_memory);
		return -1;
	}
	return 0;
}

int staging_block(struct staging *staging, size_t index, uint8_t **out_bytes, struct error *err)
{
	if (index >= staging->count)
		return error_set(err, ERROR_USAGE, "staging has %zu blocks: no %zu", staging->count,
				 index);
	for (size_t i = 0; i < staging->backends; i++) {
		size_t at = index * staging->backends + i;
		struct backend *peer = backend_peer(staging->backend, i);

		if (staging->sent[at] && peer->type->mark_wait(peer, staging->mark[at], err))
			return -1;
		staging->sent[at] = false;
	}
	*out_bytes = staging->bytes + index * staging->block_bytes;
	return 0;
}

int staging_send(struct staging *staging, size_t index, size_t first, size_t len,
		 struct backend_memory *memory, size_t offset_bytes, struct error *err)
{
	size_t i = 0, at;

	while (i < staging->backends && backend_peer(staging->backend, i) != memory->backend)
		i++;
	if (index >= staging->count || i == staging->backends || first > staging->block_bytes ||
	    len > staging->block_bytes - first || offset_bytes > memory->size_bytes ||
	    len > memory->size_bytes - offset_bytes)
		return error_set(err, ERROR_USAGE,
				 "%zu bytes at %zu of block %zu do not go to %zu of %zu bytes", len,
				 first, index, offset_bytes, memory->size_bytes);
	if (!len)
		return 0;
	at = index * staging->backends + i;
	staging->sent[at] = true; /* also when it fails: something may be under way */
	return memory->backend->type->send(memory, offset_bytes,
					   staging->bytes + index * staging->block_bytes + first,
					   len, staging->mark[at], err);
}

int staging_arrive(struct backend *backend, struct error *err)
{
	return backend->type->arrive(backend, err);
}

int staging_hold(struct backend *backend, struct error *err)
{
	return backend->type->hold(backend, err);
}
