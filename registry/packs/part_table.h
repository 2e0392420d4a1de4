/* Parts of the store that were seen, by digest: whose each is. Inside registry/ only. */
#ifndef REGISTRY_PACKS_PART_TABLE_H
#define REGISTRY_PACKS_PART_TABLE_H

#include "verify/verify.h"

#define PART_TABLE_MAX 786432u /* parts that fit 32 MB */

/* One part. Half a digest tells parts apart: what is counted is advice. */
struct part_entry {
	uint8_t key[16];
	uint64_t stored;
	uint32_t first; /* who was first to need it, beginning with 1; 0: the cell is free */
	uint32_t last : 31;
	uint32_t shared : 1;
};

struct part_table {
	struct part_entry *cell;
	size_t cells, count, max; /* max: of the count */
};

void part_table_init(struct part_table *table, size_t max);
void part_table_release(struct part_table *table);
void part_table_clear(struct part_table *table);

/*
 * The entry of this part. Where there is none: NULL, or with `add` a new one whose `first` is 0
 * (for the caller to set). NULL with `add`: the table is full, or out of memory (`err` is set).
 */
struct part_entry *part_table_find(struct part_table *table, const struct digest *digest, bool add,
				   bool *out_full, struct error *err);

#endif
