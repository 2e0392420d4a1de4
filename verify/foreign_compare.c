/* foreign_compare: compute drawn probes and hold written log-probabilities against them. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/draw.h"
#include "verify/foreign.h"
#include "verify/logits_pass.h"

/*
 * Measured over the tiny model and random models of every family (docs/foreign_outputs.md):
 * in these units single values were off by up to 41 (f32), 13.9 (f16) and 22.7 (bf16), means by
 * up to 2.34, 1.28 and 1.20. The exact chain is a longer sum than a framework's, and its error
 * grows with the square root of the width: in f32, where that is what is seen, there is room for
 * 256 times the width that was measured; in f16 and bf16 the framework's own rounding is.
 */
static const struct foreign_tolerance tolerances[] = {
	[FOREIGN_F32] = { 0x1p-24, 1024, 64, false },
	[FOREIGN_F16] = { 0x1p-11, 64, 4, false },
	[FOREIGN_BF16] = { 0x1p-8, 64, 4, false },
};

/* Measured with experts in 16 bits: means up to 9.0, single values without any limit. */
#define ROUTED_MEAN 16

struct foreign_tolerance foreign_tolerance_of(enum foreign_dtype dtype, bool experts)
{
	struct foreign_tolerance tolerance = tolerances[dtype];

	if (experts && dtype != FOREIGN_F32) {
		tolerance.mean = ROUTED_MEAN;
		tolerance.mean_only = true;
	}
	return tolerance;
}

/* What listens to the passes, and what it adds to. */
struct listener {
	const struct foreign *foreign;
	struct foreign_tolerance tolerance;
	const struct draw *draw;
	struct foreign_report *report;
	double sum, divergence; /* over all values, all positions */
	double units,
		whole_units; /* over all values: of the scale up to its limit, and of all of it */
};

double foreign_scale(double scale)
{
	return fmin(fmax(scale, FOREIGN_SCALE_MIN), FOREIGN_SCALE_MAX);
}

static void value_compare(struct listener *listener, const struct distribution *computed,
			  size_t probe, size_t position, uint32_t id, double written)
{
	struct foreign_report *report = listener->report;
	double ours = distribution_log(computed, id), difference = fabs(ours - written);
	double unit = listener->tolerance.unit * foreign_scale(computed->size);
	double whole = listener->tolerance.unit * fmax(computed->size, FOREIGN_SCALE_MIN);
	double allowed = listener->tolerance.largest * whole;
	struct foreign_worst *worst = &report->worst;

	report->values_compared++;
	report->scale = fmax(report->scale, computed->size);
	listener->sum += difference;
	listener->units += difference / unit;
	listener->whole_units += difference / whole;
	if (!listener->tolerance.mean_only && !(difference <= listener->tolerance.largest * unit))
		report->obscured = true;
	if (!(difference <= report->largest))
		report->largest = difference;
	if (!listener->tolerance.mean_only && !(difference <= allowed))
		report->value_beyond = true;
	if (report->values_compared == 1 ||
	    !(difference * worst->allowed <= fabs(worst->computed - worst->written) * allowed))
		*worst = (struct foreign_worst){ probe, position, id, written, ours, allowed };
}

/* p ln(p / q), q never so small that it would not be finite. */
static double outcome(double p, double q)
{
	return p > 0 ? p * log(p / fmax(q, DBL_MIN)) : 0;
}

/* KL of the written tokens of one position, all others being one outcome. */
static double divergence_of(const struct distribution *computed, const struct foreign_entry *entry,
			    size_t count)
{
	double rest_written = 1, rest_ours = 1, sum = 0;

	for (size_t i = 0; i < count; i++) {
		double p = exp(entry[i].logprob);
		double q = exp(distribution_log(computed, entry[i].id));

		sum += outcome(p, q);
		rest_written -= p;
		rest_ours -= q;
	}
	/* Rounded numbers may add up to a little more than 1, and to a sum below 0. */
	return fmax(sum + outcome(rest_written, rest_ours), 0);
}

static bool position_wanted(void *user, size_t sequence, size_t position)
{
	const struct listener *listener = user;
	const struct foreign_probe *written =
		&listener->foreign->probe[listener->draw->index[sequence]];

	return written->first[position + 1] > written->first[position] ||
	       written->next[position] != FOREIGN_UNWRITTEN;
}

static void position_compare(void *user, size_t sequence, size_t position, const float *logits,
			     uint32_t vocab)
{
	struct listener *listener = user;
	size_t probe = listener->draw->index[sequence];
	const struct foreign_probe *written = &listener->foreign->probe[probe];
	const struct probe *tokens = &listener->foreign->probes.probe[probe];
	const struct foreign_entry *entry = written->entry + written->first[position];
	size_t count = written->first[position + 1] - written->first[position], likeliest = 0;
	struct foreign_report *report = listener->report;
	struct distribution computed;
	double divergence;

	computed = distribution_of(logits, vocab);
	report->positions_compared++;
	for (size_t i = 0; i < count; i++) {
		value_compare(listener, &computed, probe, position, entry[i].id, entry[i].logprob);
		likeliest = entry[i].logprob > entry[likeliest].logprob ? i : likeliest;
	}
	if (written->next[position] != FOREIGN_UNWRITTEN)
		value_compare(listener, &computed, probe, position, tokens->ids[position + 1],
			      written->next[position]);
	if (!count)
		return;
	report->top_compared++;
	report->top_agree += entry[likeliest].id == computed.likeliest;
	divergence = divergence_of(&computed, entry, count);
	listener->divergence += divergence;
	report->divergence_most = fmax(report->divergence_most, divergence);
}

int foreign_check(const struct forward *forward, const struct foreign *foreign, struct error *err)
{
	const struct model_config *config = forward_config(forward);

	if (!forward_has_logits(forward))
		return error_set(err, ERROR_USAGE,
				 "the model has no language-model head, so it gives no "
				 "log-probabilities");
	if (probes_check(&foreign->probes, config->vocab, config->context, err))
		return -1;
	for (size_t i = 0; i < foreign->probes.count; i++) {
		const struct foreign_probe *probe = &foreign->probe[i];
		size_t count = probe->first[foreign->probes.probe[i].count];

		for (size_t e = 0; e < count; e++)
			if (probe->entry[e].id >= config->vocab)
				return error_set(err, ERROR_USAGE,
						 "id %u of probe %zu is not in the vocabulary of "
						 "%u",
						 probe->entry[e].id, i, config->vocab);
	}
	return 0;
}

static int compare_drawn(const struct context *ctx, struct forward *forward,
			 struct backend *backend, const struct foreign *foreign, struct draw *draw,
			 struct foreign_report *report, struct error *err)
{
	struct listener listener = {
		.foreign = foreign, .tolerance = report->tolerance, .draw = draw, .report = report
	};
	struct logits_listener heard = { &listener, position_wanted, position_compare };

	if (logits_pass(ctx, forward, backend, &draw->sequences, &heard, err))
		return -1;
	if (!report->values_compared)
		return error_set(err, ERROR_UNTRUSTED,
				 "no log-probability is written for the probes and positions that "
				 "were drawn");
	report->mean = listener.sum / (double)report->values_compared;
	report->mean_units = listener.units / (double)report->values_compared;
	report->mean_beyond = !(listener.whole_units / (double)report->values_compared <=
				listener.tolerance.mean);
	report->obscured = !report->value_beyond && !report->mean_beyond &&
			   (report->obscured || !(report->mean_units <= listener.tolerance.mean));
	if (report->top_compared)
		report->divergence = listener.divergence / (double)report->top_compared;
	report->probes_run = draw->count;
	draw_coverage(forward, draw, &report->coverage);
	return 0;
}

int foreign_compare(const struct context *ctx, struct forward *forward, struct backend *backend,
		    const struct foreign *foreign, const struct replay_request *request,
		    struct foreign_report *out_report, struct error *err)
{
	bool draws = request->probes && request->probes < foreign->probes.count;
	struct foreign_report report = { .seeded = draws && request->seed && !request->own,
					 .probes_recorded = foreign->probes.count,
					 .tolerance = foreign_tolerance_of(
						 foreign->dtype,
						 forward_config(forward)->experts > 0) };
	struct draw draw = { 0 };
	int failed;

	failed = foreign_check(forward, foreign, err) ||
		 (draws && draw_seed(ctx, request->seed, report.seed, sizeof(report.seed), err)) ||
		 draw_make(forward, &foreign->probes, request, report.seed, &draw, err) ||
		 compare_drawn(ctx, forward, backend, foreign, &draw, &report, err);
	draw_release(&draw);
	if (failed)
		return -1;
	*out_report = report;
	return 0;
}

void foreign_where_text(const struct foreign *foreign, const struct foreign_report *report,
			char out_text[FOREIGN_WHERE_MAX])
{
	const struct foreign_worst *worst = &report->worst;

	if (report->obscured)
		snprintf(out_text, FOREIGN_WHERE_MAX,
			 "its logits are as large as %.3g, and the differences of up to %.2g nats "
			 "that %s may explain there would hide other weights",
			 report->scale, report->largest, foreign_dtype_name(foreign->dtype));
	else if (report->value_beyond)
		snprintf(out_text, FOREIGN_WHERE_MAX,
			 "probe %zu, position %zu, token %u: written %.6f, computed %.6f, and %s "
			 "explains %.2g",
			 worst->probe, worst->position, worst->id, worst->written, worst->computed,
			 foreign_dtype_name(foreign->dtype), worst->allowed);
	else
		snprintf(
			out_text, FOREIGN_WHERE_MAX,
			"log-probabilities are off by %.2g on average, %.1f times what %s explains",
			report->mean, report->mean_units / report->tolerance.mean,
			foreign_dtype_name(foreign->dtype));
}
