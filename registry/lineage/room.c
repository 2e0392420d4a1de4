/* What a lineage is held in: texts, arrays that grow, and places of digests. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lineage/inner.h"

struct lineage_room {
	struct lineage_room *next;
	size_t used;
	char byte[64 << 10];
};

int lineage_text(struct lineage *lineage, const char *text, const char **out_text,
		 struct error *err)
{
	struct lineage_room *room = lineage->room;
	size_t len = strlen(text) + 1;

	if (len > sizeof(room->byte))
		return error_set(err, ERROR_CORRUPT, "a name of %zu bytes in the index", len);
	if (!room || sizeof(room->byte) - room->used < len) {
		room = malloc(sizeof(*room));
		if (!room)
			return error_system(err, ENOMEM, "cannot hold the names of a lineage");
		room->next = lineage->room;
		room->used = 0;
		lineage->room = room;
	}
	memcpy(room->byte + room->used, text, len);
	*out_text = room->byte + room->used;
	room->used += len;
	return 0;
}

int lineage_room_for(void **array, size_t count, size_t *room, size_t size, size_t max,
		     struct error *err)
{
	size_t wanted = *room ? 2 * *room : 64;
	void *more;

	if (count == max)
		return error_set(err, ERROR_USAGE,
				 "the lineage has more than %zu statements or edges: ask for less, "
				 "with --depth or one direction",
				 max);
	if (count < *room)
		return 0;
	more = reallocarray(*array, wanted, size);
	if (!more)
		return error_system(err, ENOMEM, "cannot hold a lineage of %zu", count);
	*array = more;
	*room = wanted;
	return 0;
}

static size_t slot_of(const struct lineage_table *table, const struct digest *digest)
{
	uint64_t hash;

	memcpy(&hash, digest->byte, sizeof(hash));
	return (size_t)hash & (table->room - 1);
}

int lineage_table_grow(struct lineage_table *table, const void *identity, size_t stride,
		       struct error *err)
{
	struct lineage_table more = { .room = table->room ? 2 * table->room : 256,
				      .count = table->count };

	more.slot = calloc(more.room, sizeof(*more.slot));
	if (!more.slot)
		return error_system(err, ENOMEM, "cannot hold a lineage of %zu", table->count);
	for (uint32_t i = 0; i < table->count; i++) {
		const struct digest *digest =
			(const struct digest *)((const char *)identity + i * stride);
		size_t slot = slot_of(&more, digest);

		while (more.slot[slot])
			slot = (slot + 1) & (more.room - 1);
		more.slot[slot] = i + 1;
	}
	free(table->slot);
	*table = more;
	return 0;
}

uint32_t *lineage_table_find(const struct lineage_table *table, const void *identity, size_t stride,
			     const struct digest *digest)
{
	size_t slot = slot_of(table, digest);

	while (table->slot[slot] &&
	       memcmp((const char *)identity + (table->slot[slot] - 1) * stride, digest,
		      sizeof(*digest)) != 0)
		slot = (slot + 1) & (table->room - 1);
	return &table->slot[slot];
}

void lineage_release(struct lineage *lineage)
{
	free(lineage->node);
	free(lineage->edge);
	free(lineage->said);
	for (size_t i = 0; i < lineage->cycle_count; i++)
		free(lineage->cycle[i].node);
	free(lineage->cycle);
	for (struct lineage_room *room = lineage->room, *next; room; room = next) {
		next = room->next;
		free(room);
	}
	*lineage = (struct lineage){ .node = NULL };
}
