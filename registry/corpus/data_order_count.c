/* data_order: from steps to samples, and from samples to those of each source. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "registry/data_order.h"

enum { SEQUENCES_STEP = 1 << 16 };

/* ---- Steps ---- */

/* The batch of a step that begins when so many samples are done (num_microbatches_calculator). */
static uint64_t batch_at(const struct data_order *order, uint64_t done)
{
	uint64_t rises;
	double per_rise;

	if (!order->ramp_start || done > order->ramp_samples)
		return order->batch_size;
	rises = (order->batch_size - order->ramp_start) / order->ramp_step;
	per_rise = (double)order->ramp_samples / (double)rises;
	return order->ramp_start + (uint64_t)((double)done / per_rise) * order->ramp_step;
}

/* How many of the next `steps` have the batch of the first. */
static uint64_t alike(const struct data_order *order, uint64_t done, uint64_t steps)
{
	uint64_t batch = batch_at(order, done), low = 1, high = steps;

	if (!order->ramp_start || done > order->ramp_samples)
		return steps;
	/* Beyond this many it is another one for certain. */
	if (high > order->ramp_samples / batch + 2)
		high = order->ramp_samples / batch + 2;
	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;

		if (batch_at(order, done + (middle - 1) * batch) == batch)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

int data_order_advance(const struct data_order *order, uint64_t done, uint64_t steps,
		       uint64_t *out_done, struct error *err)
{
	if (!order->batch_size)
		return error_set(err, ERROR_USAGE, "the size of a batch is not known");
	while (steps) {
		uint64_t count = alike(order, done, steps), more;

		if (__builtin_mul_overflow(count, batch_at(order, done), &more) ||
		    __builtin_add_overflow(done, more, &done) || done > BLEND_SAMPLES_MAX)
			return error_set(err, ERROR_USAGE,
					 "so many steps are more samples than "
					 "can be counted");
		steps -= count;
	}
	*out_done = done;
	return 0;
}

/* ---- Sources ---- */

/* The sequences of one epoch of a source: (tokens - 1) / length. */
static uint64_t epoch_samples(const struct data_order *order, size_t i)
{
	const struct data_source *source = &order->source[i];

	return source->epoch_tokens ? (source->epoch_tokens - 1) / order->sequence_length : 0;
}

const char *data_order_doubt(const struct data_order *order, bool file, uint64_t samples)
{
	uint64_t epoch = 0;

	if (order->kind == DATA_ORDER_INTERLEAVE)
		return "which sample comes next is drawn by chance";
	if (order->kind == DATA_ORDER_SEQUENCES) {
		if (!order->listed || !file)
			return "the file of sequences is not at hand";
		return samples > order->sequence_count ? "the file of sequences ends before" : NULL;
	}
	if (order->source[0].weight || order->count == 1)
		return NULL;
	if (!order->sequence_length)
		return "without weights and the length of a sequence nothing says the shares";
	for (size_t i = 0; i < order->count; i++) {
		if (!order->source[i].indexed)
			return "without weights the indices say the shares, and not all were read";
		epoch += epoch_samples(order, i);
	}
	return samples > epoch ? "without weights there is one epoch, and it ends before" : NULL;
}

/* Shares as declared: by largest remainders, so that they add up. */
static int declared_taken(const double *share, size_t count, uint64_t samples, uint64_t *taken,
			  struct error *err)
{
	double *rest = malloc(count * sizeof(*rest));
	uint64_t sum = 0;

	if (!rest)
		return error_set(err, ERROR_SYSTEM, "out of memory for shares");
	for (size_t i = 0; i < count; i++) {
		double exact = share[i] * (double)samples;

		taken[i] = (uint64_t)exact;
		if (taken[i] > samples - sum)
			taken[i] = samples - sum;
		rest[i] = exact - (double)taken[i];
		sum += taken[i];
	}
	while (sum < samples) {
		size_t best = 0;

		for (size_t i = 1; i < count; i++)
			if (rest[i] > rest[best])
				best = i;
		taken[best]++;
		rest[best] -= 1;
		sum++;
	}
	free(rest);
	return 0;
}

struct counting {
	const struct data_order *order;
	const uint64_t *end; /* of each source's numbers */
	uint64_t *taken;
};

static void sequence_count(void *arg, uint64_t id)
{
	const struct counting *counting = arg;
	size_t low = 0, high = counting->order->count - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (id < counting->end[middle])
			high = middle;
		else
			low = middle + 1;
	}
	counting->taken[low]++;
}

static int listed_taken(const struct data_order *order, uint64_t samples, struct source *file,
			uint64_t *taken, struct error *err)
{
	uint64_t *end = calloc(order->count, sizeof(*end));
	struct counting counting = { order, end, taken };
	uint64_t ids = 0, count;
	int failed;

	if (!end)
		return error_set(err, ERROR_SYSTEM, "out of memory for shares");
	for (size_t i = 0; i < order->count; i++)
		end[i] = ids += order->source[i].ids;
	failed = data_order_sequences(file, ids, samples, sequence_count, &counting, &count, err);
	if (!failed && count < samples)
		failed = error_set(err, ERROR_CORRUPT, "the file of sequences is cut off");
	free(end);
	return failed;
}

int data_order_taken(const struct data_order *order, uint64_t samples, struct source *sequences,
		     struct blend_work *work, uint64_t *out_taken, struct error *err)
{
	bool sure = work && !data_order_doubt(order, sequences != NULL, samples);
	double *share = calloc(order->count, sizeof(*share));
	int failed;

	if (!share)
		return error_set(err, ERROR_SYSTEM, "out of memory for shares");
	memset(out_taken, 0, order->count * sizeof(*out_taken));
	for (size_t i = 0; i < order->count; i++) {
		const struct data_source *source = &order->source[i];

		share[i] = source->weight ? source->share
			   : order->sequence_length && source->indexed
				   ? (double)epoch_samples(order, i)
			   : source->ids ? (double)source->ids
					 : 1;
	}
	if (sure && order->kind == DATA_ORDER_SEQUENCES)
		failed = listed_taken(order, samples, sequences, out_taken, err);
	else if (order->count == 1)
		out_taken[0] = samples, failed = 0;
	else if (sure)
		failed = blend_taken(share, order->count, order->source[0].weight ? 2 : 1, samples,
				     work, out_taken, err);
	else
		failed = blend_normalize(share, order->count, err) ||
			 declared_taken(share, order->count, samples, out_taken, err);
	free(share);
	return failed ? -1 : 0;
}

/* ---- A file of sequences ---- */

struct lines {
	uint64_t line, number, ids;
	bool digits; /* the line has some */
};

static int line_refuse(const struct lines *lines, const char *what, struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "line %" PRIu64 ": %s", lines->line + 1, what);
}

static int byte_take(struct lines *lines, uint8_t byte, data_order_visit visit, void *arg,
		     struct error *err)
{
	uint8_t digit = (uint8_t)(byte - '0');

	if (byte == '\n') {
		if (!lines->digits)
			return line_refuse(lines, "it has no number", err);
		if (lines->number >= lines->ids)
			return line_refuse(lines, "there is no such sequence", err);
		if (visit)
			visit(arg, lines->number);
		lines->line++;
		lines->number = 0;
		lines->digits = false;
		return 0;
	}
	if (digit > 9 || lines->number > INT64_MAX / 10 - 1)
		return line_refuse(lines, "this is no number of a sequence", err);
	lines->number = 10 * lines->number + digit;
	lines->digits = true;
	return 0;
}

int data_order_sequences(struct source *file, uint64_t ids, uint64_t count, data_order_visit visit,
			 void *arg, uint64_t *out_count, struct error *err)
{
	struct lines lines = { .ids = ids };
	uint8_t *step = malloc(SEQUENCES_STEP);
	int failed = 0;

	if (!step)
		return error_set(err, ERROR_SYSTEM, "out of memory for a file of sequences");
	for (uint64_t at = 0; !failed && at < file->size && lines.line < count;) {
		size_t len = file->size - at < SEQUENCES_STEP ? (size_t)(file->size - at)
							      : SEQUENCES_STEP;

		failed = source_read_at(file, at, step, len, err);
		for (size_t i = 0; !failed && i < len && lines.line < count; i++)
			failed = byte_take(&lines, step[i], visit, arg, err);
		at += len;
	}
	if (!failed && lines.digits) /* the last line may lack its end */
		failed = byte_take(&lines, '\n', visit, arg, err);
	free(step);
	*out_count = lines.line;
	return failed ? -1 : 0;
}
