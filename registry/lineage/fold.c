/* What is alike in a lineage is told once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lineage/draw.h"
#include "registry/lineage/inner.h"

enum { FOLD_LEAST = 4 }; /* fewer are told one by one */

/* What decides whether a node may be folded, and with which. */
struct leaf {
	const struct lineage *lineage;
	uint32_t node;
	size_t family;  /* bytes of the name up to '@' */
	bool special;   /* told by itself */
	uint64_t alike; /* of its kind and of all that it came from outside its family */
};

static size_t family_len(const char *name)
{
	return strcspn(name, "@");
}

static bool same_family(const struct lineage_node *a, const struct lineage_node *b)
{
	size_t len = family_len(a->name);

	return a->kind == b->kind && len == family_len(b->name) &&
	       memcmp(a->name, b->name, len) == 0;
}

static bool is_step(const struct lineage_node *node)
{
	return strcmp(node->kind, "checkpoint") == 0;
}

/* Evaluations, records, verifications, cards. */
static bool is_remark(const struct lineage_node *node)
{
	return strcmp(node->kind, "eval") == 0 || strcmp(node->kind, "record") == 0 ||
	       strcmp(node->kind, "verification") == 0 || strcmp(node->kind, "card") == 0;
}

/* A number's bits, each of which changes half of the result's (the finisher of MurmurHash3). */
static uint64_t mixed(uint64_t number)
{
	number = (number ^ (number >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	number = (number ^ (number >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return number ^ (number >> 33);
}

static void leaves_fill(const struct lineage *lineage, struct leaf *leaf)
{
	for (uint32_t i = 0; i < lineage->node_count; i++) {
		const struct lineage_node *node = &lineage->node[i];

		leaf[i] = (struct leaf){ .lineage = lineage,
					 .node = i,
					 .family = family_len(node->name),
					 .special = i < lineage->beginnings ||
						    (!is_step(node) && !is_remark(node)) ||
						    !node->signer_count || node->withheld ||
						    node->undisclosed || node->cycle ||
						    node->retraction != LINEAGE_NONE ||
						    node->supersession != LINEAGE_NONE ||
						    !node->counts };
	}
	/* The order of a node's edges has no say. */
	for (size_t i = 0; i < lineage->edge_count; i++) {
		const struct lineage_edge *edge = &lineage->edge[i];
		const struct lineage_node *from = &lineage->node[edge->from];
		const struct lineage_node *to = &lineage->node[edge->to];
		bool inside = is_step(to) && same_family(from, to);

		if (!inside)
			leaf[edge->to].alike +=
				mixed(((uint64_t)edge->from << 8) ^ (uint8_t)edge->relation[0] ^ 1);
		if (edge->said != LINEAGE_NONE && strcmp(edge->relation, "derivation") == 0)
			leaf[edge->from].special = leaf[edge->to].special = true;
		if (is_step(from) && !inside && !is_remark(to))
			leaf[edge->from].special = true;
	}
}

/* By kind, family and version: remarks by what they are about. */
static int leaf_order(const void *a, const void *b)
{
	const struct leaf *x = a, *y = b;
	const struct lineage_node *one = &x->lineage->node[x->node];
	const struct lineage_node *other = &y->lineage->node[y->node];
	int order = strcmp(one->kind, other->kind);

	if (!order)
		order = strncmp(one->name, other->name,
				x->family < y->family ? x->family : y->family);
	if (!order)
		order = (x->family > y->family) - (x->family < y->family);
	if (!order)
		order = strverscmp(one->name + x->family, other->name + y->family);
	return order ? order : (x->node > y->node) - (x->node < y->node);
}

static bool fits(const struct leaf *a, const struct leaf *b)
{
	const struct lineage_node *one = &a->lineage->node[a->node];
	const struct lineage_node *other = &b->lineage->node[b->node];

	return !a->special && !b->special && a->alike == b->alike && same_family(one, other) &&
	       (is_step(one) || strcmp(one->name, other->name) == 0);
}

/* Give leaf[0, count) one group, or each its own. `group` of a node is one of its nodes at first.
 */
static void segment_close(const struct leaf *leaf, size_t count, uint32_t *group_of)
{
	uint32_t least = leaf[0].node;

	for (size_t i = 0; i < count; i++)
		least = leaf[i].node < least ? leaf[i].node : least;
	for (size_t i = 0; i < count; i++)
		group_of[leaf[i].node] = count >= FOLD_LEAST ? least : leaf[i].node;
}

/* Number the groups in the order of their first nodes. */
static void groups_number(const struct lineage *lineage, struct lineage_folded *folded)
{
	for (uint32_t i = 0; i < lineage->node_count; i++) {
		uint32_t first = folded->group_of[i];

		if (first == i) {
			folded->group[folded->group_count] = (struct lineage_group){ i, i, 0 };
			folded->group_of[i] = (uint32_t)folded->group_count++;
		} else {
			folded->group_of[i] = folded->group_of[first];
		}
		folded->group[folded->group_of[i]].count++;
	}
}

static int groups_make(const struct lineage *lineage, bool all, struct lineage_folded *folded,
		       struct error *err)
{
	struct leaf *leaf = calloc(lineage->node_count + 1, sizeof(*leaf));
	size_t begin = 0;

	folded->group_of = calloc(lineage->node_count + 1, sizeof(*folded->group_of));
	folded->group = calloc(lineage->node_count + 1, sizeof(*folded->group));
	if (!leaf || !folded->group_of || !folded->group) {
		free(leaf);
		return error_system(err, ENOMEM, "cannot fold a lineage");
	}
	leaves_fill(lineage, leaf);
	qsort(leaf, lineage->node_count, sizeof(*leaf), leaf_order);
	for (size_t i = 1; i <= lineage->node_count; i++) {
		if (i < lineage->node_count && !all && fits(&leaf[i - 1], &leaf[i]))
			continue;
		segment_close(leaf + begin, i - begin, folded->group_of);
		begin = i;
	}
	groups_number(lineage, folded);
	/* The leaves come in the order of versions: the first and the last of each group. */
	for (size_t i = lineage->node_count; i; i--)
		folded->group[folded->group_of[leaf[i - 1].node]].first = leaf[i - 1].node;
	for (size_t i = 0; i < lineage->node_count; i++)
		folded->group[folded->group_of[leaf[i].node]].last = leaf[i].node;
	free(leaf);
	return 0;
}

/* ---- Bonds ---- */

struct strand {
	const struct lineage *lineage;
	struct lineage_bond bond;
	enum derivation_proof proof;
};

static int strand_order(const void *a, const void *b)
{
	const struct strand *x = a, *y = b;
	const struct lineage_edge *one = &x->lineage->edge[x->bond.edge];
	const struct lineage_edge *other = &y->lineage->edge[y->bond.edge];
	int relation = strcmp(one->relation, other->relation);

	if (x->bond.to != y->bond.to)
		return x->bond.to < y->bond.to ? -1 : 1;
	if (x->bond.from != y->bond.from)
		return x->bond.from < y->bond.from ? -1 : 1;
	return relation ? relation : (x->proof > y->proof) - (x->proof < y->proof);
}

static int bonds_make(const struct lineage *lineage, struct lineage_folded *folded,
		      struct error *err)
{
	struct strand *strand = calloc(lineage->edge_count + 1, sizeof(*strand));
	size_t count = 0;

	folded->bond = calloc(lineage->edge_count + 1, sizeof(*folded->bond));
	if (!strand || !folded->bond) {
		free(strand);
		return error_system(err, ENOMEM, "cannot fold a lineage");
	}
	for (uint32_t i = 0; i < lineage->edge_count; i++) {
		const struct lineage_edge *edge = &lineage->edge[i];
		uint32_t from = folded->group_of[edge->from], to = folded->group_of[edge->to];
		const struct lineage_said *ignored;

		if (from == to && edge->from != edge->to)
			continue; /* inside one group */
		strand[count++] = (struct strand){ lineage,
						   { from, to, i, 1 },
						   lineage_edge_proof(lineage, edge, &ignored) };
	}
	qsort(strand, count, sizeof(*strand), strand_order);
	for (size_t i = 0; i < count; i++) {
		if (i && strand_order(&strand[i - 1], &strand[i]) == 0) {
			struct lineage_bond *bond = &folded->bond[folded->bond_count - 1];

			bond->edge = strand[i].bond.edge;
			bond->count++;
			continue;
		}
		folded->bond[folded->bond_count++] = strand[i].bond;
	}
	free(strand);
	return 0;
}

int lineage_fold(const struct lineage *lineage, bool all, struct lineage_folded *out_folded,
		 struct error *err)
{
	CLEANUP(lineage_folded_release) struct lineage_folded folded = { .group_of = NULL };

	if (groups_make(lineage, all, &folded, err) || bonds_make(lineage, &folded, err))
		return -1;
	*out_folded = folded;
	folded = (struct lineage_folded){ .group_of = NULL }; /* handed over */
	return 0;
}

void lineage_folded_release(struct lineage_folded *folded)
{
	free(folded->group_of);
	free(folded->group);
	free(folded->bond);
	*folded = (struct lineage_folded){ .group_of = NULL };
}

int lineage_group_name(const struct lineage *lineage, const struct lineage_group *group,
		       struct buffer *out, struct error *err)
{
	const struct lineage_node *first = &lineage->node[group->first];
	const struct lineage_node *last = &lineage->node[group->last];
	const char *version = strchr(last->name, '@');

	if (group->count > 1 && is_remark(first))
		return buffer_printf(out, err, "%u %ss of %s", group->count, first->kind,
				     first->name);
	if (group->count > 1)
		return buffer_printf(out, err, "%s … %s (%u)", first->name,
				     version ? version + 1 : last->name, group->count);
	return is_remark(first) ? buffer_printf(out, err, "%s of %s", first->kind, first->name)
				: buffer_add_text(out, first->name, err);
}
