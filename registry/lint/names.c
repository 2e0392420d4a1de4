/* lint_names: what the names of a series tell against each other. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

enum { RANGES_SHOWN = 6, BRANCH_MAX = 256 };

#define RANGES_MAX 65536u

/* Does the name put it at a place of the series? */
static bool is_placed(const struct lint_item *item)
{
	return item->named && !item->name.moving;
}

/* The end of the family that begins at `from`. */
static size_t family_end(const struct lint *lint, size_t from)
{
	size_t to = from + 1;

	while (to < lint->count && !lint_begins(lint, to))
		to++;
	return to;
}

/* ---- Unknown names ---- */

static int unknown_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	CLEANUP(lint_group_release) struct lint_group group = { .item = NULL };
	CLEANUP(text_free) char *text = NULL;
	struct lint_finding *finding;

	for (size_t i = from; i < to && to - from > 1; i++)
		if (!lint->item[i].named && lint_group_add(&group, &lint->item[i], err))
			return -1;
	if (!group.count)
		return 0;
	if (lint_group_text(lint, &group, &text, err))
		return -1;
	finding = lint_find(lint, LINT_KIND_UNKNOWN_NAME, err, "%s", text);
	return !finding || lint_group_about(&group, finding, err) ? -1 : 0;
}

/* ---- One step twice ---- */

static bool same_weights(const struct lint_item *a, const struct lint_item *b)
{
	return a->weighed && b->weighed && digest_equal(&a->weights, &b->weights);
}

static int twice_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	CLEANUP(lint_group_release) struct lint_group group = { .item = NULL };
	CLEANUP(text_free) char *text = NULL;
	struct lint_finding *finding;
	bool same = true;

	for (size_t i = from; i < to; i++) {
		if (lint_group_add(&group, &lint->item[i], err))
			return -1;
		same = same && same_weights(&lint->item[from], &lint->item[i]);
	}
	if (lint_group_text(lint, &group, &text, err))
		return -1;
	finding = lint_find(lint, LINT_KIND_DUPLICATE_STEP, err, "%s are %s %" PRIu64 "%s", text,
			    lint->item[from].name.has_step ? "step" : "place",
			    checkpoint_name_place(&lint->item[from].name),
			    !lint->item[from].weighed ? ""
			    : same                    ? ", with the same weights"
						      : ", with different weights");
	return !finding || lint_group_about(&group, finding, err) ? -1 : 0;
}

static int duplicates_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	for (size_t i = from; i < to;) {
		size_t end = i + 1;

		while (end < to && is_placed(&lint->item[i]) && is_placed(&lint->item[end]) &&
		       checkpoint_name_order(&lint->item[i].name, &lint->item[end].name) == 0)
			end++;
		if (end - i > 1 && twice_find(lint, i, end, err))
			return -1;
		i = end;
	}
	return 0;
}

/* ---- Stages ---- */

static int stages_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	CLEANUP(lint_group_release) struct lint_group group = { .item = NULL };
	CLEANUP(text_free) char *text = NULL;
	struct lint_finding *finding;
	size_t staged = 0;

	for (size_t i = from; i < to; i++) {
		const struct lint_item *item = &lint->item[i];

		staged += is_placed(item) && item->name.has_stage;
		if (is_placed(item) && !item->name.has_stage && lint_group_add(&group, item, err))
			return -1;
	}
	if (!staged || !group.count)
		return 0;
	if (lint_group_text(lint, &group, &text, err))
		return -1;
	finding = lint_find(lint, LINT_KIND_MISSING_STAGE, err, "%s: %zu of %zu names have a stage",
			    text, staged, staged + group.count);
	return !finding || lint_group_about(&group, finding, err) ? -1 : 0;
}

/* ---- Branches ---- */

/* "stage2-ingredient1-", what all of a branch begin with. */
static void branch_text(const struct checkpoint_name *name, char out[BRANCH_MAX])
{
	int len = snprintf(out, BRANCH_MAX, "%.*s",
			   (int)(name->before.len < 128 ? name->before.len : 128),
			   (const char *)name->before.data);

	if (name->has_stage)
		len += snprintf(out + len, (size_t)(BRANCH_MAX - len), "stage%" PRIu64 "-",
				name->stage);
	if (name->has_ingredient)
		snprintf(out + len, (size_t)(BRANCH_MAX - len), "ingredient%" PRIu64 "-",
			 name->ingredient);
}

static int tokens_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	const struct lint_item *last = NULL;

	for (size_t i = from; i < to; i++) {
		const struct lint_item *item = &lint->item[i];
		struct lint_finding *finding;

		if (!item->name.has_tokens || !item->name.has_step)
			continue;
		if (last && last->name.step < item->name.step &&
		    last->name.tokens > item->name.tokens) {
			finding = lint_find(lint, LINT_KIND_TOKENS_ORDER, err,
					    "%s tells fewer tokens than %s before it",
					    lint_called(lint, item), lint_called(lint, last));
			if (!finding || lint_about(finding, last, err) ||
			    lint_about(finding, item, err))
				return -1;
		}
		last = item;
	}
	return 0;
}

struct ranges {
	struct buffer text;
	char **detail;
	size_t count;
	uint64_t missing;
};

static void ranges_release(struct ranges *ranges)
{
	for (size_t i = 0; i < ranges->count; i++)
		free(ranges->detail[i]);
	free(ranges->detail);
	buffer_release(&ranges->text);
}

static int range_add(void *arg, uint64_t from, uint64_t to, uint64_t by, uint64_t count,
		     struct error *err)
{
	struct ranges *ranges = arg;
	char **detail = reallocarray(ranges->detail, ranges->count + 1, sizeof(*detail));
	int len;

	if (!detail)
		return error_system(err, ENOMEM, "cannot list steps");
	ranges->detail = detail;
	len = count == 1 ? asprintf(&detail[ranges->count], "%" PRIu64, from)
			 : asprintf(&detail[ranges->count],
				    "%" PRIu64 " to %" PRIu64 " every %" PRIu64, from, to, by);
	if (len < 0)
		return error_system(err, ENOMEM, "cannot list steps");
	ranges->missing += count;
	return ++ranges->count > RANGES_SHOWN
		       ? 0
		       : buffer_printf(&ranges->text, err, "%s%s", ranges->count > 1 ? ", " : "",
				       detail[ranges->count - 1]);
}

static int ranges_tell(struct lint *lint, const struct lint_item *first, struct ranges *ranges,
		       struct error *err)
{
	CLEANUP(text_free) char *text = NULL;
	char branch[BRANCH_MAX];
	struct lint_finding *finding;

	if (ranges->count > RANGES_SHOWN &&
	    buffer_printf(&ranges->text, err, " and %zu more gaps", ranges->count - RANGES_SHOWN))
		return -1;
	if (buffer_to_text(&ranges->text, &text, err))
		return -1;
	branch_text(&first->name, branch);
	finding = lint_find(lint, LINT_KIND_MISSING_STEPS, err, "%s%s%s%s%" PRIu64 " missing: %s",
			    lint_called(lint, first) == first->label ? first->family : "",
			    lint_called(lint, first) == first->label ? ": " : "", branch,
			    branch[0] ? ": " : "", ranges->missing, text);
	for (size_t i = 0; finding && i < ranges->count; i++)
		if (lint_detail(finding, ranges->detail[i], err))
			return -1;
	return finding ? 0 : -1;
}

static int gaps_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	CLEANUP(ranges_release) struct ranges ranges = { .detail = NULL };
	uint64_t *step = calloc(to - from + 1, sizeof(*step));
	size_t count = 0;
	int failed;

	if (!step)
		return error_system(err, ENOMEM, "cannot list steps");
	for (size_t i = from; i < to; i++) {
		uint64_t place = checkpoint_name_place(&lint->item[i].name);

		/* An epoch among steps is none of them. */
		if (lint->item[i].name.has_step == lint->item[from].name.has_step &&
		    (!count || place > step[count - 1]))
			step[count++] = place;
	}
	buffer_init(&ranges.text, RANGES_MAX);
	failed = lint_gaps(step, count, range_add, &ranges, err);
	free(step);
	if (failed)
		return -1;
	return ranges.count ? ranges_tell(lint, &lint->item[from], &ranges, err) : 0;
}

static int branches_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	for (size_t i = from; i < to;) {
		size_t end = i + 1;

		while (end < to && is_placed(&lint->item[i]) && is_placed(&lint->item[end]) &&
		       checkpoint_name_same_branch(&lint->item[i].name, &lint->item[end].name))
			end++;
		if (is_placed(&lint->item[i]) &&
		    (tokens_find(lint, i, end, err) || gaps_find(lint, i, end, err)))
			return -1;
		i = end;
	}
	return 0;
}

int lint_check_names(struct lint *lint, struct error *err)
{
	for (size_t from = 0; from < lint->count;) {
		size_t to = family_end(lint, from);

		if (unknown_find(lint, from, to, err) || duplicates_find(lint, from, to, err) ||
		    stages_find(lint, from, to, err) || branches_find(lint, from, to, err))
			return -1;
		from = to;
	}
	return 0;
}
