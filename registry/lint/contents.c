/* lint_contents: configs, tokenizers, optimizer states and shards along a series. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

enum { VALUE_SHOWN = 80, MEMBERS_MAX = 1000 };

static size_t family_end(const struct lint *lint, size_t from)
{
	size_t to = from + 1;

	while (to < lint->count && !lint_begins(lint, to))
		to++;
	return to;
}

/* ---- What some have and others not ---- */

static int some_find(struct lint *lint, size_t from, size_t to, enum lint_kind kind,
		     bool (*has)(const struct lint_item *item), struct error *err)
{
	CLEANUP(lint_group_release) struct lint_group group = { .item = NULL };
	CLEANUP(text_free) char *text = NULL;
	struct lint_finding *finding;
	size_t looked = 0;

	for (size_t i = from; i < to; i++) {
		looked += lint->item[i].readable;
		if (lint->item[i].readable && !has(&lint->item[i]) &&
		    lint_group_add(&group, &lint->item[i], err))
			return -1;
	}
	if (!group.count || group.count == looked)
		return 0;
	if (lint_group_text(lint, &group, &text, err))
		return -1;
	finding = lint_find(lint, kind, err, "%s: %zu of %zu have one", text, looked - group.count,
			    looked);
	return !finding || lint_group_about(&group, finding, err) ? -1 : 0;
}

static bool has_config(const struct lint_item *item)
{
	return item->has_config;
}

static bool has_tokenizer(const struct lint_item *item)
{
	return item->has_tokenizer;
}

static bool has_optimizer(const struct lint_item *item)
{
	return item->has_optimizer;
}

/* ---- Config ---- */

/* One member that changes somewhere. */
struct member {
	char *name;
	size_t changes;
	const struct lint_item *first; /* at which it has another value than before */
	char *before, *behind;         /* of the first change */
	struct lint_group at;
};

struct members {
	struct member *item;
	size_t count;
};

static void members_release(struct members *members)
{
	for (size_t i = 0; i < members->count; i++) {
		free(members->item[i].name);
		free(members->item[i].before);
		free(members->item[i].behind);
		lint_group_release(&members->item[i].at);
	}
	free(members->item);
}

/* Members that say how it was saved, or how it is used, and nothing of the model. */
static bool is_incidental(const char *name)
{
	static const char *const known[] = { "transformers_version",
					     "_name_or_path",
					     "use_cache",
					     "_attn_implementation_autoset",
					     "attn_implementation",
					     "dtype",
					     "torch_dtype" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return false;
}

static int member_note(struct members *members, const char *line, const char *before,
		       const char *behind, const struct lint_item *item, struct error *err)
{
	size_t len = strcspn(line, "\t");
	struct member *member = NULL;

	for (size_t i = 0; i < members->count; i++)
		if (strncmp(members->item[i].name, line, len) == 0 && !members->item[i].name[len])
			member = &members->item[i];
	if (!member && members->count == MEMBERS_MAX)
		return 0;
	if (!member) {
		member = reallocarray(members->item, members->count + 1, sizeof(*member));
		if (!member)
			return error_system(err, ENOMEM, "cannot list what changes");
		members->item = member;
		member += members->count++;
		*member = (struct member){ .name = strndup(line, len),
					   .first = item,
					   .before = strndup(before, VALUE_SHOWN),
					   .behind = strndup(behind, VALUE_SHOWN) };
		if (!member->name || !member->before || !member->behind)
			return error_system(err, ENOMEM, "cannot list what changes");
	}
	member->changes++;
	return lint_group_add(&member->at, item, err);
}

/* Two sorted lists side by side: is the line of `a` in front of, equal to or behind that of `b`, by
 * what they are about? */
static int about_order(const struct lint_lines *a, size_t i, const struct lint_lines *b, size_t k)
{
	size_t x, y;
	int order;

	if (i == a->count || k == b->count)
		return i == a->count ? 1 : -1;
	x = strcspn(a->line[i], "\t");
	y = strcspn(b->line[k], "\t");
	order = memcmp(a->line[i], b->line[k], x < y ? x : y);
	return order ? order : (x > y) - (x < y);
}

static const char *value_of(const char *line)
{
	return line + strcspn(line, "\t") + 1;
}

/* Lines are sorted as a whole, a tab being less than what can stand in a name. */
static int lines_compare(struct members *members, const struct lint_lines *a,
			 const struct lint_lines *b, const struct lint_item *item,
			 struct error *err)
{
	size_t i = 0, k = 0;

	while (i < a->count || k < b->count) {
		int order = about_order(a, i, b, k);
		int failed = 0;

		if (order < 0)
			failed = member_note(members, a->line[i], value_of(a->line[i]), "absent",
					     item, err);
		else if (order > 0)
			failed = member_note(members, b->line[k], "absent", value_of(b->line[k]),
					     item, err);
		else if (strcmp(a->line[i], b->line[k]) != 0)
			failed = member_note(members, a->line[i], value_of(a->line[i]),
					     value_of(b->line[k]), item, err);
		if (failed)
			return -1;
		i += order <= 0;
		k += order >= 0;
	}
	return 0;
}

static int member_tell(struct lint *lint, const struct member *member, struct error *err)
{
	CLEANUP(text_free) char *more = NULL;
	struct lint_finding *finding;

	if (member->changes > 1 &&
	    asprintf(&more, ", and changes %zu more times", member->changes - 1) < 0) {
		more = NULL;
		return error_system(err, ENOMEM, "cannot list what changes");
	}
	finding = lint_find(lint,
			    is_incidental(member->name) ? LINT_KIND_CONFIG_INCIDENTAL
							: LINT_KIND_CONFIG_CHANGED,
			    err, "%s: %s, from %s on %s%s", member->name, member->before,
			    lint_called(lint, member->first), member->behind, more ? more : "");
	return !finding || lint_group_about(&member->at, finding, err) ||
			       lint_detail(finding, member->name, err)
		       ? -1
		       : 0;
}

static int configs_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	CLEANUP(members_release) struct members members = { .item = NULL };
	const struct lint_item *last = NULL;

	for (size_t i = from; i < to; i++) {
		const struct lint_item *item = &lint->item[i];

		if (!item->config)
			continue;
		if (last && last->config != item->config &&
		    lines_compare(&members, &lint->config[last->config - 1],
				  &lint->config[item->config - 1], item, err))
			return -1;
		last = item;
	}
	for (size_t i = 0; i < members.count; i++)
		if (member_tell(lint, &members.item[i], err))
			return -1;
	return 0;
}

/* ---- Tokenizer ---- */

static int tokenizers_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	static const struct digest none;
	const struct lint_item *last = NULL;

	for (size_t i = from; i < to; i++) {
		const struct lint_item *item = &lint->item[i];
		struct lint_finding *finding;

		if (!item->readable || digest_equal(&item->tokenizer, &none))
			continue;
		if (last && !digest_equal(&item->tokenizer, &last->tokenizer)) {
			finding = lint_find(lint, LINT_KIND_TOKENIZER_CHANGED, err,
					    "from %s on it is not that of %s",
					    lint_called(lint, item), lint_called(lint, last));
			if (!finding || lint_about(finding, last, err) ||
			    lint_about(finding, item, err))
				return -1;
		}
		last = item;
	}
	return 0;
}

/* ---- Shards ---- */

static int shards_tell(struct lint *lint, const struct lint_item *item, struct error *err)
{
	CLEANUP(text_free) char *text = NULL;
	const char **name = calloc(item->missing.count + 1, sizeof(*name));
	char **own = calloc(item->missing.count + 1, sizeof(*own));
	struct lint_finding *finding = NULL;
	int failed = !name || !own ? error_system(err, ENOMEM, "cannot list shards") : 0;

	for (size_t i = 0; !failed && i < item->missing.count; i++) {
		own[i] = strndup(item->missing.line[i], strcspn(item->missing.line[i], "\t"));
		name[i] = own[i];
		failed = own[i] ? 0 : error_system(err, ENOMEM, "cannot list shards");
	}
	failed = failed || lint_list(name, item->missing.count, &text, err);
	if (!failed)
		finding = lint_find(lint, LINT_KIND_MISSING_SHARDS, err, "%s: %s, which %s names",
				    lint_called(lint, item), text, value_of(item->missing.line[0]));
	failed = failed || !finding || lint_about(finding, item, err);
	for (size_t i = 0; !failed && i < item->missing.count; i++)
		failed = lint_detail(finding, own[i], err);
	for (size_t i = 0; own && i < item->missing.count; i++)
		free(own[i]);
	free(own);
	free(name);
	return failed ? -1 : 0;
}

static int shards_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	CLEANUP(lint_group_release) struct lint_group group = { .item = NULL };
	CLEANUP(text_free) char *text = NULL;
	struct lint_finding *finding;

	for (size_t i = from; i < to; i++) {
		const struct lint_item *item = &lint->item[i];

		if (item->missing.count && shards_tell(lint, item, err))
			return -1;
		if (item->readable && !item->weighed && !item->missing.count &&
		    lint_group_add(&group, item, err))
			return -1;
	}
	if (!group.count)
		return 0;
	if (lint_group_text(lint, &group, &text, err))
		return -1;
	finding = lint_find(lint, LINT_KIND_MISSING_WEIGHTS, err, "%s", text);
	return !finding || lint_group_about(&group, finding, err) ? -1 : 0;
}

/* ---- Shapes ---- */

/* What changes between the shapes of two neighbours: the same comparison, told in one line. */
static int shapes_tell(struct lint *lint, const struct lint_item *last,
		       const struct lint_item *item, struct error *err)
{
	CLEANUP(members_release) struct members members = { .item = NULL };
	CLEANUP(text_free) char *parameters = NULL;
	struct lint_finding *finding;

	if (lines_compare(&members, &lint->shapes[last->shapes - 1],
			  &lint->shapes[item->shapes - 1], item, err))
		return -1;
	if (!members.count)
		return 0;
	if (last->parameters != item->parameters &&
	    asprintf(&parameters, "; %llu parameters become %llu",
		     (unsigned long long)last->parameters,
		     (unsigned long long)item->parameters) < 0) {
		parameters = NULL;
		return error_system(err, ENOMEM, "cannot list shapes");
	}
	finding = lint_find(lint, LINT_KIND_SHAPES_CHANGED, err,
			    "from %s to %s: %zu tensor%s %s (%s, then %s)%s",
			    lint_called(lint, last), lint_called(lint, item), members.count,
			    members.count == 1 ? "," : "s, among them", members.item[0].name,
			    members.item[0].before, members.item[0].behind,
			    parameters ? parameters : "");
	if (!finding || lint_about(finding, last, err) || lint_about(finding, item, err))
		return -1;
	for (size_t i = 0; i < members.count; i++)
		if (lint_detail(finding, members.item[i].name, err))
			return -1;
	return 0;
}

static int shapes_find(struct lint *lint, size_t from, size_t to, struct error *err)
{
	const struct lint_item *last = NULL;

	for (size_t i = from; i < to; i++) {
		const struct lint_item *item = &lint->item[i];

		if (!item->shapes)
			continue;
		if (last && last->shapes != item->shapes && shapes_tell(lint, last, item, err))
			return -1;
		last = item;
	}
	return 0;
}

int lint_check_contents(struct lint *lint, struct error *err)
{
	for (size_t from = 0, to; from < lint->count; from = to) {
		to = family_end(lint, from);
		if (configs_find(lint, from, to, err) || tokenizers_find(lint, from, to, err) ||
		    shards_find(lint, from, to, err) || shapes_find(lint, from, to, err) ||
		    some_find(lint, from, to, LINT_KIND_MISSING_CONFIG, has_config, err) ||
		    some_find(lint, from, to, LINT_KIND_MISSING_TOKENIZER, has_tokenizer, err) ||
		    some_find(lint, from, to, LINT_KIND_MISSING_OPTIMIZER, has_optimizer, err))
			return -1;
	}
	return 0;
}
