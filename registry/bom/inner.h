/* What the files that make a bill of materials share. */
#ifndef REGISTRY_BOM_INNER_H
#define REGISTRY_BOM_INNER_H

#include "registry/bom.h"

/* An object that is being made, and its list of properties once it has one. Borrowed. */
struct bom_part {
	struct json *json, *properties;
};

/* Append {"name": "akashi:NAME", "value": VALUE} to its properties; nothing for a NULL value. */
MUST_CHECK int bom_property(struct bom_part *part, const char *name, const char *value,
			    struct error *err);

/* The same for a member of `from` that is a text, an integer or a truth value. */
MUST_CHECK int bom_property_of(struct bom_part *part, const char *name, const struct json *from,
			       struct error *err);

/* Who says so: the statement and its signer. */
MUST_CHECK int bom_said(struct bom_part *part, const struct json *by, struct error *err);

/* The modelCard of the model. */
MUST_CHECK int bom_model_card(const struct json *facts, struct json *component, struct error *err);

/* The runs, as workflows of one formula. */
MUST_CHECK int bom_formulation(const struct json *facts, struct json *bom, struct error *err);

#endif
