/*
 * Lineage: what a version was made from and what was made from it, as signed statements tell it.
 *
 * The statements are the nodes. An edge leads from what was there first to what came of it: from a
 * dataset to a run and to a checkpoint, from a run to its checkpoints, from a parent to its child,
 * from a checkpoint to its evaluations and releases. Each is somebody's word, and says whose; where
 * somebody made the step again and signed what came of it, it says that too.
 */
#ifndef REGISTRY_LINEAGE_H
#define REGISTRY_LINEAGE_H

#include "registry/home.h"
#include "verify/verify.h"

#define LINEAGE_NODES_MAX (UINT32_C(1) << 20) /* more are refused by name, not cut */
#define LINEAGE_EDGES_MAX (UINT32_C(1) << 22)
#define LINEAGE_CYCLES_MAX 16 /* that are named */

struct lineage_node {
	struct digest identity;
	const char *name;      /* owner/name@version; owned by the lineage, as the texts below */
	const char *kind;      /* "" where nobody here knows it */
	const char *declared;  /* RFC 3339, as the signer says; "" without one */
	struct digest signer;  /* KEY of the first that logged it */
	uint64_t log_index;    /* of that entry */
	uint32_t accepted;     /* entries that the registry's policy accepts */
	uint32_t signer_count; /* how many entries: 0: nothing with this identity is logged here */
	uint32_t steps;        /* from where the walk began, on the shortest way */
	uint32_t came_by;      /* the edge on that way; LINEAGE_NONE at a beginning */
	uint32_t cycle;        /* the number of the knot that it is in, from 1; 0: in none */
	uint32_t undisclosed;  /* data, parents and runs that it commits to and does not tell */
	bool withheld;         /* its body is not here, so what it came from is not known */
	bool counts;           /* `accepted` are as many as the policy asks for */
	bool more;             /* there is more behind it, beyond the wished depth */
	uint32_t retraction;   /* what retracts it: a place in `said`; LINEAGE_NONE */
	uint32_t supersession; /* what supersedes it, likewise */
};

#define LINEAGE_NONE UINT32_MAX

/* A statement that is no node and says something of nodes or edges: a retraction, a completion, a
 * derivation. */
struct lineage_said {
	struct digest identity, signer;
	uint64_t log_index;
	enum statement_kind kind;
	const char *by; /* of a supersession: the name of what takes the place; else "" */
	bool counts;    /* the policy accepts who signed it */
	/* Of a derivation: what was found by who did it again, and counts. */
	enum derivation_proof proof;
	uint32_t proof_said; /* who: a place in `said`; LINEAGE_NONE */
};

struct lineage_edge {
	uint32_t from, to;    /* nodes */
	const char *relation; /* data, parent, run, continues, derivedFrom, outputs, derivation,
				    checkpoint, of */
	uint32_t said;        /* who says so: a place in `said`; LINEAGE_NONE: `to` itself */
	bool cyclic;          /* one of a cycle */
};

/* Nodes that lead back to themselves, in their order; the first follows the last. */
struct lineage_cycle {
	uint32_t *node;
	size_t count;
};

struct lineage {
	struct lineage_node *node; /* the beginnings first, then by their distance */
	size_t node_count, beginnings;
	struct lineage_edge *edge; /* by `to`, then `from` */
	size_t edge_count;
	struct lineage_said *said;
	size_t said_count;
	struct lineage_cycle *cycle;
	size_t cycle_count;        /* of them so many are named ... */
	size_t knots;              /* ... of so many groups of nodes that lead back to themselves */
	bool more;                 /* some node has `more` */
	struct lineage_room *room; /* private */
};

/* What is wished. */
struct lineage_wish {
	bool ancestors, descendants;
	bool whole;     /* whatever is connected with it in any way, instead of both */
	bool remarks;   /* records, verifications and cards are nodes too */
	uint32_t depth; /* steps; 0: all */
};

/*
 * Walk from `count` statements. Each statement is visited once, so that a cycle ends the walk and
 * is named. ERROR_ABSENT: no such statement is logged; ERROR_USAGE: more than the limits. Time and
 * memory are those of what is found, not of the registry. The caller releases *out_lineage.
 */
MUST_CHECK int registry_lineage(struct registry *registry, const struct digest *beginning,
				size_t count, const struct lineage_wish *wish,
				struct lineage *out_lineage, struct error *err);
void lineage_release(struct lineage *lineage);

/* What the answer "who descends from this?" cannot know, in the whole registry. */
struct lineage_unknown {
	uint64_t undisclosed; /* checkpoints with data, parents or runs that they do not tell */
	uint64_t withheld;    /* checkpoints, datasets and runs whose bodies are not here */
};
MUST_CHECK int registry_lineage_unknown(struct registry *registry,
					struct lineage_unknown *out_unknown, struct error *err);

/* Who says an edge: its statement, KEY and entry. */
struct lineage_word {
	const struct digest *statement, *signer;
	uint64_t log_index;
};
struct lineage_word lineage_edge_word(const struct lineage *lineage,
				      const struct lineage_edge *edge);

/* What is known of an edge: *out_said is who found it out, or NULL where it is declared only. */
enum derivation_proof lineage_edge_proof(const struct lineage *lineage,
					 const struct lineage_edge *edge,
					 const struct lineage_said **out_said);

/* Append `nodes`, `edges` and `cycles` to an object, as schema akashi/graph/1 has them. */
MUST_CHECK int lineage_to_json(const struct lineage *lineage, struct json *object,
			       struct error *err);

#endif
