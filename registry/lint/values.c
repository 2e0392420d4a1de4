/*
 * lint_values: files read once, for their digests and for odd values.
 *
 * The manifest is built of the bytes that go by, and what is odd in them is noted beside: that is
 * little, so one lock is enough for all threads.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

enum { ODD_MAX = 20000 }; /* tensors of one checkpoint that are noted */

/* ---- What is noted ---- */

struct noted {
	struct lint_values found;
	const void *file;
	uint64_t offset, pieces, zero_pieces;
};

struct noting {
	pthread_mutex_t lock;
	struct noted *item;
	size_t count, room;
	uint64_t tensors, bytes;
};

/* Under the lock: the note about a tensor, the last ones first. */
static struct noted *note_of(struct noting *noting, const void *file,
			     const struct manifest_piece *piece, struct error *err)
{
	const struct tensor *tensor = piece->tensor;
	struct noted *item;

	for (size_t i = noting->count; i-- > 0;)
		if (noting->item[i].file == file && noting->item[i].offset == tensor->offset)
			return &noting->item[i];
	if (noting->count == ODD_MAX) {
		(void)error_set(err, ERROR_CORRUPT, "more than %d tensors with odd values",
				ODD_MAX);
		return NULL;
	}
	if (noting->count == noting->room) {
		size_t room = noting->room ? 2 * noting->room : 16;

		item = reallocarray(noting->item, room, sizeof(*item));
		if (!item)
			goto no_memory;
		noting->item = item;
		noting->room = room;
	}
	item = &noting->item[noting->count];
	*item = (struct noted){ .found = { .tensor = strdup(tensor->name),
					   .elements = tensor_elements(tensor),
					   .vector = tensor->rank < 2 },
				.file = file,
				.offset = tensor->offset,
				.pieces = pieces_in_region(tensor->length) };
	if (!item->found.tensor)
		goto no_memory;
	noting->count++;
	return item;
no_memory:
	(void)error_system(err, ENOMEM, "cannot note odd values");
	return NULL;
}

static int piece_look(void *user, void *file, const struct manifest_piece *piece, struct error *err)
{
	struct noting *noting = user;
	struct value_scan scan;
	struct noted *note;

	if (!piece->tensor || !piece->bytes.len)
		return 0;
	value_scan(piece->tensor->dtype, piece->bytes, &scan);
	pthread_mutex_lock(&noting->lock);
	noting->bytes += piece->bytes.len;
	noting->tensors += piece->in_region == 0;
	note = scan.nan || scan.infinite || scan.zero ? note_of(noting, file, piece, err) : NULL;
	if (note) {
		note->found.nan += scan.nan;
		note->found.infinite += scan.infinite;
		note->zero_pieces += scan.zero;
	}
	pthread_mutex_unlock(&noting->lock);
	return note || !(scan.nan || scan.infinite || scan.zero) ? 0 : -1;
}

static int file_begin(void *user, const char *path, struct source *source, void **out_file,
		      struct error *err)
{
	(void)user;
	(void)source;
	(void)err;
	if (text_ends_with(path, ".safetensors") && !model_file_is_optimizer(path)) {
		*out_file = strdup(path);
		if (!*out_file)
			return error_system(err, ENOMEM, "cannot look at '%s'", path);
	}
	return 0;
}

/* The address stood for the file; another file may get it now, so nothing may be found by it. */
static int file_end(void *user, void *file, const struct digest *sha256, struct error *err)
{
	struct noting *noting = user;

	(void)sha256;
	(void)err;
	pthread_mutex_lock(&noting->lock);
	for (size_t i = 0; i < noting->count; i++)
		if (noting->item[i].file == file)
			noting->item[i].file = NULL;
	pthread_mutex_unlock(&noting->lock);
	free(file);
	return 0;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(((const struct lint_values *)a)->tensor,
		      ((const struct lint_values *)b)->tensor);
}

/* Hand over what is odd as a whole: a piece of zeros in a tensor that has others is not. */
static int noting_give(struct noting *noting, struct lint_item *item, struct error *err)
{
	item->values = calloc(noting->count + 1, sizeof(*item->values));
	if (!item->values)
		return error_system(err, ENOMEM, "cannot note odd values");
	for (size_t i = 0; i < noting->count; i++) {
		struct noted *note = &noting->item[i];

		note->found.zero = note->zero_pieces == note->pieces;
		if (!note->found.zero && !note->found.nan && !note->found.infinite)
			continue;
		item->values[item->values_count++] = note->found;
		note->found.tensor = NULL;
	}
	qsort(item->values, item->values_count, sizeof(*item->values), name_order);
	return 0;
}

int lint_values_read(struct lint *lint, const struct tree *tree, bool values,
		     struct lint_item *item, struct manifest **out_manifest, struct error *err)
{
	struct noting noting = { .lock = PTHREAD_MUTEX_INITIALIZER };
	const struct manifest_sink sink = {
		.user = &noting, .begin = file_begin, .piece = piece_look, .end = file_end
	};
	int failed = manifest_build(lint->ctx, tree, values ? &sink : NULL, out_manifest, err);

	if (!failed && values)
		failed = noting_give(&noting, item, err);
	item->values_read = !failed && values;
	if (!failed) {
		lint->report.tensors += noting.tensors;
		lint->report.values_bytes += noting.bytes;
	}
	for (size_t i = 0; i < noting.count; i++)
		free(noting.item[i].found.tensor);
	free(noting.item);
	pthread_mutex_destroy(&noting.lock);
	return failed;
}
