/*
 * Allocations: computing time that was secured, so that it can be held against what was used
 * (registry/run/node_use.h, docs/runs.md). One statement says what one file says: one or more
 * items, each a number of nodes, or of node-hours, at a site for a period.
 */
#ifndef REGISTRY_ALLOCATION_H
#define REGISTRY_ALLOCATION_H

#include "registry/add.h"
#include "registry/run/node_time.h"
#include "registry/run/period.h"

#define ALLOCATION_FILE_MAX_BYTES (1u << 20)
#define ALLOCATION_ITEMS_MAX 64
#define ALLOCATION_TEXT_MAX 256 /* bytes of a text */
#define ALLOCATION_SHARE_MAX 1024
#define ALLOCATION_HOURS_MAX 1000000000u

/* One item; texts are borrowed from the JSON that it was read from, and NULL where not said. */
struct allocation_item {
	const char *site;
	const char *system, *cluster, *award, *source;
	const struct json *runs; /* owner/name of runs whose records name no cluster, or NULL */
	struct period period;
	bool by_nodes;          /* `amount` is nodes through the period; else node-seconds of it */
	uint64_t amount;        /* of such shares of a node */
	uint64_t part, of;      /* each is part/of of a node: 1/1, 1/2 … */
	uint64_t gpus_per_node; /* of a whole one */
	bool gpus_known;
};

/*
 * Read one item as a statement or a file has it (docs/formats.md, section 3). ERROR_CORRUPT: what
 * is wrong with it, also a member that nobody knows.
 */
MUST_CHECK int allocation_item_read(const struct json *object, struct allocation_item *out_item,
				    struct error *err);

/*
 * The node-seconds and GPU-seconds of the item that lie in [from_s, until_s): what is given in
 * hours is spread evenly over its period. Whole seconds; parts of a period add up to the whole.
 */
void allocation_secured(const struct allocation_item *item, int64_t from_s, int64_t until_s,
			uint64_t *out_node_seconds, uint64_t *out_gpu_seconds);

/* `seconds` of such shares of a node, in node-seconds, rounded down. */
uint64_t allocation_share(const struct allocation_item *item, uint64_t seconds);

/*
 * The items of a file: {"items":[…]} or one item, or lines of comma-separated values under a line
 * of names. *out_name is what a JSON file calls itself, borrowed from *out_file, or NULL.
 * *out_items is an array whose elements allocation_item_read takes. ERROR_CORRUPT names the line
 * or the item, and `path`.
 */
MUST_CHECK int allocation_file_parse(struct span text, const char *path, struct json **out_items,
				     char out_name[NAME_TEXT_MAX], struct error *err);

struct add_allocation {
	const char *path;
	const struct name *name;       /* NULL: what the file calls itself */
	const struct period *declared; /* made up later, for this time; NULL */
};

/*
 * Register what was secured. A later version of the same owner/name takes the place of an earlier
 * one. *out_name is the name that it got. ERROR_USAGE: no name, or an item is not within
 * `declared`; ERROR_UNTRUSTED: the file holds what looks like a secret.
 */
MUST_CHECK int registry_add_allocation(struct registry *registry, const struct add_how *how,
				       const struct add_allocation *allocation,
				       struct name *out_name, struct add_result *out_result,
				       struct error *err);

/* A statement about allocations that counts: the newest of its owner/name, and not retracted. */
struct allocation {
	const char *name;     /* owner/name@version */
	const char *declared; /* when it was said */
	struct digest statement;
	bool afterwards; /* it was declared for `period` */
	struct period period;
	struct allocation_item *item;
	size_t count;
};

/* Everything is borrowed from the list. */
struct allocations {
	struct allocation *item;
	size_t count;
	struct statement *said; /* that they are read from, one each */
};
MUST_CHECK int registry_allocations(struct registry *registry, struct allocations *out,
				    struct error *err);
void allocations_release(struct allocations *allocations);

#endif
