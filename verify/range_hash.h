/* range_hash: digests of many ranges of many files, in one read, on all cores. */
#ifndef VERIFY_RANGE_HASH_H
#define VERIFY_RANGE_HASH_H

#include "kernels/kernels.h"

/* A part of a file, or all of it. */
struct range_job {
	size_t file; /* which of the opener's files */
	uint64_t offset, len;
	struct any_digest digest; /* filled in */
};

/* Whoever has the files. */
struct range_files {
	void *user;
	size_t count;
	/* File `index`, which the caller closes. Any thread. */
	int (*open)(void *user, size_t index, struct source **out_source, struct error *err);
};

/*
 * Hash every job's range with `kind`. The jobs of one file stand together; a file is opened for
 * its first job, looked at again after its last (source_unchanged) and closed. The ranges are
 * spread over ctx->threads, where there are more of them than threads several side by side on a
 * core, and each is read in steps that stay in its cache. Progress is "`what`" in bytes; the
 * first error ends it: the opener's, or as source_read_at and source_unchanged.
 */
MUST_CHECK int range_hash_run(const struct context *ctx, const char *what, enum hash_kind kind,
			      const struct range_files *files, struct range_job *job, size_t count,
			      struct error *err);

#endif
