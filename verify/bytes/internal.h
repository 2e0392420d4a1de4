/* bytes_internal: what the parts of the comparison share. Inside verify/bytes*.c only. */
#ifndef VERIFY_BYTES_INTERNAL_H
#define VERIFY_BYTES_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "verify/bytes.h"
#include "verify/tree.h"

/* A file that is in both, of the same size, while it is compared. */
struct compared {
	const struct manifest_file *signed_file;
	struct bytes_file *report;
	struct piece *piece; /* as the manifest cuts it; while the file is open */
	uint8_t *differs;    /* one for each piece */
	uint8_t *wanted;     /* one for each piece; NULL: all are read */
	struct source *source;
	size_t units_left;
	pthread_mutex_t lock; /* over opening and closing */
};

/*
 * Hash the pieces of every file and note in `differs` which are not the
 * manifest's; bytes_read is added to. Files are opened as they are reached and
 * looked at again at their end.
 */
MUST_CHECK int bytes_hash_pieces(const struct context *ctx, const struct manifest *manifest,
				 const struct tree *tree, struct compared *file, size_t count,
				 struct error *err);

/* The same by reading each file whole, so that its SHA-256 is compared too; also without pieces in
 * the manifest, when only the roots of its tensors tell which differ. */
MUST_CHECK int bytes_hash_whole(const struct context *ctx, const struct manifest *manifest,
				const struct tree *tree, struct compared *file, size_t count,
				struct error *err);

/* Look for the tensors of missing and resized files in files that the manifest does not have. */
MUST_CHECK int bytes_find_recut(const struct context *ctx, const struct manifest *manifest,
				const struct tree *tree, struct bytes_report *report,
				struct error *err);

#endif
