/* lint_weights: weights that are the same under several steps, and values that are odd. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

static bool is_moving(const struct lint_item *item)
{
	return item->named && item->name.moving;
}

/* ---- The same weights ---- */

static int digest_then_place(const void *a, const void *b)
{
	const struct lint_item *x = *(const struct lint_item *const *)a;
	const struct lint_item *y = *(const struct lint_item *const *)b;
	int order = strcmp(x->family, y->family);

	order = order ? order : digest_order(&x->weights, &y->weights);
	return order ? order : (x > y) - (x < y);
}

static bool same_weights(const struct lint_item *a, const struct lint_item *b)
{
	return a->weighed && b->weighed && strcmp(a->family, b->family) == 0 &&
	       digest_equal(&a->weights, &b->weights);
}

/* Are all of one step, which is told as such? */
static bool one_place(const struct lint_group *group)
{
	for (size_t i = 1; i < group->count; i++)
		if (!group->item[0]->named || !group->item[i]->named ||
		    checkpoint_name_order(&group->item[0]->name, &group->item[i]->name) != 0)
			return false;
	return true;
}

static int identical_tell(struct lint *lint, const struct lint_group *group, struct error *err)
{
	CLEANUP(text_free) char *text = NULL;
	struct lint_finding *finding;

	if (lint_group_text(lint, group, &text, err))
		return -1;
	if (group->item[0]->opaque)
		finding = lint_find(lint, LINT_KIND_IDENTICAL_WEIGHTS, err,
				    "%s have the same weight files", text);
	else
		finding = lint_find(lint, LINT_KIND_IDENTICAL_WEIGHTS, err,
				    "%s have the same weights, in all %" PRIu64 " tensors", text,
				    group->item[0]->tensors);
	return !finding || lint_group_about(group, finding, err) ? -1 : 0;
}

static int identical_find(struct lint *lint, const struct lint_item **sorted, size_t count,
			  struct error *err)
{
	for (size_t i = 0; i < count;) {
		CLEANUP(lint_group_release) struct lint_group group = { .item = NULL };
		size_t end = i;

		while (end < count && (end == i || same_weights(sorted[i], sorted[end]))) {
			if (!is_moving(sorted[end]) && lint_group_add(&group, sorted[end], err))
				return -1;
			end++;
		}
		if (group.count > 1 && !one_place(&group) && identical_tell(lint, &group, err))
			return -1;
		i = end;
	}
	return 0;
}

static int sames_find(struct lint *lint, struct error *err)
{
	const struct lint_item **sorted = calloc(lint->count + 1, sizeof(const void *));
	size_t count = 0;
	int failed;

	if (!sorted)
		return error_system(err, ENOMEM, "cannot list checkpoints");
	for (size_t i = 0; i < lint->count; i++)
		if (lint->item[i].weighed)
			sorted[count++] = &lint->item[i];
	qsort(sorted, count, sizeof(const void *), digest_then_place);
	failed = identical_find(lint, sorted, count, err);
	free(sorted);
	return failed;
}

/* ---- main ---- */

/* Those that move stand last in a family, so the last step is the one in front of them. */
static int moving_find(struct lint *lint, size_t index, struct error *err)
{
	const struct lint_item *item = &lint->item[index], *last = NULL, *same = NULL;
	struct lint_finding *finding;

	for (size_t i = index; i-- > 0 && strcmp(lint->item[i].family, item->family) == 0;) {
		const struct lint_item *other = &lint->item[i];

		if (!other->named || is_moving(other) || !other->weighed)
			continue;
		if (!last)
			last = other;
		if (!same && same_weights(item, other))
			same = other;
	}
	if (!last || same == last || !item->weighed)
		return 0;
	finding = same ? lint_find(lint, LINT_KIND_MOVING_DIFFERS, err,
				   "%s has the weights of %s, and the last step is %s",
				   lint_called(lint, item), lint_called(lint, same),
				   lint_called(lint, last))
		       : lint_find(lint, LINT_KIND_MOVING_DIFFERS, err,
				   "%s has the weights of none of the steps; the last is %s",
				   lint_called(lint, item), lint_called(lint, last));
	return !finding || lint_about(finding, item, err) || lint_about(finding, last, err) ? -1
											    : 0;
}

/* ---- Values ---- */

struct odd {
	enum lint_kind kind;
	const char *what; /* in front of how many of its tensors */
	bool (*is)(const struct lint *lint, const struct lint_item *item,
		   const struct lint_values *values);
	uint64_t (*elements)(const struct lint_values *values);
};

static bool has_nan(const struct lint *lint, const struct lint_item *item,
		    const struct lint_values *values)
{
	(void)lint;
	(void)item;
	return values->nan > 0;
}

static bool has_infinite(const struct lint *lint, const struct lint_item *item,
			 const struct lint_values *values)
{
	(void)lint;
	(void)item;
	return values->infinite > 0;
}

/* Biases begin as zeros. */
static bool has_zero(const struct lint *lint, const struct lint_item *item,
		     const struct lint_values *values)
{
	bool begins =
		item->named && !item->name.moving && item->name.has_step && item->name.step == 0;

	(void)lint;
	return values->zero && values->elements > 0 && !(values->vector && begins);
}

static uint64_t nan_elements(const struct lint_values *values)
{
	return values->nan;
}

static uint64_t infinite_elements(const struct lint_values *values)
{
	return values->infinite;
}

static uint64_t zero_elements(const struct lint_values *values)
{
	return values->elements;
}

static const struct odd odds[] = {
	{ LINT_KIND_NAN_VALUES, "NaN in", has_nan, nan_elements },
	{ LINT_KIND_INFINITE_VALUES, "infinity in", has_infinite, infinite_elements },
	{ LINT_KIND_ZERO_TENSORS, "only zeros in", has_zero, zero_elements },
};

/* The tensors of an item that are odd in this way; the caller frees the array. */
static int odd_tensors(const struct lint *lint, const struct odd *odd, const struct lint_item *item,
		       const char ***out_tensor, size_t *out_count, uint64_t *out_elements,
		       struct error *err)
{
	const char **tensor = calloc(item->values_count + 1, sizeof(*tensor));
	size_t count = 0;

	if (!tensor)
		return error_system(err, ENOMEM, "cannot list tensors");
	*out_elements = 0;
	for (size_t i = 0; i < item->values_count; i++) {
		if (!odd->is(lint, item, &item->values[i]))
			continue;
		tensor[count++] = item->values[i].tensor;
		*out_elements += odd->elements(&item->values[i]);
	}
	*out_tensor = tensor;
	*out_count = count;
	return 0;
}

static bool same_tensors(const char *const *a, const char *const *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static int odd_tell(struct lint *lint, const struct odd *odd, const struct lint_group *group,
		    const char *const *tensor, size_t count, uint64_t elements, struct error *err)
{
	CLEANUP(text_free) char *tensors = NULL;
	CLEANUP(text_free) char *items = NULL;
	struct lint_finding *finding;

	if (lint_list(tensor, count, &tensors, err) || lint_group_text(lint, group, &items, err))
		return -1;
	finding = lint_find(lint, odd->kind, err,
			    "%s: %s %zu of %" PRIu64 " tensors (%" PRIu64 " element%s): %s", items,
			    odd->what, count, group->item[0]->tensors, elements,
			    elements == 1 ? "" : "s", tensors);
	if (!finding || lint_group_about(group, finding, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (lint_detail(finding, tensor[i], err))
			return -1;
	return 0;
}

/* Neighbours with the same odd tensors are told together. */
static int odd_find(struct lint *lint, const struct odd *odd, struct error *err)
{
	for (size_t i = 0; i < lint->count;) {
		CLEANUP(lint_group_release) struct lint_group group = { .item = NULL };
		const char **tensor = NULL;
		size_t count, end = i + 1;
		uint64_t elements;
		int failed =
			odd_tensors(lint, odd, &lint->item[i], &tensor, &count, &elements, err);

		failed = failed || lint_group_add(&group, &lint->item[i], err);
		while (!failed && count && end < lint->count && !lint_begins(lint, end)) {
			const char **other = NULL;
			size_t others;
			uint64_t more;
			bool same;

			failed = odd_tensors(lint, odd, &lint->item[end], &other, &others, &more,
					     err);
			same = !failed && others == count && same_tensors(tensor, other, count);
			free(other);
			if (!same)
				break;
			elements += more;
			failed = lint_group_add(&group, &lint->item[end++], err);
		}
		if (!failed && count)
			failed = odd_tell(lint, odd, &group, tensor, count, elements, err);
		free(tensor);
		if (failed)
			return -1;
		i = end;
	}
	return 0;
}

static bool values_wanted(const struct lint *lint, const struct lint_item *item)
{
	return !lint->request->no_values && (!item->registered || lint->request->values);
}

static int unread_find(struct lint *lint, bool opaque, struct error *err)
{
	CLEANUP(lint_group_release) struct lint_group group = { .item = NULL };
	CLEANUP(text_free) char *text = NULL;
	struct lint_finding *finding;

	for (size_t i = 0; i < lint->count; i++) {
		const struct lint_item *item = &lint->item[i];

		if (item->readable && item->weighed && values_wanted(lint, item) &&
		    (opaque ? item->opaque && !item->values_why : item->values_why != NULL) &&
		    lint_group_add(&group, item, err))
			return -1;
	}
	if (!group.count)
		return 0;
	if (lint_group_text(lint, &group, &text, err))
		return -1;
	finding = lint_find(lint, LINT_KIND_VALUES_UNREAD, err, "%s: %s", text,
			    opaque ? "their weights are in files that are only hashed"
				   : group.item[0]->values_why);
	return !finding || lint_group_about(&group, finding, err) ? -1 : 0;
}

int lint_check_weights(struct lint *lint, struct error *err)
{
	if (sames_find(lint, err))
		return -1;
	for (size_t i = 0; i < lint->count; i++)
		if (is_moving(&lint->item[i]) && moving_find(lint, i, err))
			return -1;
	for (size_t i = 0; i < sizeof(odds) / sizeof(odds[0]); i++)
		if (odd_find(lint, &odds[i], err))
			return -1;
	return unread_find(lint, false, err) || unread_find(lint, true, err) ? -1 : 0;
}
