/* Lineage: nodes and edges, found breadth first in the index. */
#include "registry/lineage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/evidence.h"
#include "registry/lineage_inner.h"

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

/* ---- Room ---- */

struct lineage_room {
	struct lineage_room *next;
	size_t used;
	char byte[64 << 10];
};

int lineage_text(struct lineage *lineage, const char *text, const char **out_text,
		 struct error *err)
{
	struct lineage_room *room = lineage->room;
	size_t len = strlen(text) + 1;

	if (len > sizeof(room->byte))
		return error_set(err, ERROR_CORRUPT, "a name of %zu bytes in the index", len);
	if (!room || sizeof(room->byte) - room->used < len) {
		room = malloc(sizeof(*room));
		if (!room)
			return error_system(err, ENOMEM, "cannot hold the names of a lineage");
		room->next = lineage->room;
		room->used = 0;
		lineage->room = room;
	}
	memcpy(room->byte + room->used, text, len);
	*out_text = room->byte + room->used;
	room->used += len;
	return 0;
}

/* Room for one more in *array; at most `max`. */
static int more_room(void **array, size_t count, size_t *room, size_t size, size_t max,
		     struct error *err)
{
	size_t wanted = *room ? 2 * *room : 64;
	void *more;

	if (count == max)
		return error_set(err, ERROR_USAGE,
				 "the lineage has more than %zu statements or edges: ask for less, "
				 "with --depth or one direction",
				 max);
	if (count < *room)
		return 0;
	more = reallocarray(*array, wanted, size);
	if (!more)
		return error_system(err, ENOMEM, "cannot hold a lineage of %zu", count);
	*array = more;
	*room = wanted;
	return 0;
}

static size_t slot_of(const struct lineage_table *table, const struct digest *digest)
{
	uint64_t hash;

	memcpy(&hash, digest->byte, sizeof(hash));
	return (size_t)hash & (table->room - 1);
}

/* Twice as many slots; `identity` is the first of the digests, `stride` bytes from one to the next.
 */
static int table_grow(struct lineage_table *table, const void *identity, size_t stride,
		      struct error *err)
{
	struct lineage_table more = { .room = table->room ? 2 * table->room : 256,
				      .count = table->count };

	more.slot = calloc(more.room, sizeof(*more.slot));
	if (!more.slot)
		return error_system(err, ENOMEM, "cannot hold a lineage of %zu", table->count);
	for (uint32_t i = 0; i < table->count; i++) {
		const struct digest *digest =
			(const struct digest *)((const char *)identity + i * stride);
		size_t slot = slot_of(&more, digest);

		while (more.slot[slot])
			slot = (slot + 1) & (more.room - 1);
		more.slot[slot] = i + 1;
	}
	free(table->slot);
	*table = more;
	return 0;
}

/* The slot of a digest, or the empty one where it belongs. */
static uint32_t *table_find(const struct lineage_table *table, const void *identity, size_t stride,
			    const struct digest *digest)
{
	size_t slot = slot_of(table, digest);

	while (table->slot[slot] &&
	       memcmp((const char *)identity + (table->slot[slot] - 1) * stride, digest,
		      sizeof(*digest)) != 0)
		slot = (slot + 1) & (table->room - 1);
	return &table->slot[slot];
}

/* ---- Nodes ---- */

/* Does the policy accept this entry? */
static bool accepted(const struct lineage_walk *walk, const struct digest *signer,
		     uint64_t log_index, const char *kind, const char *name)
{
	const struct signing by = { .key = *signer, .index = log_index };
	struct error ignored = { 0 };
	enum statement_kind found;

	return statement_kind_from_name(kind, &found, &ignored) == 0 &&
	       policy_chain_accepts_one(walk->chain, &by, found, name, &ignored) == 0;
}

/* So many keys must have signed it. */
static uint64_t wanted_signers(const struct lineage_walk *walk, const struct lineage_node *node)
{
	const struct policy_version *version = policy_chain_at(walk->chain, node->log_index);
	struct error ignored = { 0 };
	enum statement_kind kind;

	return version && statement_kind_from_name(node->kind, &kind, &ignored) == 0
		       ? policy_threshold(&version->policy, kind, node->name)
		       : 1;
}

/* A further entry of the node that was added last: by another key. */
static int node_signed(struct lineage_walk *walk, const struct index_link *link, struct error *err)
{
	struct lineage_node *node = &walk->out->node[walk->fresh];
	struct digest signer;

	if (link->log_index <= node->log_index)
		return 0;
	if (digest_from_hex(span_of(link->signer), &signer, err))
		return -1;
	node->signer_count++;
	if (!node->counts && accepted(walk, &signer, link->log_index, node->kind, node->name))
		node->counts = ++node->accepted >= wanted_signers(walk, node);
	return 0;
}

static int node_fill(struct lineage_walk *walk, struct lineage_node *node,
		     const struct index_link *link, struct error *err)
{
	struct lineage *out = walk->out;
	struct error ignored = { 0 };
	enum statement_kind kind;
	uint64_t undisclosed;

	node->kind = link->kind ? "" : kind_meant(link->relation);
	if (link->kind && statement_kind_from_name(link->kind, &kind, &ignored) == 0)
		node->kind = statement_kind_name(kind);
	if (lineage_text(out, *link->subject ? link->subject : link->name, &node->name, err) ||
	    lineage_text(out, link->declared, &node->declared, err))
		return -1;
	if (!link->kind)
		return 0;
	node->withheld = link->bodiless;
	node->log_index = link->log_index;
	node->signer_count = 1;
	if (digest_from_hex(span_of(link->signer), &node->signer, err))
		return -1;
	node->accepted = accepted(walk, &node->signer, node->log_index, node->kind, node->name);
	node->counts = node->accepted && wanted_signers(walk, node) <= 1;
	if (strcmp(node->kind, "checkpoint") != 0)
		return 0;
	if (index_links_undisclosed(walk->links, &node->identity, &undisclosed, err))
		return -1;
	node->undisclosed = (uint32_t)(undisclosed < UINT32_MAX ? undisclosed : UINT32_MAX);
	return 0;
}

/*
 * The node of a link's other end, added where it is new: *out_node, or LINEAGE_NONE where it is
 * beyond the wished depth.
 */
static int node_need(struct lineage_walk *walk, const struct index_link *link, uint32_t *out_node,
		     struct error *err)
{
	struct lineage *out = walk->out;
	struct lineage_node node = { .came_by = LINEAGE_NONE,
				     .retraction = LINEAGE_NONE,
				     .supersession = LINEAGE_NONE };
	uint32_t *slot;

	if (digest_from_hex(span_of(link->other), &node.identity, err) ||
	    (2 * (walk->nodes.count + 1) > walk->nodes.room &&
	     table_grow(&walk->nodes, &out->node->identity, sizeof(*out->node), err)))
		return -1;
	slot = table_find(&walk->nodes, &out->node->identity, sizeof(*out->node), &node.identity);
	*out_node = *slot - 1; /* LINEAGE_NONE for an empty one */
	if (*slot)
		return *slot - 1 == walk->fresh ? node_signed(walk, link, err) : 0;
	if (walk->edges_only) {
		out->node[walk->at].more = out->more = true;
		return 0;
	}
	if (more_room((void **)&out->node, out->node_count, &walk->node_room, sizeof(*out->node),
		      LINEAGE_NODES_MAX, err) ||
	    more_room((void **)&walk->way, out->node_count, &walk->way_room, sizeof(*walk->way),
		      LINEAGE_NODES_MAX, err) ||
	    node_fill(walk, &node, link, err))
		return -1;
	walk->way[out->node_count] = 0;
	out->node[out->node_count++] = node;
	*slot = (uint32_t)out->node_count;
	walk->nodes.count = out->node_count;
	walk->fresh = *out_node = *slot - 1;
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
	if (more_room((void **)&walk->queue, walk->queue_count, &walk->queue_room,
		      sizeof(*walk->queue), 2 * (size_t)LINEAGE_NODES_MAX, err))
		return -1;
	walk->queue[walk->queue_count++] = node;
	return 0;
}

/* ---- Edges ---- */

/* An edge between the node that is looked at and another one, which is gone on from. */
static int edge_add(struct lineage_walk *walk, const struct index_link *link, const char *relation,
		    uint32_t said, struct error *err)
{
	struct lineage *out = walk->out;
	bool up = walk->going == LINEAGE_UP;
	size_t known = out->node_count;
	struct lineage_edge *edge;
	uint32_t other;

	if (node_need(walk, link, &other, err))
		return -1;
	if (other == LINEAGE_NONE)
		return 0;
	if (more_room((void **)&out->edge, out->edge_count, &walk->edge_room, sizeof(*out->edge),
		      LINEAGE_EDGES_MAX, err))
		return -1;
	edge = &out->edge[out->edge_count];
	*edge = (struct lineage_edge){ .from = up ? other : walk->at,
				       .to = up ? walk->at : other,
				       .relation = relation,
				       .said = said };
	if (out->edge_count && edge->from == edge[-1].from && edge->to == edge[-1].to &&
	    edge->relation == edge[-1].relation && edge->said == edge[-1].said)
		return 0; /* a further entry of the same statement */
	if (other >= known) {
		out->node[other].steps = out->node[walk->at].steps + 1;
		out->node[other].came_by = (uint32_t)out->edge_count;
	}
	out->edge_count++;
	return node_go(walk, other, walk->going, err);
}

/* ---- What is said of nodes by statements that are no nodes ---- */

/* The place in `said` of the statement that a link's other end is. */
static int said_need(struct lineage_walk *walk, const struct index_link *link, uint32_t *out_said,
		     struct error *err)
{
	struct lineage *out = walk->out;
	struct lineage_said said = { .log_index = link->log_index,
				     .by = "",
				     .proof_said = LINEAGE_NONE };
	uint32_t *slot;

	if (digest_from_hex(span_of(link->other), &said.identity, err) ||
	    digest_from_hex(span_of(link->signer), &said.signer, err) ||
	    statement_kind_from_name(link->kind, &said.kind, err) ||
	    (2 * (walk->saids.count + 1) > walk->saids.room &&
	     table_grow(&walk->saids, &out->said->identity, sizeof(*out->said), err)))
		return -1;
	slot = table_find(&walk->saids, &out->said->identity, sizeof(*out->said), &said.identity);
	*out_said = *slot - 1;
	if (*slot) /* a further entry, or another of its edges */
		return 0;
	if (more_room((void **)&out->said, out->said_count, &walk->said_room, sizeof(*out->said),
		      LINEAGE_EDGES_MAX, err))
		return -1;
	said.counts = accepted(walk, &said.signer, said.log_index, link->kind, link->subject);
	out->said[out->said_count++] = said;
	*slot = (uint32_t)out->said_count;
	walk->saids.count = out->said_count;
	*out_said = *slot - 1;
	return 0;
}

/* What takes the place of something. */
static int by_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;

	return strcmp(link->relation, "by") == 0
		       ? lineage_text(walk->out, link->name, &walk->out->said[walk->said_at].by,
				      err)
		       : 0;
}

/*
 * Somebody did the derivation at `said_at` again. Of those that count the last one stands, but one
 * that contradicts stands before all others.
 */
static int proof_seen(void *arg, const struct index_proof *proof, struct error *err)
{
	struct lineage_walk *walk = arg;
	const struct index_link link = { .other = proof->statement,
					 .kind = proof->kind,
					 .subject = proof->subject,
					 .signer = proof->signer,
					 .log_index = proof->log_index };
	uint32_t derivation = walk->said_at, by;
	struct lineage_said *said;

	if (said_need(walk, &link, &by, err))
		return -1;
	said = &walk->out->said[derivation];
	if (!walk->out->said[by].counts || said->proof == DERIVATION_CONTRADICTED)
		return 0;
	said->proof = proof->outcome;
	said->proof_said = by;
	return 0;
}

/* A parent that a derivation names, and the checkpoint that it is about. */
static int parent_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;

	return strcmp(link->relation, "parent") == 0
		       ? edge_add(walk, link, "derivation", walk->said_at, err)
		       : 0;
}

static int child_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;

	return strcmp(link->relation, "of") == 0
		       ? edge_add(walk, link, "derivation", walk->said_at, err)
		       : 0;
}

static int derivation_seen(struct lineage_walk *walk, const struct digest *identity,
			   struct error *err)
{
	return index_links_proofs(walk->links, identity, proof_seen, walk, err) ||
			       index_links_ask(walk->links, INDEX_LINKS_FROM, identity,
					       walk->going == LINEAGE_UP ? parent_seen : child_seen,
					       walk, err)
		       ? -1
		       : 0;
}

/* The run that a completion is about, as where the checkpoint came from. */
static int run_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;

	return strcmp(link->relation, "of") == 0
		       ? edge_add(walk, link, "outputs", walk->said_at, err)
		       : 0;
}

/* A checkpoint that a completion names, as what came of the run. */
static int output_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;

	return strcmp(link->relation, "outputs") == 0
		       ? edge_add(walk, link, "outputs", walk->said_at, err)
		       : 0;
}

/* A statement that is no node refers to the one that is looked at. */
static int said_seen(struct lineage_walk *walk, const struct index_link *link, struct error *err)
{
	struct lineage_node *node = &walk->out->node[walk->at];
	bool of = strcmp(link->relation, "of") == 0;
	uint64_t bit = kind_bit(link->kind);
	struct digest identity;
	uint32_t said;

	if (bit == KIND(completion)   ? of == (walk->going == LINEAGE_UP)
	    : bit == KIND(derivation) ? of != (walk->going == LINEAGE_UP)
				      : !of || !(bit & (KIND(retraction) | KIND(supersession))))
		return 0;
	if (said_need(walk, link, &said, err))
		return -1;
	walk->said_at = said;
	identity = walk->out->said[said].identity;
	if (bit == KIND(completion))
		return index_links_ask(walk->links, INDEX_LINKS_FROM, &identity,
				       of ? output_seen : run_seen, walk, err);
	if (bit == KIND(derivation))
		return derivation_seen(walk, &identity, err);
	if (!walk->out->said[said].counts)
		return 0;
	if (bit == KIND(retraction))
		node->retraction = said;
	else
		node->supersession = said;
	return bit == KIND(supersession) ? index_links_ask(walk->links, INDEX_LINKS_FROM, &identity,
							   by_seen, walk, err)
					 : 0;
}

/* ---- Looking at one node ---- */

/* A reference that the node's own statement makes. */
static int own_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;
	const char *relation = sense_of(walk, walk->out->node[walk->at].kind, link->relation);

	return relation ? edge_add(walk, link, relation, LINEAGE_NONE, err) : 0;
}

/* A reference that another statement makes to the node. */
static int other_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;
	const char *relation = link->kind ? sense_of(walk, link->kind, link->relation) : NULL;

	if (!link->kind)
		return 0;
	if (!relation)
		return said_seen(walk, link, err);
	return walk->going == LINEAGE_DOWN ? edge_add(walk, link, relation, LINEAGE_NONE, err) : 0;
}

static int node_look(struct lineage_walk *walk, uint32_t at, struct error *err)
{
	uint8_t ways = walk->way[at] & (LINEAGE_UP | LINEAGE_DOWN);
	uint8_t left = ways & (uint8_t) ~(walk->way[at] >> LINEAGE_WENT);
	struct digest identity = walk->out->node[at].identity;
	uint32_t depth = walk->wish->depth;

	walk->way[at] |= (uint8_t)(left << LINEAGE_WENT);
	walk->at = at;
	walk->edges_only = depth && walk->out->node[at].steps >= depth;
	walk->fresh = LINEAGE_NONE;
	if (left & LINEAGE_UP) {
		walk->going = LINEAGE_UP;
		if (index_links_ask(walk->links, INDEX_LINKS_FROM, &identity, own_seen, walk,
				    err) ||
		    index_links_ask(walk->links, INDEX_LINKS_SAID, &identity, other_seen, walk,
				    err))
			return -1;
	}
	walk->going = LINEAGE_DOWN;
	return (left & LINEAGE_DOWN) ? index_links_ask(walk->links, INDEX_LINKS_TOWARDS, &identity,
						       other_seen, walk, err)
				     : 0;
}

/* ---- The walk ---- */

static int self_seen(void *arg, const struct index_link *link, struct error *err)
{
	struct lineage_walk *walk = arg;
	uint32_t node;

	return node_need(walk, link, &node, err);
}

static int begin_at(struct lineage_walk *walk, const struct digest *beginning, struct error *err)
{
	const struct lineage_wish *wish = walk->wish;
	char hex[DIGEST_HEX_SIZE];
	uint8_t ways = (uint8_t)((wish->ancestors ? LINEAGE_UP : 0) |
				 (wish->descendants ? LINEAGE_DOWN : 0));
	size_t known = walk->out->node_count;

	walk->fresh = LINEAGE_NONE;
	if (index_links_self(walk->links, beginning, self_seen, walk, err))
		return -1;
	if (walk->out->node_count == known && walk->fresh == LINEAGE_NONE) {
		/* One that was named twice is there already. */
		digest_to_hex(beginning, hex);
		for (size_t i = 0; i < known; i++)
			if (digest_equal(&walk->out->node[i].identity, beginning))
				return 0;
		return error_set(err, ERROR_ABSENT, "no statement sha256:%s is logged here", hex);
	}
	walk->out->beginnings = walk->out->node_count;
	return node_go(walk, walk->fresh, ways, err);
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

void lineage_release(struct lineage *lineage)
{
	free(lineage->node);
	free(lineage->edge);
	free(lineage->said);
	for (size_t i = 0; i < lineage->cycle_count; i++)
		free(lineage->cycle[i].node);
	free(lineage->cycle);
	for (struct lineage_room *room = lineage->room, *next; room; room = next) {
		next = room->next;
		free(room);
	}
	*lineage = (struct lineage){ .node = NULL };
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
