/* An object written out as a file, compared with its digest as it goes by. */
#include "registry/object_copy.h"

enum { COPY_STEP_BYTES = 1 << 20 };

int object_copy(const struct context *ctx, const struct evidence *evidence,
		const struct digest *digest, const char *path,
		void (*copied)(void *user, size_t bytes), void *user, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(file_writer_free) struct file_writer *writer = NULL;
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;
	CLEANUP(buffer_release) struct buffer step;
	struct digest found;
	uint8_t *room;

	buffer_init(&step, COPY_STEP_BYTES);
	if (evidence_object(evidence, digest, &source, err) || hash_stream_new(&hash, err) ||
	    buffer_extend(&step, COPY_STEP_BYTES, &room, err) ||
	    file_writer_new(path, 0644, &writer, err))
		return -1;
	for (uint64_t at = 0; at < source->size;) {
		uint64_t left = source->size - at;
		size_t len = left < COPY_STEP_BYTES ? (size_t)left : COPY_STEP_BYTES;

		if (context_check_cancelled(ctx, err) ||
		    source_read_at(source, at, room, len, err) ||
		    file_writer_add(writer, (struct span){ room, len }, err))
			return -1;
		hash_stream_add(hash, (struct span){ room, len });
		at += len;
		if (copied)
			copied(user, len);
	}
	found = hash_stream_finish(hash);
	if (!digest_equal(&found, digest))
		return error_set(err, ERROR_CORRUPT,
				 "a stored object changed since it was registered");
	return file_writer_commit(writer, FILE_REPLACE, err);
}
