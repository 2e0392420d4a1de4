/* Put back what an examination found missing or damaged, from another place that has it. */
#ifndef REGISTRY_REPAIR_H
#define REGISTRY_REPAIR_H

#include "registry/examine.h"

/*
 * For every missing or damaged object and statement of the report that was not repaired yet, look
 * for the same bytes at `from`: another registry (by digest through its store), or a folder with a
 * model, a release or anything else (files whose size fits are hashed). Nothing there is
 * believed: bytes must have the digest, a statement must give the entry that was logged. What was
 * damaged is kept aside (objects/damaged/) and leaves its place only once the good bytes are
 * durable. An object kept by reference is referenced where it was found, unless `from` is a
 * registry. A damaged object that nothing needs is set aside alone. Each damage of the report says
 * what became of it; -1 is for what kept us from trying.
 */
MUST_CHECK int registry_repair(struct registry *registry, const char *from,
			       struct examine_report *report, struct error *err);

/*
 * Put right what the registry itself has whole copies of (DAMAGE_COPY): the good bytes are read in
 * the place of the damaged copy from now on, and the next collection writes its pack anew.
 */
MUST_CHECK int registry_repair_own(struct registry *registry, struct examine_report *report,
				   struct error *err);

/* How many damages of the report stand. */
uint64_t repair_left(const struct examine_report *report);

#endif
