/* What the ways of adding share. Private to registry/add*.c and run*.c. */
#ifndef REGISTRY_ADD_INNER_H
#define REGISTRY_ADD_INNER_H

#include "registry/add.h"
#include "registry/corpus.h"
#include "registry/corpus/croissant.h"

/* One call of registry_add_*. */
struct adding {
	struct registry *registry;
	const struct add_how *how;
	struct signing_key *key; /* NULL in a dry run */
};

/* Open the key, so that a missing one is found before anything is read. */
MUST_CHECK int adding_begin(struct registry *registry, const struct add_how *how,
			    struct adding *out_adding, struct error *err);
void adding_release(struct adding *adding);

/* Files that were read, and (unless dry) kept with their manifest and pieces. */
struct kept {
	struct manifest *manifest;
	struct digest identity;
	uint64_t records;      /* lines of its .txt and .jsonl files */
	struct digest counts;  /* of the object of counts, where there is a corpus */
	char *architecture;    /* what config.json says, or NULL */
	struct json *left_out; /* as in add_result */
};

/* Which files, and how. Borrowed. */
struct files_wish {
	const char *path;
	const char *const *exclude;
	size_t exclude_count;
	/* With pieces: of the checkpoint it was made from, or an earlier version; or NULL. */
	const struct manifest *base;
	struct corpus *corpus; /* that counts what goes by; or NULL */
};

/* The manifest, with pieces, of what is registered under a name; NULL when it is not at hand. The
 * caller frees it. */
struct manifest *manifest_of(struct registry *registry, const struct name *name);

/*
 * Read the files once, hash and keep them. What was registered from the same path
 * before and did not change since is not read (registry/known_files.h). What was kept
 * is durable when it returns.
 */
MUST_CHECK int files_keep(struct adding *adding, const struct files_wish *wish,
			  struct kept *out_kept, struct error *err);
void kept_release(struct kept *kept);

/* Read a file of at most `max` bytes and (unless dry) keep it as an object. */
MUST_CHECK int file_keep(struct adding *adding, const char *path, struct buffer *out_bytes,
			 struct digest *out_digest, struct error *err);

/* Set "git" (with its diff kept as an object) when there are facts. */
MUST_CHECK int git_set(struct adding *adding, struct json *predicate, const struct add_git *git,
		       struct error *err);

/* Set a list of references to registered names of one kind. */
MUST_CHECK int references_set(struct adding *adding, struct json *predicate, const char *key,
			      enum statement_kind kind, const struct name *name, size_t count,
			      struct error *err);

/* Set "name" and "version", and give the subject's text. */
MUST_CHECK int name_set(struct json *predicate, const struct name *name,
			char out_subject[NAME_TEXT_MAX], struct error *err);

/* Publish unless dry. */
MUST_CHECK int adding_publish(struct adding *adding, const struct statement_draft *draft,
			      size_t count, struct statement_made *out_made, struct error *err);

/* ERROR_USAGE unless the text has 1 to 1,024 bytes, ERROR_UNTRUSTED where it holds what looks like
 * a secret; `what` is what it says. */
MUST_CHECK int said_check(const char *what, const char *text, struct error *err);

/*
 * Set "card" of a checkpoint that names its run: how it stands to the card of that run
 * (registry/card/hold.h), or what was said of one that is registered already. Drift is noticed.
 * ERROR_CORRUPT where it is `strict`.
 */
MUST_CHECK int card_held_set(struct adding *adding, const struct add_checkpoint *checkpoint,
			     struct json *predicate, struct error *err);

/* Is this "FROM/TO", in years, months or days? */
bool period_is(const char *text);

/* A Croissant description that goes with a dataset. */
struct described {
	const char *path; /* borrowed */
	struct croissant croissant;
	struct digest file; /* the object that it is kept as */
	uint64_t size;
};

/* Read it and (unless dry) keep it. Errors name the file. */
MUST_CHECK int described_read(struct adding *adding, const char *path,
			      struct described *out_described, struct error *err);
void described_release(struct described *described);

/* Licence and period, where they were not given; ERROR_USAGE: another licence was. Borrowed. */
MUST_CHECK int described_complete(const struct described *described, struct add_dataset *dataset,
				  struct error *err);

/* Add references to the registered datasets that it says it was derived from, each once. */
MUST_CHECK int described_derived_add(struct adding *adding, const struct described *described,
				     struct json *list, struct error *err);

/* Set "croissant". ERROR_CORRUPT: a file is not what it says (croissant_check). */
MUST_CHECK int described_set(struct adding *adding, const struct described *described,
			     const struct manifest *manifest, struct json *predicate,
			     struct error *err);

/*
 * Set "weights": what the list at `path` (a table, a script, lines of a number and a path) says of
 * each source, beside what was counted in the files of the corpus that it names. Kept unless dry.
 */
MUST_CHECK int weights_set(struct adding *adding, const char *path, struct corpus *corpus,
			   bool tokens, struct json *predicate, struct error *err);

/*
 * Keep the samples files of an evaluation whose result file is `results`, and set
 * "samples" and "attached" where there are any. The predicate has its scores. ERROR_USAGE: one that
 * was named is of no task of the results.
 */
MUST_CHECK int samples_set(struct adding *adding, const struct add_eval *eval,
			   const struct json *results, struct json *predicate, uint64_t *out_count,
			   struct error *err);

#endif
