/* Say how a checkpoint was made from others, after doing it again. */
#ifndef REGISTRY_DERIVE_H
#define REGISTRY_DERIVE_H

#include "registry/statement.h"

/* What is to be said. Texts are borrowed. */
struct derive_request {
	enum derivation_method method;
	const char *form;          /* NULL: the method's first */
	const char *const *parent; /* words for registered checkpoints, in order */
	size_t parent_count;
	const char *child;
	const char *const *weight; /* texts, one for each parent, or none */
	size_t weight_count;
	const char *dtype, *work; /* "BF16", "F16", "F32", in any case; NULL: as derivation.h */
	bool no_normalize;
	const char *const *keep, *const *without; /* patterns */
	size_t keep_count, without_count;
	const char *const *rename; /* "FROM=TO" */
	size_t rename_count;
	uint64_t tolerance;

	bool declare_only;         /* say it without doing it again */
	const char *const *folder; /* where bytes of parents and child lie, if not in the store */
	size_t folder_count;
	const char *key; /* NULL: config user.key */
	bool dry_run;
};

struct derive_report {
	char *what; /* "cast to BF16 (round-nearest-even)" */
	char child[NAME_TEXT_MAX];
	bool executed;
	struct derivation_result result; /* if it was */
	const char *const *parent;       /* those of the request, for result.unlinked; borrowed */
	size_t parent_count;
	bool weighted;
	double weight_sum; /* of the weights; what is not 1 should be told */
	bool made_any;     /* it was signed: not where it differs, nor in a dry run */
	struct statement_made made;
};

void derive_report_release(struct derive_report *report);

/*
 * Read the registered parents and the registered child, do it again, and sign and log a
 * `derivation` that says what was found. What differs is not signed; the report says where.
 * ERROR_USAGE: what makes no sense, or a parent that was itself made from the child; ERROR_ABSENT:
 * a name, or bytes, that are not here; ERROR_UNTRUSTED: something that is not computed;
 * ERROR_CORRUPT.
 */
MUST_CHECK int registry_derive(struct registry *registry, const struct derive_request *request,
			       struct derive_report *out_report, struct error *err);

#endif
