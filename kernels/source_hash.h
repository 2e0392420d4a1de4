/* source_hash: the digest of all that a source has. */
#ifndef KERNELS_SOURCE_HASH_H
#define KERNELS_SOURCE_HASH_H

#include "kernels/context.h"
#include "kernels/hash.h"
#include "kernels/source.h"

/*
 * SHA-256 of the whole source, read in steps from its beginning to its end. `ctx` (or NULL) is
 * asked before each step whether to stop. Whether the file changed meanwhile is for the caller to
 * ask (source_unchanged).
 */
MUST_CHECK int source_sha256(const struct context *ctx, struct source *source,
			     struct digest *out_digest, struct error *err);

#endif
