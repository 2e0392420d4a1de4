/* logits_pass: passes over the weights, row by row to whoever listens. */
#include "verify/logits_pass.h"

#include <math.h>
#include <stdlib.h>

#include "verify/forward/inner.h"
#include "verify/outputs_compute.h"

/* What one pass is told. */
struct hearing {
	const struct logits_listener *listener;
	size_t first;                      /* sequence of all that sequence 0 of this pass is */
	const struct sequences *sequences; /* of this pass */
	float *values;                     /* HOST_ROWS x vocab */
};

/* Which sequence of the pass a row is in, and where in it. */
static void row_place(const struct sequences *sequences, size_t row, size_t *out_sequence,
		      size_t *out_position)
{
	size_t sequence = 0;

	while (row >= sequences->row_count[sequence])
		row -= sequences->row_count[sequence++];
	*out_sequence = sequence;
	*out_position = row;
}

static bool row_wanted(const struct hearing *hearing, size_t row, size_t *out_sequence,
		       size_t *out_position)
{
	const struct logits_listener *listener = hearing->listener;

	row_place(hearing->sequences, row, out_sequence, out_position);
	*out_sequence += hearing->first;
	return !listener->wants || listener->wants(listener->user, *out_sequence, *out_position);
}

static int logits_heard(void *user, struct backend *backend, size_t first_row, struct matrix logits,
			struct error *err)
{
	struct hearing *hearing = user;
	const struct logits_listener *listener = hearing->listener;

	for (size_t done = 0; done < logits.rows; done += HOST_ROWS) {
		size_t rest = logits.rows - done, rows = rest < HOST_ROWS ? rest : HOST_ROWS;

		if (backend_download(backend, matrix_rows(logits, done, rows), hearing->values,
				     err))
			return -1;
		for (size_t i = 0; i < rows; i++) {
			size_t sequence, position;

			if (row_wanted(hearing, first_row + done + i, &sequence, &position))
				listener->heard(listener->user, sequence, position,
						hearing->values + i * logits.cols,
						(uint32_t)logits.cols);
		}
	}
	return 0;
}

int logits_pass(const struct context *ctx, struct forward *forward, struct backend *backend,
		const struct sequences *all, const struct logits_listener *listener,
		struct error *err)
{
	size_t vocab = forward_config(forward)->vocab;
	struct hearing hearing = { .listener = listener };
	struct forward_sink sink = { .user = &hearing, .logits = logits_heard };
	const uint32_t *ids = all->ids;
	int failed = 0;

	if (!forward_has_logits(forward))
		return error_set(err, ERROR_UNTRUSTED, "the model has no language-model head");
	hearing.values = calloc(HOST_ROWS * vocab, sizeof(float));
	if (!hearing.values)
		return error_set(err, ERROR_SYSTEM, "no memory for the logits of %zu tokens",
				 HOST_ROWS);
	for (size_t first = 0; first < all->count && !failed;) {
		struct sequences rest = { ids, all->row_count + first, all->count - first };
		struct sequences some = { ids, rest.row_count,
					  forward_batch(forward, &rest, PASS_MEMORY_BYTES) };

		hearing.first = first;
		hearing.sequences = &some;
		failed = forward_run(ctx, forward, backend, &some, &sink, err);
		ids += sequences_rows(&some);
		first += some.count;
	}
	free(hearing.values);
	return failed;
}

struct distribution distribution_of(const float *logits, uint32_t vocab)
{
	struct distribution d = { .logit = logits, .margin = INFINITY };
	double sum = 0, most = logits[0], next = -INFINITY, least = logits[0];

	for (uint32_t i = 1; i < vocab; i++) {
		if (logits[i] > most) {
			next = most;
			most = logits[i];
			d.likeliest = i;
		} else if (logits[i] > next) {
			next = logits[i];
		}
		least = logits[i] < least ? logits[i] : least;
	}
	for (uint32_t i = 0; i < vocab; i++)
		sum += exp(logits[i] - most);
	d.shift = most + log(sum);
	d.size = fmax(most, -least);
	d.margin = most - next;
	return d;
}

double distribution_log(const struct distribution *d, uint32_t id)
{
	return d->logit[id] - d->shift;
}
