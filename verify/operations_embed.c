/* operations_embed: from token ids to the state before the first layer. */
#include <stdlib.h>

#include "verify/forward/inner.h"
#include "verify/operations.h"

static int id_order(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The different values of index[count], ascending, into out_row; how many. */
static size_t rows_unique(const uint32_t *index, size_t count, uint32_t *out_row)
{
	size_t unique = 0;

	for (size_t i = 0; i < count; i++)
		out_row[i] = index[i];
	qsort(out_row, count, sizeof(*out_row), id_order);
	for (size_t i = 0; i < count; i++)
		if (!i || out_row[i] != out_row[i - 1])
			out_row[unique++] = out_row[i];
	return unique;
}

/* index[i] becomes its place among row[unique]. */
static void places_find(uint32_t *index, size_t count, const uint32_t *row, size_t unique)
{
	for (size_t i = 0; i < count; i++) {
		const uint32_t *at = bsearch(&index[i], row, unique, sizeof(*row), id_order);

		index[i] = (uint32_t)(at - row);
	}
}

/* Rows of a table that are on the host go to a stage's backend and to its tokens. */
static int stage_gather(struct stage *stage, enum slot y, struct span rows, size_t unique,
			enum float_format format, const uint32_t *index, struct error *err)
{
	struct backend_memory *memory = NULL;
	int failed = backend_memory_wrap(stage->backend, rows, &memory, err);

	if (!failed)
		failed = exact_gather(stage->backend,
				      matrix_at(memory, 0, format, unique, stage->slot[y].cols),
				      index + stage->first_row, stage->slot[y], err);
	backend_memory_free(&memory);
	return failed;
}

/*
 * y[i] = row index[i] of the table, for all `count` tokens of the pass; of the table only those
 * rows are kept. `row` has room for all.
 */
static int gather_run(struct stage *stage, size_t stages, struct supply *supply,
		      const struct tensor *table, uint32_t *index, uint32_t *row, size_t count,
		      enum slot y, struct error *err)
{
	size_t unique = rows_unique(index, count, row);
	size_t size = unique * (size_t)(table->length / table->shape[0]);
	uint8_t *bytes = aligned_alloc(64, (size + 63) / 64 * 64);
	enum float_format format;
	int failed;

	if (!bytes)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu rows of '%s'", unique,
				 table->name);
	failed = tensor_format(table, &format, err) ||
		 load_rows(supply->ctx, supply->weights, table, row, unique, bytes, err);
	places_find(index, count, row, unique);
	for (size_t i = 0; !failed && i < stages; i++)
		failed = stage_gather(&stage[i], y, (struct span){ bytes, size }, unique, format,
				      index, err);
	free(bytes);
	return failed ? -1 : 0;
}

/* The position of each token of one sequence. */
static void positions_fill(const struct model_config *config, const uint32_t *ids, size_t count,
			   uint32_t *out_index)
{
	uint32_t position = config->padding;

	for (size_t t = 0; t < count; t++)
		out_index[t] = !config->pads               ? (uint32_t)t
			       : ids[t] == config->padding ? config->padding
							   : ++position;
}

/* Which row of the table each token takes. */
static void index_fill(const struct model_config *config, enum operation_kind kind,
		       const struct sequences *sequences, uint32_t *out_index)
{
	size_t at = 0;

	for (size_t i = 0; i < sequences->count; i++) {
		size_t count = sequences->row_count[i];

		if (kind == OP_POSITIONS)
			positions_fill(config, sequences->ids + at, count, out_index + at);
		for (size_t t = 0; kind != OP_POSITIONS && t < count; t++)
			out_index[at + t] = kind == OP_TOKENS ? sequences->ids[at + t] : 0;
		at += count;
	}
}

static int table_run(struct stage *stage, size_t stages, struct supply *supply,
		     const struct bound *bound, const struct sequences *sequences,
		     struct error *err)
{
	size_t rows = sequences_rows(sequences);
	uint32_t *index = calloc(2 * rows, sizeof(*index));
	int failed;

	if (!index)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu tokens", rows);
	index_fill(stage->config, bound->operation->kind, sequences, index);
	failed = gather_run(stage, stages, supply, bound->weight, index, index + rows, rows,
			    bound->operation->y, err);
	free(index);
	return failed;
}

/* A norm or an add among the embedding's operations: its tensors are small. */
static int small_run(struct stage *stage, size_t stages, struct supply *supply,
		     const struct bound *bound, struct error *err)
{
	struct loader loader = { 0 };
	struct load_set set = { 0 };
	int failed;

	load_set_add_bound(&set, bound, 1);
	failed = loader_start(&loader, supply, &set, false, err) || loader_finish(&loader, err) ||
		 operations_run(stage, stages, bound, 1, &set, loader.memory, err);
	loader_release(&loader);
	return failed ? -1 : 0;
}

int embedding_run(struct stage *stage, size_t stages, struct supply *supply,
		  const struct plan *plan, const struct sequences *sequences, struct error *err)
{
	for (size_t i = 0; i < plan->embed_count; i++) {
		enum operation_kind kind = plan->embed[i].operation->kind;
		bool table = kind == OP_TOKENS || kind == OP_POSITIONS || kind == OP_TYPE_ZERO;

		if (table ? table_run(stage, stages, supply, &plan->embed[i], sequences, err)
			  : small_run(stage, stages, supply, &plan->embed[i], err))
			return error_prefix(err, "embedding");
	}
	return 0;
}
