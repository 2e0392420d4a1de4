/*
 * Records of packs that are damaged, and whose good bytes a repair put beside them.
 *
 * A pack never changes, so a damaged record stays in it and in the index. Its good bytes lie
 * loose, under the digest of the piece, and a note in packs/mended/ says that they are to be read
 * in its place. The next collection writes the pack anew with them, and takes the note away.
 */
#ifndef REGISTRY_PACK_MENDED_H
#define REGISTRY_PACK_MENDED_H

#include "registry/packs.h"

/* Say it, durably: before the bytes are put there. */
MUST_CHECK int mended_note(struct packs_store *self, const struct digest *digest,
			   struct error *err);

/* Is there a note? */
bool mended_has(const struct packs_store *self, const struct digest *digest);

/* All of them, in order. The caller releases *out_digests. */
MUST_CHECK int mended_list(const struct packs_store *self, struct digest_list *out_digests,
			   struct error *err);

/* Take a note away; absent is success. */
MUST_CHECK int mended_forget(struct packs_store *self, const struct digest *digest,
			     struct error *err);

/* Remove the folder, if no note is left: nobody looks for one afterwards. */
void mended_end(struct packs_store *self);

/*
 * The good bytes themselves, appended to `out` once they were compared with the digest:
 * ERROR_ABSENT where none lie loose, ERROR_CORRUPT where they are damaged too or no piece.
 */
MUST_CHECK int mended_bytes(const struct packs_store *self, const struct digest *digest,
			    struct buffer *out, struct error *err);

#endif
