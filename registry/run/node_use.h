/*
 * What was secured held against what runs used, by Japanese fiscal years and sites: from the index,
 * for reports (docs/runs.md). Sums of whole seconds; no signature is checked again for them.
 */
#ifndef REGISTRY_RUN_NODE_USE_H
#define REGISTRY_RUN_NODE_USE_H

#include "registry/allocation.h"
#include "registry/run.h"

struct node_amount {
	uint64_t node_seconds, gpu_seconds;
};

/* One site in one fiscal year. */
struct node_use_row {
	int fiscal_year;
	char *site; /* of an allocation, else the cluster that runs name; "": they name none */
	struct node_amount secured;
	struct node_amount ahead;                   /* of that: lies in the future */
	struct node_amount used[RUN_OUTCOME_COUNT]; /* by how runs ended */
	struct node_amount all;                     /* their sum. Of it: */
	struct node_amount bound;                   /* lower bounds: at least so much */
	struct node_amount afterwards;              /* of runs that were declared afterwards */
	struct node_amount outside;                 /* when nothing was secured for it */
	struct node_amount unknown; /* node-seconds of runs that do not tell their GPUs */
	struct node_amount secured_afterwards; /* of `secured`: declared afterwards */
	uint64_t runs;                         /* that have a part in it */
};

/* Secured and not used, or 0; and used beyond what was secured, or 0. */
void node_use_rest(const struct node_use_row *row, struct node_amount *out_idle,
		   struct node_amount *out_beyond);

/* Two items that speak of the same time at the same site: both are counted. */
struct node_use_overlap {
	const char *one, *other; /* owner/name@version */
	const char *site;
	int64_t from_s, until_s;
	bool same_award;
};

/* What the programme counts of versions that were registered in a fiscal year. */
struct node_use_year {
	int fiscal_year;
	uint64_t models; /* owner/names with checkpoints that have parameters */
	uint64_t parameters_largest, parameters; /* each owner/name by its largest */
	uint64_t corpora;           /* owner/names with a count by the programme's tokenizer */
	uint64_t tokens, tokens_ja; /* each owner/name by its newest version */
};

struct node_use {
	struct node_use_row **row; /* by year, then site */
	size_t count;
	struct node_use_overlap *overlap;
	size_t overlap_count;
	struct node_use_year *year; /* rising */
	size_t year_count;
	uint64_t open;      /* runs that began and of whose end nothing is known: not counted */
	uint64_t retracted; /* runs that were retracted: not counted */
	struct allocations allocations;
};

struct node_use_wish {
	int64_t from_s, until_s; /* what lies outside is not counted */
	const char *site;        /* only this one; NULL: all */
	int64_t now_s;
};

/*
 * Reckon. A run counts for the first item whose cluster (else system, else site) it names, or that
 * lists its name, and whose period holds its beginning; each fiscal year of a run is looked up
 * anew.
 */
MUST_CHECK int node_use_reckon(struct registry *registry, const struct node_use_wish *wish,
			       struct node_use *out_use, struct error *err);
/* The years of it, from the index: a part of node_use_reckon. */
struct index;
MUST_CHECK int node_use_years(struct index *index, const struct node_use_wish *wish,
			      struct node_use *use, struct error *err);

void node_use_release(struct node_use *use);

#endif
