/* Which versions are pruned: those that were named, and what a family has beyond the last ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/prune_inner.h"

static int item_order(const void *a, const void *b)
{
	uint64_t x = ((const struct prune_item *)a)->made.log_index;
	uint64_t y = ((const struct prune_item *)b)->made.log_index;

	return x < y ? -1 : x > y ? 1 : 0;
}

/* The entry of the statement itself, for the order. */
static int visit_place(void *arg, const struct index_row *row, struct error *err)
{
	struct prune_item *item = arg;

	(void)err;
	if (row->log_index < item->made.log_index)
		item->made.log_index = row->log_index;
	return 0;
}

static int item_add(struct pruning *pruning, const struct name *name,
		    const struct digest *statement, struct error *err)
{
	struct prune_report *report = &pruning->report;
	struct prune_item *item;
	struct index *index;

	for (size_t i = 0; i < report->count; i++)
		if (digest_equal(&report->item[i].statement, statement))
			return 0;
	item = reallocarray(report->item, report->count + 1, sizeof(*item));
	if (!item)
		return error_set(err, ERROR_SYSTEM, "out of memory for what is pruned");
	report->item = item;
	item += report->count++;
	*item = (struct prune_item){ .name = *name, .statement = *statement };
	item->made.log_index = UINT64_MAX;
	return registry_index(pruning->registry, &index, err) ||
			       index_statement(index, statement, visit_place, item, err)
		       ? -1
		       : 0;
}

static int named_add(struct pruning *pruning, const struct name *name, struct error *err)
{
	struct digest statement;
	struct index *index;
	struct name found;

	if (name->alias || !name->version[0])
		return error_set(err, ERROR_USAGE,
				 "'%s/%s' names no version: name each that is meant, "
				 "owner/name@version",
				 name->owner, name->name);
	return registry_index(pruning->registry, &index, err) ||
			       index_resolve(index, name, &found, &statement, err) ||
			       item_add(pruning, &found, &statement, err)
		       ? -1
		       : 0;
}

/* ---- All but the last of a family ---- */

struct family {
	struct pruning *pruning;
	const char *wanted; /* "owner/name" */
	struct family_member {
		struct name name;
		struct digest statement;
		uint64_t log_index;
		bool kept;
	} * member;
	size_t count;
	struct family_alias {
		char name[NAME_PART_MAX + 1];
		uint64_t serial;
		struct digest target;
	} * alias; /* the highest serial of each */
	size_t alias_count;
};

static void family_release(struct family *family)
{
	free(family->member);
	free(family->alias);
}

static int alias_take(struct family *family, const struct index_claim *claim, struct error *err)
{
	struct family_alias *alias = NULL;
	struct digest target;

	if (!claim->target || digest_from_hex(span_of(claim->target), &target, err))
		return claim->target ? -1 : 0;
	for (size_t i = 0; i < family->alias_count; i++)
		if (strcasecmp(family->alias[i].name, claim->version) == 0)
			alias = &family->alias[i];
	if (!alias) {
		alias = reallocarray(family->alias, family->alias_count + 1, sizeof(*alias));
		if (!alias)
			return error_set(err, ERROR_SYSTEM, "out of memory for aliases");
		family->alias = alias;
		alias += family->alias_count++;
		*alias = (struct family_alias){ .serial = 0 };
		snprintf(alias->name, sizeof(alias->name), "%s", claim->version);
	}
	if (claim->serial < alias->serial)
		return 0;
	alias->serial = claim->serial;
	alias->target = target;
	return 0;
}

static int claim_take(void *arg, const struct index_claim *claim, struct error *err)
{
	struct family *family = arg;
	struct family_member *member;
	char text[NAME_TEXT_MAX];

	if (claim->alias)
		return alias_take(family, claim, err);
	if (strcmp(claim->kind, statement_kind_name(STATEMENT_checkpoint)) != 0)
		return 0;
	member = reallocarray(family->member, family->count + 1, sizeof(*member));
	if (!member)
		return error_set(err, ERROR_SYSTEM, "out of memory for a family");
	family->member = member;
	member += family->count;
	*member = (struct family_member){ .log_index = claim->log_index };
	snprintf(text, sizeof(text), "%s@%s", claim->name, claim->version);
	if (name_parse(text, &member->name, err) ||
	    digest_from_hex(span_of(claim->statement), &member->statement, err))
		return -1;
	family->count++;
	return 0;
}

static int member_order(const void *a, const void *b)
{
	uint64_t x = ((const struct family_member *)a)->log_index;
	uint64_t y = ((const struct family_member *)b)->log_index;

	return x < y ? -1 : x > y ? 1 : 0;
}

static bool is_aliased(const struct family *family, const struct digest *statement)
{
	for (size_t i = 0; i < family->alias_count; i++)
		if (digest_equal(&family->alias[i].target, statement))
			return true;
	return false;
}

/* The last ones are counted among those whose bytes are there. */
static int members_add(struct family *family, struct error *err)
{
	struct pruning *pruning = family->pruning;
	uint64_t kept = 0;

	qsort(family->member, family->count, sizeof(*family->member), member_order);
	for (size_t i = family->count; i-- > 0;) {
		CLEANUP(believed_release) struct believed retention = { 0 };
		struct family_member *member = &family->member[i];
		bool released;

		if (released_find(&pruning->trust, pruning->evidence, &member->statement,
				  &retention, &released, err))
			return -1;
		member->kept = released || kept < pruning->request->keep_last ||
			       is_aliased(family, &member->statement);
		kept += !released;
	}
	for (size_t i = 0; i < family->count; i++)
		if (!family->member[i].kept &&
		    item_add(pruning, &family->member[i].name, &family->member[i].statement, err))
			return -1;
	return 0;
}

static int family_add(struct pruning *pruning, struct error *err)
{
	CLEANUP(family_release) struct family family = { .pruning = pruning };
	struct name name = *pruning->request->family;
	char text[NAME_TEXT_MAX];
	struct index *index;

	if (name.version[0])
		return error_set(err, ERROR_USAGE, "--of takes a name without a version");
	name_to_text(&name, text);
	if (registry_index(pruning->registry, &index, err) ||
	    index_claims(index, NULL, text, claim_take, &family, err))
		return -1;
	if (!family.count)
		return error_set(err, ERROR_ABSENT, "no checkpoint is called '%s'", text);
	return members_add(&family, err);
}

int prune_choose(struct pruning *pruning, struct error *err)
{
	const struct prune_request *request = pruning->request;

	for (size_t i = 0; i < request->name_count; i++)
		if (named_add(pruning, &request->name[i], err))
			return -1;
	if (request->family && family_add(pruning, err))
		return -1;
	if (pruning->report.count)
		qsort(pruning->report.item, pruning->report.count, sizeof(*pruning->report.item),
		      item_order);
	return 0;
}
