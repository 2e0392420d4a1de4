/* Lineage to be looked at: steps of one run folded into one, and written as a drawing. */
#ifndef REGISTRY_LINEAGE_DRAW_H
#define REGISTRY_LINEAGE_DRAW_H

#include "registry/lineage.h"

/* One node, or several that are told as one: checkpoints of one family, or evaluations of one. */
struct lineage_group {
	uint32_t first, last; /* nodes: the lowest and the highest version */
	uint32_t count;
};

/* What leads from one group to another, by one relation with one proof. */
struct lineage_bond {
	uint32_t from, to; /* groups */
	uint32_t edge;     /* one of the edges: the newest */
	uint32_t count;
};

struct lineage_folded {
	uint32_t *group_of;          /* of each node */
	struct lineage_group *group; /* in the order of their first nodes */
	size_t group_count;
	struct lineage_bond *bond; /* by `to`, then `from` */
	size_t bond_count;
};

/*
 * Fold what is alike: consecutive versions of one owner/name that have the same runs, data and
 * foreign parents, from which nothing else was made, and of which nothing is retracted, withheld,
 * undisclosed or in a cycle; and evaluations, records and the like of one checkpoint. `all`:
 * nothing. Where a walk began is never folded. The caller releases *out_folded.
 */
MUST_CHECK int lineage_fold(const struct lineage *lineage, bool all,
			    struct lineage_folded *out_folded, struct error *err);
void lineage_folded_release(struct lineage_folded *folded);

/* "a/b@step-100", "a/b@step-100 … step-900 (9)", "12 evals of a/b@1": appended. */
MUST_CHECK int lineage_group_name(const struct lineage *lineage, const struct lineage_group *group,
				  struct buffer *out, struct error *err);

/*
 * The folded lineage in Graphviz's language or in Mermaid's, left to right in the order of the log
 * within each step, with a legend. What strangers wrote is escaped. Dashes: declared; solid:
 * re-executed; dots and a cross: contradicted; so that no colour is needed.
 */
MUST_CHECK int lineage_to_dot(const struct lineage *lineage, const struct lineage_folded *folded,
			      struct buffer *out, struct error *err);
MUST_CHECK int lineage_to_mermaid(const struct lineage *lineage,
				  const struct lineage_folded *folded, struct buffer *out,
				  struct error *err);

#endif
