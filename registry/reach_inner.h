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
};

void reached_release(struct reached *reached);

/* Read the statement, and the manifest or list that it names. What is wrong is in reached->why. */
void reached_read(struct registry *registry, struct reached *reached);

/* Visit what it needs. `released`: the bytes of its files were released. */
MUST_CHECK int reached_visit(const struct reached *reached, bool released,
			     const struct reach_request *request, struct error *err);

#endif
