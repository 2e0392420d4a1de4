/* What filling and asking the index share. Private to registry/index*.c. */
#ifndef REGISTRY_INDEX_INNER_H
#define REGISTRY_INDEX_INNER_H

#include "registry/index.h"
#include "registry/lint/likeness.h"
#include "registry/log.h"
#include "registry/sqlite.h"

#define INDEX_VERSION "7"

#define INDEX_PREPARED_MAX 24

struct index {
	struct registry *registry; /* borrowed */
	struct database *database;
	struct {
		const char *sql; /* a literal, told from others by its place */
		struct query *query;
	} prepared[INDEX_PREPARED_MAX]; /* changes that come with every entry */
	size_t prepared_count;
};

/* Lower case into out_folded[NAME_TEXT_MAX + 24]; longer text is cut. */
#define FOLDED_SIZE (NAME_TEXT_MAX + 24)
void name_fold(const char *text, char out_folded[FOLDED_SIZE]);

/* Prepare one query, bind one text and step: *out_row. */
MUST_CHECK int index_ask(struct index *index, const char *sql, const char *text,
			 struct query **out_query, bool *out_row, struct error *err);

/*
 * Take in the entries [from, size) of the log: read and checked on all cores, some at a time,
 * written in order. Inside the caller's transaction.
 */
MUST_CHECK int index_fill(struct index *index, struct log *log, uint64_t from, uint64_t size,
			  struct error *err);

/*
 * Take in one statement that is logged at `log_index`. The caller checked that it
 * is the body of that entry. `file`: the digests of its manifest's files, those that are at hand;
 * `likeness`: the marks of its tensors.
 * Inside the caller's transaction.
 */
MUST_CHECK int index_take(struct index *index, uint64_t log_index, const struct digest *identity,
			  const struct digest *signer, const struct statement *statement,
			  const struct digest_list *file, const struct likeness *likeness,
			  struct error *err);

/* The text of a note. */
MUST_CHECK int index_take_note(struct index *index, const char *identity,
			       const struct json *predicate, struct error *err);

/* A card, by the model that it describes. */
MUST_CHECK int index_take_card(struct index *index, const char *identity,
			       const struct statement *statement, struct error *err);

/* What was found by who did derivations again; `hex` says so, and is `identity`. */
MUST_CHECK int index_take_derivation(struct index *index, const struct digest *identity,
				     const char *hex, const struct json *predicate,
				     struct error *err);
MUST_CHECK int index_take_verification(struct index *index, const char *hex,
				       const struct json *predicate, struct error *err);

/* A run with its beginning; the end of the run `run`; parameters and tokens. What cannot be read is
 * passed over. `folded`: owner/name. */
MUST_CHECK int index_take_run(struct index *index, const char *identity, const char *folded,
			      const struct json *predicate, struct error *err);
MUST_CHECK int index_take_completion(struct index *index, uint64_t log_index, const char *run,
				     const char *folded, const struct json *predicate,
				     struct error *err);
MUST_CHECK int index_take_figure(struct index *index, const char *identity,
				 const struct json *predicate, struct error *err);

/* What an eval says of itself, and its scores. */
MUST_CHECK int index_take_eval(struct index *index, const char *identity,
			       const struct json *predicate, struct error *err);

/* The change `sql`, ready to be bound; it stays prepared for the next entry. Not to be freed. */
MUST_CHECK int index_prepare(struct index *index, const char *sql, struct query **out_query,
			     struct error *err);

/* The same of a statement of which no body is here. */
MUST_CHECK int index_take_bodiless(struct index *index, uint64_t log_index,
				   const struct digest *identity, const struct digest *signer,
				   struct error *err);

/* Hand each row of a bound query, whose columns are those of struct index_row, to the visit. */
MUST_CHECK int index_rows_visit(struct query *query, index_visit visit, void *arg,
				struct error *err);

/* The marks of a checkpoint's manifest. */
MUST_CHECK int index_take_likeness(struct index *index, const struct digest *manifest,
				   const struct likeness *likeness, struct error *err);

#endif
