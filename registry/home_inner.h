/* What a registry's other rooms ask its home for. Private to registry/. */
#ifndef REGISTRY_HOME_INNER_H
#define REGISTRY_HOME_INNER_H

#include "registry/home.h"

/* Remove the passing files, older than an hour, that killed processes left. */
MUST_CHECK int registry_sweep(struct registry *registry, struct error *err);

#endif
