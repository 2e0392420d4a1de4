/* Lineage: nodes and edges, found breadth first in the index. */
#include "registry/lineage.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/evidence.h"
#include "registry/lineage/inner.h"

/* ---- Which statements are nodes, and which of their references are edges ---- */

/* What a reference says, by who makes it. */
struct sense {
	const char *relation;
	uint64_t kinds; /* of who makes it */
};

#define KIND(name) (UINT64_C(1) << STATEMENT_##name)
#define REMARKS (KIND(card) | KIND(record) | KIND(verification))

static const struct sense senses[] = {
	{ "data", KIND(checkpoint) | KIND(run) },
	{ "parent", KIND(checkpoint) | KIND(run) },
	{ "run", KIND(checkpoint) },
	{ "continues", KIND(run) },
	{ "derivedFrom", KIND(dataset) },
	{ "checkpoint", KIND(release) },
	{ "of", KIND(eval) | REMARKS },
};

static uint64_t kind_bit(const char *kind)
{
	struct error ignored = { 0 };
	enum statement_kind found;

	return kind && statement_kind_from_name(kind, &found, &ignored) == 0 ? UINT64_C(1) << found
									     : 0;
}

/* The relation, static, where a statement of this kind makes an edge by it; else NULL. */
static const char *sense_of(const struct lineage_walk *walk, const char *kind, const char *relation)
{
	uint64_t bit = kind_bit(kind);

	if ((bit & REMARKS) && !walk->wish->remarks)
		return NULL;
	for (size_t i = 0; i < sizeof(senses) / sizeof(senses[0]); i++)
		if ((senses[i].kinds & bit) && strcmp(senses[i].relation, relation) == 0)
			return senses[i].relation;
	return NULL;
}

/* What a node is when nothing with its identity is here: what the reference takes it for. */
static const char *kind_meant(const char *relation)
{
	if (strcmp(relation, "data") == 0 || strcmp(relation, "derivedFrom") == 0)
		return "dataset";
	if (strcmp(relation, "run") == 0 || strcmp(relation, "continues") == 0)
		return "run";
	return "checkpoint";
}

/* ---- Statements, as the index tells them ---- */

/* Does the policy accept this entry? */
static bool accepted(const struct lineage_walk *walk, const struct digest *signer,
		     uint64_t log_index, const char *kind, const char *name)
{
	const struct signing by = { .key = *signer, .index = log_index };
	struct error ignored = { 0 };
	enum statement_kind found;

	return *kind && statement_kind_from_name(kind, &found, &ignored) == 0 &&
	       policy_chain_accepts_one(walk->chain, &by, found, name, &ignored) == 0;
}

/* So many keys must have signed it. */
static uint64_t wanted_signers(const struct lineage_walk *walk, const struct lineage_node *node)
{
	const struct policy_version *version = policy_chain_at(walk->chain, node->log_index);
	struct error ignored = { 0 };
	enum statement_kind kind;

	return version && *node->kind && statement_kind_from_name(node->kind, &kind, &ignored) == 0
		       ? policy_threshold(&version->policy, kind, node->name)
		       : 1;
}

/* An entry of the statement that is fetched: the first, or a further one by another key. */
static int entry_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct lineage_walk *walk = arg;
	struct lineage_fetched *fetched = &walk->fetched;
	struct lineage_node *node = &fetched->node;
	struct error ignored = { 0 };
	enum statement_kind kind;
	struct digest signer;

	if (digest_from_hex(span_of(row->key), &signer, err))
		return -1;
	if (!node->signer_count++) {
		snprintf(fetched->name, sizeof(fetched->name), "%s", row->subject);
		snprintf(fetched->declared, sizeof(fetched->declared), "%s", row->declared);
		if (*row->kind && statement_kind_from_name(row->kind, &kind, &ignored) == 0)
			node->kind = statement_kind_name(kind);
		node->signer = signer;
		node->log_index = row->log_index;
		node->withheld = !*row->digest;
	}
	if (!node->counts && accepted(walk, &signer, row->log_index, node->kind, node->name))
		node->counts = ++node->accepted >= wanted_signers(walk, node);
	return 0;
}

/* What the index knows of a statement, in `fetched`; with signer_count 0 nothing is logged. */
static int fetch(struct lineage_walk *walk, const struct digest *identity, struct error *err)
{
	struct lineage_fetched *fetched = &walk->fetched;
	uint64_t undisclosed = 0;

	if (fetched->any && digest_equal(&fetched->node.identity, identity))
		return 0;
	fetched->any = false;
	fetched->name[0] = fetched->declared[0] = '\0';
	fetched->node = (struct lineage_node){ .identity = *identity,
					       .name = fetched->name,
					       .kind = "",
					       .declared = fetched->declared,
					       .came_by = LINEAGE_NONE,
					       .retraction = LINEAGE_NONE,
					       .supersession = LINEAGE_NONE };
	if (index_links_self(walk->links, identity, entry_seen, walk, err) ||
	    (strcmp(fetched->node.kind, "checkpoint") == 0 &&
	     index_links_undisclosed(walk->links, identity, &undisclosed, err)))
		return -1;
	fetched->node.undisclosed = undisclosed < UINT32_MAX ? (uint32_t)undisclosed : UINT32_MAX;
	fetched->any = true;
	return 0;
}

/* ---- Nodes ---- */

_Static_assert(offsetof(struct lineage_node, identity) == 0 &&
		       offsetof(struct lineage_said, identity) == 0,
	       "tables find the digests where the structures begin");

/* The slot of a node; where it is empty, the node is new. */
static int node_slot(struct lineage_walk *walk, const struct digest *identity, uint32_t **out_slot,
		     struct error *err)
{
	const struct lineage *out = walk->out;

	if (2 * (walk->nodes.count + 1) > walk->nodes.room &&
	    lineage_table_grow(&walk->nodes, out->node, sizeof(*out->node), err))
		return -1;
	*out_slot = lineage_table_find(&walk->nodes, out->node, sizeof(*out->node), identity);
	return 0;
}

/* What was fetched becomes a node. */
static int node_add(struct lineage_walk *walk, uint32_t *slot, struct error *err)
{
	struct lineage *out = walk->out;
	struct lineage_node node = walk->fetched.node;

	if (lineage_room_for((void **)&out->node, out->node_count, &walk->node_room,
			     sizeof(*out->node), LINEAGE_NODES_MAX, err) ||
	    lineage_room_for((void **)&walk->way, out->node_count, &walk->way_room,
			     sizeof(*walk->way), LINEAGE_NODES_MAX, err) ||
	    lineage_text(out, node.name, &node.name, err) ||
	    lineage_text(out, node.declared, &node.declared, err))
		return -1;
	walk->way[out->node_count] = 0;
	out->node[out->node_count++] = node;
	*slot = (uint32_t)out->node_count;
	walk->nodes.count = out->node_count;
	return 0;
}

/* The node of a statement, or LINEAGE_NONE where it is beyond the wished depth. `by` refers to it.
 */
static int node_need(struct lineage_walk *walk, const struct digest *identity,
		     const struct digest *by, const char *relation, uint32_t *out_node,
		     struct error *err)
{
	struct lineage *out = walk->out;
	struct lineage_fetched *fetched = &walk->fetched;
	uint32_t *slot;

	if (node_slot(walk, identity, &slot, err))
		return -1;
	if (!*slot && walk->edges_only)
		out->node[walk->at].more = out->more = true;
	if (!*slot && !walk->edges_only) {
		if (fetch(walk, identity, err))
			return -1;
		if (!fetched->node.signer_count) {
			fetched->node.kind = kind_meant(relation);
			if (index_links_name(walk->links, by, identity, fetched->name, err))
				return -1;
		}
		if (node_add(walk, slot, err))
			return -1;
	}
	*out_node = *slot - 1; /* LINEAGE_NONE for an empty one */
	return 0;
}

/* Go on from a node in these ways too. */
static int node_go(struct lineage_walk *walk, uint32_t node, uint8_t ways, struct error *err)
{
	if (walk->wish->whole)
		ways = LINEAGE_UP | LINEAGE_DOWN;
	if ((walk->way[node] & ways) == ways)
		return 0;
	walk->way[node] |= ways;
	/* At most twice each. */
	if (lineage_room_for((void **)&walk->queue, walk->queue_count, &walk->queue_room,
			     sizeof(*walk->queue), 2 * (size_t)LINEAGE_NODES_MAX, err))
		return -1;
	walk->queue[walk->queue_count++] = node;
	return 0;
}

/* ---- Edges ---- */

/* What an edge is made of, but for the node that is looked at. */
struct found {
	struct digest other;     /* the statement at its other end */
	const struct digest *by; /* who refers to what is upwards: its own statement, or `said` */
	const char *relation;
	uint32_t said;
	uint8_t way; /* from the node that is looked at: up or down */
};

/* Add the edge, and go on from its other end. */
static int edge_add(struct lineage_walk *walk, const struct found *found, struct error *err)
{
	struct lineage *out = walk->out;
	bool up = found->way == LINEAGE_UP;
	size_t known = out->node_count;
	uint32_t other;

	if (node_need(walk, &found->other, found->by, found->relation, &other, err))
		return -1;
	if (other == LINEAGE_NONE)
		return 0;
	if (lineage_room_for((void **)&out->edge, out->edge_count, &walk->edge_room,
			     sizeof(*out->edge), LINEAGE_EDGES_MAX, err))
		return -1;
	if (other >= known) {
		out->node[other].steps = out->node[walk->at].steps + 1;
		out->node[other].came_by = (uint32_t)out->edge_count;
	}
	out->edge[out->edge_count++] = (struct lineage_edge){ .from = up ? other : walk->at,
							      .to = up ? walk->at : other,
							      .relation = found->relation,
							      .said = found->said };
	return node_go(walk, other, found->way, err);
}

/* ---- What is said of nodes by statements that are no nodes ---- */

/* The slot of a statement in `said`; where it is empty, it is new. */
static int said_slot(struct lineage_walk *walk, const struct digest *identity, uint32_t **out_slot,
		     struct error *err)
{
	const struct lineage *out = walk->out;

	if (2 * (walk->saids.count + 1) > walk->saids.room &&
	    lineage_table_grow(&walk->saids, out->said, sizeof(*out->said), err))
		return -1;
	*out_slot = lineage_table_find(&walk->saids, out->said, sizeof(*out->said), identity);
	return 0;
}

/* The place in `said` of a statement that is logged. */
static int said_need(struct lineage_walk *walk, const struct digest *identity, uint32_t *out_said,
		     struct error *err)
{
	struct lineage *out = walk->out;
	const struct lineage_node *node = &walk->fetched.node;
	struct lineage_said said = { .identity = *identity, .by = "", .proof_said = LINEAGE_NONE };
	uint32_t *slot;

	if (said_slot(walk, identity, &slot, err))
		return -1;
	if (!*slot) {
		if (fetch(walk, identity, err) ||
		    statement_kind_from_name(node->kind, &said.kind, err) ||
		    lineage_room_for((void **)&out->said, out->said_count, &walk->said_room,
				     sizeof(*out->said), LINEAGE_EDGES_MAX, err))
			return -1;
		said.signer = node->signer;
		said.log_index = node->log_index;
		said.counts = node->counts;
		out->said[out->said_count++] = said;
		*slot = (uint32_t)out->said_count;
		walk->saids.count = out->said_count;
	}
	*out_said = *slot - 1;
	return 0;
}

/*
 * Somebody did the derivation at `said_at` again. Of those that count the last one stands, but one
 * that contradicts stands before all others.
 */
static int proof_seen(void *arg, const struct index_proof *proof, struct error *err)
{
	struct lineage_walk *walk = arg;
	uint32_t derivation = walk->said_at, by;
	struct lineage_said *said;
	struct digest identity;

	if (digest_from_hex(span_of(proof->statement), &identity, err) ||
	    said_need(walk, &identity, &by, err))
		return -1;
	said = &walk->out->said[derivation];
	if (!walk->out->said[by].counts || said->proof == DERIVATION_CONTRADICTED)
		return 0;
	said->proof = proof->outcome;
	said->proof_said = by;
	return 0;
}

/* What takes the place of something. */
static int by_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;
	struct lineage_said *said = &walk->out->said[walk->said_at];
	char name[NAME_TEXT_MAX];
	struct digest other;

	if (strcmp(link->relation, "by") != 0)
		return 0;
	return digest_from_hex(span_of(link->other), &other, err) ||
			       index_links_name(walk->links, &said->identity, &other, name, err) ||
			       lineage_text(walk->out, name, &said->by, err)
		       ? -1
		       : 0;
}

/* What a statement at `said_at` leads to, by one of its references. */
struct leading {
	struct lineage_walk *walk;
	const char *reference; /* that is followed ... */
	const char *relation;  /* ... and what the edge is called */
	uint8_t way;
};

static int lead_seen(void *arg, const struct index_link *link, struct error *err)
{
	const struct leading *leading = arg;
	struct lineage_walk *walk = leading->walk;
	struct digest by = walk->out->said[walk->said_at].identity;
	struct found found = {
		.by = &by, .relation = leading->relation, .said = walk->said_at, .way = leading->way
	};

	if (strcmp(link->relation, leading->reference) != 0)
		return 0;
	return digest_from_hex(span_of(link->other), &found.other, err) ||
			       edge_add(walk, &found, err)
		       ? -1
		       : 0;
}

static int lead(struct lineage_walk *walk, const struct digest *said, const char *reference,
		const char *relation, uint8_t way, struct error *err)
{
	struct leading leading = { walk, reference, relation, way };

	return walk->going & way ? index_links_ask(walk->links, INDEX_LINKS_FROM, said, lead_seen,
						   &leading, err)
				 : 0;
}

/* A mark of the node that is looked at, where it counts. */
static int mark_add(struct lineage_walk *walk, const struct digest *identity, struct error *err)
{
	struct lineage_node *node = &walk->out->node[walk->at];
	const struct lineage_said *said = &walk->out->said[walk->said_at];

	if (!said->counts)
		return 0;
	if (said->kind == STATEMENT_retraction) {
		node->retraction = walk->said_at;
		return 0;
	}
	node->supersession = walk->said_at;
	return index_links_ask(walk->links, INDEX_LINKS_FROM, identity, by_seen, walk, err);
}

/*
 * A statement that is no node refers to the one that is looked at: a completion leads from its run
 * to the outputs and back, a derivation from the checkpoint to the parents and back.
 */
static int said_seen(struct lineage_walk *walk, const struct digest *identity, uint64_t bit,
		     const char *relation, struct error *err)
{
	bool of = strcmp(relation, "of") == 0;

	if (!(bit & (KIND(completion) | KIND(derivation))) &&
	    !(of && (bit & (KIND(retraction) | KIND(supersession)))))
		return 0;
	if (said_need(walk, identity, &walk->said_at, err))
		return -1;
	if (bit == KIND(completion))
		return of ? lead(walk, identity, "outputs", "outputs", LINEAGE_DOWN, err)
		       : strcmp(relation, "outputs") == 0
			       ? lead(walk, identity, "of", "outputs", LINEAGE_UP, err)
			       : 0;
	if (bit != KIND(derivation))
		return mark_add(walk, identity, err);
	if (index_links_proofs(walk->links, identity, proof_seen, walk, err))
		return -1;
	return of ? lead(walk, identity, "parent", "derivation", LINEAGE_UP, err)
	       : strcmp(relation, "parent") == 0
		       ? lead(walk, identity, "of", "derivation", LINEAGE_DOWN, err)
		       : 0;
}

/* ---- Looking at one node ---- */

/* A reference that the node's own statement makes. */
static int own_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;
	struct digest by = walk->out->node[walk->at].identity;
	struct found found = { .by = &by,
			       .said = LINEAGE_NONE,
			       .way = LINEAGE_UP,
			       .relation = sense_of(walk, walk->out->node[walk->at].kind,
						    link->relation) };

	if (!found.relation)
		return 0;
	return digest_from_hex(span_of(link->other), &found.other, err) ||
			       edge_add(walk, &found, err)
		       ? -1
		       : 0;
}

/* The kind of a statement that is a node, or something said, or looked up. */
static int kind_of(struct lineage_walk *walk, const struct digest *identity, const char **out_kind,
		   struct error *err)
{
	uint32_t *slot;

	if (node_slot(walk, identity, &slot, err))
		return -1;
	*out_kind = *slot ? walk->out->node[*slot - 1].kind : NULL;
	if (*out_kind)
		return 0;
	if (said_slot(walk, identity, &slot, err))
		return -1;
	if (!*slot && fetch(walk, identity, err))
		return -1;
	*out_kind = *slot ? statement_kind_name(walk->out->said[*slot - 1].kind)
			  : walk->fetched.node.kind;
	return 0;
}

/* A reference that another statement makes to the node. */
static int other_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;
	struct found found = { .said = LINEAGE_NONE, .way = LINEAGE_DOWN };
	const char *kind;

	if (digest_from_hex(span_of(link->other), &found.other, err) ||
	    kind_of(walk, &found.other, &kind, err))
		return -1;
	found.by = &found.other;
	found.relation = sense_of(walk, kind, link->relation);
	if (!found.relation)
		return said_seen(walk, &found.other, kind_bit(kind), link->relation, err);
	return walk->going & LINEAGE_DOWN ? edge_add(walk, &found, err) : 0;
}

static int node_look(struct lineage_walk *walk, uint32_t at, struct error *err)
{
	uint8_t ways = walk->way[at] & (LINEAGE_UP | LINEAGE_DOWN);
	uint8_t left = ways & (uint8_t) ~(walk->way[at] >> LINEAGE_WENT);
	struct digest identity = walk->out->node[at].identity;
	uint32_t depth = walk->wish->depth;

	walk->way[at] |= (uint8_t)(left << LINEAGE_WENT);
	walk->at = at;
	walk->going = left;
	walk->edges_only = depth && walk->out->node[at].steps >= depth;
	if ((left & LINEAGE_UP) &&
	    index_links_ask(walk->links, INDEX_LINKS_FROM, &identity, own_seen, walk, err))
		return -1;
	if (!left)
		return 0;
	return index_links_ask(walk->links,
			       left & LINEAGE_DOWN ? INDEX_LINKS_TOWARDS : INDEX_LINKS_SAID,
			       &identity, other_seen, walk, err);
}

/* ---- The walk ---- */

static int begin_at(struct lineage_walk *walk, const struct digest *beginning, struct error *err)
{
	const struct lineage_wish *wish = walk->wish;
	uint8_t ways = (uint8_t)((wish->ancestors ? LINEAGE_UP : 0) |
				 (wish->descendants ? LINEAGE_DOWN : 0));
	char hex[DIGEST_HEX_SIZE];
	uint32_t *slot;

	if (node_slot(walk, beginning, &slot, err))
		return -1;
	if (*slot) /* named twice */
		return 0;
	if (fetch(walk, beginning, err))
		return -1;
	if (!walk->fetched.node.signer_count) {
		digest_to_hex(beginning, hex);
		return error_set(err, ERROR_ABSENT, "no statement sha256:%s is logged here", hex);
	}
	if (node_add(walk, slot, err))
		return -1;
	walk->out->beginnings = walk->out->node_count;
	return node_go(walk, *slot - 1, ways, err);
}

static int edge_order(const void *a, const void *b)
{
	const struct lineage_edge *x = a, *y = b;
	int relation;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	relation = strcmp(x->relation, y->relation);
	return relation ? relation : (x->said > y->said) - (x->said < y->said);
}

/* Sort the edges and leave each once; `came_by` goes with them. */
static int edges_settle(struct lineage *out, struct error *err)
{
	size_t kept = 0;
	struct lineage_edge *came = calloc(out->node_count + 1, sizeof(*came));

	if (!came)
		return error_system(err, ENOMEM, "cannot hold a lineage");
	for (size_t i = 0; i < out->node_count; i++)
		if (out->node[i].came_by != LINEAGE_NONE)
			came[i] = out->edge[out->node[i].came_by];
	if (out->edge_count)
		qsort(out->edge, out->edge_count, sizeof(*out->edge), edge_order);
	for (size_t i = 0; i < out->edge_count; i++)
		if (!kept || edge_order(&out->edge[kept - 1], &out->edge[i]) != 0)
			out->edge[kept++] = out->edge[i];
	out->edge_count = kept;
	for (size_t i = 0; i < out->node_count; i++) {
		const struct lineage_edge *found;

		if (out->node[i].came_by == LINEAGE_NONE)
			continue;
		found = bsearch(&came[i], out->edge, kept, sizeof(*out->edge), edge_order);
		out->node[i].came_by = found ? (uint32_t)(found - out->edge) : LINEAGE_NONE;
	}
	free(came);
	return 0;
}

static int walk_all(struct lineage_walk *walk, const struct registry *registry,
		    const struct digest *beginning, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (begin_at(walk, &beginning[i], err))
			return -1;
	while (walk->queue_next < walk->queue_count) {
		if ((walk->queue_next & 1023) == 0 && context_check_cancelled(registry->ctx, err))
			return -1;
		if (node_look(walk, walk->queue[walk->queue_next++], err))
			return -1;
	}
	return edges_settle(walk->out, err) || lineage_find_cycles(walk->out, err) ? -1 : 0;
}

int registry_lineage(struct registry *registry, const struct digest *beginning, size_t count,
		     const struct lineage_wish *wish, struct lineage *out_lineage,
		     struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(index_links_close) struct index_links *links = NULL;
	CLEANUP(lineage_release) struct lineage lineage = { .node = NULL };
	struct lineage_walk walk = { .out = &lineage, .wish = wish };
	struct index *index;
	int failed;

	if (registry_index(registry, &index, err) || index_links_open(index, &links, err) ||
	    registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	walk.links = links;
	walk.chain = &trust.anchor[0].chain;
	failed = walk_all(&walk, registry, beginning, count, err);
	free(walk.nodes.slot);
	free(walk.saids.slot);
	free(walk.way);
	free(walk.queue);
	if (failed)
		return -1;
	*out_lineage = lineage;
	lineage = (struct lineage){ .node = NULL }; /* handed over */
	return 0;
}

int registry_lineage_unknown(struct registry *registry, struct lineage_unknown *out_unknown,
			     struct error *err)
{
	struct index *index;

	return registry_index(registry, &index, err) ||
			       index_undisclosed(index, &out_unknown->undisclosed,
						 &out_unknown->withheld, err)
		       ? -1
		       : 0;
}
