/* derivation_plan: which tensor of the child comes from which of its parents. */
#include "verify/derivation/plan.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/path_glob.h"

void derivation_differs(struct derivation_result *result, const char *fmt, ...)
{
	va_list args;

	if (result->outcome == DERIVATION_DIFFERS)
		return;
	result->outcome = DERIVATION_DIFFERS;
	va_start(args, fmt);
	vsnprintf(result->why, sizeof(result->why), fmt, args);
	va_end(args);
}

bool derivation_format(enum dtype dtype, enum float_format *out_format)
{
	switch (dtype) {
	case DTYPE_BF16:
		*out_format = FLOAT_BF16;
		return true;
	case DTYPE_F16:
		*out_format = FLOAT_F16;
		return true;
	case DTYPE_F32:
		*out_format = FLOAT_F32;
		return true;
	default:
		return false;
	}
}

enum float_format derivation_work_format(const struct derivation *derivation,
					 const struct tensor *tensor)
{
	enum float_format format = FLOAT_F32;

	(void)derivation_format(derivation->has_work ? derivation->work : tensor->dtype, &format);
	return format;
}

struct derivation_side *derivation_source_side(const struct derivation_plan *plan,
					       const struct derivation_item *item, size_t parent)
{
	return &plan->parent[item->replaced ? 1 : parent];
}

void derivation_plan_release(struct derivation_plan *plan)
{
	adapter_config_release(&plan->adapter);
	free(plan->item);
	free(plan->source);
	free(plan->reached);
	*plan = (struct derivation_plan){ 0 };
}

static bool matches(const char *const *pattern, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (path_glob_matches(pattern[i], name, false))
			return true;
	return false;
}

/* Floating formats that are not computed with. */
static bool is_other_float(enum dtype dtype)
{
	switch (dtype) {
	case DTYPE_F4:
	case DTYPE_F6_E2M3:
	case DTYPE_F6_E3M2:
	case DTYPE_F8_E5M2:
	case DTYPE_F8_E4M3:
	case DTYPE_F8_E8M0:
	case DTYPE_F8_E4M3FNUZ:
	case DTYPE_F8_E5M2FNUZ:
	case DTYPE_C64:
	case DTYPE_F64:
		return true;
	default:
		return false;
	}
}

/* What the child calls a parent's tensor. ERROR_UNTRUSTED: a name longer than any may be. */
static int rename_tensor(const struct derivation *derivation, const char *name,
			 char out_name[TENSOR_NAME_MAX + 1], struct error *err)
{
	const char *begins = "";
	int len;

	for (size_t i = 0; i < derivation->rename_count; i++) {
		const struct derivation_rename *rename = &derivation->rename[i];

		if (strncmp(name, rename->from, strlen(rename->from)) == 0) {
			begins = rename->to;
			name += strlen(rename->from);
			break;
		}
	}
	len = snprintf(out_name, TENSOR_NAME_MAX + 1, "%s%s", begins, name);
	return len < 0 || len > (int)TENSOR_NAME_MAX
		       ? error_set(err, ERROR_UNTRUSTED, "renamed, '%.100s…' is too long a name",
				   name)
		       : 0;
}

static bool same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->rank == b->rank &&
	       (!a->rank || memcmp(a->shape, b->shape, a->rank * sizeof(*a->shape)) == 0);
}

static void shape_text(const struct tensor *tensor, char out_text[128])
{
	size_t at = 0;

	for (uint32_t i = 0; i < tensor->rank && at < 100; i++)
		at += (size_t)snprintf(out_text + at, 128 - at, "%s%llu", i ? ", " : "[",
				       (unsigned long long)tensor->shape[i]);
	snprintf(out_text + at, 128 - at, "%s", tensor->rank ? "]" : "[]");
}

static void differs_shape(struct derivation_result *result, const struct tensor *a,
			  const char *a_side, const struct tensor *b, const char *b_side)
{
	char a_shape[128], b_shape[128];

	shape_text(a, a_shape);
	shape_text(b, b_shape);
	derivation_differs(result, "tensor '%.200s' is %s in %s, and %s in %s", a->name, a_shape,
			   a_side, b_shape, b_side);
}

/* The further parents' tensors of that name, which must be alike. */
static int find_sources(struct derivation_plan *plan, const struct tensor *first,
			struct derivation_item *item, const struct tensor **source,
			struct derivation_result *result, struct error *err)
{
	const struct derivation *derivation = plan->derivation;

	item->parents = derivation->form->method == DERIVATION_LORA ? 1 : derivation->parent_count;
	source[0] = first;
	for (size_t p = 1; p < item->parents; p++) {
		struct derivation_side *side = &plan->parent[p];

		source[p] = derivation_side_find(side, first->name);
		if (!source[p])
			derivation_differs(result, "tensor '%.200s' of %s is not in %s",
					   first->name, plan->parent[0].name, side->name);
		else if (!same_shape(first, source[p]))
			differs_shape(result, first, plan->parent[0].name, source[p], side->name);
		else if (item->kind == ITEM_COPY && source[p]->dtype != first->dtype)
			derivation_differs(result, "tensor '%.200s' is %s in %s, and %s in %s",
					   first->name, dtype_name(first->dtype),
					   plan->parent[0].name, dtype_name(source[p]->dtype),
					   side->name);
		else if (source[p]->dtype != first->dtype && derivation->form->ends_in_work &&
			 !derivation->has_work)
			return error_set(err, ERROR_UNTRUSTED,
					 "tensor '%s' has not one format in all parents, and no "
					 "format is said that is worked in",
					 first->name);
	}
	return 0;
}

/* How the tensor is made, and what format that gives it. */
static int choose_kind(const struct derivation_plan *plan, const struct tensor *tensor,
		       struct derivation_item *item, enum dtype *out_dtype, struct error *err)
{
	const struct derivation *derivation = plan->derivation;
	enum float_format ignored;

	*out_dtype = tensor->dtype;
	item->kind = ITEM_COPY;
	if (derivation->form->method == DERIVATION_RESHARD ||
	    matches(derivation->keep, derivation->keep_count, tensor->name))
		return 0;
	if (is_other_float(tensor->dtype))
		return error_set(err, ERROR_UNTRUSTED, "tensor '%s' is %s, which is not computed",
				 tensor->name, dtype_name(tensor->dtype));
	if (!derivation_format(tensor->dtype, &ignored))
		return 0;
	item->kind = ITEM_COMPUTE;
	*out_dtype = derivation->has_dtype                                    ? derivation->dtype
		     : derivation->has_work && derivation->form->ends_in_work ? derivation->work
									      : tensor->dtype;
	return 0;
}

/* A copy under a cast that changes nothing is a copy: every bit stays, those of NaNs too. */
static void settle_copy(const struct derivation_plan *plan, struct derivation_item *item,
			enum dtype dtype)
{
	if (plan->derivation->form->method == DERIVATION_CAST && item->kind == ITEM_COMPUTE &&
	    dtype == item->child->dtype && !plan->derivation->has_work)
		item->kind = ITEM_COPY;
}

/*
 * A tolerance that would hide more than an eighth of the largest term says nothing. Distances are
 * counted in units of that term (docs/numerics.md, "Difference"), so weights count as well: two
 * large ones of opposite signs would let anything follow.
 */
static int tolerance_check(const struct derivation *derivation, enum dtype dtype, struct error *err)
{
	double most = dtype == DTYPE_BF16 ? 0x1p4 : dtype == DTYPE_F16 ? 0x1p7 : 0x1p20;
	double weight = 1;

	for (size_t i = 0; derivation->weight && i < derivation->parent_count; i++)
		weight = fmax(weight, fabs(derivation->weight[i]));
	if ((double)derivation->tolerance * weight <= most)
		return 0;
	return error_set(err, ERROR_UNTRUSTED,
			 "a tolerance of %llu units would prove nothing of numbers in %s%s: at "
			 "most %.0f",
			 (unsigned long long)derivation->tolerance, dtype_name(dtype),
			 weight > 1 ? " with such weights" : "",
			 fmin(floor(most / weight), DERIVATION_TOLERANCE_MAX));
}

static void reach(struct derivation_plan *plan, const struct tensor *child)
{
	for (size_t low = 0, high = weights_count(plan->child->weights); low < high;) {
		size_t middle = low + (high - low) / 2;
		const struct tensor *tensor = weights_tensor(plan->child->weights, middle);
		int order = strcmp(tensor->name, child->name);

		if (order == 0)
			plan->reached[middle] = true;
		if (order == 0)
			return;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
}

static int item_room(struct derivation_plan *plan, struct derivation_item **out_item,
		     const struct tensor ***out_source, struct error *err)
{
	size_t parents = plan->derivation->parent_count;
	size_t cap = plan->room;
	void *items = plan->item, *sources = plan->source;

	if (array_room(&items, plan->count, &plan->room, sizeof(*plan->item), err))
		return -1;
	plan->item = items;
	if (plan->room != cap) {
		sources = realloc(sources, plan->room * parents * sizeof(*plan->source));
		if (!sources)
			return error_system(err, ENOMEM, "cannot plan a derivation");
		plan->source = sources;
	}
	*out_item = &plan->item[plan->count];
	*out_source = &plan->source[plan->count * parents];
	**out_item = (struct derivation_item){ 0 };
	memset((void *)(uintptr_t)*out_source, 0, parents * sizeof(**out_source));
	return 0;
}

/* One tensor of the first parent, called `renamed` in the child. */
static int plan_tensor(struct derivation_plan *plan, const struct tensor *tensor,
		       const char *renamed, struct derivation_result *result, struct error *err)
{
	const struct tensor *child = derivation_side_find(plan->child, renamed);
	const struct tensor **source;
	struct derivation_item *item;
	enum dtype dtype;

	if (!child) {
		derivation_differs(result, "tensor '%.200s' of %s is not in %s", tensor->name,
				   plan->parent[0].name, plan->child->name);
		return 0;
	}
	if (item_room(plan, &item, &source, err) || choose_kind(plan, tensor, item, &dtype, err) ||
	    find_sources(plan, tensor, item, source, result, err))
		return -1;
	item->child = child;
	if ((plan->derivation->form->method == DERIVATION_LORA &&
	     derivation_lora_find(plan, tensor, renamed, item, source, result, err)) ||
	    (item->kind != ITEM_COPY && tolerance_check(plan->derivation, dtype, err)))
		return -1;
	if (!same_shape(tensor, child))
		differs_shape(result, tensor, plan->parent[0].name, child, plan->child->name);
	else if (child->dtype != dtype)
		derivation_differs(result, "tensor '%.200s' is %s in %s, and %s follows",
				   child->name, dtype_name(child->dtype), plan->child->name,
				   dtype_name(dtype));
	if (item->kind == ITEM_COMPUTE && source[0])
		settle_copy(plan, item, source[0]->dtype);
	reach(plan, child);
	plan->count++;
	return 0;
}

/* A head of the child that is the embedding in its parents. */
static int plan_head(struct derivation_plan *plan, const struct tensor *head,
		     struct derivation_result *result, struct error *err)
{
	return plan_tensor(plan, plan->parent[0].table, head->name, result, err);
}

static int plan_parent(struct derivation_plan *plan, struct derivation_result *result,
		       struct error *err)
{
	const struct derivation *derivation = plan->derivation;
	struct weights *weights = plan->parent[0].weights;
	char renamed[TENSOR_NAME_MAX + 1];

	for (size_t i = 0; i < weights_count(weights); i++) {
		const struct tensor *tensor = weights_tensor(weights, i);

		if (matches(derivation->without, derivation->without_count, tensor->name)) {
			result->left_out++;
			continue;
		}
		if (rename_tensor(derivation, tensor->name, renamed, err) ||
		    plan_tensor(plan, tensor, renamed, result, err))
			return -1;
	}
	return 0;
}

/* Tensors of the child that nothing led to. */
static int plan_rest(struct derivation_plan *plan, struct derivation_result *result,
		     struct error *err)
{
	for (size_t i = 0; i < weights_count(plan->child->weights); i++) {
		const struct tensor *tensor = weights_tensor(plan->child->weights, i);

		if (plan->reached[i])
			continue;
		if (derivation_is_head(tensor->name) && plan->parent[0].table &&
		    !weights_find(plan->parent[0].weights, tensor->name)) {
			if (plan_head(plan, tensor, result, err))
				return -1;
			continue;
		}
		derivation_differs(result, "tensor '%.200s' of %s comes from no parent",
				   tensor->name, plan->child->name);
	}
	return 0;
}

/* What the other parents have, the first must have too. */
static void plan_others(const struct derivation_plan *plan, struct derivation_result *result)
{
	const struct derivation *derivation = plan->derivation;

	for (size_t p = 1;
	     p < derivation->parent_count && derivation->form->method != DERIVATION_LORA; p++) {
		const struct derivation_side *side = &plan->parent[p];

		for (size_t i = 0; i < weights_count(side->weights); i++) {
			const struct tensor *tensor = weights_tensor(side->weights, i);

			if (!matches(derivation->without, derivation->without_count,
				     tensor->name) &&
			    !derivation_side_find(&plan->parent[0], tensor->name))
				derivation_differs(result, "tensor '%.200s' of %s is not in %s",
						   tensor->name, side->name, plan->parent[0].name);
		}
	}
}

/* What the adapter has must fit the base. */
static int plan_adapter(struct derivation_plan *plan, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, ADAPTER_CONFIG_MAX_BYTES);
	if (derivation_side_file(&plan->parent[1], "adapter_config.json", &text, err) ||
	    adapter_config_read(buffer_view(&text), &plan->adapter, err))
		return error_prefix(err, "%s", plan->parent[1].name);
	return 0;
}

static int plan_make(struct derivation_plan *plan, struct derivation_result *result,
		     struct error *err)
{
	bool is_lora = plan->derivation->form->method == DERIVATION_LORA, any = false;

	plan->reached = calloc(weights_count(plan->child->weights) + 1, sizeof(*plan->reached));
	if (!plan->reached)
		return error_system(err, ENOMEM, "cannot plan a derivation");
	if ((is_lora && plan_adapter(plan, err)) || plan_parent(plan, result, err) ||
	    plan_rest(plan, result, err))
		return -1;
	plan_others(plan, result);
	for (size_t i = 0; i < plan->count && !any; i++)
		any = tensor_elements(plan->item[i].child) > 0;
	if (result->outcome != DERIVATION_DIFFERS && !any)
		return error_set(err, ERROR_UNTRUSTED,
				 "no number of %s comes from a parent: there is nothing to compare",
				 plan->child->name);
	if (is_lora && plan->adapter_used != weights_count(plan->parent[1].weights))
		derivation_differs(result, "%zu of %zu tensors of the adapter fit nothing in %s",
				   weights_count(plan->parent[1].weights) - plan->adapter_used,
				   weights_count(plan->parent[1].weights), plan->parent[0].name);
	return 0;
}

int derivation_plan_make(const struct derivation *derivation, struct derivation_side *child,
			 struct derivation_side *parent, struct derivation_plan *out_plan,
			 struct derivation_result *result, struct error *err)
{
	*out_plan = (struct derivation_plan){ .derivation = derivation,
					      .child = child,
					      .parent = parent };
	if (plan_make(out_plan, result, err)) {
		derivation_plan_release(out_plan);
		return -1;
	}
	return 0;
}
