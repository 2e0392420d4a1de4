/* node_use: secured against used, by fiscal year and site. */
#include "registry/run/node_use.h"

#include <stdlib.h>
#include <string.h>

#include "registry/index.h"

enum { ROWS_MAX = 100000, OVERLAPS_MAX = 1000 };

struct reckoning {
	const struct node_use_wish *wish;
	struct node_use *use;
	size_t room;
};

static bool same_text(const char *one, const char *other)
{
	return one && other && strcasecmp(one, other) == 0;
}

/* ---- Rows ---- */

static int row_order(const struct node_use_row *row, int fiscal_year, const char *site)
{
	if (row->fiscal_year != fiscal_year)
		return row->fiscal_year < fiscal_year ? -1 : 1;
	return strcasecmp(row->site, site);
}

/* The row of a year and site, a new one where there is none. */
static int row_need(struct reckoning *reckoning, int fiscal_year, const char *site,
		    struct node_use_row **out_row, struct error *err)
{
	struct node_use *use = reckoning->use;
	size_t low = 0, high = use->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (row_order(use->row[middle], fiscal_year, site) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < use->count && row_order(use->row[low], fiscal_year, site) == 0) {
		*out_row = use->row[low];
		return 0;
	}
	if (use->count == ROWS_MAX)
		return error_set(err, ERROR_USAGE, "more than %d sites and years: ask for less",
				 ROWS_MAX);
	if (use->count == reckoning->room) {
		size_t room = reckoning->room ? 2 * reckoning->room : 64;
		struct node_use_row **row = realloc(use->row, room * sizeof(*row));

		if (!row)
			return error_set(err, ERROR_SYSTEM, "out of memory for %zu sites", room);
		use->row = row;
		reckoning->room = room;
	}
	*out_row = calloc(1, sizeof(**out_row));
	if (!*out_row || !((*out_row)->site = strdup(site))) {
		free(*out_row);
		return error_set(err, ERROR_SYSTEM, "out of memory for a site");
	}
	(*out_row)->fiscal_year = fiscal_year;
	memmove(&use->row[low + 1], &use->row[low], (use->count - low) * sizeof(*use->row));
	use->row[low] = *out_row;
	use->count++;
	return 0;
}

static int amount_add(struct node_amount *sum, struct node_amount more, struct error *err)
{
	return __builtin_add_overflow(sum->node_seconds, more.node_seconds, &sum->node_seconds) ||
			       __builtin_add_overflow(sum->gpu_seconds, more.gpu_seconds,
						      &sum->gpu_seconds)
		       ? error_set(err, ERROR_CORRUPT, "node time beyond 64 bits")
		       : 0;
}

static uint64_t left_of(uint64_t whole, uint64_t part)
{
	return whole > part ? whole - part : 0;
}

void node_use_rest(const struct node_use_row *row, struct node_amount *out_idle,
		   struct node_amount *out_beyond)
{
	struct node_amount used = {
		left_of(row->all.node_seconds, row->outside.node_seconds),
		left_of(row->all.gpu_seconds, row->outside.gpu_seconds),
	};

	*out_idle = (struct node_amount){
		left_of(row->secured.node_seconds, used.node_seconds),
		left_of(row->secured.gpu_seconds, used.gpu_seconds),
	};
	*out_beyond = (struct node_amount){
		left_of(used.node_seconds, row->secured.node_seconds),
		row->secured.gpu_seconds ? left_of(used.gpu_seconds, row->secured.gpu_seconds) : 0,
	};
}

/* ---- Secured ---- */

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int item_add(struct reckoning *reckoning, const struct allocation *allocation,
		    const struct allocation_item *item, struct error *err)
{
	const struct node_use_wish *wish = reckoning->wish;
	int64_t from = later(item->period.from_s, wish->from_s);
	int64_t until = earlier(item->period.until_s, wish->until_s);

	if (wish->site && !same_text(wish->site, item->site))
		return 0;
	for (int year = fiscal_year_of(from); from < until && fiscal_year_begin(year) < until;
	     year++) {
		int64_t begin = later(from, fiscal_year_begin(year));
		int64_t end = earlier(until, fiscal_year_begin(year + 1));
		struct node_amount whole, ahead;
		struct node_use_row *row;

		allocation_secured(item, begin, end, &whole.node_seconds, &whole.gpu_seconds);
		allocation_secured(item, later(begin, earlier(wish->now_s, end)), end,
				   &ahead.node_seconds, &ahead.gpu_seconds);
		if (row_need(reckoning, year, item->site, &row, err) ||
		    amount_add(&row->secured, whole, err) || amount_add(&row->ahead, ahead, err) ||
		    (allocation->afterwards && amount_add(&row->secured_afterwards, whole, err)))
			return -1;
	}
	return 0;
}

/* Do two items speak of the same nodes at the same time? */
static int overlap_look(struct node_use *use, const struct node_use_wish *wish,
			const struct allocation *one, const struct allocation_item *first,
			const struct allocation *other, const struct allocation_item *second,
			struct error *err)
{
	int64_t from = later(later(first->period.from_s, second->period.from_s), wish->from_s);
	int64_t until =
		earlier(earlier(first->period.until_s, second->period.until_s), wish->until_s);
	struct node_use_overlap *overlap;

	if (from >= until || use->overlap_count == OVERLAPS_MAX ||
	    !same_text(first->site, second->site) ||
	    (first->system && second->system && !same_text(first->system, second->system)) ||
	    (wish->site && !same_text(wish->site, first->site)))
		return 0;
	overlap = realloc(use->overlap, (use->overlap_count + 1) * sizeof(*overlap));
	if (!overlap)
		return error_set(err, ERROR_SYSTEM, "out of memory for allocations");
	use->overlap = overlap;
	overlap[use->overlap_count++] = (struct node_use_overlap){
		.one = one->name,
		.other = other->name,
		.site = first->site,
		.from_s = from,
		.until_s = until,
		.same_award = same_text(first->award, second->award),
	};
	return 0;
}

/* With itself, and with everything before it. */
static int overlaps_find(struct node_use *use, const struct node_use_wish *wish, size_t a, size_t i,
			 struct error *err)
{
	const struct allocation *list = use->allocations.item;

	for (size_t b = 0; b <= a; b++)
		for (size_t k = 0; k < (b == a ? i : list[b].count); k++)
			if (overlap_look(use, wish, &list[b], &list[b].item[k], &list[a],
					 &list[a].item[i], err))
				return -1;
	return 0;
}

static int secured_add(struct reckoning *reckoning, struct error *err)
{
	const struct allocations *list = &reckoning->use->allocations;

	for (size_t a = 0; a < list->count; a++)
		for (size_t i = 0; i < list->item[a].count; i++)
			if (item_add(reckoning, &list->item[a], &list->item[a].item[i], err) ||
			    overlaps_find(reckoning->use, reckoning->wish, a, i, err))
				return -1;
	return 0;
}

/* ---- Used ---- */

static bool item_is_of(const struct allocation_item *item, const struct index_end *end)
{
	for (size_t i = 0; i < json_count(item->runs); i++)
		if (same_text(json_text(json_at(item->runs, i)), end->family))
			return true;
	if (!end->cluster[0])
		return false;
	if (item->cluster)
		return same_text(item->cluster, end->cluster);
	return same_text(item->system, end->cluster) || same_text(item->site, end->cluster);
}

/* What a run counts for at `at_s`; *out_within: it was secured then. */
static const struct allocation_item *item_find(const struct allocations *list,
					       const struct index_end *end, int64_t at_s,
					       bool *out_within)
{
	const struct allocation_item *found = NULL;

	*out_within = false;
	for (size_t a = 0; a < list->count; a++)
		for (size_t i = 0; i < list->item[a].count; i++) {
			const struct allocation_item *item = &list->item[a].item[i];

			if (!item_is_of(item, end))
				continue;
			if (period_holds(&item->period, at_s, at_s + 1)) {
				*out_within = true;
				return item;
			}
			found = found ? found : item;
		}
	return found;
}

/* The part of a run that lies in one fiscal year. */
static int part_add(struct reckoning *reckoning, const struct index_end *end, int64_t at_s,
		    uint64_t seconds, struct error *err)
{
	const struct node_use_wish *wish = reckoning->wish;
	bool within;
	const struct allocation_item *item =
		item_find(&reckoning->use->allocations, end, at_s, &within);
	const char *site = item ? item->site : end->cluster;
	struct node_amount part = { seconds * end->nodes, seconds * end->gpus };
	struct node_use_row *row;

	if (wish->site && !same_text(wish->site, site))
		return 0;
	if (item)
		part.node_seconds = allocation_share(item, part.node_seconds);
	if (row_need(reckoning, fiscal_year_of(at_s), site, &row, err) ||
	    amount_add(&row->used[end->outcome], part, err) || amount_add(&row->all, part, err) ||
	    (end->lower_bound && amount_add(&row->bound, part, err)) ||
	    (end->afterwards && amount_add(&row->afterwards, part, err)) ||
	    (!within && amount_add(&row->outside, part, err)) ||
	    (!end->gpus_known && amount_add(&row->unknown, part, err)))
		return -1;
	row->runs++;
	return 0;
}

static int end_add(void *arg, const struct index_end *end, struct error *err)
{
	struct reckoning *reckoning = arg;
	const struct node_use_wish *wish = reckoning->wish;
	int64_t until = earlier(end->began_s + (int64_t)end->seconds, wish->until_s);
	int64_t at = later(end->began_s, wish->from_s);

	if (end->outcome >= RUN_OUTCOME_COUNT || at >= until)
		return 0;
	if (end->retracted) {
		reckoning->use->retracted++;
		return 0;
	}
	while (at < until) {
		int64_t next = earlier(until, fiscal_year_begin(fiscal_year_of(at) + 1));

		if (part_add(reckoning, end, at, (uint64_t)(next - at), err))
			return -1;
		at = next;
	}
	return 0;
}

int node_use_reckon(struct registry *registry, const struct node_use_wish *wish,
		    struct node_use *out_use, struct error *err)
{
	struct reckoning reckoning = { .wish = wish, .use = out_use };
	struct index *index;

	*out_use = (struct node_use){ .count = 0 };
	if (registry_index(registry, &index, err) ||
	    registry_allocations(registry, &out_use->allocations, err) ||
	    secured_add(&reckoning, err) || index_ends(index, end_add, &reckoning, err) ||
	    index_open_runs(index, wish->until_s, &out_use->open, err) ||
	    node_use_years(index, wish, out_use, err)) {
		node_use_release(out_use);
		return -1;
	}
	return 0;
}

void node_use_release(struct node_use *use)
{
	for (size_t i = 0; i < use->count; i++) {
		free(use->row[i]->site);
		free(use->row[i]);
	}
	free(use->row);
	free(use->overlap);
	free(use->year);
	allocations_release(&use->allocations);
	*use = (struct node_use){ .count = 0 };
}
