/* files_digest: files whose bytes nobody else wants, read once and hashed. Inside verify/ only. */
#ifndef VERIFY_FILES_DIGEST_H
#define VERIFY_FILES_DIGEST_H

#include "verify/manifest.h"
#include "verify/whole_file.h"

/*
 * Of the files order[*count] of `tree`, the largest first, read those once of which `sink` (or
 * NULL) wants no pieces: file i's tensors, digest and pieces into out_file[i], which the caller
 * made zero and releases, also after an error. The others stay in `order`, in *count. So do all of
 * them where it is not the better way: where the processor does not hash files beside their pieces,
 * where ctx->threads would need too much memory, or where one file is so large that a thread would
 * be at it when the others are done. Progress is "reading", in bytes of `total`, *out_done of them
 * done. Errors as manifest_build.
 */
MUST_CHECK int files_digest(const struct context *ctx, const struct tree *tree,
			    const struct manifest_sink *sink, uint32_t *order, size_t *count,
			    uint64_t total, uint64_t *out_done, struct whole_file *out_file,
			    struct error *err);

#endif
