/*
 * lint_initial: was each of several series initialised as the others of its kind?
 *
 * At step 0 the deviation of a matrix is what its initialisation chose: a constant, or one that
 * falls with the root of its width. One matrix of each class (its name, numbers left out) is
 * sampled in every series; where two thirds of the series agree under one of the two rules within a
 * tenth, the others are told. A sample of 16,384 elements has its deviation within 2 % with all but
 * certainty.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

enum { CLASSES_MAX = 64, SERIES_MIN = 3, CLASS_SIZE = 256 };

#define APART 0.1 /* of the median */

/* "layers.12.up.weight" is "layers.*.up.weight". */
static void class_of(const char *name, char out[CLASS_SIZE])
{
	size_t len = 0;

	while (*name && len + 1 < CLASS_SIZE) {
		size_t digits = strspn(name, "0123456789");

		out[len++] = digits ? '*' : *name;
		name += digits ? digits : 1;
	}
	out[len] = '\0';
}

static const struct lint_initial *initial_of(const struct lint_item *item, const char *class)
{
	for (size_t i = 0; i < item->initial_count; i++)
		if (strcmp(item->initial[i].class, class) == 0)
			return &item->initial[i];
	return NULL;
}

static int initial_add(struct lint_item *item, const struct tree *tree, const char *file,
		       const struct tensor *tensor, const char *class, double *room,
		       struct error *err)
{
	struct lint_initial *grown;
	size_t count;
	double mean = 0, square = 0;

	if (lint_run_read(tree, file, tensor, room, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		mean += room[i] / (double)count;
	for (size_t i = 0; i < count; i++)
		square += (room[i] - mean) * (room[i] - mean) / (double)count;
	grown = reallocarray(item->initial, item->initial_count + 1, sizeof(*grown));
	if (!grown)
		return error_system(err, ENOMEM, "cannot note an initialisation");
	item->initial = grown;
	grown[item->initial_count] =
		(struct lint_initial){ .class = strdup(class),
				       .deviation = sqrt(square),
				       .width = (double)tensor->shape[tensor->rank - 1] };
	if (!grown[item->initial_count].class)
		return error_system(err, ENOMEM, "cannot note an initialisation");
	item->initial_count++;
	return 0;
}

int lint_initial_look(struct lint_item *item, const struct manifest *manifest,
		      const struct tree *tree, struct error *err)
{
	double *room;
	int failed = 0;

	if (!tree || !item->named || item->name.moving || !item->name.has_step || item->name.step)
		return 0;
	room = malloc(LINT_RUN_ELEMENTS * sizeof(*room));
	if (!room)
		return error_system(err, ENOMEM, "cannot note an initialisation");
	for (size_t i = 0; i < manifest->file_count && !failed; i++) {
		const struct manifest_file *file = &manifest->file[i];

		for (size_t k = file->first_tensor;
		     k < file->first_tensor + file->tensor_count && !failed; k++) {
			const struct tensor *tensor = &manifest->tensor[k];
			char class[CLASS_SIZE];

			class_of(tensor->name, class);
			if (likeness_counts(file->path, tensor) && !initial_of(item, class) &&
			    item->initial_count < CLASSES_MAX)
				failed = initial_add(item, tree, file->path, tensor, class, room,
						     err);
		}
	}
	free(room);
	return failed;
}

/* ---- Series against each other ---- */

/* The first steps of the series, those that were looked at. */
struct starts {
	const struct lint_item **item;
	double *value, *sorted;
	size_t count;
};

static void starts_release(struct starts *starts)
{
	free(starts->item);
	free(starts->value);
	free(starts->sorted);
}

static int value_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What each series has of a class by one of the rules (NAN: nothing); *out_agree of *out_have lie
 * near the median. */
static double rule_try(struct starts *starts, const char *class, bool scaled, size_t *out_agree,
		       size_t *out_have)
{
	size_t have = 0, agree = 0;
	double median;

	for (size_t i = 0; i < starts->count; i++) {
		const struct lint_initial *initial = initial_of(starts->item[i], class);

		starts->value[i] = !initial ? NAN
				   : scaled ? initial->deviation * sqrt(initial->width)
					    : initial->deviation;
		if (initial)
			starts->sorted[have++] = starts->value[i];
	}
	qsort(starts->sorted, have, sizeof(double), value_order);
	median = have ? starts->sorted[have / 2] : 0;
	for (size_t i = 0; i < have; i++)
		agree += fabs(starts->sorted[i] - median) <= APART * median;
	*out_agree = agree;
	*out_have = have;
	return median;
}

/* One class: who is away from what most have. */
static int class_judge(struct lint *lint, struct starts *starts, const char *class,
		       struct error *err)
{
	size_t agree, have, plain_agree;
	double median = rule_try(starts, class, false, &plain_agree, &have);
	bool scaled;

	(void)rule_try(starts, class, true, &agree, &have);
	scaled = agree > plain_agree;
	median = rule_try(starts, class, scaled, &agree, &have);
	if (have < SERIES_MIN || agree == have || 3 * agree < 2 * have)
		return 0;
	for (size_t i = 0; i < starts->count; i++) {
		const struct lint_item *item = starts->item[i];
		double wanted = median;
		struct lint_finding *finding;

		/* A comparison that fails for NAN: this series has none of the class. */
		if (!(fabs(starts->value[i] - median) > APART * median))
			continue;
		if (scaled)
			wanted /= sqrt(initial_of(item, class)->width);
		finding = lint_find(
			lint, LINT_KIND_INITIALISATION, err,
			"%s: %s has the deviation %.4g, and by the rule of %zu of %zu "
			"series (%s) it had %.4g",
			lint_called(lint, item), class, initial_of(item, class)->deviation, agree,
			have, scaled ? "falling with the root of the width" : "the same in all",
			wanted);
		if (!finding || lint_about(finding, item, err) || lint_detail(finding, class, err))
			return -1;
	}
	return 0;
}

static int starts_list(const struct lint *lint, struct starts *starts, struct error *err)
{
	starts->item = calloc(lint->count + 1, sizeof(const void *));
	starts->value = calloc(lint->count + 1, sizeof(double));
	starts->sorted = calloc(lint->count + 1, sizeof(double));
	if (!starts->item || !starts->value || !starts->sorted)
		return error_system(err, ENOMEM, "cannot list series");
	for (size_t i = 0; i < lint->count; i++)
		if (lint->item[i].initial_count &&
		    (!starts->count ||
		     strcmp(starts->item[starts->count - 1]->family, lint->item[i].family) != 0))
			starts->item[starts->count++] = &lint->item[i];
	return 0;
}

int lint_check_initial(struct lint *lint, struct error *err)
{
	CLEANUP(starts_release) struct starts starts = { .item = NULL };

	if (starts_list(lint, &starts, err))
		return -1;
	for (size_t i = 0; i < starts.count && starts.count >= SERIES_MIN; i++)
		for (size_t k = 0; k < starts.item[i]->initial_count; k++) {
			const char *class = starts.item[i]->initial[k].class;
			bool judged = false;

			for (size_t before = 0; before < i; before++)
				judged = judged || initial_of(starts.item[before], class);
			if (!judged && class_judge(lint, &starts, class, err))
				return -1;
		}
	return 0;
}
