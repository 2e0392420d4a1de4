/* piece_hash: digests of many pieces, several side by side on a core, on all cores. Inside verify/
 * only. */
#ifndef VERIFY_PIECE_HASH_H
#define VERIFY_PIECE_HASH_H

#include "verify/pieces.h"

struct piece_job {
	struct source *source;
	uint64_t offset;
	uint32_t len;
	uint8_t *out; /* where the bytes go and are hashed; NULL: thrown away after hashing */
	bool there;   /* the bytes are in `out` already: they are only hashed */
	struct digest digest; /* filled in */
};

/* What one thread needs. */
struct piece_hasher;
MUST_CHECK int piece_hasher_new(struct piece_hasher **out_hasher, struct error *err);
void piece_hasher_free(struct piece_hasher **hasher);

/* Read and hash `count` pieces in this thread. */
MUST_CHECK int piece_hasher_run(struct piece_hasher *hasher, struct piece_job *job, size_t count,
				struct error *err);

/*
 * The same over ctx->threads, with progress "`what`" in bytes; the first
 * error ends it. Looks at ctx's cancelling between batches.
 */
MUST_CHECK int piece_jobs_run(const struct context *ctx, const char *what, struct piece_job *job,
			      size_t count, struct error *err);

#endif
