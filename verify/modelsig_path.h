/* What checking and making a model signature share. Inside verify/modelsig*.c only. */
#ifndef VERIFY_MODELSIG_PATH_H
#define VERIFY_MODELSIG_PATH_H

#include "verify/modelsig.h"

/* ERROR_CORRUPT unless `path` is relative and leads nowhere else: no "", ".", ".." between '/'. */
MUST_CHECK int modelsig_path_check(const char *path, struct error *err);

/* Pointers to the files sorted by the bytes of their names; freed by the caller. ERROR_CORRUPT for
 * a name that stands twice. */
MUST_CHECK int modelsig_sort(const struct modelsig_file *file, size_t count,
			     const struct modelsig_file ***out_sorted, struct error *err);

/* SHA-256 over the digests in their order (specification v1.0, section 5.3). */
MUST_CHECK int modelsig_root(const struct modelsig_file *file, size_t count,
			     struct digest *out_root, struct error *err);

#endif
