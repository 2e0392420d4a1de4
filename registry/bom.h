/*
 * bom: a bill of materials of a model, from its facts. Inside registry/ and for cli/.
 * CycloneDX 1.7 (ECMA-424), as JSON: https://cyclonedx.org/docs/1.7/json/
 */
#ifndef REGISTRY_BOM_H
#define REGISTRY_BOM_H

#include "registry/home.h"

/*
 * Make it of `facts` (akashi/facts/1, facts.h): the model with its files, digests, model card and
 * ancestors; datasets; runs as workflows; and what depends on what. Everything carries the
 * statement that says so and its signer, as properties `akashi:…`. The same facts give the same
 * bytes: its time is that of the newest statement, its serial number a digest. The caller frees
 * *out_bom.
 */
MUST_CHECK int bom_make(const struct json *facts, struct json **out_bom, struct error *err);

#endif
