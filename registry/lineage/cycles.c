/*
 * What leads back to itself. Groups of nodes that reach one another, by R. E. Tarjan's algorithm
 * ("Depth-first search and linear graph algorithms", 1972) with a stack of its own; of each group
 * one cycle is named.
 */
#include <errno.h>
#include <stdlib.h>

#include "registry/lineage/inner.h"

struct knots {
	struct lineage *lineage;
	uint32_t *first; /* of each node: its first edge; edges are sorted by `to` */
	uint32_t *order; /* in which nodes were met, from 1; 0: not yet */
	uint32_t *low;   /* the earliest that is reached */
	uint32_t *stack; /* nodes of groups that are not closed */
	uint32_t *path;  /* nodes that are being looked at */
	uint32_t *next;  /* of each node: the edge that is looked at next */
	bool *open;      /* on the stack */
	uint32_t met, stacked, depth;
};

static int knots_begin(struct knots *knots, struct error *err)
{
	struct lineage *lineage = knots->lineage;
	size_t count = lineage->node_count + 1, edge = 0;

	knots->first = calloc(count, sizeof(uint32_t));
	knots->order = calloc(count, sizeof(uint32_t));
	knots->low = calloc(count, sizeof(uint32_t));
	knots->stack = calloc(count, sizeof(uint32_t));
	knots->path = calloc(count, sizeof(uint32_t));
	knots->next = calloc(count, sizeof(uint32_t));
	knots->open = calloc(count, sizeof(bool));
	if (!knots->first || !knots->order || !knots->low || !knots->stack || !knots->path ||
	    !knots->next || !knots->open)
		return error_system(err, ENOMEM, "cannot look for cycles");
	for (size_t node = 0; node < count; node++) {
		while (edge < lineage->edge_count && lineage->edge[edge].to < node)
			edge++;
		knots->first[node] = knots->next[node] = (uint32_t)edge;
	}
	return 0;
}

static void knots_release(struct knots *knots)
{
	free(knots->first);
	free(knots->order);
	free(knots->low);
	free(knots->stack);
	free(knots->path);
	free(knots->next);
	free(knots->open);
}

/* All of the group whose first node is `node` are on the stack above it. */
static void group_close(struct knots *knots, uint32_t node)
{
	struct lineage *lineage = knots->lineage;
	bool knot = knots->stack[knots->stacked - 1] != node;
	uint32_t member;

	/* A node that refers to itself is a group of one that is a knot. */
	for (uint32_t i = knots->first[node]; i < knots->first[node + 1]; i++)
		knot = knot || lineage->edge[i].from == node;
	if (knot)
		lineage->knots++;
	do {
		member = knots->stack[--knots->stacked];
		knots->open[member] = false;
		lineage->node[member].cycle = knot ? (uint32_t)lineage->knots : 0;
	} while (member != node);
}

static void node_enter(struct knots *knots, uint32_t node)
{
	knots->order[node] = knots->low[node] = ++knots->met;
	knots->stack[knots->stacked++] = node;
	knots->path[knots->depth++] = node;
	knots->open[node] = true;
}

static void groups_from(struct knots *knots, uint32_t root)
{
	const struct lineage_edge *edge = knots->lineage->edge;

	node_enter(knots, root);
	while (knots->depth) {
		uint32_t node = knots->path[knots->depth - 1];

		if (knots->next[node] < knots->first[node + 1]) {
			uint32_t other = edge[knots->next[node]++].from;

			if (!knots->order[other])
				node_enter(knots, other);
			else if (knots->open[other] && knots->order[other] < knots->low[node])
				knots->low[node] = knots->order[other];
			continue;
		}
		knots->depth--;
		if (knots->depth && knots->low[node] < knots->low[knots->path[knots->depth - 1]])
			knots->low[knots->path[knots->depth - 1]] = knots->low[node];
		if (knots->low[node] == knots->order[node])
			group_close(knots, node);
	}
}

/* The node before this one in its knot. There is one. */
static uint32_t before(const struct knots *knots, uint32_t node)
{
	const struct lineage *lineage = knots->lineage;
	uint32_t i = knots->first[node];

	while (lineage->node[lineage->edge[i].from].cycle != lineage->node[node].cycle)
		i++;
	return lineage->edge[i].from;
}

/* Go back from a node of a knot until one comes again: from there on it is a cycle. */
static int cycle_name(struct knots *knots, uint32_t node, struct error *err)
{
	struct lineage *lineage = knots->lineage;
	struct lineage_cycle cycle = { .count = 0 };
	uint32_t mark = ++knots->met, at;

	/* `order` is not needed any more: which nodes this walk met. */
	for (at = node; knots->order[at] != mark; at = before(knots, at))
		knots->order[at] = mark;
	for (node = at; !cycle.count || node != at; node = before(knots, node))
		cycle.count++;
	cycle.node = calloc(cycle.count, sizeof(*cycle.node));
	if (!cycle.node)
		return error_system(err, ENOMEM, "cannot name a cycle");
	for (size_t i = cycle.count; i; i--, node = before(knots, node))
		cycle.node[i - 1] = node;
	lineage->cycle[lineage->cycle_count++] = cycle;
	return 0;
}

static int cycles_name(struct knots *knots, struct error *err)
{
	struct lineage *lineage = knots->lineage;
	bool named[LINEAGE_CYCLES_MAX + 1] = { false };

	for (size_t i = 0; i < lineage->edge_count; i++) {
		struct lineage_edge *edge = &lineage->edge[i];

		edge->cyclic = lineage->node[edge->to].cycle &&
			       lineage->node[edge->to].cycle == lineage->node[edge->from].cycle;
	}
	lineage->cycle = calloc(LINEAGE_CYCLES_MAX, sizeof(*lineage->cycle));
	if (!lineage->cycle)
		return error_system(err, ENOMEM, "cannot name cycles");
	for (uint32_t node = 0; node < lineage->node_count; node++) {
		uint32_t knot = lineage->node[node].cycle;

		if (!knot || knot > LINEAGE_CYCLES_MAX || named[knot])
			continue;
		named[knot] = true;
		if (cycle_name(knots, node, err))
			return -1;
	}
	return 0;
}

int lineage_find_cycles(struct lineage *lineage, struct error *err)
{
	struct knots knots = { .lineage = lineage };
	int failed = knots_begin(&knots, err);

	for (uint32_t node = 0; !failed && node < lineage->node_count; node++)
		if (!knots.order[node])
			groups_from(&knots, node);
	if (!failed && lineage->knots)
		failed = cycles_name(&knots, err);
	knots_release(&knots);
	return failed;
}
