/* What the files of lineage share. Private to registry/lineage*.c. */
#ifndef REGISTRY_LINEAGE_INNER_H
#define REGISTRY_LINEAGE_INNER_H

#include "registry/index/lineage.h"
#include "registry/lineage.h"

/* Places of digests in an array, by their first bytes: open addressing. Start with {0}. */
struct lineage_table {
	uint32_t *slot; /* place + 1; 0: empty */
	size_t room;    /* a power of two, or 0 */
	size_t count;
};

/* A statement as the index tells it, before it is known what to do with it. */
struct lineage_fetched {
	struct lineage_node node; /* its texts are the two below */
	char name[STATEMENT_SUBJECT_MAX + 1], declared[64];
	bool any;
};

/* A walk under way. */
struct lineage_walk {
	struct lineage *out;
	const struct lineage_wish *wish;
	struct index_links *links;
	const struct policy_chain *chain;
	struct lineage_table nodes, saids;
	size_t node_room, edge_room, said_room;
	uint8_t *way;    /* of each node: LINEAGE_UP, LINEAGE_DOWN, and whether that was done */
	uint32_t *queue; /* nodes with a way that is not gone */
	size_t way_room, queue_count, queue_room, queue_next;
	uint32_t at;                    /* the node whose edges are looked at ... */
	uint8_t going;                  /* ... upwards, downwards or both ... */
	bool edges_only;                /* ... at the wished depth, where no node is added */
	uint32_t said_at;               /* the statement whose references are looked at */
	struct lineage_fetched fetched; /* what was fetched last */
};

enum { LINEAGE_UP = 1, LINEAGE_DOWN = 2, LINEAGE_WENT = 2 /* bits to the left: that was done */ };

/* A copy that lives as long as the lineage. */
MUST_CHECK int lineage_text(struct lineage *lineage, const char *text, const char **out_text,
			    struct error *err);

/* Room for one more in *array, which has `count` and room for *room; ERROR_USAGE above `max`. */
MUST_CHECK int lineage_room_for(void **array, size_t count, size_t *room, size_t size, size_t max,
				struct error *err);

/* Twice as many slots; `identity` is the first of the digests, `stride` bytes from one to the next.
 */
MUST_CHECK int lineage_table_grow(struct lineage_table *table, const void *identity, size_t stride,
				  struct error *err);
/* The slot of a digest, or the empty one where it belongs. The table is not full. */
uint32_t *lineage_table_find(const struct lineage_table *table, const void *identity, size_t stride,
			     const struct digest *digest);

/* Find what leads back to itself: `cycle` of nodes and edges, and the cycles with their names. */
MUST_CHECK int lineage_find_cycles(struct lineage *lineage, struct error *err);

#endif
