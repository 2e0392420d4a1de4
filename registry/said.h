/*
 * said: what a name stands for here, and what was said of it.
 */
#ifndef REGISTRY_SAID_H
#define REGISTRY_SAID_H

#include "registry/statement.h"

struct said {
	bool taken; /* the name stands for something */
	bool known; /* and `statement` is that; else it is withheld or damaged */
	struct digest identity;
	struct statement statement;
};

/* The caller releases *out_said. A name that stands for nothing is success. */
MUST_CHECK int registry_said(struct registry *registry, const struct name *name,
			     struct said *out_said, struct error *err);
void said_release(struct said *said);

#endif
