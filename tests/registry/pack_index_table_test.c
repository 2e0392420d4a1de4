/* The table over the packs that the index file does not know finds what a search through each does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/pack/index_inner.h"

enum { PACKS = 16, ENTRIES = 100, DIGESTS = 400, HITS = 6 };

static struct unknown packs[PACKS];

/* Few values in the bytes that the table goes by: many entries want the same slot. */
static struct digest digest_of(unsigned number)
{
	struct digest digest = { { (uint8_t)(number % 7), (uint8_t)(number / 64) } };

	memcpy(digest.byte + 8, &number, sizeof(number));
	return digest;
}

static void packs_make(void)
{
	unsigned draw = 1;

	for (size_t p = 0; p < PACKS; p++) {
		packs[p].quarantined = p % 3 != 0;
		packs[p].count = ENTRIES;
		packs[p].entry = calloc(ENTRIES, sizeof(*packs[p].entry));
		packs[p].name.byte[0] = (uint8_t)p;
		for (size_t i = 0; i < ENTRIES; i++) {
			draw = draw * 1103515245u + 12345;
			packs[p].entry[i].digest = digest_of((draw >> 8) % DIGESTS);
			packs[p].entry[i].kind = draw >> 30 ? PACK_DATA : PACK_RECIPE;
			packs[p].entry[i].offset = p * ENTRIES + i;
		}
	}
}

static size_t search(size_t count, bool quarantined, const struct digest *digest,
		     enum pack_kind kind, struct pack_hit *hit)
{
	size_t hits = 0;

	for (size_t p = 0; p < count; p++)
		for (size_t i = 0; i < ENTRIES && hits < HITS; i++)
			if (packs[p].quarantined == quarantined && packs[p].entry[i].kind == kind &&
			    digest_equal(&packs[p].entry[i].digest, digest))
				hit[hits++] = (struct pack_hit){ packs[p].entry[i], packs[p].name,
								 quarantined };
	return hits;
}

/* Every digest, and some that no pack has. */
static void compare(const struct pack_table *table, size_t count)
{
	size_t found = 0;

	for (unsigned i = 0; i < 2 * DIGESTS; i++)
		for (unsigned way = 0; way < 4; way++) {
			struct pack_hit want[HITS], have[HITS];
			struct digest digest = digest_of(i);
			enum pack_kind kind = way & 1 ? PACK_DATA : PACK_RECIPE;
			size_t hits = 0, wanted = search(count, way & 2, &digest, kind, want);

			pack_table_find(table, packs, way & 2, &digest, kind, have, HITS, &hits);
			assert_int_equal(hits, wanted);
			for (size_t k = 0; k < hits; k++) {
				assert_int_equal(have[k].entry.offset, want[k].entry.offset);
				assert_true(digest_equal(&have[k].pack, &want[k].pack));
				assert_int_equal(have[k].quarantined, want[k].quarantined);
			}
			found += hits;
		}
	assert_true(found > count * ENTRIES / 2);
}

static void finds_what_a_search_finds_in_its_order(void **state)
{
	struct pack_table table = { NULL, 0, 0 };

	(void)state;
	packs_make();
	pack_table_renew(&table, packs, 1);
	assert_null(table.slot); /* one is searched */
	pack_table_renew(&table, packs, 10);
	assert_non_null(table.slot);
	compare(&table, 10);
	for (size_t count = 11; count <= PACKS; count++)
		pack_table_add(&table, packs, count);
	assert_int_equal(table.filled, PACKS * ENTRIES);
	assert_true(table.slots > table.filled);
	compare(&table, PACKS);
	packs[1].quarantined = false; /* it came back, and stays where it is in the table */
	compare(&table, PACKS);
	pack_table_drop(&table);
	assert_null(table.slot);
	for (size_t p = 0; p < PACKS; p++)
		free(packs[p].entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_search_finds_in_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
