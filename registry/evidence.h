/* A registry as verify/ sees it: statements, proofs and objects to be checked, not believed. */
#ifndef REGISTRY_EVIDENCE_H
#define REGISTRY_EVIDENCE_H

#include "registry/home.h"

/* Evidence over the whole registry, which must outlive it. Closed with evidence_close. */
MUST_CHECK int registry_evidence(struct registry *registry, struct evidence **out_evidence,
				 struct error *err);

/*
 * What follows from the user's naming or owning this registry: the policy that its log begins
 * with, and what follows from it, are trusted. The caller releases *out_trust.
 */
MUST_CHECK int registry_trust(struct registry *registry, const struct evidence *evidence,
			      struct trust *out_trust, struct error *err);
/* The same without what was logged above the entry `upto`. */
MUST_CHECK int registry_trust_upto(struct registry *registry, const struct evidence *evidence,
				   uint64_t upto, struct trust *out_trust, struct error *err);

#endif
