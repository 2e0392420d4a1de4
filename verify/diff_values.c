/*
 * diff_values: how far two versions of a tensor lie apart.
 *
 * Sums are taken piece by piece in binary64 and added in the order of the
 * pieces, so that they do not depend on the number of threads. They are advice.
 */
#include "verify/diff.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/tree.h"

struct sums {
	uint64_t changed;
	double largest, square, old_square, new_square;
};

/* One side of a comparison. */
struct side {
	const struct manifest *manifest;
	const struct tree *tree;
	struct source *source;             /* of the tensor that is looked at */
	const struct piece_record *record; /* its first, or NULL */
	const struct tensor *tensor;
};

struct values {
	const struct context *ctx;
	struct side side[2];
	const float *table; /* values of all 8- or 16-bit elements, or NULL */
	struct sums *sums;  /* one for each piece */
	size_t pieces;
	atomic_size_t next;
	atomic_bool failed;
	pthread_mutex_t lock; /* over err */
	struct error *err;
};

static void values_fail(struct values *values, const struct error *cause)
{
	pthread_mutex_lock(&values->lock);
	if (!atomic_exchange(&values->failed, true))
		*values->err = *cause;
	pthread_mutex_unlock(&values->lock);
}

static int read_piece(const struct side *side, size_t index, uint8_t *room, uint32_t len,
		      struct error *err)
{
	struct digest found;

	if (source_read_at(side->source, side->tensor->offset + (uint64_t)index * PIECE_SIZE_BYTES,
			   room, len, err))
		return -1;
	if (!side->record)
		return 0;
	found = sha256((struct span){ room, len });
	if (!digest_equal(&found, &side->record[index].digest))
		return error_set(err, ERROR_CORRUPT,
				 "tensor '%s' in '%s' is not what its manifest says",
				 side->tensor->name, side->source->name);
	return 0;
}

static void sums_add(struct sums *sums, double before, double after)
{
	double change = fabs(after - before);

	if (!(change <= sums->largest))
		sums->largest = change;
	sums->square += change * change;
	sums->old_square += before * before;
	sums->new_square += after * after;
}

static double element_value(const struct values *values, enum dtype dtype, const uint8_t *bytes,
			    unsigned width)
{
	double value = 0;
	float single;

	if (values->table)
		return (double)
			values->table[width == 1 ? bytes[0] : (unsigned)(bytes[0] | bytes[1] << 8)];
	if (dtype == DTYPE_F32) {
		memcpy(&single, bytes, sizeof(single));
		return (double)single;
	}
	return dtype_to_double(dtype, bytes, &value) ? value : 0;
}

static void sum_piece(const struct values *values, const uint8_t *before, const uint8_t *after,
		      uint32_t len, struct sums *sums)
{
	enum dtype dtype = values->side[0].tensor->dtype;
	unsigned width = dtype_bits(dtype) / 8;

	for (uint32_t at = 0; at + width <= len; at += width) {
		sums->changed += memcmp(before + at, after + at, width) != 0;
		sums_add(sums, element_value(values, dtype, before + at, width),
			 element_value(values, dtype, after + at, width));
	}
}

static void values_work(void *arg, size_t index)
{
	struct values *values = arg;
	uint64_t length = values->side[0].tensor->length;
	uint8_t *room = malloc(2 * (size_t)PIECE_SIZE_BYTES);
	struct error err = { 0 };
	size_t piece;

	(void)index;
	if (!room) {
		(void)error_set(&err, ERROR_SYSTEM, "out of memory to compare values");
		values_fail(values, &err);
	}
	while (!atomic_load(&values->failed) &&
	       (piece = atomic_fetch_add(&values->next, 1)) < values->pieces) {
		uint64_t rest = length - (uint64_t)piece * PIECE_SIZE_BYTES;
		uint32_t len = rest < PIECE_SIZE_BYTES ? (uint32_t)rest : PIECE_SIZE_BYTES;

		if (context_check_cancelled(values->ctx, &err) ||
		    read_piece(&values->side[0], piece, room, len, &err) ||
		    read_piece(&values->side[1], piece, room + PIECE_SIZE_BYTES, len, &err))
			values_fail(values, &err);
		else
			sum_piece(values, room, room + PIECE_SIZE_BYTES, len, &values->sums[piece]);
	}
	free(room);
}

/* All values of an 8- or 16-bit format; NULL for wider ones, or without memory. */
static float *value_table(enum dtype dtype)
{
	unsigned bits = dtype_bits(dtype);
	float *table = bits <= 16 ? calloc((size_t)1 << bits, sizeof(*table)) : NULL;

	for (uint32_t i = 0; table && i < UINT32_C(1) << bits; i++) {
		uint8_t bytes[2] = { (uint8_t)i, (uint8_t)(i >> 8) };
		double value = 0;

		if (dtype_to_double(dtype, bytes, &value))
			table[i] = (float)value;
	}
	return table;
}

static void decimal(char out[32], double value)
{
	if (value == value)
		snprintf(out, 32, "%.9g", value); /* "inf" too */
	else
		snprintf(out, 32, "nan");
}

static void values_finish(const struct values *values, struct diff_values *out)
{
	struct sums all = { 0 };
	uint8_t zero[8] = { 0 };
	double real;

	for (size_t i = 0; i < values->pieces; i++) {
		const struct sums *one = &values->sums[i];

		all.changed += one->changed;
		if (!(one->largest <= all.largest))
			all.largest = one->largest;
		all.square += one->square;
		all.old_square += one->old_square;
		all.new_square += one->new_square;
	}
	*out = (struct diff_values){ .changed = all.changed };
	if (!dtype_to_double(values->side[0].tensor->dtype, zero, &real))
		return;
	decimal(out->largest, all.largest);
	decimal(out->norm, sqrt(all.square));
	decimal(out->old_norm, sqrt(all.old_square));
	decimal(out->new_norm, sqrt(all.new_square));
	decimal(out->relative, all.square == 0 ? 0 : sqrt(all.square) / sqrt(all.old_square));
}

static int side_open(struct side *side, const struct tensor *tensor, const char *path,
		     struct error *err)
{
	const struct manifest *manifest = side->manifest;

	side->tensor = tensor;
	if (manifest->record)
		side->record = manifest->record + manifest->tensor_piece[tensor - manifest->tensor];
	return tree_open_file(side->tree, path, &side->source, err);
}

static int side_check(const struct side *side, struct error *err)
{
	const struct tensor *tensor = side->tensor;

	if (tensor->offset > side->source->size ||
	    tensor->length > side->source->size - tensor->offset)
		return error_set(err, ERROR_CORRUPT, "'%s' has no room for tensor '%s'",
				 side->source->name, tensor->name);
	return 0;
}

static int values_of(struct values *values, struct diff_tensor *tensor, struct error *err)
{
	if (side_open(&values->side[0], tensor->old_tensor, tensor->old_file, err) ||
	    side_open(&values->side[1], tensor->new_tensor, tensor->new_file, err) ||
	    side_check(&values->side[0], err) || side_check(&values->side[1], err))
		return -1;
	values->pieces = (size_t)pieces_in_region(tensor->old_tensor->length);
	values->sums = calloc(values->pieces + 1, sizeof(*values->sums));
	if (!values->sums)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare values");
	threads_run(values->ctx->threads, threads_count(values->ctx->threads), values_work, values);
	if (atomic_load(&values->failed) || source_unchanged(values->side[0].source, err) ||
	    source_unchanged(values->side[1].source, err))
		return -1;
	values_finish(values, &tensor->values);
	tensor->has_values = true;
	return 0;
}

int diff_add_values(const struct context *ctx, struct diff *diff,
		    const struct manifest *old_manifest, const struct tree *old_tree,
		    const struct manifest *new_manifest, const struct tree *new_tree,
		    struct error *err)
{
	for (size_t i = 0; i < diff->tensor_count; i++) {
		struct diff_tensor *tensor = &diff->tensor[i];
		struct values values = {
			.ctx = ctx,
			.side = { { .manifest = old_manifest, .tree = old_tree },
				  { .manifest = new_manifest, .tree = new_tree } },
			.lock = PTHREAD_MUTEX_INITIALIZER,
			.err = err,
		};
		float *table;
		int result;

		if (tensor->state != DIFF_CHANGED || dtype_bits(tensor->old_tensor->dtype) < 8)
			continue;
		context_progress(ctx, "comparing values", "tensors", i, diff->tensor_count);
		table = value_table(tensor->old_tensor->dtype);
		values.table = table;
		result = values_of(&values, tensor, err);
		source_close(&values.side[0].source);
		source_close(&values.side[1].source);
		free(values.sums);
		free(table);
		pthread_mutex_destroy(&values.lock);
		if (result)
			return -1;
	}
	return 0;
}
