/* What the checks of a series share. Private to registry/lint*.c. */
#ifndef REGISTRY_LINT_INNER_H
#define REGISTRY_LINT_INNER_H

#include "registry/checkpoint_name.h"
#include "registry/contents.h"
#include "registry/lint/likeness.h"
#include "registry/lint.h"
#include "registry/model_file.h"

#define LINT_SMALL_MAX (16u << 20) /* bytes of a config.json or an index that is read */
#define LINT_DETAIL_MAX 1000u /* details that a finding keeps; its text says how many there are */
#define LINT_KEPT_MAX 64u     /* different configs, and shapes, that are kept to be compared */

/* A sorted list of lines, each what it is about, a tab, and what it is. */
struct lint_lines {
	char **line;
	size_t count, room;
	struct digest digest; /* of all of them */
};

void lint_lines_release(struct lint_lines *lines);
/* `text` is copied. */
MUST_CHECK int lint_lines_add(struct lint_lines *lines, const char *about, const char *text,
			      struct error *err);
void lint_lines_finish(struct lint_lines *lines); /* sort, and digest */

struct lint;
struct lint_item;

/* Keep lines that differ from all kept ones; *out_place: 1 + their place, 0: too many. Takes them.
 */
MUST_CHECK int lint_lines_keep(struct lint_lines **kept, size_t *count, struct lint_lines *lines,
			       size_t *out_place, struct error *err);

/* What was seen of the values of one tensor that is odd. */
struct lint_values {
	char *tensor;
	uint64_t nan, infinite, elements;
	bool zero, vector; /* zero throughout; of rank 1 or 0 */
};

/* How a matrix began. */
struct lint_initial {
	char *class; /* its name, numbers left out */
	double deviation, width;
};

/* One checkpoint. */
struct lint_item {
	char *label;        /* the path, or owner/name@version */
	const char *called; /* the part of it that tells the step; in `label` */
	char *family;       /* owner/name, or the folder it lies in, or "" */
	bool named;         /* `name` was read */
	struct checkpoint_name name;

	bool registered;
	struct digest statement;
	uint64_t log_index; /* of its statement; UINT64_MAX: none */

	/* ---- what was looked at ---- */
	bool readable;
	bool weighed;          /* there are weights */
	bool opaque;           /* in files whose tensors are not read */
	struct digest weights; /* over all tensors, or over such files */
	uint64_t tensors, parameters;
	size_t shapes,
		config; /* 1 + the place in lint.shapes and lint.config; 0: none, or too many */
	struct digest shapes_digest, config_digest;
	bool has_config, has_tokenizer, has_optimizer;
	struct digest tokenizer;
	bool has_trainer_step;
	uint64_t trainer_step;
	int64_t written_s; /* when its weights were written, or it was declared; 0: not known */
	struct lint_lines missing; /* shard, a tab, the index that names it */
	struct lint_values *values;
	size_t values_count;
	bool values_read;
	const char *values_why;       /* not read; static; NULL: nobody asked */
	struct lint_initial *initial; /* of a step 0, one matrix of each class */
	size_t initial_count;
	char *parent; /* declared of an own later step, or NULL */
};

/* That an item has tensors of a registered checkpoint to which nothing leads. */
struct lint_relative {
	size_t item;         /* its place in the series */
	struct digest other; /* the statement */
	char name[NAME_TEXT_MAX];
	size_t equal, tensors;        /* of the item's; equal is 0 where they are only near */
	size_t near, compared;        /* of the tensors that were compared */
	double correlation, distance; /* of the middle one of them */
};

struct lint {
	const struct context *ctx;
	struct registry *registry; /* or NULL */
	const struct lint_request *request;
	struct lint_item *item; /* in the order of the series */
	size_t count;
	struct lint_lines *shapes, *config; /* different ones */
	size_t shapes_count, config_count;
	char (*asked)[LIKENESS_MARK_SIZE]; /* marks that were looked up, sorted */
	size_t asked_count;
	struct lint_relative *relative; /* in the order of the series */
	size_t relative_count;
	struct lint_report report;
};

/* ---- findings ---- */

/* A new one with this text; NULL with `err` set. What is ignored is made and thrown away at the
 * end. */
struct lint_finding *lint_find(struct lint *lint, enum lint_kind kind, struct error *err,
			       const char *fmt, ...) PRINTF_LIKE(4, 5);
MUST_CHECK int lint_about(struct lint_finding *finding, const struct lint_item *item,
			  struct error *err);
MUST_CHECK int lint_detail(struct lint_finding *finding, const char *text, struct error *err);

/* "a, b, c and 5 more", malloced, of `count` texts. */
MUST_CHECK int lint_list(const char *const *text, size_t count, char **out_text, struct error *err);

/* What an item is called where it cannot be mistaken. Borrowed. */
const char *lint_called(const struct lint *lint, const struct lint_item *item);

/* Items that a finding is about together. */
struct lint_group {
	const struct lint_item **item;
	size_t count;
};
void lint_group_release(struct lint_group *group);
MUST_CHECK int lint_group_add(struct lint_group *group, const struct lint_item *item,
			      struct error *err);
/* "step1, step2 and 5 more", malloced. */
MUST_CHECK int lint_group_text(const struct lint *lint, const struct lint_group *group,
			       char **out_text, struct error *err);
MUST_CHECK int lint_group_about(const struct lint_group *group, struct lint_finding *finding,
				struct error *err);

/* Is this the first item of its family? Series are told apart by families. */
bool lint_begins(const struct lint *lint, size_t index);

/* ---- lint/items.c: which checkpoints ---- */

MUST_CHECK int lint_items(struct lint *lint, struct error *err);
void lint_item_release(struct lint_item *item);

/* ---- lint/look.c: what there is of one ---- */

MUST_CHECK int lint_look(struct lint *lint, struct error *err);

/* ---- lint/files.c ---- */

/* Config, indices, trainer's state, and which others there are. */
MUST_CHECK int lint_files_look(struct lint *lint, struct lint_item *item, const struct tree *tree,
			       struct error *err);

/* ---- lint/values.c ---- */

/* Build the manifest of a tree and look at the values of its safetensors files on the way. */
MUST_CHECK int lint_values_read(struct lint *lint, const struct tree *tree, bool values,
				struct lint_item *item, struct manifest **out_manifest,
				struct error *err);

/* ---- lint/parents.c, lint/share.c, lint/near.c ---- */

struct lint_share {
	size_t equal, tensors;             /* all of the first's */
	uint64_t equal_elements, elements; /* of those that count (registry/lint/likeness.h) and are
					      not zero throughout */
	bool whole;                        /* there are no others on either side */
};

/* How many tensors of `item` are tensors of `other` by their roots, under whatever names. */
MUST_CHECK int lint_share_find(const struct manifest *item, const struct manifest *other,
			       struct lint_share *out_share, struct error *err);

/*
 * Look whether the registry has weights that this item's were made of and that nothing leads to.
 * `tree` reads the item's bytes; NULL: only what is equal is found.
 */
MUST_CHECK int lint_parents_look(struct lint *lint, struct lint_item *item,
				 const struct manifest *manifest, const struct tree *tree,
				 struct error *err);

#define LINT_RUN_ELEMENTS 16384u /* of a tensor that are sampled; at most 128 KiB */

/* The run of elements in the middle of a tensor, as binary64 into out[LINT_RUN_ELEMENTS]. */
MUST_CHECK int lint_run_read(const struct tree *tree, const char *file, const struct tensor *tensor,
			     double *out, size_t *out_count, struct error *err);

/* Note how a step 0 was initialised; nothing for others. `tree` as above. lint/initial.c */
MUST_CHECK int lint_initial_look(struct lint_item *item, const struct manifest *manifest,
				 const struct tree *tree, struct error *err);

/*
 * Compare some elements of the two. *out_compared tensors had the same name and shape on both sides
 * and could be read; *out_near of them are close; correlation and distance are those of the middle
 * one.
 */
MUST_CHECK int lint_near(const struct manifest *manifest, const struct tree *tree,
			 struct contents *other, struct lint_relative *out_relative,
			 struct error *err);

/* ---- the checks, each of which goes through the series by itself ---- */

MUST_CHECK int lint_check_names(struct lint *lint, struct error *err);
MUST_CHECK int lint_check_order(struct lint *lint, struct error *err);
MUST_CHECK int lint_check_contents(struct lint *lint, struct error *err);
MUST_CHECK int lint_check_weights(struct lint *lint, struct error *err);
MUST_CHECK int lint_check_parents(struct lint *lint, struct error *err);
MUST_CHECK int lint_check_initial(struct lint *lint, struct error *err);

#endif
