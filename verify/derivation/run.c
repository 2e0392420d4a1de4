/*
 * derivation_run: a derivation done again, tensor by tensor, and held against the child.
 *
 * Work is cut into chunks of elements that begin at the child's pieces, so that few bytes are
 * hashed twice. Chunks are begun in order, and none after one that differs; those begun before it
 * are finished, so that the first difference is the same however many threads there are.
 */
#include "verify/derivation/chunk.h"

#include <errno.h>
#include <stdlib.h>

static void run_fail(struct derivation_work *run, const struct error *cause)
{
	pthread_mutex_lock(&run->lock);
	if (!run->failed)
		*run->err = *cause;
	run->failed = true;
	pthread_mutex_unlock(&run->lock);
	atomic_store(&run->stopped, true);
}

static void run_work(void *arg, size_t index)
{
	struct derivation_work *run = arg;
	struct error err = { 0 };
	struct derivation_room room;
	uint64_t chunk;

	(void)index;
	if (derivation_room_make(run, &room, &err))
		run_fail(run, &err);
	while (!atomic_load(&run->stopped) &&
	       (chunk = atomic_fetch_add(&run->next, 1)) < run->first_chunk[run->to])
		if (derivation_chunk_do(&room, chunk, &err)) {
			run_fail(run, &err);
			break;
		}
	derivation_room_release(&room);
}

/* How many threads have rooms within the memory that is allowed. */
static size_t run_threads(const struct derivation_work *run, size_t taken)
{
	size_t one = run->child_max + run->parent_max + 1 +
		     run->sum_max * (run->plan->derivation->tolerance ? 2 : 1);
	size_t most = (DERIVATION_MEMORY_BYTES - taken) / one;
	size_t threads = threads_count(run->ctx->threads);

	return most < 1 ? 1 : most < threads ? most : threads;
}

/* Items [from, to), which have no factors, or the one whose factors these are. */
static int run_items(struct derivation_work *run, size_t from, size_t to,
		     const struct derivation_factors *factors, struct error *err)
{
	size_t taken = 0;

	if (run->first_chunk[from] == run->first_chunk[to] || atomic_load(&run->stopped))
		return run->failed ? -1 : 0;
	if (factors)
		taken = (factors->rows + factors->columns) * factors->rank * sizeof(float);
	run->from = from;
	run->to = to;
	run->factors = factors;
	run->err = err;
	atomic_store(&run->next, run->first_chunk[from]);
	threads_run(run->ctx->threads, run_threads(run, taken), run_work, run);
	return run->failed ? -1 : 0;
}

/* The item's product, rounded before it is added as the form says. */
static int run_lora(struct derivation_work *run, size_t at, struct error *err)
{
	struct derivation_plan *plan = run->plan;
	const struct derivation_item *item = &plan->item[at];
	enum derivation_form_id form = plan->derivation->form->id;
	struct derivation_factors factors = { 0 };
	int failed;

	if (derivation_factors_read(run->ctx, plan, item, &factors, err))
		return -1;
	factors.round = form != DERIVATION_FORM_peft;
	if (form == DERIVATION_FORM_peft_as_stored)
		(void)derivation_format(item->left->dtype, &factors.format);
	else
		factors.format = derivation_work_format(
			plan->derivation, plan->source[at * plan->derivation->parent_count]);
	failed = run_items(run, at, at + 1, &factors, err);
	derivation_factors_release(&factors);
	return failed;
}

/* Pieces of a copy whose signed digests are the parents' need not be read. */
static bool is_same_by_digests(const struct derivation_plan *plan, size_t at)
{
	const struct derivation_item *item = &plan->item[at];
	const struct piece_record *child = weights_pieces(plan->child->weights, item->child);
	uint64_t count = pieces_in_region(item->child->length);

	if (item->kind != ITEM_COPY || !child)
		return false;
	for (size_t p = 0; p < item->parents; p++) {
		const struct tensor *tensor = plan->source[at * plan->derivation->parent_count + p];
		const struct piece_record *parent =
			weights_pieces(derivation_source_side(plan, item, p)->weights, tensor);

		for (uint64_t i = 0; i < count; i++)
			if (!parent || !digest_equal(&parent[i].digest, &child[i].digest))
				return false;
	}
	return true;
}

/* Chunks of every item, and the largest rooms that one needs. */
static void run_measure(struct derivation_work *run)
{
	const struct derivation_plan *plan = run->plan;

	for (size_t i = 0; i < plan->count; i++) {
		const struct derivation_item *item = &plan->item[i];
		uint64_t elements = derivation_item_elements(item),
			 size = derivation_chunk_elements(plan, item);
		size_t most = (size_t)(elements < size ? elements : size);
		size_t sum = item->kind == ITEM_COPY ? 0
			     : item->parents > 1 && most > DERIVATION_BLOCK
				     ? most * sizeof(float)
				     : DERIVATION_BLOCK * sizeof(float);
		bool same = is_same_by_digests(plan, i);

		run->first_chunk[i + 1] =
			run->first_chunk[i] + (same ? 0 : (elements + size - 1) / size);
		run->result->elements += elements;
		if (same)
			continue;
		run->total += item->child->length;
		if (derivation_bytes_of(item->child, most) > run->child_max)
			run->child_max = derivation_bytes_of(item->child, most);
		if (sum > run->sum_max)
			run->sum_max = sum;
		for (size_t p = 0; p < item->parents; p++) {
			size_t bytes = derivation_bytes_of(
				plan->source[i * plan->derivation->parent_count + p], most);

			if (bytes > run->parent_max)
				run->parent_max = bytes;
		}
	}
}

/* The weights as they are multiplied with, and their sum as it is divided by. */
static void run_weigh(struct derivation_work *run)
{
	const struct derivation *derivation = run->plan->derivation;
	const struct derivation_form *form = derivation->form;
	bool rounds = form->rounds_terms && form->ends == DERIVATION_WEIGHTS;

	for (enum float_format work = FLOAT_F32; work <= FLOAT_BF16; work++) {
		for (size_t p = 0; p < derivation->parent_count; p++) {
			float *weight = &run->weight[work][p];

			*weight = derivation->weight ? (float)derivation->weight[p] : 1;
			if (rounds)
				derive_round(work, weight, 1);
			derive_add(&run->weight_sum[work], weight, 1);
		}
		if (rounds)
			derive_round(work, &run->weight_sum[work], 1);
	}
}

/* All items, those without factors in runs of as many as stand together. */
static int run_all(struct derivation_work *run, struct error *err)
{
	const struct derivation_plan *plan = run->plan;
	size_t from = 0;

	for (size_t i = 0; i < plan->count; i++) {
		if (plan->item[i].kind != ITEM_LORA)
			continue;
		if (run_items(run, from, i, NULL, err) || run_lora(run, i, err))
			return -1;
		from = i + 1;
	}
	return run_items(run, from, plan->count, NULL, err);
}

/* Nothing that was read changed meanwhile. */
static int sides_unchanged(const struct derivation_plan *plan, struct error *err)
{
	for (size_t p = 0; p < plan->derivation->parent_count; p++)
		if (weights_unchanged(plan->parent[p].weights, err))
			return error_prefix(err, "%s", plan->parent[p].name);
	return weights_unchanged(plan->child->weights, err);
}

static int run_plan(const struct context *ctx, struct derivation_plan *plan,
		    struct derivation_result *result, struct error *err)
{
	struct derivation_work run = { .ctx = ctx,
				       .plan = plan,
				       .result = result,
				       .bad_chunk = UINT64_MAX,
				       .lock = PTHREAD_MUTEX_INITIALIZER };
	int failed;

	run.first_chunk = calloc(plan->count + 1, sizeof(*run.first_chunk));
	if (!run.first_chunk)
		return error_system(err, ENOMEM, "cannot plan a derivation");
	run_measure(&run);
	run_weigh(&run);
	failed = run_all(&run, err);
	free(run.first_chunk);
	pthread_mutex_destroy(&run.lock);
	return failed || sides_unchanged(plan, err) ? -1 : 0;
}

int derivation_run(const struct context *ctx, const struct derivation *derivation,
		   struct derivation_side *child, struct derivation_side *parent,
		   struct derivation_result *out_result, struct error *err)
{
	struct derivation_result result = { 0 };
	struct derivation_plan plan;
	int failed = 0;

	if (derivation_plan_make(derivation, child, parent, &plan, &result, err))
		return -1;
	result.tensors = plan.count;
	if (result.outcome != DERIVATION_DIFFERS)
		failed = run_plan(ctx, &plan, &result, err);
	derivation_plan_release(&plan);
	if (failed)
		return -1;
	if (result.outcome != DERIVATION_DIFFERS && result.differing)
		result.outcome = DERIVATION_WITHIN;
	*out_result = result;
	return 0;
}
