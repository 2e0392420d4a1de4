/* Records of private probes: what stays in the house. Private to registry/recording*.c. */
#ifndef REGISTRY_RECORDING_PRIVATE_H
#define REGISTRY_RECORDING_PRIVATE_H

#include "registry/recording/inner.h"

/*
 * Put a commitment in the place of each probe of r->outputs, with the root of that, and make what
 * opens them durable in `openings/`, before anything is logged. Salts that were drawn for the same
 * before are taken again, so that the same record is the same statement.
 */
MUST_CHECK int recording_hide(struct registry *registry, struct recording *r,
			      struct digest *out_root, struct error *err);

#endif
