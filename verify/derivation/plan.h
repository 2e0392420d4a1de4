/* derivation_plan: which tensor comes from which. Inside verify/ only. */
#ifndef VERIFY_DERIVATION_PLAN_H
#define VERIFY_DERIVATION_PLAN_H

#include "verify/adapter_config.h"
#include "verify/derivation/run.h"

enum derivation_item_kind {
	ITEM_COPY,    /* the parents' bytes, which are the same */
	ITEM_COMPUTE, /* the form's arithmetic */
	ITEM_LORA     /* the base's tensor and the product of two of the adapter's */
};

/* A tensor of the child and what it comes from. */
struct derivation_item {
	enum derivation_item_kind kind;
	const struct tensor *child;
	size_t parents; /* how many of them take part; the rest of plan.source is NULL */
	bool replaced;  /* the one that takes part is the adapter: a module that was saved whole */
	const struct tensor *left, *right; /* ITEM_LORA: B and A of the adapter */
	bool transposed;                   /* ... whose product is [in, out] */
	float scale;
};

struct derivation_plan {
	const struct derivation *derivation;
	struct derivation_side *child, *parent; /* borrowed */
	struct derivation_item *item;
	const struct tensor **source; /* of item i and parent p: source[i * parent_count + p] */
	size_t count, room;
	struct adapter_config adapter;
	size_t adapter_used; /* tensors of the adapter that fit somewhere */
	bool *reached;       /* tensor i of the child has its item */
};

/*
 * Plan it. What contradicts what was said is put into `result`, which then differs.
 * ERROR_UNTRUSTED: something that is not computed. The caller releases the plan.
 */
MUST_CHECK int derivation_plan_make(const struct derivation *derivation,
				    struct derivation_side *child, struct derivation_side *parent,
				    struct derivation_plan *out_plan,
				    struct derivation_result *result, struct error *err);
void derivation_plan_release(struct derivation_plan *plan);

/* The format of BF16, F16 and F32; false for any other. */
bool derivation_format(enum dtype dtype, enum float_format *out_format);

/* The parents' format that is worked in: derivation->work, or the tensor's own. */
enum float_format derivation_work_format(const struct derivation *derivation,
					 const struct tensor *tensor);

/* The side that holds the parent's tensor of an item: of a replaced module it is the adapter. */
struct derivation_side *derivation_source_side(const struct derivation_plan *plan,
					       const struct derivation_item *item, size_t parent);

/* Put the first contradiction into the result. Later ones are passed over. */
void derivation_differs(struct derivation_result *result, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* --- derivation/lora.c --- */

/* Find the adapter's part in a tensor of the base; *item is one that copies or computes. */
MUST_CHECK int derivation_lora_find(struct derivation_plan *plan, const struct tensor *base,
				    const char *renamed, struct derivation_item *item,
				    const struct tensor **source, struct derivation_result *result,
				    struct error *err);

/* The factors of an item's product as binary32, row by row. Malloced; released by the caller. */
struct derivation_factors {
	float *left;  /* rows x rank */
	float *right; /* rank x columns */
	size_t rank, rows, columns;
	bool round;               /* the product is rounded ... */
	enum float_format format; /* ... to this before it is added */
};
void derivation_factors_release(struct derivation_factors *factors);
MUST_CHECK int derivation_factors_read(const struct context *ctx, struct derivation_plan *plan,
				       const struct derivation_item *item,
				       struct derivation_factors *out_factors, struct error *err);

/* Elements [first, first + n) of the product, scaled. */
void derivation_factors_product(const struct derivation_factors *factors, float scale,
				uint64_t first, size_t n, float *out);

#endif
