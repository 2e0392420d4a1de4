/* An object written out as a file. Inside registry/ only. */
#ifndef REGISTRY_OBJECT_COPY_H
#define REGISTRY_OBJECT_COPY_H

#include "verify/verify.h"

/*
 * Write the object to `path`, a step at a time, compared with its digest as it
 * goes by; `path` appears whole or not at all. `copied` (or NULL) is told of the
 * bytes so far. ERROR_ABSENT, ERROR_CORRUPT when the bytes are not those of the name.
 */
MUST_CHECK int object_copy(const struct context *ctx, const struct evidence *evidence,
			   const struct digest *digest, const char *path,
			   void (*copied)(void *user, size_t bytes), void *user, struct error *err);

#endif
