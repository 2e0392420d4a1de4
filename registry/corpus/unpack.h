/*
 * unpack: a gzip or zstd file, unpacked as its bytes come.
 *
 * Any number of members or frames behind one another. What comes out is handed on
 * in steps of bounded size, so that a bomb costs time and no memory.
 */
#ifndef REGISTRY_CORPUS_UNPACK_H
#define REGISTRY_CORPUS_UNPACK_H

#include "kernels/kernels.h"

#define UNPACK_WINDOW_LOG_MAX 23 /* of zstd: 8 MiB, which the format asks every reader to take */

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct unpack;

/* ERROR_USAGE for PACKING_NONE. The caller frees *out_unpack. */
MUST_CHECK int unpack_new(enum packing packing, struct unpack **out_unpack, struct error *err);
void unpack_free(struct unpack **unpack);

/* For gzip, by zlib whatever else there is: what the other is held against (tests). */
MUST_CHECK int unpack_new_zlib(struct unpack **out_unpack, struct error *err);

typedef int (*unpack_visit)(void *user, struct span bytes, struct error *err);

/*
 * The next bytes of the file; `visit` gets what they unpack to, at most UNPACK_STEP_BYTES at a
 * time. ERROR_CORRUPT: they are not what the format allows.
 */
#define UNPACK_STEP_BYTES 262144u
MUST_CHECK int unpack_add(struct unpack *unpack, struct span bytes, unpack_visit visit, void *user,
			  struct error *err);

/* The file ends here. ERROR_CORRUPT: it was cut off. */
MUST_CHECK int unpack_end(const struct unpack *unpack, struct error *err);

#endif
