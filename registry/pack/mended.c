/* Notes of what a repair put beside damaged records. */
#include "registry/pack/mended.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/store_folder.h"

static int note_path(const struct packs_store *self, const struct digest *digest, char **out_path,
		     struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	return path_join(self->mended, hex, out_path, err);
}

int mended_note(struct packs_store *self, const struct digest *digest, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (folder_make(self->mended, err) || note_path(self, digest, &path, err) ||
	    file_write(path, (struct span){ NULL, 0 }, 0644, FILE_KEEP_FIRST, err))
		return -1;
	__atomic_store_n(&self->any_mended, true, __ATOMIC_RELEASE);
	return 0;
}

bool mended_has(const struct packs_store *self, const struct digest *digest)
{
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	/* Without a folder nothing is asked of the disk. */
	return __atomic_load_n(&self->any_mended, __ATOMIC_ACQUIRE) &&
	       note_path(self, digest, &path, &ignored) == 0 && file_exists(path);
}

int mended_list(const struct packs_store *self, struct digest_list *out_digests, struct error *err)
{
	return store_folder_notes(self->mended, out_digests, err);
}

int mended_forget(struct packs_store *self, const struct digest *digest, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (note_path(self, digest, &path, err))
		return -1;
	if (unlink(path) && errno != ENOENT)
		return error_system(err, errno, "cannot remove '%s'", path);
	return 0;
}

void mended_end(struct packs_store *self)
{
	(void)rmdir(self->mended);
}

int mended_bytes(const struct packs_store *self, const struct digest *digest, struct buffer *out,
		 struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	size_t before = out->len;
	struct digest found;
	uint8_t *room;

	if (store_read(self->loose, digest, &source, err))
		return -1;
	if (source->size > PACK_PAYLOAD_MAX)
		return error_set(err, ERROR_CORRUPT, "what a repair put there is no piece");
	if (buffer_extend(out, (size_t)source->size, &room, err) ||
	    source_read_at(source, 0, room, (size_t)source->size, err))
		return -1;
	found = sha256((struct span){ out->data + before, out->len - before });
	return digest_equal(&found, digest)
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "what a repair put there was changed");
}
