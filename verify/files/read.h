/* files_read: every file of a tree, read once, hashed and handed on. Inside verify/ only. */
#ifndef VERIFY_FILES_READ_H
#define VERIFY_FILES_READ_H

#include "verify/manifest.h"
#include "verify/whole_file.h"

/*
 * Read every file of `tree` once: file i's tensors, digest and pieces into
 * out_file[i], which the caller made zero and releases, also after an error;
 * files i with skip[i] (or NULL: none) are left alone.
 * A file is one chain of SHA-256, so ctx->threads read several of them at a
 * time, two interleaved on a core where a file's pieces are not hashed along with
 * it; where `sink` (or NULL) wants the bytes,
 * whoever has no file to read gives it whole pieces meanwhile, out of a bounded
 * number of buffers. Errors as manifest_build; the sink's `end` was called for
 * every file that begun.
 */
MUST_CHECK int files_read(const struct context *ctx, const struct tree *tree,
			  const struct manifest_sink *sink, const bool *skip,
			  struct whole_file *out_file, struct error *err);

#endif
