/* What the parts of reaching share. Private to registry/reach*.c. */
#ifndef REGISTRY_REACH_INNER_H
#define REGISTRY_REACH_INNER_H

#include "registry/reach.h"

/* A statement with what is needed to follow it; owned. */
struct reached {
	struct digest identity;
	struct digest signer; /* as the name of its file says */
	struct statement statement;
	struct manifest *manifest;    /* of a checkpoint or dataset, NULL where it cannot be had */
	struct boundaries boundaries; /* of a record that has some */
	bool read;                    /* the statement is whole */
	enum reach_blindness blind;   /* where `why` has a code */
	bool blind_object;            /* it is the object that is missing or damaged */
	struct digest object;
	struct error why;

	struct remembered_stamp stamp; /* of the statement's file before it was read, … */
	bool stamped, fresh;           /* … where it could be had, and whether its times tell */
	bool known;                    /* `facts` were remembered, and nothing was read */
	struct buffer facts;           /* what it needs, as it is remembered; empty: unknown */
};

void reached_init(struct reached *reached);
void reached_release(struct reached *reached); /* and init */

/* Read the statement, and the manifest or list that it names. What is wrong is in reached->why. */
void reached_read(struct registry *registry, struct reached *reached);

/* The second half of it: `statement` is there. */
void reached_follow(struct registry *registry, struct reached *reached);

/* Take the facts of it if they are remembered and what they came from is as it was. */
void reached_recall(struct registry *registry, const struct remembered *remembered,
		    struct reached *reached);

/*
 * Make the facts of what was read, and nothing where that cannot be told. Any thread, as the two
 * above.
 */
void reached_note(struct registry *registry, struct reached *reached);

/* Visit what the facts say, as reached_visit does. ERROR_CORRUPT: they are none. */
MUST_CHECK int reached_visit_facts(const struct digest *identity, struct span facts, bool released,
				   const struct reach_request *request, struct error *err);

/* The facts of a statement (registry/reach/facts.c says how they are written). */
struct reach_facts {
	bool has_lead; /* what it needs was read in this object … */
	struct digest lead;
	struct remembered_stamp stamp; /* … in the file with this stamp */
	bool claims;
	struct span claim; /* what is claimed, as the log compares it; borrowed */
	struct digest claimed;
	struct span needs; /* borrowed */
};
MUST_CHECK int reach_facts_parse(struct span bytes, struct reach_facts *out_facts,
				 struct error *err);

/* The next object of facts->needs; *out_any is false behind the last. */
MUST_CHECK int reach_facts_next(struct span *needs, struct reach_object *out_object, bool *out_any,
				struct error *err);

/* Visit what it needs. `released`: the bytes of its files were released. */
MUST_CHECK int reached_visit(const struct reached *reached, bool released,
			     const struct reach_request *request, struct error *err);

#endif
