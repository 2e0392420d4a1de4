/*
 * A table of the records of all packs that the index file does not know, where it is more than one.
 * A collection that writes small packs anew has hundreds of them in quarantine, and each look-up
 * would search them one by one. It only saves time: without room for it the packs are searched.
 */
#include "registry/pack/index_inner.h"

#include <stdlib.h>
#include <string.h>

enum { FEW_PACKS = 1, SLOTS_FIRST = 1 << 10 };

/* One slot: 0, or one more than the place of the pack in the upper half and of the entry. */
static uint64_t slot_of(size_t pack, size_t entry)
{
	return ((uint64_t)pack << 32 | (uint32_t)entry) + 1;
}

static size_t slot_place(const struct pack_table *table, const struct digest *digest)
{
	uint64_t first;

	memcpy(&first, digest->byte, sizeof(first));
	return (size_t)first & (table->slots - 1);
}

static void pack_fill(struct pack_table *table, const struct unknown *unknown, size_t pack)
{
	for (size_t i = 0; i < unknown[pack].count; i++) {
		size_t at = slot_place(table, &unknown[pack].entry[i].digest);

		while (table->slot[at])
			at = (at + 1) & (table->slots - 1);
		table->slot[at] = slot_of(pack, i);
	}
	table->filled += unknown[pack].count;
}

void pack_table_drop(struct pack_table *table)
{
	free(table->slot);
	*table = (struct pack_table){ NULL, 0, 0 };
}

void pack_table_renew(struct pack_table *table, const struct unknown *unknown, size_t packs)
{
	size_t entries = 0, slots = SLOTS_FIRST;

	if (table->slot || packs <= FEW_PACKS)
		return;
	for (size_t i = 0; i < packs; i++)
		entries += unknown[i].count;
	while (slots / 3 * 2 < entries)
		slots *= 2;
	table->slot = calloc(slots, sizeof(*table->slot));
	if (!table->slot)
		return;
	table->slots = slots;
	for (size_t i = 0; i < packs; i++)
		pack_fill(table, unknown, i);
}

void pack_table_add(struct pack_table *table, const struct unknown *unknown, size_t packs)
{
	if (!table->slot)
		return;
	if (table->filled + unknown[packs - 1].count <= table->slots / 3 * 2) {
		pack_fill(table, unknown, packs - 1);
		return;
	}
	pack_table_drop(table);
	pack_table_renew(table, unknown, packs);
}

void pack_table_find(const struct pack_table *table, const struct unknown *unknown,
		     bool quarantined, const struct digest *digest, enum pack_kind kind,
		     struct pack_hit *out_hit, size_t max, size_t *count)
{
	size_t at = slot_place(table, digest);

	for (; table->slot[at] && *count < max; at = (at + 1) & (table->slots - 1)) {
		const struct unknown *u = &unknown[(table->slot[at] - 1) >> 32];
		const struct pack_entry *entry = &u->entry[(uint32_t)(table->slot[at] - 1)];

		if (u->quarantined == quarantined && entry->kind == kind &&
		    digest_equal(&entry->digest, digest))
			out_hit[(*count)++] = (struct pack_hit){ *entry, u->name, quarantined };
	}
}
