/*
 * A store in a folder: HH/HEX holds the object, written once, mode 0444.
 *
 * Beside it may stand HEX.link, which says that the object is a hard link to
 * its owner's file and can be changed through it; HEX.ref stands instead of an
 * object and says where its bytes lie ("SIZE PATH\n"). An object on its way in
 * has no name at all (O_TMPFILE) where the file system can, so that a killed
 * process leaves nothing behind.
 */
#include "registry/aside.h"
#include "registry/store.h"
#include "registry/store_collect.h"
#include "registry/store_folder.h"
#include "registry/store_writing.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/elsewhere.h"
#include "registry/plain_file.h"

enum { SMALL_CHANGE_BYTES = 1 << 20 }; /* room that manifest, statement and log always find */

struct files_store {
	struct store head;
	char *folder;
};

struct files_writer {
	struct store_writer head;
	struct writing writing;
	uint64_t offset; /* of the next byte */
};

/* By pieces, from several threads. */
struct files_file {
	struct store_file head;
	struct writing writing;
	uint64_t size;
	atomic_uint_least64_t written; /* bytes */
};

static int files_open(const char *path, struct store **out_store, struct error *err)
{
	struct files_store *self = calloc(1, sizeof(*self));
	char *folder = realpath(path, NULL);

	if (!self || !folder) {
		int failed = errno;

		free(self);
		free(folder);
		return error_system(err, failed, "cannot open the store '%s'", path);
	}
	self->head.type = &store_files;
	self->folder = folder;
	*out_store = &self->head;
	return 0;
}

static void files_close(struct store *store)
{
	struct files_store *self = (struct files_store *)store;

	free(self->folder);
	free(self);
}

const char *files_folder(const struct store *store)
{
	return ((const struct files_store *)store)->folder;
}

/* ---- Small objects, in order ---- */

static int files_put_begin(struct store *store, struct store_writer **out_writer, struct error *err)
{
	struct files_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return error_set(err, ERROR_SYSTEM, "out of memory for an object");
	if (writing_begin(files_folder(store), -1, &writer->writing, err)) {
		free(writer);
		return -1;
	}
	writer->head.store = store;
	*out_writer = &writer->head;
	return 0;
}

static int files_put_write(struct store_writer *head, struct span bytes, struct error *err)
{
	struct files_writer *writer = (struct files_writer *)head;

	if (writing_add(&writer->writing, writer->offset, bytes, err))
		return -1;
	writer->offset += bytes.len;
	return 0;
}

static void files_put_abort(struct store_writer *head)
{
	writing_release(&((struct files_writer *)head)->writing);
	free(head);
}

static int files_put_commit(struct store_writer *head, const struct digest *digest,
			    struct error *err)
{
	struct files_writer *writer = (struct files_writer *)head;
	int failed = writing_commit(&writer->writing, writer->offset, digest, err);

	files_put_abort(head);
	return failed;
}

/* ---- Large files, by pieces ---- */

static int files_file_begin(struct store *store, const struct store_file_wish *wish,
			    struct store_file **out_file, struct error *err)
{
	struct files_file *file = calloc(1, sizeof(*file));

	if (!file)
		return error_set(err, ERROR_SYSTEM, "out of memory for '%s'", wish->name);
	if (writing_begin(files_folder(store), wish->like ? source_descriptor(wish->like) : -1,
			  &file->writing, err)) {
		free(file);
		return -1;
	}
	file->head.store = store;
	file->head.there = writing_is_clone(&file->writing);
	file->size = wish->size;
	*out_file = &file->head;
	return 0;
}

static int files_file_piece(struct store_file *head, const struct store_piece *piece,
			    struct error *err)
{
	struct files_file *file = (struct files_file *)head;

	if (piece->offset > file->size || piece->bytes.len > file->size - piece->offset)
		return error_set(err, ERROR_CORRUPT, "a file grew while it was read");
	if (writing_add(&file->writing, piece->offset, piece->bytes, err))
		return -1;
	atomic_fetch_add(&file->written, piece->bytes.len);
	return 0;
}

static void files_file_abort(struct store_file *head)
{
	writing_release(&((struct files_file *)head)->writing);
	free(head);
}

static int files_file_commit(struct store_file *head, const struct digest *whole, struct error *err)
{
	struct files_file *file = (struct files_file *)head;
	uint64_t written = atomic_load(&file->written);
	int failed = 0;

	if (file->head.there)
		written = file->size;
	if (written != file->size)
		failed = error_set(err, ERROR_CORRUPT, "%llu bytes of a file of %llu came in",
				   (unsigned long long)written, (unsigned long long)file->size);
	if (!failed)
		failed = writing_commit(&file->writing, written, whole, err);
	files_file_abort(head);
	return failed;
}

static int files_settle(struct store *store, const struct digest *digest, struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	char path[OBJECT_PATH_ROOM];

	return object_path(self->folder, digest, "", path, err) || object_folder_make(path, err) ||
			       object_folder_sync(path, err)
		       ? -1
		       : 0;
}

/* ---- Files that stay where they are ---- */

static int files_put_file(struct store *store, const char *file, uint64_t size,
			  const struct digest *digest, enum store_mode mode, struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	char path[OBJECT_PATH_ROOM], marker[OBJECT_PATH_ROOM], link_path[OBJECT_PATH_ROOM];
	CLEANUP(text_free) char *real = realpath(file, NULL);

	if (!real)
		return error_system(err, errno, "cannot find '%s'", file);
	if (strlen(real) >= PATH_MAX || strchr(real, '\n'))
		return error_set(err, ERROR_USAGE, "the path '%s' cannot be written down", real);
	if (object_path(self->folder, digest, "", path, err) || object_folder_make(path, err) ||
	    object_path(self->folder, digest, ".link", link_path, err) ||
	    object_path(self->folder, digest, ".ref", marker, err))
		return -1;
	/* What is there is found once more, which a collection must see. */
	if (file_exists(path) && object_touch(path, link_path))
		return object_folder_sync(path, err);
	if (mode == STORE_LINK)
		return elsewhere_link(path, link_path, real, size, err) ||
				       object_folder_sync(path, err)
			       ? -1
			       : 0;
	return elsewhere_refer(marker, real, size, err);
}

/* The marker of a reference, which must be there. */
static int reference_marker(const struct files_store *self, const struct digest *digest,
			    char out_marker[OBJECT_PATH_ROOM], struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	if (object_path(self->folder, digest, ".ref", out_marker, err))
		return -1;
	return file_exists(out_marker)
		       ? 0
		       : error_set(err, ERROR_ABSENT, "no object sha256:%s in the store", hex);
}

static int files_changed(struct store *store, const struct digest *digest, bool *out_changed,
			 struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	char path[OBJECT_PATH_ROOM], link[OBJECT_PATH_ROOM], reference[OBJECT_PATH_ROOM];

	if (object_path(self->folder, digest, "", path, err) ||
	    object_path(self->folder, digest, ".link", link, err) ||
	    object_path(self->folder, digest, ".ref", reference, err))
		return -1;
	if (file_exists(path))
		*out_changed = file_exists(link) && elsewhere_changed(link, path);
	else
		*out_changed = file_exists(reference) && elsewhere_changed(reference, NULL);
	return 0;
}

static int files_stamp(struct store *store, const struct digest *digest,
		       struct file_stamp *out_stamp, struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	char path[OBJECT_PATH_ROOM];

	return object_path(self->folder, digest, "", path, err) ||
			       file_stamp_take(path, out_stamp, err)
		       ? -1
		       : 0;
}

static int files_read(struct store *store, const struct digest *digest, struct source **out_source,
		      struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	char path[OBJECT_PATH_ROOM];

	if (object_path(self->folder, digest, "", path, err))
		return -1;
	if (file_exists(path))
		return source_open_file(path, out_source, err);
	return reference_marker(self, digest, path, err) || elsewhere_open(path, out_source, err)
		       ? -1
		       : 0;
}

static int files_mode(struct store *store, const struct digest *digest, enum store_mode *out_mode,
		      struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	char path[OBJECT_PATH_ROOM], link[OBJECT_PATH_ROOM], reference[OBJECT_PATH_ROOM];

	if (object_path(self->folder, digest, "", path, err) ||
	    object_path(self->folder, digest, ".link", link, err) ||
	    object_path(self->folder, digest, ".ref", reference, err))
		return -1;
	if (file_exists(path))
		*out_mode = file_exists(link) ? STORE_LINK : STORE_COPY;
	else if (file_exists(reference))
		*out_mode = STORE_REFERENCE;
	else
		return error_set(err, ERROR_ABSENT, "no such object in the store");
	return 0;
}

/* What HEX.link says, or HEX.ref behind its size. */
static int files_location(struct store *store, const struct digest *digest, struct buffer *out,
			  struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	CLEANUP(text_free) char *location = NULL;
	char marker[OBJECT_PATH_ROOM];
	enum store_mode mode;
	uint64_t size;

	if (files_mode(store, digest, &mode, err))
		return -1;
	if (mode == STORE_COPY)
		return error_set(err, ERROR_ABSENT, "the object is the store's own");
	if (object_path(self->folder, digest, mode == STORE_LINK ? ".link" : ".ref", marker, err) ||
	    (mode == STORE_LINK ? elsewhere_linked(marker, &location, err)
				: elsewhere_find(marker, &size, &location, err)))
		return -1;
	return buffer_add_text(out, location, err);
}

static int files_has(struct store *store, const struct digest *digest, bool *out_has,
		     struct error *err)
{
	struct error absent = { 0 };
	enum store_mode mode;
	bool has = files_mode(store, digest, &mode, &absent) == 0;

	if (!has && absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	*out_has = has;
	return 0;
}

static int files_list(struct store *store, struct store_cursor *cursor, struct digest *out_digests,
		      size_t max, size_t *out_count, struct error *err)
{
	return store_folder_list(((struct files_store *)store)->folder, cursor, out_digests, max,
				 out_count, err);
}

int files_unlink(struct store *store, const struct digest *digest, struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	static const char *const suffix[] = { "", ".ref", ".link" };
	char path[OBJECT_PATH_ROOM];

	for (size_t i = 0; i < 3; i++) {
		if (object_path(self->folder, digest, suffix[i], path, err))
			return -1;
		if (unlink(path) && errno != ENOENT)
			return error_system(err, errno, "cannot remove the object '%s'", path);
	}
	return 0;
}

int files_unlinked(struct store *store, const struct digest *digest, struct error *err)
{
	char path[OBJECT_PATH_ROOM];

	if (object_path(files_folder(store), digest, "", path, err))
		return -1;
	*strrchr(path, '/') = '\0';
	return file_exists(path) ? folder_sync(path, err) : 0;
}

static int files_remove(struct store *store, const struct digest *digest, struct error *err)
{
	return files_unlink(store, digest, err) || files_unlinked(store, digest, err) ? -1 : 0;
}

/* What lay there is kept in damaged/, beside the folders of the objects. */
static int files_mend(struct store *store, const struct context *ctx, const struct digest *digest,
		      struct source *good, struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	static const char *const suffix[] = { ".ref", ".link" };
	char path[OBJECT_PATH_ROOM], marker[OBJECT_PATH_ROOM];
	CLEANUP(text_free) char *aside = NULL;

	if (path_join(self->folder, "damaged", &aside, err) ||
	    object_path(self->folder, digest, "", path, err))
		return -1;
	if (good ? aside_replace(path, aside, ctx, digest, good, err)
		 : aside_keep(path, aside, err))
		return -1;
	for (size_t i = 0; i < 2; i++)
		if (object_path(self->folder, digest, suffix[i], marker, err) ||
		    aside_keep(marker, aside, err))
			return -1;
	if (!good)
		return files_remove(store, digest, err);
	for (size_t i = 0; i < 2; i++)
		if (object_path(self->folder, digest, suffix[i], marker, err) ||
		    (unlink(marker) && errno != ENOENT))
			return error_system(err, errno, "cannot remove '%s'", marker);
	return 0;
}

/* Can the store share blocks with the file `sample`? Then copies need no room. */
static bool files_shares(struct store *store, const char *sample)
{
	struct files_store *self = (struct files_store *)store;
	int like = open(sample, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool cloned = false;
	struct error ignored = { 0 };
	struct writing writing;

	if (like < 0)
		return false;
	if (writing_begin(self->folder, like, &writing, &ignored) == 0) {
		cloned = writing_is_clone(&writing);
		writing_release(&writing);
	}
	close(like);
	return cloned;
}

static int files_room(struct store *store, const char *sample, uint64_t bytes, struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	uint64_t room;

	if (file_room(self->folder, &room, err))
		return -1;
	if (bytes <= room && SMALL_CHANGE_BYTES <= room - bytes)
		return 0;
	if (sample && room > SMALL_CHANGE_BYTES && files_shares(store, sample))
		return 0;
	return error_set(err, ERROR_SYSTEM,
			 "not enough room for a copy: %llu bytes are needed and %llu are free in "
			 "'%s'; --store link and --store reference leave the files where they are",
			 (unsigned long long)bytes, (unsigned long long)room, self->folder);
}

static int files_clone(struct store *store, const struct digest *digest, int fd, bool *out_done,
		       struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	struct error ignored = { 0 };
	char path[OBJECT_PATH_ROOM];
	int from;

	if (object_path(self->folder, digest, "", path, err))
		return -1;
	from = plain_file_open(AT_FDCWD, path, &ignored);
	*out_done = from >= 0 && ioctl(fd, FICLONE, from) == 0;
	if (from >= 0)
		close(from);
	return 0;
}

/* A file that has other names takes up no room of the store's; what is kept by reference neither.
 */
static int files_parts(struct store *store, const struct digest *digest, bool measure,
		       store_visit_part visit, void *arg, struct error *err)
{
	struct files_store *self = (struct files_store *)store;
	CLEANUP(text_free) char *location = NULL;
	char path[OBJECT_PATH_ROOM];
	struct stat st;
	uint64_t size;

	(void)measure; /* it costs no more */
	if (object_path(self->folder, digest, "", path, err))
		return -1;
	if (stat(path, &st) == 0)
		return visit(arg, digest, (uint64_t)st.st_size,
			     st.st_nlink > 1 ? 0 : (uint64_t)st.st_size, err);
	return reference_marker(self, digest, path, err) ||
			       elsewhere_find(path, &size, &location, err) ||
			       visit(arg, digest, size, 0, err)
		       ? -1
		       : 0;
}

const struct store_type store_files = {
	.name = "files",
	.capabilities = STORE_CAN_LINK | STORE_CAN_REMOVE | STORE_KEEPS_OVER_EXIT,
	.open = files_open,
	.close = files_close,
	.put_begin = files_put_begin,
	.put_write = files_put_write,
	.put_commit = files_put_commit,
	.put_abort = files_put_abort,
	.settle = files_settle,
	.file_begin = files_file_begin,
	.file_piece = files_file_piece,
	.file_commit = files_file_commit,
	.file_abort = files_file_abort,
	.put_file = files_put_file,
	.read = files_read,
	.has = files_has,
	.rely = loose_rely,
	.mode = files_mode,
	.location = files_location,
	.changed = files_changed,
	.list = files_list,
	.remove = files_remove,
	.collect = loose_collect_all,
	.mend = files_mend,
	.room = files_room,
	.shares = files_shares,
	.clone = files_clone,
	.parts = files_parts,
	.stamp = files_stamp,
};
