/* What reading, binding and checking files of results share. Private to registry/evals*.c. */
#ifndef REGISTRY_EVALS_INNER_H
#define REGISTRY_EVALS_INNER_H

#include "registry/add/inner.h"
#include "registry/checkpoint_name.h"
#include "registry/evals.h"
#include "registry/index.h"
#include "registry/scores.h"

/* One file on its way. */
struct evals_file {
	struct json *json;      /* of the file; until it was checked */
	struct json *predicate; /* format, harness, model, scores …; then everything */
	struct digest digest;   /* of its bytes */
	uint64_t size;
	char pretrained[SCORES_TEXT_MAX + 1]; /* folder or repository of the weights, or "" */
	char revision[SCORES_TEXT_MAX + 1];   /* of it, or "" */
	struct digest statement;              /* of the checkpoint, where it is bound */
};

void evals_file_release(struct evals_file *file);

/* Paths of the words, each once, in order. */
MUST_CHECK int evals_expand(const struct evals_wish *wish, struct evals *out_evals,
			    struct error *err);

/* Read and import one file. ERROR_USAGE: no format that is known; ERROR_UNTRUSTED: it holds what
 * looks like a secret. */
MUST_CHECK int evals_file_read(const char *path, struct evals_file *out_file, struct error *err);

/* A value of the model's arguments ("key=value,…", or an object), or false. */
bool evals_argument(const struct json *file, const char *key, char out[SCORES_TEXT_MAX + 1]);

/* Where a text was cut inside of a character, '?' stands for the rest. */
void evals_words(char *text);

/* ---- Weights that are still there ---- */

/* What lies in a folder: looked at once. */
struct evals_folder {
	char *path;
	bool there;                   /* with weights in it */
	struct digest_list statement; /* of checkpoints that have all of them */
};

/* A version that results may be of. */
struct evals_version {
	struct name name;
	struct digest statement;
	struct checkpoint_name form; /* its texts are not to be looked at */
	bool formed;
};

struct evals_binder {
	struct registry *registry;
	struct index *index;
	const char *of;      /* as wished */
	struct digest named; /* of NAME@VERSION */
	struct name named_name;
	bool is_named, is_pattern;
	struct evals_version *version; /* of the family */
	size_t version_count;
	struct evals_folder *folder;
	size_t folder_count;
};

MUST_CHECK int evals_binder_open(struct registry *registry, const char *of,
				 struct evals_binder *out_binder, struct error *err);
void evals_binder_release(struct evals_binder *binder);

/* The folder at `path`, looked at now or before. Borrowed until the next call. */
MUST_CHECK int evals_folder_look(struct evals_binder *binder, const char *path,
				 const struct evals_folder **out_folder, struct error *err);

bool digests_have(const struct digest_list *list, const struct digest *digest);

/* The name of a checkpoint's statement. */
MUST_CHECK int evals_name_of(struct evals_binder *binder, const struct digest *statement,
			     char out_name[NAME_TEXT_MAX], struct error *err);

/* Bind the file: item->how, name, by and file->statement; or item->problem. */
MUST_CHECK int evals_bind(struct evals_binder *binder, struct evals_file *file,
			  struct evals_item *item, struct error *err);

/*
 * Hold what the file says against the checkpoint that it is bound to: item->contradictions, and
 * *out_grave of them that want consent.
 */
MUST_CHECK int evals_check(struct evals_binder *binder, const struct evals_file *file,
			   struct evals_item *item, size_t *out_grave, struct error *err);

/*
 * Scores that are measured alike and told with two values: in two files of the command, or in one
 * and in what the key `signer` (NULL: nobody) registered before. Noted in the later file's
 * contradictions, and out_twice[its place] set.
 */
MUST_CHECK int evals_twice(struct index *index, const struct digest *signer,
			   const struct evals_file *file, struct evals *evals, bool *out_twice,
			   struct error *err);

#endif
