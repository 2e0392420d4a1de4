/* The boundary activations of a record, streamed into the store as they are computed. */
#include "registry/recording/boundaries.h"

#include <stdlib.h>

static int boundary_write(struct boundaries_keeping *keeping, struct boundary_keeping *boundary,
			  struct span bytes, struct error *err)
{
	struct store *store = keeping->store;

	if (!boundary->writer && (hash_stream_new(&boundary->hash, err) ||
				  store->type->put_begin(store, &boundary->writer, err)))
		return -1;
	hash_stream_add(boundary->hash, bytes);
	return store->type->put_write(boundary->writer, bytes, err);
}

static int boundary_rows(void *user, uint32_t index, const float *values, size_t rows,
			 struct error *err)
{
	struct boundaries_keeping *keeping = user;
	struct boundary_keeping *boundary = &keeping->boundary[index];
	struct store_writer *writer;
	struct span bytes = { (const uint8_t *)values,
			      rows * keeping->list.hidden * sizeof(float) };

	if (boundary_write(keeping, boundary, bytes, err))
		return -1;
	boundary->tokens += rows;
	if (boundary->tokens < keeping->list.tokens)
		return 0;
	keeping->list.object[index] = hash_stream_finish(boundary->hash);
	hash_stream_free(&boundary->hash);
	writer = boundary->writer;
	boundary->writer = NULL; /* committing frees it */
	return keeping->store->type->put_commit(writer, &keeping->list.object[index], err);
}

int boundaries_keeping_begin(struct boundaries_keeping *keeping, struct store *store,
			     uint32_t layers, uint32_t hidden, uint64_t tokens,
			     struct boundary_sink *out_sink, struct error *err)
{
	struct boundaries *list = &keeping->list;

	*keeping = (struct boundaries_keeping){ .store = store };
	if (boundaries_new(list, (size_t)layers + 1, err))
		return -1;
	list->hidden = hidden;
	list->tokens = tokens;
	keeping->boundary = calloc(list->count, sizeof(*keeping->boundary));
	if (!keeping->boundary)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu boundaries", list->count);
	if (store_room(store, NULL, list->count * boundaries_object_bytes(list), err))
		return error_prefix(err, "boundary activations");
	*out_sink = (struct boundary_sink){ keeping, boundary_rows };
	return 0;
}

void boundaries_keeping_release(struct boundaries_keeping *keeping)
{
	for (size_t i = 0; keeping->boundary && i < keeping->list.count; i++) {
		struct boundary_keeping *boundary = &keeping->boundary[i];

		if (boundary->writer)
			keeping->store->type->put_abort(boundary->writer);
		hash_stream_free(&boundary->hash);
	}
	free(keeping->boundary);
	boundaries_release(&keeping->list);
	*keeping = (struct boundaries_keeping){ 0 };
}

int boundaries_keeping_finish(struct boundaries_keeping *keeping, struct digest *out_list,
			      struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, BOUNDARIES_MAX_BYTES);
	for (size_t i = 0; i < keeping->list.count; i++)
		if (keeping->boundary[i].tokens != keeping->list.tokens)
			return error_set(err, ERROR_CORRUPT,
					 "boundary %zu was computed for %llu of %llu tokens", i,
					 (unsigned long long)keeping->boundary[i].tokens,
					 (unsigned long long)keeping->list.tokens);
	return boundaries_to_object(&keeping->list, &text, err) ||
			       store_put(keeping->store, buffer_view(&text), out_list, err)
		       ? -1
		       : 0;
}
