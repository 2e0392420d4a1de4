/*
 * lint_parents: weights that came from a registered model, where nothing says so.
 *
 * The index tells by the marks of an item's tensors which checkpoints of other families may have
 * some of them (registry/lint/likeness.h); their manifests tell how many. A checkpoint is related,
 * and nothing is said, where a declared edge leads from one to the other, or from both to a third:
 * parents, runs that began with one, derivations. Each mark is asked for once in a series, so what
 * stays the same from step to step is told at the first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/lint/inner.h"

enum {
	ROWS_MAX = 1000,     /* checkpoints that have a mark and are looked at */
	CANDIDATES_MAX = 16, /* whose manifests are read, for one item */
	NEAR_MAX = 32,       /* families of the same shapes whose values are looked at */
	ANCESTORS_MAX = 4000 /* statements that an item is followed back to */
};

/* Of the elements of matrices so many must be equal, in parts of a hundred: less is a part that was
 * taken over (a table of an embedding), and no parent. */
enum { EQUAL_PERCENT = 10 };

/* ---- Where it comes from ---- */

struct ancestors {
	struct digest_list all; /* the one itself, and whatever it refers to */
	struct index *index;
	bool cut; /* there are more */
};

static int edge_take(void *arg, const struct index_edge *edge, struct error *err)
{
	struct ancestors *ancestors = arg;
	struct digest to;

	if (strcmp(edge->relation, "data") == 0)
		return 0;
	ancestors->cut = ancestors->all.count >= ANCESTORS_MAX;
	if (ancestors->cut)
		return 0;
	return digest_from_hex(span_of(edge->to), &to, err) ||
			       digest_list_add_once(&ancestors->all, &to, err)
		       ? -1
		       : 0;
}

/* A derivation says of the one itself what its parents are. */
static int derivation_take(void *arg, const struct index_row *row, struct error *err)
{
	struct ancestors *ancestors = arg;
	struct digest statement;

	if (strcmp(row->kind, "derivation") != 0)
		return 0;
	return digest_from_hex(span_of(row->statement), &statement, err) ||
			       index_edges_from(ancestors->index, &statement, edge_take, ancestors,
						err)
		       ? -1
		       : 0;
}

static void ancestors_release(struct ancestors *ancestors)
{
	digest_list_release(&ancestors->all);
}

static int ancestors_find(struct index *index, const struct digest *self,
			  struct ancestors *ancestors, struct error *err)
{
	*ancestors = (struct ancestors){ .index = index };
	if (digest_list_add(&ancestors->all, self, err) ||
	    index_about(index, self, derivation_take, ancestors, err))
		return -1;
	for (size_t i = 0; i < ancestors->all.count; i++) {
		struct digest one = ancestors->all.item[i];

		if (index_edges_from(index, &one, edge_take, ancestors, err))
			return -1;
	}
	return 0;
}

/* Where not all are known, they are taken to meet: nobody is suspected for want of looking. */
static bool ancestors_meet(const struct ancestors *a, const struct ancestors *b)
{
	if (a->cut || b->cut)
		return true;
	for (size_t i = 0; i < a->all.count; i++)
		for (size_t k = 0; k < b->all.count; k++)
			if (digest_equal(&a->all.item[i], &b->all.item[k]))
				return true;
	return false;
}

/* ---- Which may be ---- */

struct candidate {
	struct digest statement;
	char name[NAME_TEXT_MAX];
	uint64_t log_index;
	size_t marks;
};

struct candidates {
	struct candidate *item;
	size_t count, room;
	bool by_family;  /* the newest of each family only */
	uint64_t before; /* what is logged from here on is no parent */
};

static bool same_family(const char *a, const char *b)
{
	size_t len = strcspn(a, "@");

	return len == strcspn(b, "@") && strncasecmp(a, b, len) == 0;
}

static int candidate_take(void *arg, const struct index_row *row, struct error *err)
{
	struct candidates *candidates = arg;
	struct candidate *item = NULL;
	struct digest statement;

	if (row->log_index >= candidates->before)
		return 0;
	if (digest_from_hex(span_of(row->statement), &statement, err))
		return -1;
	for (size_t i = 0; i < candidates->count && !item; i++)
		if (candidates->by_family
			    ? same_family(candidates->item[i].name, row->subject)
			    : digest_equal(&candidates->item[i].statement, &statement))
			item = &candidates->item[i];
	if (item && (!candidates->by_family || item->log_index > row->log_index)) {
		item->marks++;
		return 0;
	}
	if (!item && candidates->count == candidates->room) {
		size_t room = candidates->room ? 2 * candidates->room : 16;

		item = reallocarray(candidates->item, room, sizeof(*item));
		if (!item)
			return error_system(err, ENOMEM, "cannot list checkpoints");
		candidates->item = item;
		candidates->room = room;
		item = NULL;
	}
	if (!item)
		item = &candidates->item[candidates->count++];
	*item = (struct candidate){ .statement = statement,
				    .log_index = row->log_index,
				    .marks = 1 };
	snprintf(item->name, sizeof(item->name), "%s", row->subject);
	return 0;
}

/* Most marks first, then what was registered first. */
static int candidate_order(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->marks != y->marks)
		return x->marks > y->marks ? -1 : 1;
	return (x->log_index > y->log_index) - (x->log_index < y->log_index);
}

/* Was this mark asked for already? It is from now on. */
static int asked_before(struct lint *lint, const char *mark, bool *out_before, struct error *err)
{
	size_t low = 0, high = lint->asked_count;
	char(*grown)[LIKENESS_MARK_SIZE];

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(lint->asked[middle], mark);

		*out_before = order == 0;
		if (*out_before)
			return 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*out_before = false;
	grown = reallocarray(lint->asked, lint->asked_count + 1, sizeof(*grown));
	if (!grown)
		return error_system(err, ENOMEM, "cannot list marks");
	lint->asked = grown;
	memmove(grown + low + 1, grown + low, (lint->asked_count - low) * sizeof(*grown));
	memcpy(grown[low], mark, LIKENESS_MARK_SIZE);
	lint->asked_count++;
	return 0;
}

/* ---- One item ---- */

static int relative_add(struct lint *lint, const struct lint_relative *relative, struct error *err)
{
	struct lint_relative *grown =
		reallocarray(lint->relative, lint->relative_count + 1, sizeof(*grown));

	if (!grown)
		return error_system(err, ENOMEM, "cannot list relatives");
	lint->relative = grown;
	grown[lint->relative_count++] = *relative;
	return 0;
}

/* What one item is looked at with. */
struct looking {
	struct lint *lint;
	struct lint_item *item;
	const struct manifest *manifest;
	const struct tree *tree;
	struct index *index;
	struct ancestors own; /* found when they are first asked for */
	bool known; /* a folder that is registered as it is: its own are those of that one */
};

static int is_related(struct looking *looking, const struct candidate *candidate, bool *out_related,
		      struct error *err)
{
	struct ancestors theirs = { .index = NULL };
	int failed = looking->item->registered && !looking->own.index
			     ? ancestors_find(looking->index, &looking->item->statement,
					      &looking->own, err)
			     : 0;

	failed = failed || ancestors_find(looking->index, &candidate->statement, &theirs, err);
	*out_related = !failed && ancestors_meet(&looking->own, &theirs);
	ancestors_release(&theirs);
	return failed ? -1 : 0;
}

/* *out_told: it has something of that one, and this was noted. */
static int equal_judge(struct looking *looking, const struct candidate *candidate, bool *out_told,
		       struct error *err)
{
	CLEANUP(contents_release) struct contents other = { .tree = NULL };
	struct lint *lint = looking->lint;
	struct lint_relative relative = { .item = (size_t)(looking->item - lint->item),
					  .other = candidate->statement };
	struct error gone = { 0 };
	struct lint_share share;
	bool related;

	*out_told = false;
	if (is_related(looking, candidate, &related, err))
		return -1;
	if (related || contents_of_statement(lint->registry, &candidate->statement, &other, &gone))
		return 0; /* a manifest that is not here tells nothing */
	if (lint_share_find(looking->manifest, other.manifest, &share, err))
		return -1;
	/* The very same as a folder: it is that one, and has its parents. */
	if (share.whole && !looking->item->registered && !looking->known) {
		ancestors_release(&looking->own);
		looking->known = true;
		return ancestors_find(looking->index, &candidate->statement, &looking->own, err);
	}
	if (!share.elements || (unsigned __int128)share.equal_elements * 100 <
				       (unsigned __int128)share.elements * EQUAL_PERCENT)
		return 0;
	relative.equal = share.equal;
	relative.tensors = share.tensors;
	snprintf(relative.name, sizeof(relative.name), "%s", candidate->name);
	*out_told = true;
	return relative_add(lint, &relative, err);
}

static int equal_look(struct looking *looking, const struct likeness *likeness, bool *out_told,
		      struct error *err)
{
	struct candidates candidates = { .before = looking->item->log_index };
	int failed = 0;

	*out_told = false;
	for (size_t i = 0; i < likeness->count && !failed; i++) {
		bool before = false;

		failed = asked_before(looking->lint, likeness->mark[i], &before, err) ||
			 (!before &&
			  index_like(looking->index, likeness->mark[i],
				     looking->item->registered ? looking->item->family : "",
				     ROWS_MAX, candidate_take, &candidates, err));
	}
	if (!failed && candidates.count)
		qsort(candidates.item, candidates.count, sizeof(*candidates.item), candidate_order);
	/* The one with the most tells it; others of the same kin would say the same. */
	for (size_t i = 0; i < candidates.count && i < CANDIDATES_MAX && !failed && !*out_told; i++)
		failed = equal_judge(looking, &candidates.item[i], out_told, err);
	free(candidates.item);
	return failed ? -1 : 0;
}

/* Is one closer than another? Of two that are as close what was registered first. */
static bool is_closer(const struct lint_relative *one, const struct lint_relative *other)
{
	size_t x = one->near * other->compared, y = other->near * one->compared;

	return !other->name[0] || x > y || (x == y && one->correlation > other->correlation);
}

static int near_judge(struct looking *looking, const struct candidate *candidate,
		      struct lint_relative *best, struct error *err)
{
	CLEANUP(contents_release) struct contents other = { .tree = NULL };
	struct lint *lint = looking->lint;
	struct lint_relative relative = { .item = (size_t)(looking->item - lint->item),
					  .other = candidate->statement };
	struct error gone = { 0 };
	bool related;

	if (is_related(looking, candidate, &related, err))
		return -1;
	if (related ||
	    contents_of_statement(lint->registry, &candidate->statement, &other, &gone) ||
	    lint_near(looking->manifest, looking->tree, &other, &relative, &gone))
		return context_check_cancelled(lint->ctx, err);
	if (!relative.near || 2 * relative.near < relative.compared || !is_closer(&relative, best))
		return 0;
	snprintf(relative.name, sizeof(relative.name), "%s", candidate->name);
	*best = relative;
	return 0;
}

/* The newest of each family with the same shapes; the closest is told. */
static int near_look(struct looking *looking, const struct likeness *likeness, struct error *err)
{
	struct candidates candidates = { .by_family = true, .before = looking->item->log_index };
	struct lint_relative best = { .name = "" };
	int failed = index_like(looking->index, likeness->shapes,
				looking->item->registered ? looking->item->family : "", ROWS_MAX,
				candidate_take, &candidates, err);

	for (size_t i = 0; i < candidates.count; i++)
		candidates.item[i].marks = 1; /* how many there are of a family does not matter */
	if (candidates.count)
		qsort(candidates.item, candidates.count, sizeof(*candidates.item), candidate_order);
	for (size_t i = 0; i < candidates.count && i < NEAR_MAX && !failed; i++)
		failed = near_judge(looking, &candidates.item[i], &best, err);
	free(candidates.item);
	if (failed)
		return -1;
	return best.name[0] ? relative_add(looking->lint, &best, err) : 0;
}

/* Later steps of a branch are near to what its first one is near to. */
static bool begins_branch(const struct lint *lint, size_t index)
{
	const struct lint_item *item = &lint->item[index];

	return lint_begins(lint, index) || !item->named || !item[-1].named ||
	       !checkpoint_name_same_branch(&item->name, &item[-1].name);
}

int lint_parents_look(struct lint *lint, struct lint_item *item, const struct manifest *manifest,
		      const struct tree *tree, struct error *err)
{
	struct looking looking = { lint, item, manifest, tree, NULL, { .index = NULL }, false };
	struct likeness likeness;
	bool told = false;
	int failed;

	if (!lint->registry)
		return 0;
	if (likeness_of(manifest, &likeness, err) ||
	    registry_index(lint->registry, &looking.index, err))
		return -1;
	if (!likeness.shapes[0])
		return 0;
	failed = equal_look(&looking, &likeness, &told, err);
	if (!failed && !told && !looking.known && tree &&
	    begins_branch(lint, (size_t)(item - lint->item)))
		failed = near_look(&looking, &likeness, err);
	ancestors_release(&looking.own);
	return failed;
}

/* ---- What is told ---- */

static int relative_tell(struct lint *lint, const struct lint_relative *first, size_t count,
			 struct error *err)
{
	const char *called = lint_called(lint, &lint->item[first->item]);
	struct lint_finding *finding;
	char more[96] = "";

	if (count > 1)
		snprintf(more, sizeof(more), "; %zu more are likewise to it or others of its name",
			 count - 1);
	if (first->equal)
		finding =
			lint_find(lint, LINT_KIND_UNDECLARED_PARENT, err,
				  "%s is equal in %zu of %zu tensors to %s, which is not declared "
				  "as a parent%s",
				  called, first->equal, first->tensors, first->name, more);
	else
		finding = lint_find(
			lint, LINT_KIND_NEAR_PARENT, err,
			"%s is close in %zu of %zu tensors that were compared to %s, which "
			"is not declared as a parent (correlation %.4f, distance %.4f)%s",
			called, first->near, first->compared, first->name, first->correlation,
			first->distance, more);
	if (!finding)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (lint_about(finding, &lint->item[first[i].item], err) ||
		    lint_detail(finding, first[i].name, err))
			return -1;
	return 0;
}

int lint_check_parents(struct lint *lint, struct error *err)
{
	for (size_t i = 0; i < lint->relative_count;) {
		const struct lint_relative *first = &lint->relative[i];
		size_t end = i + 1;

		while (end < lint->relative_count &&
		       same_family(first->name, lint->relative[end].name) &&
		       !first->equal == !lint->relative[end].equal &&
		       strcmp(lint->item[first->item].family,
			      lint->item[lint->relative[end].item].family) == 0)
			end++;
		if (relative_tell(lint, first, end - i, err))
			return -1;
		i = end;
	}
	return 0;
}
