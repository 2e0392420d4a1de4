/*
 * lint: what is wrong with a series of checkpoints, by their names, digests and values.
 *
 * Nothing here is a verdict: a finding says what is there and what to do about it, and whoever
 * publishes the series decides. Registered checkpoints are judged by what is stored and signed
 * about them, and nothing but small files is read; folders are read once, their values on the way.
 */
#ifndef REGISTRY_LINT_H
#define REGISTRY_LINT_H

#include "registry/home.h"

#define LINT_CHECKPOINTS_MAX 10000u /* in one call; cli/cmd_lint.c says it, too */

enum lint_severity { LINT_NOTE, LINT_WARNING, LINT_ERROR };

enum lint_kind {
#define LINT(name, id, severity, what, advice) LINT_KIND_##name,
#include "registry/lint.def"
#undef LINT
	LINT_KIND_COUNT
};

/* What the list says of a kind. Static. */
struct lint_kind_about {
	const char *id;
	enum lint_severity severity;
	const char *what, *advice;
};
const struct lint_kind_about *lint_kind_about(enum lint_kind kind);

/* ERROR_USAGE lists the identifiers. */
MUST_CHECK int lint_kind_from_id(const char *id, enum lint_kind *out_kind, struct error *err);

const char *lint_severity_name(enum lint_severity severity); /* "error"; static */

struct lint_finding {
	enum lint_kind kind;
	char *text;        /* one line */
	char **checkpoint; /* those it is about, in the order of the series */
	size_t checkpoint_count;
	char **detail; /* what it is about inside them: tensors, members, steps, files */
	size_t detail_count;
};

struct lint_request {
	/*
	 * Folders of checkpoints, checkpoints (folders, weight files), names and patterns as
	 * versions_expand takes them, and owner/name: all its checkpoints.
	 */
	const char *const *word;
	size_t word_count;
	bool values;    /* look at the values of registered checkpoints, too: reads their bytes */
	bool no_values; /* look at nobody's */
	bool ignored[LINT_KIND_COUNT];
};

struct lint_report {
	struct lint_finding *finding; /* by kind, then in the order of the series */
	size_t count;
	size_t severity[LINT_ERROR + 1]; /* how many of each */
	size_t checkpoints, series;
	uint64_t tensors, values_bytes; /* whose values were looked at */
	char *first, *last;             /* checkpoints; NULL where there are none */
};

void lint_report_release(struct lint_report *report);

/*
 * Look at a series. `registry` may be NULL where every word is a path. What cannot be read of a
 * checkpoint is a finding; ERROR_ABSENT: a word that stands for nothing; ERROR_USAGE: too many, a
 * word that is no checkpoint and holds none; ERROR_SYSTEM.
 */
MUST_CHECK int registry_lint(const struct context *ctx, struct registry *registry,
			     const struct lint_request *request, struct lint_report *out_report,
			     struct error *err);

/* --- for tests: what is expected between the steps of a branch, which rise --- */

/* Of the steps `from`, `from` + `by` ... `to`, `count` of them, none is there. */
typedef int (*lint_visit_gap)(void *arg, uint64_t from, uint64_t to, uint64_t by, uint64_t count,
			      struct error *err);
MUST_CHECK int lint_gaps(const uint64_t *step, size_t count, lint_visit_gap visit, void *arg,
			 struct error *err);

#endif
