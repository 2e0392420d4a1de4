/* A registry as verify/ sees it: statements, proofs and objects to be checked, not believed. */
#ifndef REGISTRY_EVIDENCE_H
#define REGISTRY_EVIDENCE_H

#include "registry/home.h"

struct evidence;
struct trust;

/* Evidence over the whole registry, which must outlive it. The caller frees it with evidence_free.
 */
MUST_CHECK int registry_evidence(struct registry *registry, struct evidence **out_evidence,
				 struct error *err);

#endif
