/* replay: compute a share of a record again and hold it against what was recorded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/outputs_compute.h"
#include "verify/record.h"
#include "verify/replay_compare.h"

#define DRAW_DOMAIN "akashi/replay/1"

/* The share of a record that is computed again. */
struct draw {
	size_t *index; /* of the probes, ascending */
	size_t count;
	struct probe_share *share;
	struct sequences sequences;
	uint32_t *ids;
	size_t *rows;
};

static void draw_release(struct draw *draw)
{
	free(draw->index);
	free(draw->share);
	free(draw->ids);
	free(draw->rows);
}

static int index_order(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Some of `total` probes without repetition (Fisher-Yates), by a text. */
static void indices_draw(size_t *index, size_t total, size_t count, const char *seed)
{
	struct seeded seeded = seeded_start(DRAW_DOMAIN, span_of(seed));

	for (size_t i = 0; i < count; i++) {
		size_t other = i + seeded_below(&seeded, (uint32_t)(total - i));
		size_t kept = index[i];

		index[i] = index[other];
		index[other] = kept;
	}
	qsort(index, count, sizeof(*index), index_order);
}

/* What the caller said, else chance: hexadecimal digits into out_seed. */
static int seed_take(const struct context *ctx, const char *said, char *out_seed, size_t size,
		     struct error *err)
{
	struct digest chance;
	char hex[DIGEST_HEX_SIZE];

	if (said && strlen(said) >= size)
		return error_set(err, ERROR_USAGE, "a seed has at most %zu characters", size - 1);
	if (said) {
		snprintf(out_seed, size, "%s", said);
		return 0;
	}
	if (context_random(ctx, chance.byte, sizeof(chance.byte), err))
		return error_prefix(err, "cannot draw probes");
	digest_to_hex(&chance, hex);
	snprintf(out_seed, size, "%s", hex);
	return 0;
}

static size_t share_tokens(const struct forward *forward, const struct probe *probe,
			   const struct replay_request *request)
{
	if (!request->positions || request->positions >= probe->count ||
	    model_config_needs_whole_probes(forward_config(forward)))
		return probe->count;
	return request->positions;
}

/* `seed` NULL: the first probes stand for any others (to know the cost). */
static int draw_make(const struct forward *forward, const struct probes *probes,
		     const struct replay_request *request, const char *seed, struct draw *draw,
		     struct error *err)
{
	bool all = !request->probes || request->probes >= probes->count;

	draw->count = all ? probes->count : request->probes;
	draw->index = calloc(probes->count, sizeof(*draw->index));
	draw->share = calloc(draw->count, sizeof(*draw->share));
	if (!draw->index || !draw->share)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu probes", probes->count);
	for (size_t i = 0; i < probes->count; i++)
		draw->index[i] = i;
	if (!all && seed)
		indices_draw(draw->index, probes->count, draw->count, seed);
	for (size_t i = 0; i < draw->count; i++) {
		const struct probe *probe = &probes->probe[draw->index[i]];

		draw->share[i] =
			(struct probe_share){ probe, share_tokens(forward, probe, request) };
	}
	return shares_sequences(draw->share, draw->count, &draw->sequences, &draw->ids, &draw->rows,
				err);
}

int record_cost(const struct forward *forward, const struct probes *probes,
		const struct replay_request *request, struct forward_cost *out_cost,
		struct error *err)
{
	struct draw draw = { 0 };
	int failed;

	if (!probes->count)
		return error_set(err, ERROR_USAGE, "there is no probe to compute with");
	failed = draw_make(forward, probes, request, NULL, &draw, err);
	if (!failed)
		*out_cost = forward_estimate(forward, &draw.sequences);
	draw_release(&draw);
	return failed;
}

/* Is the record about these probes and a model of this shape? */
static int record_check(const struct forward *forward, const struct probes *probes,
			const struct outputs *recorded, struct error *err)
{
	const struct model_config *config = forward_config(forward);

	if (recorded->layers != config->layers || recorded->hidden != config->hidden ||
	    recorded->vocab != config->vocab || recorded->logits != forward_has_logits(forward))
		return error_set(err, ERROR_CORRUPT,
				 "the record is of a model with %u layers of hidden size %u and a "
				 "vocabulary of %u, and this one has %u, %u and %u",
				 recorded->layers, recorded->hidden, recorded->vocab,
				 config->layers, config->hidden, config->vocab);
	if (recorded->count != probes->count)
		return error_set(err, ERROR_CORRUPT,
				 "the record is of %zu probes, and there are %zu", recorded->count,
				 probes->count);
	for (size_t i = 0; i < probes->count; i++) {
		struct digest identity = probe_identity(&probes->probe[i]);

		if (!digest_equal(&identity, &recorded->probe[i].identity) ||
		    recorded->probe[i].tokens != probes->probe[i].count)
			return error_set(err, ERROR_CORRUPT,
					 "probe %zu is not the one that was recorded", i);
	}
	return 0;
}

/* What the share reached and what it did not. */
static void coverage_fill(const struct forward *forward, struct draw *draw,
			  struct replay_coverage *coverage)
{
	const struct model_config *config = forward_config(forward);
	struct forward_cost cost = forward_estimate(forward, &draw->sequences);

	*coverage = (struct replay_coverage){ .context = config->context,
					      .vocab = config->vocab,
					      .layers = config->layers,
					      .unread = forward_unread_count(forward),
					      .read_bytes = cost.read_bytes,
					      .flop = cost.flop };
	for (size_t i = 0; i < draw->count; i++) {
		size_t tokens = draw->share[i].tokens;

		coverage->tokens += tokens;
		coverage->positions = tokens > coverage->positions ? tokens : coverage->positions;
	}
	coverage->window_reached = coverage->positions > config->window;
	coverage->embedding_rows = (uint32_t)ids_different(draw->ids, coverage->tokens);
}

static int replay_run(const struct context *ctx, struct forward *forward, struct backend *backend,
		      const struct outputs *recorded, struct draw *draw,
		      struct replay_report *report, struct error *err)
{
	struct outputs computed = { 0 };

	if (outputs_compute(ctx, forward, backend, draw->share, draw->count, PASS_MEMORY_BYTES,
			    &computed, err))
		return -1;
	for (size_t i = 0; i < draw->count; i++)
		probe_compare(recorded, draw->index[i], &computed.probe[i], report);
	report->probes_run = draw->count;
	coverage_fill(forward, draw, &report->coverage);
	outputs_release(&computed);
	return 0;
}

static int outputs_trusted(struct span text, const struct digest *root, struct outputs *out_outputs,
			   struct error *err)
{
	struct digest found;

	if (outputs_from_object(text, out_outputs, err))
		return -1;
	found = outputs_root(out_outputs);
	if (!digest_equal(&found, root)) {
		outputs_release(out_outputs);
		return error_set(err, ERROR_CORRUPT,
				 "the outputs object is not the one that the record's root names");
	}
	return 0;
}

int record_replay(const struct context *ctx, struct forward *forward, struct backend *backend,
		  const struct probes *probes, struct span outputs_text, const struct digest *root,
		  const struct replay_request *request, struct replay_report *out_report,
		  struct error *err)
{
	bool draws = request->probes && request->probes < probes->count;
	struct replay_report report = { .seeded = draws && request->seed, .whole = true };
	struct outputs recorded = { 0 };
	struct draw draw = { 0 };
	int failed;

	if (outputs_trusted(outputs_text, root, &recorded, err))
		return -1;
	report.probes_recorded = recorded.count;
	failed = record_check(forward, probes, &recorded, err) ||
		 (draws && seed_take(ctx, request->seed, report.seed, sizeof(report.seed), err)) ||
		 draw_make(forward, probes, request, report.seed, &draw, err) ||
		 replay_run(ctx, forward, backend, &recorded, &draw, &report, err);
	draw_release(&draw);
	outputs_release(&recorded);
	if (failed)
		return -1;
	*out_report = report;
	return 0;
}
