/* Lineage as JSON. */
#include <stdlib.h>

#include "registry/lineage/inner.h"

struct lineage_word lineage_edge_word(const struct lineage *lineage,
				      const struct lineage_edge *edge)
{
	const struct lineage_node *node = &lineage->node[edge->to];
	const struct lineage_said *said;

	if (edge->said == LINEAGE_NONE)
		return (struct lineage_word){ &node->identity, &node->signer, node->log_index };
	said = &lineage->said[edge->said];
	return (struct lineage_word){ &said->identity, &said->signer, said->log_index };
}

enum derivation_proof lineage_edge_proof(const struct lineage *lineage,
					 const struct lineage_edge *edge,
					 const struct lineage_said **out_said)
{
	const struct lineage_said *said =
		edge->said == LINEAGE_NONE ? NULL : &lineage->said[edge->said];

	*out_said =
		said && said->proof_said != LINEAGE_NONE ? &lineage->said[said->proof_said] : NULL;
	return said ? said->proof : DERIVATION_DECLARED;
}

static int said_json(struct json *object, const char *key, const struct lineage_said *said,
		     struct error *err)
{
	struct json *inner;

	if (!said)
		return 0;
	return json_set_object(object, key, &inner, err) ||
			       json_set_digest(inner, "statement", &said->identity, err) ||
			       json_set_digest(inner, "key", &said->signer, err) ||
			       json_set_size(inner, "logIndex", said->log_index, err) ||
			       (*said->by && json_set_text(inner, "by", said->by, err))
		       ? -1
		       : 0;
}

static const struct lineage_said *said_at(const struct lineage *lineage, uint32_t place)
{
	return place == LINEAGE_NONE ? NULL : &lineage->said[place];
}

static int node_json(struct json *list, const struct lineage *lineage,
		     const struct lineage_node *node, struct error *err)
{
	struct json *item;

	if (json_add_object(list, &item, err) ||
	    json_set_digest(item, "identity", &node->identity, err) ||
	    json_set_text(item, "name", node->name, err) ||
	    json_set_text(item, "kind", node->kind, err) ||
	    json_set_size(item, "steps", node->steps, err) ||
	    json_set_bool(item, "here", node->signer_count != 0, err))
		return -1;
	if (node->signer_count && (json_set_digest(item, "signer", &node->signer, err) ||
				   json_set_size(item, "logIndex", node->log_index, err) ||
				   json_set_size(item, "signers", node->signer_count, err) ||
				   json_set_bool(item, "counts", node->counts, err)))
		return -1;
	return (*node->declared && json_set_text(item, "declared", node->declared, err)) ||
			       (node->withheld && json_set_bool(item, "withheld", true, err)) ||
			       (node->undisclosed &&
				json_set_size(item, "undisclosed", node->undisclosed, err)) ||
			       (node->cycle && json_set_size(item, "knot", node->cycle, err)) ||
			       (node->more && json_set_bool(item, "more", true, err)) ||
			       said_json(item, "retracted", said_at(lineage, node->retraction),
					 err) ||
			       said_json(item, "superseded", said_at(lineage, node->supersession),
					 err)
		       ? -1
		       : 0;
}

static int edge_json(struct json *list, const struct lineage *lineage,
		     const struct lineage_edge *edge, struct error *err)
{
	struct lineage_word word = lineage_edge_word(lineage, edge);
	const struct lineage_said *proved;
	enum derivation_proof proof = lineage_edge_proof(lineage, edge, &proved);
	struct json *item;

	return json_add_object(list, &item, err) ||
			       json_set_digest(item, "from", &lineage->node[edge->from].identity,
					       err) ||
			       json_set_digest(item, "to", &lineage->node[edge->to].identity,
					       err) ||
			       json_set_text(item, "relation", edge->relation, err) ||
			       json_set_text(item, "proof", derivation_proof_name(proof), err) ||
			       json_set_digest(item, "by", word.signer, err) ||
			       json_set_digest(item, "statement", word.statement, err) ||
			       json_set_size(item, "logIndex", word.log_index, err) ||
			       said_json(item, "proved", proved, err) ||
			       (edge->cyclic && json_set_bool(item, "cyclic", true, err))
		       ? -1
		       : 0;
}

static int cycle_json(struct json *list, const struct lineage *lineage,
		      const struct lineage_cycle *cycle, struct error *err)
{
	struct json *item, *names;

	if (json_add_object(list, &item, err) || json_set_array(item, "names", &names, err))
		return -1;
	for (size_t i = 0; i < cycle->count; i++)
		if (json_add_text(names, lineage->node[cycle->node[i]].name, err))
			return -1;
	return 0;
}

int lineage_to_json(const struct lineage *lineage, struct json *object, struct error *err)
{
	struct json *nodes, *edges, *cycles;

	if (json_set_array(object, "nodes", &nodes, err) ||
	    json_set_array(object, "edges", &edges, err) ||
	    json_set_array(object, "cycles", &cycles, err) ||
	    json_set_size(object, "knots", lineage->knots, err) ||
	    json_set_bool(object, "more", lineage->more, err))
		return -1;
	for (size_t i = 0; i < lineage->node_count; i++)
		if (node_json(nodes, lineage, &lineage->node[i], err))
			return -1;
	for (size_t i = 0; i < lineage->edge_count; i++)
		if (edge_json(edges, lineage, &lineage->edge[i], err))
			return -1;
	for (size_t i = 0; i < lineage->cycle_count; i++)
		if (cycle_json(cycles, lineage, &lineage->cycle[i], err))
			return -1;
	return 0;
}
