/* A record of a pack, read and decoded a step at a time (registry/codec_steps.h). */
#ifndef REGISTRY_PACKS_STEPS_H
#define REGISTRY_PACKS_STEPS_H

#include "registry/codec_steps.h"
#include "registry/packs.h"

struct packs_steps;
MUST_CHECK int packs_steps_new(struct packs_steps **out_steps, struct error *err);
void packs_steps_free(struct packs_steps **steps);

/* Are there steps for the record? Else packs_record_read reads it. */
bool packs_steps_can(const struct pack_entry *entry);

/* Begin with the record at `place` (borrowed until its end); `words` are decoded at a time. */
void packs_steps_begin(struct packs_steps *steps, const struct packs_place *place, size_t words);

/*
 * The next raw bytes, borrowed until the next call; none behind the last. When the last are given,
 * the record was the one that its entry speaks of, and its CRC held. Where this fails
 * packs_record_read says what is the matter, or reads what it was too unusual to be read here.
 */
MUST_CHECK int packs_steps_next(struct packs_steps *steps, struct codec_work *work,
				struct span *out_bytes, struct error *err);

#endif
