/* loader: read the tensors of one stage ahead of time. */
#include "verify/loader.h"

#include <stdlib.h>
#include <string.h>

#include "verify/pieces.h"

#define ALIGNMENT ((size_t)64)

void load_set_add(struct load_set *set, const struct tensor *tensor)
{
	if (!tensor)
		return;
	for (size_t i = 0; i < set->count; i++)
		if (set->item[i].tensor == tensor)
			return;
	load_set_add_range(set, tensor, 0, tensor->length);
}

size_t load_set_add_range(struct load_set *set, const struct tensor *tensor, uint64_t first,
			  uint64_t length)
{
	size_t offset_bytes = set->size_bytes;

	set->item[set->count].tensor = tensor;
	set->item[set->count].first = first;
	set->item[set->count].length = length;
	set->item[set->count].offset_bytes = offset_bytes;
	set->count++;
	set->size_bytes += ((size_t)length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return offset_bytes;
}

void load_set_add_bound(struct load_set *set, const struct bound *bound, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		load_set_add(set, bound[i].weight);
		load_set_add(set, bound[i].bias);
	}
}

size_t load_set_offset(const struct load_set *set, const struct tensor *tensor)
{
	size_t i = 0;

	while (i < set->count && set->item[i].tensor != tensor)
		i++;
	return set->item[i].offset_bytes;
}

/* Whole tensors are read together, parts of some one by one. */
static int load_all(struct loader *loader, const struct context *ctx, struct error *err)
{
	struct weights_part part[LOAD_TENSORS_MAX];
	size_t whole = 0;

	for (size_t i = 0; i < loader->set.count; i++) {
		const struct tensor *tensor = loader->set.item[i].tensor;
		uint8_t *out = loader->bytes + loader->set.item[i].offset_bytes;

		if (loader->set.item[i].length == tensor->length) {
			part[whole++] = (struct weights_part){ tensor, out };
			continue;
		}
		if (context_check_cancelled(ctx, err) ||
		    weights_read_checked(ctx, loader->weights, tensor, loader->set.item[i].first,
					 out, (size_t)loader->set.item[i].length, err))
			return -1;
	}
	return weights_read_tensors(ctx, loader->weights, part, whole, err);
}

static void *load_ahead(void *arg)
{
	struct loader *loader = arg;

	loader->failed = load_all(loader, &loader->ctx, &loader->error);
	return NULL;
}

int loader_start(struct loader *loader, const struct context *ctx, struct weights *weights,
		 const struct load_set *set, bool ahead, struct error *err)
{
	if (loader->capacity < set->size_bytes) {
		free(loader->bytes);
		loader->capacity = 0;
		loader->bytes = aligned_alloc(ALIGNMENT, set->size_bytes);
		if (!loader->bytes)
			return error_set(err, ERROR_SYSTEM, "no memory for %zu bytes of weights",
					 set->size_bytes);
		loader->capacity = set->size_bytes;
	}
	loader->set = *set;
	loader->weights = weights;
	loader->error = (struct error){ 0 };
	loader->failed = 0;
	/* The reader leaves the pool to the computation, and says nothing about progress. */
	loader->ctx = *ctx;
	loader->ctx.threads = NULL;
	loader->ctx.progress = NULL;
	if (ahead && !pthread_create(&loader->thread, NULL, load_ahead, loader)) {
		loader->running = true;
		return 0;
	}
	return load_all(loader, ctx, err);
}

int loader_finish(struct loader *loader, struct error *err)
{
	if (loader->running) {
		pthread_join(loader->thread, NULL);
		loader->running = false;
	}
	if (loader->failed)
		return error_set(err, loader->error.code, "%s", loader->error.text);
	return 0;
}

void loader_release(struct loader *loader)
{
	if (loader->running)
		pthread_join(loader->thread, NULL);
	free(loader->bytes);
	*loader = (struct loader){ 0 };
}

/* Copy what the bytes [begin, end) of the table hold of row `row`. */
static void part_copy(const uint8_t *piece, uint64_t begin, uint64_t end, uint64_t row,
		      uint64_t row_bytes, uint8_t *out)
{
	uint64_t first = row * row_bytes, last = first + row_bytes;
	uint64_t from = first > begin ? first : begin, to = last < end ? last : end;

	memcpy(out + (from - first), piece + (from - begin), (size_t)(to - from));
}

static int rows_read(const struct context *ctx, struct weights *weights, const struct tensor *table,
		     const uint32_t *index, size_t count, uint8_t *piece, uint8_t *out,
		     struct error *err)
{
	uint64_t row_bytes = table->length / table->shape[0];
	uint64_t begin = 0;
	size_t i = 0;

	while (i < count) {
		uint64_t first = (uint64_t)index[i] * row_bytes, end;

		/* A row that the last piece began goes on in this one; else jump to the next row's.
		 */
		if (first > begin)
			begin = first / PIECE_SIZE_BYTES * PIECE_SIZE_BYTES;
		end = begin + PIECE_SIZE_BYTES < table->length ? begin + PIECE_SIZE_BYTES
							       : table->length;
		if (weights_read_checked(ctx, weights, table, begin, piece, (size_t)(end - begin),
					 err))
			return -1;
		for (; i < count && (uint64_t)index[i] * row_bytes < end; i++) {
			part_copy(piece, begin, end, index[i], row_bytes, out + i * row_bytes);
			if (((uint64_t)index[i] + 1) * row_bytes > end)
				break; /* the rest of this row lies in the next piece */
		}
		begin = end;
	}
	return 0;
}

int load_rows(const struct context *ctx, struct weights *weights, const struct tensor *table,
	      const uint32_t *index, size_t count, uint8_t *out, struct error *err)
{
	uint8_t *piece = malloc(PIECE_SIZE_BYTES);
	int failed;

	if (!piece)
		return error_set(err, ERROR_SYSTEM, "no memory for a piece of '%s'", table->name);
	failed = rows_read(ctx, weights, table, index, count, piece, out, err);
	free(piece);
	return failed;
}
