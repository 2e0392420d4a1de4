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

/* ---- Where tensors go ---- */

/*
 * Blocks that each reader has. With SHA instructions a core
 * hashes two pieces side by side as fast as more; two others are being copied meanwhile.
 */
enum { READER_BATCH = 2, READER_BLOCKS = 2 * READER_BATCH };

static size_t readers_count(void)
{
	size_t cores = threads_cores();

	return cores < SUPPLY_READERS_MAX ? cores : SUPPLY_READERS_MAX;
}

uint64_t supply_host_bytes(void)
{
	return (uint64_t)readers_count() * READER_BLOCKS * PIECE_SIZE_BYTES;
}

int supply_open(const struct context *ctx, struct weights *weights, struct backend *backend,
		size_t backends, struct supply *supply, struct error *err)
{
	size_t readers = readers_count();

	*supply = (struct supply){ .ctx = ctx, .weights = weights, .backends = backends };
	for (size_t i = 0; i < backends; i++)
		supply->backend[i] = backend_peer(backend, i);
	if (!backend_is_staged(backend))
		return 0;
	supply->one_load = malloc(sizeof(*supply->one_load));
	if (!supply->one_load)
		return error_set(err, ERROR_SYSTEM, "no memory for a lock");
	pthread_mutex_init(supply->one_load, NULL);
	if (threads_new(readers, &supply->readers, err) ||
	    staging_new(backend, PIECE_SIZE_BYTES, readers * READER_BLOCKS, &supply->staging, err))
		return -1;
	return 0;
}

void supply_release(struct supply *supply)
{
	staging_free(&supply->staging);
	threads_free(&supply->readers);
	if (supply->one_load)
		pthread_mutex_destroy(supply->one_load);
	free(supply->one_load);
	*supply = (struct supply){ 0 };
}

/* ---- Reading for a backend that computes in the host's memory ---- */

/* Whole tensors are read together, parts of some one by one. */
static int load_here(struct loader *loader, const struct context *ctx, struct error *err)
{
	struct weights *weights = loader->supply->weights;
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
		    weights_read_checked(ctx, weights, tensor, loader->set.item[i].first, out,
					 (size_t)loader->set.item[i].length, err))
			return -1;
	}
	return weights_read_tensors(ctx, weights, part, whole, err);
}

static int room_here(struct loader *loader, size_t size_bytes, struct error *err)
{
	if (loader->capacity >= size_bytes)
		return 0;
	free(loader->bytes);
	loader->capacity = 0;
	loader->bytes = aligned_alloc(ALIGNMENT, size_bytes);
	if (!loader->bytes)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu bytes of weights",
				 size_bytes);
	loader->capacity = size_bytes;
	return 0;
}

/* The backends compute in the very bytes that were read. */
static int wrap_here(struct loader *loader, struct error *err)
{
	struct span bytes = { loader->bytes, loader->set.size_bytes };

	for (size_t i = 0; bytes.len && i < loader->supply->backends; i++)
		if (backend_memory_wrap(loader->supply->backend[i], bytes, &loader->memory[i], err))
			return -1;
	return 0;
}

/* ---- Reading for devices ---- */

/* A reader fills one half of its blocks while the other half is copied. */
static size_t block_of(const struct supply *supply, size_t reader, size_t room)
{
	return reader * READER_BLOCKS + supply->half[reader] * READER_BATCH + room;
}

static int block_take(void *user, size_t reader, size_t room, uint8_t **out_bytes,
		      struct error *err)
{
	struct supply *supply = ((struct loader *)user)->supply;

	if (!room)
		supply->half[reader] ^= 1;
	return staging_block(supply->staging, block_of(supply, reader, room), out_bytes, err);
}

static int block_send(void *user, size_t reader, size_t room, size_t first, size_t len,
		      uint64_t place, struct error *err)
{
	struct loader *loader = user;
	struct supply *supply = loader->supply;

	for (size_t i = 0; i < supply->backends; i++)
		if (staging_send(supply->staging, block_of(supply, reader, room), first, len,
				 loader->memory[i], (size_t)place, err))
			return -1;
	return 0;
}

/* What the set asks of the weights. */
static void ranges_fill(const struct load_set *set, struct weights_range range[LOAD_TENSORS_MAX])
{
	for (size_t i = 0; i < set->count; i++)
		range[i] = (struct weights_range){ set->item[i].tensor, set->item[i].first,
						   set->item[i].length, set->item[i].offset_bytes };
}

static int load_there(struct loader *loader, const struct context *ctx, struct error *err)
{
	struct weights_carrier carrier = { loader, READER_BATCH, loader->supply->hash_there,
					   block_take, block_send };
	struct weights_range range[LOAD_TENSORS_MAX];
	int failed;

	ranges_fill(&loader->set, range);
	/* A pool of one thread runs whatever it is given at once; the blocks are the same. */
	pthread_mutex_lock(loader->supply->one_load);
	failed = weights_carry(ctx, loader->supply->weights, range, loader->set.count, &carrier,
			       err);
	pthread_mutex_unlock(loader->supply->one_load);
	return failed;
}

/* Compare what arrived on one device, hashed where it lies. */
static int hash_there(struct loader *loader, struct backend *backend, struct backend_memory *memory,
		      struct error *err)
{
	struct weights *weights = loader->supply->weights;
	struct weights_range range[LOAD_TENSORS_MAX];
	struct weights_carried *piece;
	struct byte_range *bytes;
	struct digest *digest;
	size_t count;
	int failed = 0;

	ranges_fill(&loader->set, range);
	if (weights_carried(weights, range, loader->set.count, &piece, &count, err))
		return -1;
	bytes = calloc(count + 1, sizeof(*bytes));
	digest = calloc(count + 1, sizeof(*digest));
	for (size_t i = 0; bytes && i < count; i++)
		bytes[i] = (struct byte_range){ (size_t)piece[i].place, piece[i].len };
	if (!bytes || !digest)
		failed = error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces", count);
	else if (count)
		failed = exact_digest_ranges(backend, memory, bytes, count, digest, err) ||
			 weights_carried_check(weights, range, loader->set.count, digest, err);
	free(digest);
	free(bytes);
	free(piece);
	return failed ? -1 : 0;
}

static void memory_release(struct loader *loader)
{
	for (size_t i = 0; i < SUPPLY_BACKENDS_MAX; i++)
		backend_memory_free(&loader->memory[i]);
}

/* On each device; what is read now arrives after whatever still computes with what was there. */
static int room_there(struct loader *loader, size_t size_bytes, struct error *err)
{
	struct supply *supply = loader->supply;

	if (loader->capacity < size_bytes) {
		memory_release(loader);
		loader->capacity = 0;
		size_bytes = size_bytes > loader->least_bytes ? size_bytes : loader->least_bytes;
		for (size_t i = 0; i < supply->backends; i++)
			if (staging_memory_new(supply->backend[i], size_bytes, &loader->memory[i],
					       err))
				return -1;
		loader->capacity = size_bytes;
	}
	for (size_t i = 0; i < supply->backends; i++)
		if (staging_hold(supply->backend[i], err))
			return -1;
	return 0;
}

/* What was sent is there for the operations that follow. After a failure too: a device's comes out
 * here. */
static int arrive_there(struct loader *loader, struct error *err)
{
	for (size_t i = 0; i < loader->supply->backends; i++)
		if (staging_arrive(loader->supply->backend[i], err))
			return -1;
	return 0;
}

/* ---- Both ---- */

static int load_all(struct loader *loader, const struct context *ctx, struct error *err)
{
	return loader->supply->staging ? load_there(loader, ctx, err) : load_here(loader, ctx, err);
}

static void *load_ahead(void *arg)
{
	struct loader *loader = arg;

	loader->failed = load_all(loader, &loader->ctx, &loader->error);
	return NULL;
}

int loader_start(struct loader *loader, struct supply *supply, const struct load_set *set,
		 bool ahead, struct error *err)
{
	loader->supply = supply;
	if (!supply->staging)
		memory_release(loader);
	if (supply->staging ? room_there(loader, set->size_bytes, err)
			    : room_here(loader, set->size_bytes, err))
		return -1;
	loader->set = *set;
	loader->error = (struct error){ 0 };
	loader->failed = 0;
	/* The reader leaves the pool to the computation, and says nothing about progress. */
	loader->ctx = *supply->ctx;
	loader->ctx.threads = supply->readers;
	loader->ctx.progress = NULL;
	if (ahead && !pthread_create(&loader->thread, NULL, load_ahead, loader)) {
		loader->running = true;
		return 0;
	}
	return load_all(loader, supply->staging ? &loader->ctx : supply->ctx, err);
}

int loader_finish(struct loader *loader, struct error *err)
{
	struct error late = { 0 };

	if (loader->running) {
		pthread_join(loader->thread, NULL);
		loader->running = false;
	}
	if (loader->failed)
		(void)error_set(err, loader->error.code, "%s", loader->error.text);
	if (loader->supply->staging ? arrive_there(loader, &late) : 0)
		return error_set(err, late.code, "%s", late.text);
	if (loader->failed || (!loader->supply->staging && wrap_here(loader, err)))
		return -1;
	for (size_t i = 0; loader->supply->hash_there && i < loader->supply->backends; i++)
		if (hash_there(loader, loader->supply->backend[i], loader->memory[i], err))
			return -1;
	return 0;
}

void loader_release(struct loader *loader)
{
	if (loader->running)
		pthread_join(loader->thread, NULL);
	memory_release(loader);
	free(loader->bytes);
	*loader = (struct loader){ 0 };
}

/* ---- Rows of tables ---- */

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
