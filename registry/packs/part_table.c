/* part_table: parts of the store that were seen, by digest. */
#include "registry/packs/part_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_FIRST = 1024 };

void part_table_init(struct part_table *table, size_t max)
{
	*table = (struct part_table){ .max = max };
}

void part_table_release(struct part_table *table)
{
	free(table->cell);
	*table = (struct part_table){ .cell = NULL };
}

void part_table_clear(struct part_table *table)
{
	if (table->cells)
		memset(table->cell, 0, table->cells * sizeof(*table->cell));
	table->count = 0;
}

/* Digests are spread evenly: their first bytes are a hash. */
static size_t cell_of(const struct part_table *table, const uint8_t *key)
{
	uint64_t hash;

	memcpy(&hash, key, sizeof(hash));
	return (size_t)hash & (table->cells - 1);
}

static struct part_entry *cell_find(const struct part_table *table, const uint8_t *key)
{
	size_t at = cell_of(table, key);

	while (table->cell[at].first && memcmp(table->cell[at].key, key, 16) != 0)
		at = (at + 1) & (table->cells - 1);
	return &table->cell[at];
}

/* Twice as many cells. */
static int table_grow(struct part_table *table, struct error *err)
{
	struct part_table larger = { .cells = table->cells ? 2 * table->cells : CELLS_FIRST,
				     .count = table->count,
				     .max = table->max };

	larger.cell = calloc(larger.cells, sizeof(*larger.cell));
	if (!larger.cell)
		return error_system(err, ENOMEM, "cannot list the parts of the store");
	for (size_t i = 0; i < table->cells; i++)
		if (table->cell[i].first)
			*cell_find(&larger, table->cell[i].key) = table->cell[i];
	free(table->cell);
	*table = larger;
	return 0;
}

struct part_entry *part_table_find(struct part_table *table, const struct digest *digest, bool add,
				   bool *out_full, struct error *err)
{
	struct part_entry *entry;

	*out_full = false;
	if (add && 4 * (table->count + 1) > 3 * table->cells && table_grow(table, err))
		return NULL;
	if (!table->cells)
		return NULL;
	entry = cell_find(table, digest->byte);
	if (entry->first)
		return entry;
	*out_full = add && table->count == table->max;
	if (!add || *out_full)
		return NULL;
	memcpy(entry->key, digest->byte, sizeof(entry->key));
	table->count++;
	return entry;
}
