/*
 * compare: the scores of several versions side by side. Inside registry/ and for cli/.
 *
 * A row is one metric of one task by one signer; a cell is what one version got there. Each version
 * is compared with the first, and only where both were asked the same: the task's version, shots,
 * number of items, and the tasks that a group is made of.
 */
#ifndef REGISTRY_COMPARE_H
#define REGISTRY_COMPARE_H

#include "registry/versions.h"

enum compare_state {
	COMPARE_NOT_RUN,     /* no result, or one that says so */
	COMPARE_FAILED,      /* the harness says that it failed */
	COMPARE_INVALIDATED, /* the statement was retracted, or says so */
	COMPARE_SCORED
};

/* Whose results: of one row, and in this order (whose.h has the rules). */
enum compare_side {
	COMPARE_OWN,         /* the checkpoint's owner signed them, with whatever key */
	COMPARE_INDEPENDENT, /* somebody else, and the policy lets them */
	COMPARE_UNBELIEVED   /* by keys that the policy does not let say so */
};

/* What one version got. */
struct compare_cell {
	enum compare_state state;
	const struct json *score;        /* as it was signed; borrowed; NULL: none */
	const struct compare_eval *eval; /* where it stands; NULL: nowhere */
	double value, deviation; /* where scored; the deviation is NaN where none was signed */
	bool has_difference;     /* against the first version */
	struct difference difference;
	char *remark; /* owned: why there is no difference, or why it is not paired; or NULL */
};

struct compare_row {
	const char *task, *metric, *filter; /* borrowed from a score */
	struct digest signer;
	enum compare_side side;
	struct compare_cell *cell; /* one for each version */
};

/* One result that was read: a statement about one version. */
struct compare_eval {
	size_t version; /* number of it */
	struct digest identity, signer;
	enum compare_side side;
	struct error why; /* it is not believed */
	bool left_out;    /* it has scores that were asked for, and is in no row: not believed */
	bool retracted;   /* by somebody who may */
	struct statement statement;
};

struct comparison {
	struct versions versions;
	struct compare_eval **eval; /* owned, in the order of the log for each version */
	size_t eval_count;
	struct compare_row *row; /* by side, signer (but the own), task, filter, metric */
	size_t row_count;
	size_t left_out; /* results that are in no row, since nobody is believed to say so */
};

/* What is asked for. NULL: all. */
struct compare_wish {
	const char *const *task; /* shell globs */
	size_t task_count;
	const char *metric;
	bool unpaired;    /* leave the items alone: signed standard errors only */
	bool all_signers; /* rows for results that are not believed, too */
};

/*
 * Read what was signed about each version (argument_resolve's words and patterns of
 * versions_expand) and compare it with the first. A result, or a retraction, counts only if the
 * registry's policy lets its signers say so. Items are those of the files that the statements name,
 * where they are here. ERROR_USAGE: one of the words is no checkpoint; ERROR_ABSENT: nothing that
 * counts was registered of any. The caller frees *out_comparison.
 */
MUST_CHECK int registry_compare(const struct context *ctx, struct registry *registry,
				const char *const *word, size_t count,
				const struct compare_wish *wish, struct comparison **out_comparison,
				struct error *err);
void comparison_free(struct comparison **comparison);

/* "scored", "not-run", "failed", "invalidated". */
const char *compare_state_name(enum compare_state state);

/*
 * Append an SVG page: a panel for each row, the versions along the x axis by their steps (see
 * checkpoint_name.h), a line for each owner/name, bands of 1.96 standard errors. ERROR_USAGE: a
 * version of no step, or more panels than CHART_PANELS_MAX.
 */
#define CHART_PANELS_MAX 96u
MUST_CHECK int comparison_chart(const struct comparison *comparison, struct buffer *out,
				struct error *err);

#endif
