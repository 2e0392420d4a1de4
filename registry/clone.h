/* clone: is a file that shares another's blocks what was read of that one? */
#ifndef REGISTRY_CLONE_H
#define REGISTRY_CLONE_H

#include "verify/verify.h"

/*
 * `clone` was made of `like` (FICLONE), nobody writes to it, and what was read of `like` since has
 * the SHA-256 `digest`: does the clone have it? While `like` consists of the same blocks, it does,
 * and nothing is read: whatever is written to a file whose blocks are shared goes to other blocks,
 * and these are not free for another file as long as the clone has them. Where the file system does
 * not tell, or blocks were moved, the clone is read. ERROR_CORRUPT: it has another digest, since
 * `like` changed; ERROR_SYSTEM: unreadable.
 */
MUST_CHECK int clone_compare(int clone, int like, const struct digest *digest, struct error *err);

#endif
