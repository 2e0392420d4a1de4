/* source_hash: the digest of all that a source has. */
#include "kernels/source_hash.h"

enum { STEP_BYTES = 1 << 20 };

int source_sha256(const struct context *ctx, struct source *source, struct digest *out_digest,
		  struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;
	CLEANUP(buffer_release) struct buffer step;
	uint8_t *room;

	buffer_init(&step, STEP_BYTES);
	if (hash_stream_new(&stream, err) || buffer_extend(&step, STEP_BYTES, &room, err))
		return -1;
	for (uint64_t at = 0; at < source->size;) {
		uint64_t left = source->size - at;
		size_t len = left < STEP_BYTES ? (size_t)left : STEP_BYTES;

		if ((ctx && context_check_cancelled(ctx, err)) ||
		    source_read_at(source, at, room, len, err))
			return -1;
		hash_stream_add(stream, (struct span){ room, len });
		at += len;
	}
	*out_digest = hash_stream_finish(stream);
	return 0;
}
