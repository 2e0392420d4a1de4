/* A store in memory, for tests: gone when it is closed. */
#include "registry/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct object {
	struct object *next; /* by digest */
	struct digest digest;
	struct buffer bytes;
};

struct memory_store {
	struct store head;
	pthread_mutex_t lock; /* around `first` */
	struct object *first;
};

struct memory_writer {
	struct store_writer head;
	struct object *object;
};

static int memory_open(const char *path, struct store **out_store, struct error *err)
{
	struct memory_store *self = calloc(1, sizeof(*self));

	(void)path;
	if (!self)
		return error_set(err, ERROR_SYSTEM, "out of memory for a store");
	pthread_mutex_init(&self->lock, NULL);
	self->head.type = &store_memory;
	*out_store = &self->head;
	return 0;
}

static void object_free(struct object *object)
{
	buffer_release(&object->bytes);
	free(object);
}

static void memory_close(struct store *store)
{
	struct memory_store *self = (struct memory_store *)store;

	while (self->first) {
		struct object *object = self->first;

		self->first = object->next;
		object_free(object);
	}
	pthread_mutex_destroy(&self->lock);
	free(self);
}

/* Where an object with this digest stands or would stand. The lock is held. */
static struct object **object_place(struct memory_store *self, const struct digest *digest)
{
	struct object **at = &self->first;

	while (*at && memcmp((*at)->digest.byte, digest->byte, DIGEST_SIZE) < 0)
		at = &(*at)->next;
	return at;
}

static struct object *object_find(struct memory_store *self, const struct digest *digest)
{
	struct object *object;

	pthread_mutex_lock(&self->lock);
	object = *object_place(self, digest);
	pthread_mutex_unlock(&self->lock);
	return object && digest_equal(&object->digest, digest) ? object : NULL;
}

static int memory_put_begin(struct store *store, struct store_writer **out_writer,
			    struct error *err)
{
	struct memory_writer *writer = calloc(1, sizeof(*writer));
	struct object *object = calloc(1, sizeof(*object));

	if (!writer || !object) {
		free(writer);
		free(object);
		return error_set(err, ERROR_SYSTEM, "out of memory for an object");
	}
	buffer_init(&object->bytes, STORE_OBJECT_MAX);
	writer->head.store = store;
	writer->object = object;
	*out_writer = &writer->head;
	return 0;
}

static int memory_put_write(struct store_writer *writer, struct span bytes, struct error *err)
{
	return buffer_add(&((struct memory_writer *)writer)->object->bytes, bytes, err);
}

static void memory_put_abort(struct store_writer *writer)
{
	object_free(((struct memory_writer *)writer)->object);
	free(writer);
}

/* Take the object in under its name, unless one has it already. */
static void object_name(struct memory_store *self, struct object *object,
			const struct digest *digest)
{
	struct object **place;

	object->digest = *digest;
	pthread_mutex_lock(&self->lock);
	place = object_place(self, digest);
	if (*place && digest_equal(&(*place)->digest, digest)) {
		object_free(object);
	} else {
		object->next = *place;
		*place = object;
	}
	pthread_mutex_unlock(&self->lock);
}

static int memory_put_commit(struct store_writer *writer, const struct digest *digest,
			     struct error *err)
{
	(void)err;
	object_name((struct memory_store *)writer->store, ((struct memory_writer *)writer)->object,
		    digest);
	free(writer);
	return 0;
}

/* Pieces may come in any order: they are written into an object of its full size. */
struct memory_file {
	struct store_file head;
	struct object *object;
	atomic_uint_least64_t written; /* bytes */
};

static int memory_file_begin(struct store *store, const struct store_file_wish *wish,
			     struct store_file **out_file, struct error *err)
{
	struct memory_file *file = calloc(1, sizeof(*file));
	struct object *object = calloc(1, sizeof(*object));
	uint8_t *room;

	if (!file || !object) {
		free(file);
		free(object);
		return error_set(err, ERROR_SYSTEM, "out of memory for '%s'", wish->name);
	}
	buffer_init(&object->bytes, STORE_OBJECT_MAX);
	if (wish->size > STORE_OBJECT_MAX ||
	    buffer_extend(&object->bytes, (size_t)wish->size, &room, err)) {
		object_free(object);
		free(file);
		return error_set(err, ERROR_SYSTEM, "'%s' is too large to keep in memory",
				 wish->name);
	}
	file->head.store = store;
	file->object = object;
	*out_file = &file->head;
	return 0;
}

static int memory_file_piece(struct store_file *head, const struct store_piece *piece,
			     struct error *err)
{
	struct memory_file *file = (struct memory_file *)head;
	size_t size = file->object->bytes.len;

	if (piece->offset > size || piece->bytes.len > size - piece->offset)
		return error_set(err, ERROR_CORRUPT, "a file grew while it was read");
	if (piece->bytes.len)
		memcpy(file->object->bytes.data + piece->offset, piece->bytes.data,
		       piece->bytes.len);
	atomic_fetch_add(&file->written, piece->bytes.len);
	return 0;
}

static void memory_file_abort(struct store_file *head)
{
	object_free(((struct memory_file *)head)->object);
	free(head);
}

static int memory_file_commit(struct store_file *head, const struct digest *whole,
			      struct error *err)
{
	struct memory_file *file = (struct memory_file *)head;

	if (atomic_load(&file->written) != file->object->bytes.len) {
		memory_file_abort(head);
		return error_set(err, ERROR_CORRUPT, "not all bytes of a file came in");
	}
	object_name((struct memory_store *)head->store, file->object, whole);
	free(file);
	return 0;
}

static int memory_read(struct store *store, const struct digest *digest, struct source **out_source,
		       struct error *err)
{
	struct object *object = object_find((struct memory_store *)store, digest);
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	if (!object)
		return error_set(err, ERROR_ABSENT, "no object sha256:%s in the store", hex);
	return source_open_memory(hex, buffer_view(&object->bytes), out_source, err);
}

static int memory_has(struct store *store, const struct digest *digest, bool *out_has,
		      struct error *err)
{
	(void)err;
	*out_has = object_find((struct memory_store *)store, digest) != NULL;
	return 0;
}

static int memory_mode(struct store *store, const struct digest *digest, enum store_mode *out_mode,
		       struct error *err)
{
	if (!object_find((struct memory_store *)store, digest))
		return error_set(err, ERROR_ABSENT, "no such object in the store");
	*out_mode = STORE_COPY;
	return 0;
}

static int memory_list(struct store *store, struct store_cursor *cursor, struct digest *out_digests,
		       size_t max, size_t *out_count, struct error *err)
{
	struct memory_store *self = (struct memory_store *)store;
	size_t count = 0;

	(void)err;
	pthread_mutex_lock(&self->lock);
	for (struct object *at = self->first; at && count < max; at = at->next)
		if (!cursor->started ||
		    memcmp(at->digest.byte, cursor->after.byte, DIGEST_SIZE) > 0)
			out_digests[count++] = at->digest;
	pthread_mutex_unlock(&self->lock);
	if (count) {
		cursor->after = out_digests[count - 1];
		cursor->started = true;
	}
	*out_count = count;
	return 0;
}

static int memory_remove(struct store *store, const struct digest *digest, struct error *err)
{
	struct memory_store *self = (struct memory_store *)store;
	struct object **place;

	(void)err;
	pthread_mutex_lock(&self->lock);
	place = object_place(self, digest);
	if (*place && digest_equal(&(*place)->digest, digest)) {
		struct object *object = *place;

		*place = object->next;
		object_free(object);
	}
	pthread_mutex_unlock(&self->lock);
	return 0;
}

static int memory_parts(struct store *store, const struct digest *digest, bool measure,
			store_visit_part visit, void *arg, struct error *err)
{
	struct object *object = object_find((struct memory_store *)store, digest);

	(void)measure;
	if (!object)
		return error_set(err, ERROR_ABSENT, "no such object in the store");
	return visit(arg, digest, object->bytes.len, object->bytes.len, err);
}

/* Nothing is kept aside where nothing is kept. */
static int memory_mend(struct store *store, const struct context *ctx, const struct digest *digest,
		       struct source *good, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct digest found;

	(void)ctx;
	buffer_init(&bytes, STORE_OBJECT_MAX);
	if (good && source_read_all(good, &bytes, err))
		return -1;
	found = sha256(buffer_view(&bytes));
	if (good && !digest_equal(&found, digest))
		return error_set(err, ERROR_CORRUPT, "'%s' is damaged there, too", good->name);
	if (memory_remove(store, digest, err))
		return -1;
	return good ? store_put(store, buffer_view(&bytes), &found, err) : 0;
}

const struct store_type store_memory = {
	.name = "memory",
	.capabilities = STORE_CAN_REMOVE,
	.open = memory_open,
	.close = memory_close,
	.put_begin = memory_put_begin,
	.put_write = memory_put_write,
	.put_commit = memory_put_commit,
	.put_abort = memory_put_abort,
	.file_begin = memory_file_begin,
	.file_piece = memory_file_piece,
	.file_commit = memory_file_commit,
	.file_abort = memory_file_abort,
	.read = memory_read,
	.has = memory_has,
	.mode = memory_mode,
	.list = memory_list,
	.remove = memory_remove,
	.mend = memory_mend,
	.parts = memory_parts,
};
