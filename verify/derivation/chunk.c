/* derivation_chunk: the arithmetic of one chunk of elements, and its comparison with the child. */
#include "verify/derivation/chunk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned width_of(const struct tensor *tensor)
{
	return dtype_bits(tensor->dtype) / 8;
}

uint64_t derivation_chunk_elements(const struct derivation_plan *plan,
				   const struct derivation_item *item)
{
	size_t at = (size_t)(item - plan->item);
	unsigned least = width_of(item->child);

	for (size_t p = 0; p < item->parents; p++) {
		unsigned width = width_of(plan->source[at * plan->derivation->parent_count + p]);

		if (width < least)
			least = width;
	}
	return PIECE_SIZE_BYTES / (least ? least : 1);
}

uint64_t derivation_item_elements(const struct derivation_item *item)
{
	return width_of(item->child) ? tensor_elements(item->child) : item->child->length;
}

size_t derivation_bytes_of(const struct tensor *tensor, size_t n)
{
	unsigned width = width_of(tensor);

	return n * (width ? width : 1);
}

/* "[3, 57]" of element `at`. */
static void place_text(const struct tensor *tensor, uint64_t at, char out_text[160])
{
	size_t len = 0;
	uint64_t stride = 1;

	for (uint32_t i = 0; i < tensor->rank; i++)
		stride *= tensor->shape[i];
	out_text[0] = '\0';
	for (uint32_t i = 0; i < tensor->rank && len < 120 && stride; i++) {
		stride /= tensor->shape[i];
		len += (size_t)snprintf(out_text + len, 160 - len, "%s%" PRIu64, i ? ", " : " [",
					stride ? at / stride : 0);
		at %= stride ? stride : 1;
	}
	if (len)
		snprintf(out_text + len, 160 - len, "]");
}

/* The first difference, of all chunks the one that comes first. */
static void say_difference(struct derivation_room *room, uint64_t at, const uint8_t *expected,
			   const uint8_t *found)
{
	struct derivation_work *run = room->run;
	const struct tensor *tensor = room->item->child;
	char place[160], want[DTYPE_TEXT_MAX] = "other bytes", have[DTYPE_TEXT_MAX] = "these";

	atomic_store(&run->stopped, true);
	place_text(tensor, at, place);
	if (width_of(tensor)) {
		dtype_element_text(tensor->dtype, expected, want);
		dtype_element_text(tensor->dtype, found, have);
	}
	pthread_mutex_lock(&run->lock);
	if (room->chunk < run->bad_chunk) {
		run->bad_chunk = room->chunk;
		run->result->outcome = DERIVATION_REPRODUCED; /* what was said of a later one */
		derivation_differs(run->result,
				   "tensor '%.200s', element %" PRIu64 "%s: %s follows, and %s is "
				   "there",
				   tensor->name, at, place, want, have);
	}
	pthread_mutex_unlock(&run->lock);
}

static int read_side(struct derivation_room *room, struct derivation_side *side,
		     const struct tensor *tensor, uint8_t *out, struct error *err)
{
	size_t len = derivation_bytes_of(tensor, room->n);

	room->bytes += len;
	return weights_read_checked(&room->alone, side->weights, tensor,
				    derivation_bytes_of(tensor, 1) * room->first, out, len, err);
}

/* Every parent's bytes are the child's. */
static int copy_chunk(struct derivation_room *room, struct error *err)
{
	const struct derivation_plan *plan = room->run->plan;
	size_t width = derivation_bytes_of(room->item->child, 1), len = width * room->n, at = 0;

	for (size_t p = 0; p < room->item->parents; p++) {
		if (read_side(room, derivation_source_side(plan, room->item, p), room->source[p],
			      room->parent, err))
			return -1;
		if (memcmp(room->parent, room->child, len) == 0)
			continue;
		while (room->parent[at] == room->child[at])
			at++;
		at -= at % width;
		say_difference(room, room->first + at / width, room->parent + at, room->child + at);
		return 0;
	}
	return 0;
}

/* Put what parent p adds into x, and its size into terms. */
static void block_term(struct derivation_room *room, size_t p, const uint8_t *bytes, size_t n,
		       float *terms)
{
	const struct derivation_work *run = room->run;
	const struct derivation *derivation = run->plan->derivation;
	const struct derivation_form *form = derivation->form;
	enum float_format format = FLOAT_F32;

	(void)derivation_format(room->source[p]->dtype, &format);
	derive_widen(format, bytes, n, room->x);
	if (derivation->has_work)
		derive_round(room->work, room->x, n);
	if (form->method != DERIVATION_LORA && form->term == DERIVATION_PRODUCT)
		derive_scale(DERIVE_MULTIPLY, room->x, run->weight[room->work][p], n);
	if (form->term == DERIVATION_SHARE)
		derive_scale(DERIVE_DIVIDE, room->x, (float)derivation->parent_count, n);
	if (form->rounds_terms)
		derive_round(room->work, room->x, n);
	if (terms)
		derive_largest(terms, room->x, n);
}

/* sum = sum and parent p. */
static void block_add(struct derivation_room *room, size_t p, const uint8_t *bytes, size_t n,
		      float *sum, float *terms)
{
	const struct derivation_work *run = room->run;
	const struct derivation_form *form = run->plan->derivation->form;

	if (p == 0) {
		memset(sum, 0, n * sizeof(*sum));
		if (terms)
			memset(terms, 0, n * sizeof(*terms));
	}
	block_term(room, p, bytes, n, terms);
	if (form->term == DERIVATION_FUSED)
		derive_add_product(sum, room->x, run->weight[room->work][p], n);
	else if (p == 0 && form->starts == DERIVATION_FIRST)
		memcpy(sum, room->x, n * sizeof(*sum));
	else
		derive_add(sum, room->x, n);
	if (form->rounds_sums)
		derive_round(room->work, sum, n);
}

/* What is done after the last parent, from element `at` of the chunk; then the comparison. */
static void block_finish(struct derivation_room *room, size_t at, size_t n, float *sum,
			 const float *terms)
{
	const struct derivation_work *run = room->run;
	const struct derivation *derivation = run->plan->derivation;
	const struct derivation_form *form = derivation->form;
	size_t width = width_of(room->item->child);
	const uint8_t *found = room->child + at * width;
	struct derive_difference *difference = &room->difference;
	bool beyond = difference->beyond;

	if (form->rounds_terms && !form->rounds_sums)
		derive_round(room->work, sum, n);
	if (form->ends == DERIVATION_COUNT)
		derive_scale(DERIVE_DIVIDE, sum, (float)derivation->parent_count, n);
	if (form->ends == DERIVATION_WEIGHTS && derivation->normalize)
		derive_scale(DERIVE_DIVIDE, sum, run->weight_sum[room->work], n);
	if (form->ends_in_work)
		derive_round(room->work, sum, n);
	derive_narrow(room->out, sum, n, room->expected);
	if (memcmp(room->expected, found, n * width) == 0)
		return;
	derive_compare(room->out, room->expected, found, terms, n, room->first + at,
		       derivation->tolerance, difference);
	if (difference->beyond && !beyond)
		say_difference(room, difference->first,
			       room->expected + (difference->first - room->first - at) * width,
			       found + (difference->first - room->first - at) * width);
}

/* The base's numbers and the adapter's product. */
static void block_lora(struct derivation_room *room, const uint8_t *bytes, size_t at, size_t n)
{
	const struct derivation_item *item = room->item;
	float *terms = room->terms;

	block_add(room, 0, bytes, n, room->sum, terms);
	derivation_factors_product(room->run->factors, item->scale, room->first + at, n, room->x);
	if (terms)
		derive_largest(terms, room->x, n);
	derive_add(room->sum, room->x, n);
	derive_round(room->work, room->sum, n);
}

static int compute_chunk(struct derivation_room *room, struct error *err)
{
	const struct derivation_plan *plan = room->run->plan;
	const struct derivation_item *item = room->item;
	bool several = item->parents > 1;

	for (size_t p = 0; p < item->parents; p++) {
		size_t width = width_of(room->source[p]);

		if (read_side(room, derivation_source_side(plan, item, p), room->source[p],
			      room->parent, err))
			return -1;
		for (size_t at = 0; at < room->n; at += DERIVATION_BLOCK) {
			size_t n =
				room->n - at < DERIVATION_BLOCK ? room->n - at : DERIVATION_BLOCK;
			float *sum = room->sum + (several ? at : 0);
			float *terms = room->terms ? room->terms + (several ? at : 0) : NULL;

			if (item->kind == ITEM_LORA)
				block_lora(room, room->parent + at * width, at, n);
			else
				block_add(room, p, room->parent + at * width, n, sum, terms);
			if (p + 1 == item->parents)
				block_finish(room, at, n, sum, terms);
		}
	}
	return 0;
}

/* Which item the chunk is of, and which of its elements. */
static void chunk_find(struct derivation_room *room, uint64_t chunk)
{
	const struct derivation_work *run = room->run;
	const struct derivation_plan *plan = run->plan;
	size_t low = run->from, high = run->to;
	uint64_t rest, size;

	room->chunk = chunk;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (run->first_chunk[middle] <= room->chunk)
			low = middle;
		else
			high = middle;
	}
	room->item = &plan->item[low];
	room->source = &plan->source[low * plan->derivation->parent_count];
	size = derivation_chunk_elements(plan, room->item);
	room->first = (room->chunk - run->first_chunk[low]) * size;
	rest = derivation_item_elements(room->item) - room->first;
	room->n = (size_t)(rest < size ? rest : size);
	room->work = derivation_work_format(plan->derivation, room->source[0]);
	(void)derivation_format(room->item->child->dtype, &room->out);
	room->difference = (struct derive_difference){ 0 };
	room->bytes = 0;
}

/* Add up what a chunk gave. */
static void chunk_count(struct derivation_room *room)
{
	struct derivation_work *run = room->run;
	struct derivation_result *result = run->result;

	pthread_mutex_lock(&run->lock);
	result->bytes += room->bytes;
	result->differing += room->difference.differ;
	result->nan += room->difference.nan;
	if (room->difference.largest > result->largest)
		result->largest = room->difference.largest;
	run->done += derivation_bytes_of(room->item->child, room->n);
	context_progress(run->ctx, "re-executing", "bytes", run->done, run->total);
	pthread_mutex_unlock(&run->lock);
}

void derivation_room_release(struct derivation_room *room)
{
	free(room->child);
	free(room->parent);
	free(room->sum);
	free(room->terms);
	free(room->x);
	free(room->expected);
}

int derivation_room_make(struct derivation_work *run, struct derivation_room *room,
			 struct error *err)
{
	*room = (struct derivation_room){ .run = run, .alone = *run->ctx };
	room->alone.threads = NULL;
	room->child = malloc(run->child_max + 1);
	room->parent = malloc(run->parent_max + 1);
	room->sum = malloc(run->sum_max + 1);
	room->terms = run->plan->derivation->tolerance ? malloc(run->sum_max + 1) : NULL;
	room->x = malloc(DERIVATION_BLOCK * sizeof(*room->x));
	room->expected = malloc(DERIVATION_BLOCK * sizeof(float));
	return room->child && room->parent && room->sum && room->x && room->expected &&
			       (room->terms || !run->plan->derivation->tolerance)
		       ? 0
		       : error_system(err, ENOMEM, "cannot do a derivation again");
}

int derivation_chunk_do(struct derivation_room *room, uint64_t chunk, struct error *err)
{
	struct derivation_work *run = room->run;

	chunk_find(room, chunk);
	if (context_check_cancelled(run->ctx, err) ||
	    read_side(room, run->plan->child, room->item->child, room->child, err) ||
	    (room->item->kind == ITEM_COPY ? copy_chunk(room, err) : compute_chunk(room, err)))
		return -1;
	chunk_count(room);
	return 0;
}
