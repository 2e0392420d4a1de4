/* dispute: run one layer of one probe with an ear at every step. */
#include "verify/dispute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/forward/pass.h"
#include "verify/replay_compare.h"

_Static_assert(TRANSCRIPT_STEPS_MAX >= LAYER_OPERATIONS_MAX, "a transcript has every step");

void dispute_release(struct dispute *dispute)
{
	for (size_t i = 0; dispute->values && i < dispute->transcript.count; i++)
		free(dispute->values[i]);
	free(dispute->values);
	free((void *)(uintptr_t)dispute->bound);
	free(dispute->input);
	transcript_release(&dispute->transcript);
	*dispute = (struct dispute){ 0 };
}

static const char *operation_name(enum operation_kind kind)
{
	static const char *const name[] = {
		[OP_NONE] = "none",
		[OP_TOKENS] = "tokens",
		[OP_POSITIONS] = "positions",
		[OP_TYPE_ZERO] = "type-zero",
		[OP_SCALE] = "scale",
		[OP_RMS_NORM] = "rms-norm",
		[OP_LAYER_NORM] = "layer-norm",
		[OP_LINEAR] = "linear",
		[OP_CLIP] = "clip",
		[OP_ROPE_QUERY] = "rope-query",
		[OP_ROPE_KEY] = "rope-key",
		[OP_ATTENTION] = "attention",
		[OP_ACTIVATION] = "activation",
		[OP_GATE] = "gate",
		[OP_EXPERTS] = "experts",
		[OP_GATE_ROWS] = "gate-rows",
		[OP_ADD] = "add",
	};

	return name[kind];
}

/* A step is done: keep its numbers and their digests. */
static int step_heard(void *user, const struct bound *bound, struct backend *backend,
		      struct matrix result, struct error *err)
{
	struct dispute *dispute = user;
	struct transcript *transcript = &dispute->transcript;
	struct transcript_step *step = &transcript->step[transcript->count];
	float *values;

	if (transcript->count == TRANSCRIPT_STEPS_MAX)
		return error_set(err, ERROR_USAGE, "a layer has more than %u steps",
				 TRANSCRIPT_STEPS_MAX);
	values = malloc(result.rows * result.cols * sizeof(float));
	dispute->values[transcript->count] = values;
	step->row = calloc(result.rows, sizeof(*step->row));
	step->opened = malloc(result.cols * sizeof(float));
	dispute->bound[transcript->count++] = bound; /* released from here on */
	if (!values || !step->row || !step->opened)
		return error_set(err, ERROR_SYSTEM, "no memory for the numbers of a step");
	if (backend_download(backend, result, values, err))
		return -1;
	snprintf(step->operation, sizeof(step->operation), "%s",
		 operation_name(bound->operation->kind));
	snprintf(step->tensor, sizeof(step->tensor), "%s",
		 bound->weight ? bound->weight->name : "");
	step->cols = result.cols;
	step->digest = values_digest("step", result.rows, result.cols, values);
	for (size_t i = 0; i < result.rows; i++)
		step->row[i] = values_digest("step-row", 0, result.cols, values + i * result.cols);
	return 0;
}

/* The recorded states of the probe at a boundary, checked. */
static int state_read(const struct outputs *recorded, const struct boundary_source *states,
		      size_t probe, uint32_t boundary, float *out, struct error *err)
{
	size_t tokens = recorded->probe[probe].tokens;
	struct digest found;
	uint64_t first = 0;

	for (size_t i = 0; i < probe; i++)
		first += recorded->probe[i].tokens;
	if (states->rows(states->user, boundary, first, out, tokens, err))
		return -1;
	found = values_digest("boundary", tokens, recorded->hidden, out);
	if (!digest_equal(&found, &recorded->probe[probe].boundary[boundary]))
		return error_set(err, ERROR_CORRUPT,
				 "the activations that were kept for boundary %u are not those "
				 "that were recorded for probe %zu",
				 boundary, probe);
	return 0;
}

/* Hold the computed state against the recorded one. */
static void state_compare(struct dispute *dispute, const float *recorded, const float *computed,
			  size_t tokens, size_t hidden)
{
	for (size_t i = 0; i < tokens * hidden && !dispute->differs; i++) {
		if (float_bits(recorded[i]) == float_bits(computed[i]))
			continue;
		dispute->differs = true;
		dispute->row = i / hidden;
		dispute->element = i % hidden;
		dispute->recorded = recorded[i];
		dispute->computed = computed[i];
	}
}

void dispute_open_row(struct dispute *dispute, size_t row)
{
	struct transcript *transcript = &dispute->transcript;

	transcript->opened = row;
	for (size_t i = 0; i < transcript->count; i++) {
		struct transcript_step *step = &transcript->step[i];

		memcpy(step->opened, dispute->values[i] + row * step->cols,
		       step->cols * sizeof(float));
	}
}

static int layer_heard(struct pass *pass, const struct outputs *recorded,
		       const struct boundary_source *states, const struct dispute_place *place,
		       struct dispute *dispute, struct error *err)
{
	size_t tokens = recorded->probe[place->probe].tokens;
	size_t bytes = tokens * recorded->hidden * sizeof(float);
	struct stage_watch watch = { dispute, step_heard };
	float *after = malloc(bytes);
	int failed;

	dispute->input = malloc(bytes);
	if (!after || !dispute->input) {
		free(after);
		return error_set(err, ERROR_SYSTEM, "no memory for the states of a probe");
	}
	failed = state_read(recorded, states, place->probe, place->layer, dispute->input, err);
	if (!failed) {
		memcpy(pass->host, dispute->input, bytes);
		pass->stage[0].watch = &watch;
		failed = pass_state_set(pass, err) ||
			 pass_layer_start(pass, place->layer, false, err) ||
			 pass_layer_run(pass, place->layer, LAYER_NONE, err) ||
			 pass_state_get(pass, err) ||
			 state_read(recorded, states, place->probe, place->layer + 1, after, err);
	}
	if (!failed)
		state_compare(dispute, after, pass->host, tokens, recorded->hidden);
	free(after);
	return failed ? -1 : 0;
}

static int place_check(const struct outputs *recorded, const struct dispute_place *place,
		       struct error *err)
{
	if (place->layer >= recorded->layers || place->probe >= recorded->count ||
	    (place->row_known && place->row >= recorded->probe[place->probe].tokens))
		return error_set(err, ERROR_USAGE,
				 "the record has no layer %u with a probe %zu and a row %zu",
				 place->layer, place->probe, place->row);
	return 0;
}

static int dispute_begin(const struct model_config *config, const struct outputs *recorded,
			 const struct dispute_place *place, struct dispute *dispute,
			 struct error *err)
{
	const struct probe_outputs *probe = &recorded->probe[place->probe];
	struct transcript *transcript = &dispute->transcript;

	dispute->config = config;
	transcript->layer = place->layer;
	transcript->probe = place->probe;
	transcript->identity = probe->identity;
	transcript->input = probe->boundary[place->layer];
	transcript->tokens = probe->tokens;
	transcript->step = calloc(TRANSCRIPT_STEPS_MAX, sizeof(*transcript->step));
	dispute->bound = calloc(TRANSCRIPT_STEPS_MAX, sizeof(struct bound *));
	dispute->values = calloc(TRANSCRIPT_STEPS_MAX, sizeof(float *));
	if (!transcript->step || !dispute->bound || !dispute->values)
		return error_set(err, ERROR_SYSTEM, "no memory for a dispute");
	return 0;
}

int dispute_run(const struct context *ctx, struct forward *forward, struct backend *backend,
		const struct probes *probes, struct span outputs, const struct digest *root,
		const struct boundary_source *states, const struct dispute_place *place,
		struct dispute *out_dispute, struct error *err)
{
	struct outputs recorded = { 0 };
	struct dispute dispute = { 0 };
	struct pass pass = { 0 };
	int failed;

	if (recorded_open(forward, probes, outputs, root, &recorded, err))
		return -1;
	failed = place_check(&recorded, place, err) ||
		 dispute_begin(forward_config(forward), &recorded, place, &dispute, err);
	if (!failed) {
		const struct probe *probe = &probes->probe[place->probe];
		struct sequences sequences = { probe->ids, &probe->count, 1 };

		failed = pass_open(ctx, forward, backend, &sequences, &pass, err) ||
			 layer_heard(&pass, &recorded, states, place, &dispute, err);
		pass_release(&pass);
	}
	outputs_release(&recorded);
	if (failed) {
		dispute_release(&dispute);
		return -1;
	}
	dispute_open_row(&dispute, place->row_known ? place->row : dispute.row);
	*out_dispute = dispute;
	return 0;
}

size_t dispute_last_linear(const struct dispute *dispute)
{
	const struct transcript *transcript = &dispute->transcript;
	size_t hidden = transcript->step[transcript->count - 1].cols;

	for (size_t i = transcript->count; i; i--)
		if (dispute->bound[i - 1]->operation->kind == OP_LINEAR &&
		    transcript->step[i - 1].cols == hidden)
			return i - 1;
	return transcript->count - 1;
}
