/*
 * The index: a cache for asking questions, made from the statements and the
 * log, and made again whenever it is missing, damaged or behind.
 *
 * Nothing is ever only here and nothing here is believed: whoever acts on an
 * answer reads the statement and checks its signature and proof.
 */
#ifndef REGISTRY_INDEX_H
#define REGISTRY_INDEX_H

#include "registry/home.h"

struct index;

/*
 * One statement, as the index tells it. All borrowed until the visit returns. Where its body is not
 * here (withheld, or missing), `digest` and `declared` are "", and `kind` and `subject` are what
 * its claim says, or "".
 */
struct index_row {
	const char *statement; /* HEX */
	const char *key;       /* KEY */
	const char *kind;
	const char *subject;  /* name of the subject */
	const char *digest;   /* digest of the subject, HEX */
	const char *declared; /* RFC 3339, as the signer says; "" without one */
	uint64_t log_index;   /* of its entry */
};

/* One name that exists: a claim. Borrowed likewise. */
struct index_claim {
	const char *kind;
	const char *name;    /* "owner/name" */
	const char *version; /* version, or the alias */
	bool alias;
	uint64_t serial;       /* of an alias: the highest is in force */
	const char *statement; /* HEX of what is claimed */
	const char *target;    /* of an alias: HEX of the statement it points at, else NULL */
	uint64_t log_index;    /* of the claim's entry */
	bool bodiless;         /* the body of what is claimed is not here */
};

/* One edge of the lineage: `statement` says `relation` ("of", "data", "parent", "run",
 * "checkpoint", "target"). */
struct index_edge {
	const char *statement; /* HEX of who says so */
	const char *relation;
	const char *name; /* owner/name@version it refers to */
	const char *to;   /* HEX it refers to */
};

/*
 * One score of an evaluation. Texts are borrowed until the visit returns, and "" where nothing is
 * said but for `stderr_text`, which is then NULL; numbers are -1.
 */
struct index_score {
	const char *statement;                                    /* HEX of the eval */
	const char *of;                                           /* owner/name@version */
	const char *task, *metric, *filter, *value, *stderr_text; /* decimals as text */
	/*
	 * "scored"; "not-run", "failed": there is no value; "invalidated": the file says so, or the
	 * eval was retracted, by the key `retracted_by` (KEY), whether or not that is believed
	 * (registry_retracted). `own_state` is what it is without.
	 */
	const char *state, *own_state;
	const char *retracted_by;
	const char *version, *hash; /* of the task */
	int64_t shots, samples;
	int higher_is_better;
	bool group;          /* of a group of tasks */
	const char *part_of; /* the group that the task belongs to */
	const char *items;   /* HEX of the object with what was written about each item */
	/* The same in all scores of an evaluation. */
	const char *format, *harness, *harness_git; /* "lm-evaluation-harness", version, commit */
	const char *model;                          /* as the file names it */
	const char *file;                           /* HEX of the result file */
	const char *evaluated;                      /* RFC 3339, when, as the file says */
	const char *sampling;                       /* canonical JSON (docs/formats.md) */
	const char *dtype;                          /* that the model ran in, as the file says */
	const char *contradicts; /* in what it differs from the checkpoint: "parameters date" */
	const char *signer;      /* KEY */
	const char *declared;
	uint64_t log_index;
};

/* What a visit returns: 0 to go on, -1 with `err` to stop. */
typedef int (*index_visit)(void *arg, const struct index_row *row, struct error *err);
typedef int (*index_visit_claim)(void *arg, const struct index_claim *claim, struct error *err);
typedef int (*index_visit_edge)(void *arg, const struct index_edge *edge, struct error *err);
typedef int (*index_visit_score)(void *arg, const struct index_score *score, struct error *err);

/*
 * Open DIR/index.db, made anew from statements and log when it is missing,
 * damaged, of another version or behind the log.
 */
MUST_CHECK int index_open(struct registry *registry, struct index **out_index, struct error *err);
void index_close(struct index **index);

/*
 * Throw the index away and make it again from the statements and the log; and
 * clear away what killed processes left under passing names.
 */
MUST_CHECK int registry_reindex(struct registry *registry, struct error *err);

/*
 * Is the index whole, and does it know the bodies of `statements` statements (UINT64_MAX: however
 * many)? If not,
 * it is made again, which *out_made says. One that is not there yet is made, and not told.
 */
MUST_CHECK int index_examine(struct registry *registry, uint64_t statements, bool *out_made,
			     struct error *err);

/* Take in what the log has beyond the index. Done after every append. */
MUST_CHECK int index_catch_up(struct index *index, struct error *err);

/* Claims in the order of names; `owner` or `kind` narrow it when not NULL. */
MUST_CHECK int index_claims(struct index *index, const char *kind, const char *family,
			    index_visit_claim visit, void *arg, struct error *err);

/* Claims of checkpoints that no record speaks of, in the order of names. */
MUST_CHECK int index_unrecorded(struct index *index, index_visit_claim visit, void *arg,
				struct error *err);

/*
 * What a name stands for: the statement claimed by owner/name@version, or
 * the target of an alias's highest serial; without a version, the only one or ERROR_USAGE.
 * Compared without case. *out_name is spelled as it was registered. ERROR_ABSENT names near ones.
 */
MUST_CHECK int index_resolve(struct index *index, const struct name *name, struct name *out_name,
			     struct digest *out_statement, struct error *err);

/* The one statement or object whose digest begins with `prefix` (>= 8 digits, "sha256:" allowed).
 */
MUST_CHECK int index_find_prefix(struct index *index, const char *prefix, struct digest *out_digest,
				 bool *out_is_statement, struct error *err);

/* Statements by log order: all, one by identity, those whose subject or reference is a name or
 * family. */
MUST_CHECK int index_statements(struct index *index, uint64_t from, uint64_t count,
				index_visit visit, void *arg, struct error *err);
MUST_CHECK int index_statement(struct index *index, const struct digest *statement,
			       index_visit visit, void *arg, struct error *err);
MUST_CHECK int index_history(struct index *index, const char *family, index_visit visit, void *arg,
			     struct error *err);

/* Cards by log order, of the weights of a family owner/name and for it. */
MUST_CHECK int index_cards(struct index *index, const char *family, index_visit visit, void *arg,
			   struct error *err);

/* Statements that refer to `statement`, and what it refers to. */
MUST_CHECK int index_about(struct index *index, const struct digest *statement, index_visit visit,
			   void *arg, struct error *err);
MUST_CHECK int index_edges_from(struct index *index, const struct digest *statement,
				index_visit_edge visit, void *arg, struct error *err);

/* Scores of evals of the checkpoint statement, in the order of the log. */
MUST_CHECK int index_scores(struct index *index, const struct digest *statement,
			    index_visit_score visit, void *arg, struct error *err);

/*
 * Notes by log order: of the family of `about` (NULL: all), about `statement` only (NULL: any), in
 * which all `words` occur (folded as text_fold does, parted by blanks; NULL: any); `replaced`: also
 * those whose place another one took.
 */
MUST_CHECK int index_notes(struct index *index, const struct name *about,
			   const struct digest *statement, const char *words, bool replaced,
			   index_visit visit, void *arg, struct error *err);

/* How a run ended: the best that is known of it, as run_known_end has it. */
struct index_end {
	char run[DIGEST_HEX_SIZE];
	char family[NAME_TEXT_MAX]; /* owner/name, in lower case */
	char cluster[257];          /* that its scheduler names; "" */
	uint64_t outcome;           /* enum run_outcome */
	int64_t began_s;
	uint64_t seconds, nodes, gpus;
	bool gpus_known, lower_bound;
	bool afterwards; /* declared afterwards */
	bool retracted;
};
typedef int (*index_visit_end)(void *arg, const struct index_end *end, struct error *err);
MUST_CHECK int index_ends(struct index *index, index_visit_end visit, void *arg, struct error *err);

/* Runs that began before `before_s` and of whose end nothing is known. */
MUST_CHECK int index_open_runs(struct index *index, int64_t before_s, uint64_t *out_count,
			       struct error *err);

/* What the programme counts of a version that is not retracted, in the order of the log. Borrowed.
 */
struct index_figure {
	const char *family;         /* owner/name, in lower case */
	const char *declared;       /* RFC 3339 */
	uint64_t parameters;        /* of a checkpoint, or 0 */
	uint64_t tokens, tokens_ja; /* of a dataset, by the programme's tokenizer, or 0 */
};
typedef int (*index_visit_figure)(void *arg, const struct index_figure *figure, struct error *err);
MUST_CHECK int index_figures(struct index *index, index_visit_figure visit, void *arg,
			     struct error *err);

/* Is there a statement of this kind? */
MUST_CHECK int index_has_kind(struct index *index, const char *kind, bool *out_has,
			      struct error *err);

/* Statements of `kind` whose subject has this digest (NULL kind: any). */
MUST_CHECK int index_by_digest(struct index *index, const char *kind, const struct digest *digest,
			       index_visit visit, void *arg, struct error *err);

/* Statements of `kind` whose manifest has a file with this digest. */
MUST_CHECK int index_having_file(struct index *index, const char *kind, const struct digest *file,
				 index_visit visit, void *arg, struct error *err);

/*
 * Decisions 33: the checkpoint or release whose manifest lists the most of these
 * file digests (sorted or not; at least one). *out_shared of them, *out_total files in its
 * manifest. ERROR_ABSENT when none is known.
 */
MUST_CHECK int index_find_files(struct index *index, const struct digest *file, size_t count,
				struct digest *out_statement, size_t *out_shared, size_t *out_total,
				struct error *err);

/*
 * Files of all checkpoints' and datasets' manifests, by their digests, with the statement that
 * names the manifest: HEX and HEX, borrowed. The same digest comes once for each statement.
 */
typedef int (*index_visit_file)(void *arg, const char *sha256, const char *statement,
				struct error *err);
MUST_CHECK int index_files(struct index *index, index_visit_file visit, void *arg,
			   struct error *err);

/*
 * Checkpoints of other families than `family` whose tensors have this mark
 * (registry/lint/likeness.h), at most `count` of them.
 */
MUST_CHECK int index_like(struct index *index, const char *mark, const char *family, uint64_t count,
			  index_visit visit, void *arg, struct error *err);

/* How many statements, claims and entries the index knows. */
struct index_counts {
	uint64_t entries, statements, claims;
	uint64_t bodiless; /* of the statements: their bodies are not here */
};

MUST_CHECK int index_count(struct index *index, struct index_counts *out_counts, struct error *err);

#endif
