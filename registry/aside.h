/* What is damaged is kept aside, and what is good takes its place in one step. */
#ifndef REGISTRY_ASIDE_H
#define REGISTRY_ASIDE_H

#include "kernels/kernels.h"

/*
 * Give the file at `path` a second name in `folder` (made when it is missing), durably:
 * its own, with ".1", ".2" … behind it where that is taken. Nothing at `path` is success.
 */
MUST_CHECK int aside_keep(const char *path, const char *folder, struct error *err);

/*
 * Let the bytes of `good` take the place of the file at `path`, mode 0444: written and durable
 * under another name, compared with `digest` on the way (ERROR_CORRUPT), what lay there kept in
 * `folder`, and only then renamed into place, durably.
 */
MUST_CHECK int aside_replace(const char *path, const char *folder, const struct context *ctx,
			     const struct digest *digest, struct source *good, struct error *err);

#endif
