/* Register things: checkpoints, datasets, runs, evaluation results, aliases. */
#ifndef REGISTRY_ADD_H
#define REGISTRY_ADD_H

#include "registry/corpus.h"
#include "registry/run/period.h"
#include "registry/statement.h"

/* What is common to everything that is added. */
struct add_how {
	const char *key;               /* signing key; NULL: config user.key */
	enum store_mode mode;          /* how files come into the store */
	enum codec_effort compression; /* of copies */
	bool rehash;                   /* read every file, also those that did not change */
	bool dry_run; /* look, hash, and say what would be written; write nothing */
};

/* What was (or, dry, would be) registered. */
struct add_result {
	struct statement_made made;
	struct digest manifest; /* of checkpoints and datasets; else the file */
	uint64_t files, bytes;
	uint64_t records;      /* of a dataset */
	uint64_t scores;       /* of an eval */
	uint64_t samples;      /* files of items of an eval */
	struct json *left_out; /* [{"name","reason"}] of files and folders, or NULL: none */
	struct json *corpus;   /* of a dataset: the statement's "corpus" */
};

void add_result_release(struct add_result *result);

/* Facts about the git commit (docs/formats.md, `git`), as registry/git.h gathers them. */
struct add_git {
	const struct json *facts; /* NULL: none */
	struct span diff;         /* the dirty diff, kept as an object; empty: none */
};

struct add_checkpoint {
	const char *path; /* a directory, or one weight file */
	struct name name;
	struct add_git git;
	const struct name *data; /* registered datasets */
	size_t data_count;
	const struct name *parent; /* registered checkpoints */
	size_t parent_count;
	size_t follows; /* 1 + the place in the series of an earlier one that is its parent; or 0 */
	bool alone;     /* no parent is meant, and not only none named */
	const char *run; /* a run file, registered as `name-run@version` unless it is known; NULL:
			    none */
	const struct name *run_name; /* or a run that is registered */
	bool strict;                 /* refuse what drifted from the card of its run */
	const char *license;         /* an SPDX expression, or words; NULL: not said */
	const char *const *exclude;  /* shell patterns of paths that are left out */
	size_t exclude_count;
};

/*
 * Register `count` checkpoints in one batch: files hashed and kept, manifest and
 * pieces kept, one statement and claim each. Nothing is registered when one fails;
 * what was kept before stays, and is not read again the next time. Pieces may be
 * kept as what differs from a parent's. One that is registered keeps the parents
 * that were said then, where none are named now and it is not `alone`.
 */
MUST_CHECK int registry_add_checkpoints(struct registry *registry, const struct add_how *how,
					const struct add_checkpoint *checkpoint, size_t count,
					struct add_result *out_result, struct error *err);

/* A dataset that another was made from. */
struct add_derived {
	struct name from;    /* registered */
	const char *command; /* that made it; NULL: not said */
};

struct add_dataset {
	const char *path; /* a directory or a file */
	struct name name;
	const char *const *exclude;
	size_t exclude_count;
	struct corpus_wish count;  /* but for the tokenizer */
	const char *tokenizer;     /* a file; NULL: tokens are not counted */
	const char *license;       /* an SPDX expression, or words; NULL: not said */
	const char *period;        /* "YYYY[-MM[-DD]]/YYYY[-MM[-DD]]": when it was written; NULL */
	const char *weights;       /* a list of how much of each source is used; NULL: none */
	const char *croissant;     /* a description by somebody else (JSON-LD); NULL: none */
	const char *const *filter; /* what was taken out, and how */
	size_t filter_count;
	const struct add_derived *derived;
	size_t derived_count;
};

/*
 * Register a dataset, with what is counted in its files (docs/corpora.md). ERROR_CORRUPT names
 * the file and the line that is broken, or what a description says wrongly of a file: then
 * nothing is registered.
 */
MUST_CHECK int registry_add_dataset(struct registry *registry, const struct add_how *how,
				    const struct add_dataset *dataset,
				    struct add_result *out_result, struct error *err);

struct add_run {
	const char *path; /* a JSON file */
	struct name name;
	struct add_git git;
	const struct name *data;
	size_t data_count;
	const struct period *declared; /* registered afterwards, for what ran in this time; NULL */
};

MUST_CHECK int registry_add_run(struct registry *registry, const struct add_how *how,
				const struct add_run *run, struct add_result *out_result,
				struct error *err);

struct add_eval {
	const char *path; /* a result file that one of the importers knows */
	struct name of;   /* the checkpoint */

	/*
	 * What was written about each item, `samples_TASK_TIME.jsonl`. NULL: those beside a
	 * `results_TIME.json` with the same TIME, for the tasks that it has.
	 */
	const char *const *samples;
	size_t samples_count;
};

MUST_CHECK int registry_add_eval(struct registry *registry, const struct add_how *how,
				 const struct add_eval *eval, struct add_result *out_result,
				 struct error *err);

/* Move `alias` of owner/name to the version `name`. The same again is success. */
MUST_CHECK int registry_add_tag(struct registry *registry, const struct add_how *how,
				const struct name *name, const char *alias,
				struct add_result *out_result, struct error *err);

/* An importer: reads one kind of result file. registry/import/NAME.c */
struct importer {
	const char *name; /* the eval's `format` */
	/* Does this file look like one of mine? */
	bool (*knows)(const struct json *file);
	/*
	 * Set the predicate's `harness`, `model` and `scores`, which the caller has
	 * not set. Decimals are the file's own text.
	 */
	int (*read)(const struct json *file, struct json *predicate, struct error *err);
};

#define IMPORTER(name) extern const struct importer importer_##name;
#include "registry/importers.def"
#undef IMPORTER

#endif
