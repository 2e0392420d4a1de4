/*
 * dispute_dump RECORDED DISPUTED PROBES.jsonl: record the probes with the model in
 * RECORDED, then let both parties run the first layer on which DISPUTED
 * disagrees, exchange transcripts until one element is left, and print what
 * DISPUTED opens for it. For a referee who follows docs/formats.md on their own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/dispute.h"
#include "verify/manifest.h"
#include "verify/tree.h"
#include "verify/verify.h"
#include "verify/weights.h"

/* The states of all boundaries, one after another. */
struct kept {
	float *values;
	size_t tokens, hidden;
	size_t filled[CONFIG_LAYERS_MAX + 1]; /* rows of each boundary */
};

static int keep(void *user, uint32_t boundary, const float *values, size_t rows, struct error *err)
{
	struct kept *kept = user;

	(void)err;
	memcpy(kept->values + (boundary * kept->tokens + kept->filled[boundary]) * kept->hidden,
	       values, rows * kept->hidden * sizeof(float));
	kept->filled[boundary] += rows;
	return 0;
}

static int give(void *user, uint32_t boundary, uint64_t first, float *out, size_t rows,
		struct error *err)
{
	struct kept *kept = user;

	(void)err;
	memcpy(out, kept->values + (boundary * kept->tokens + first) * kept->hidden,
	       rows * kept->hidden * sizeof(float));
	return 0;
}

/* One party's model, its weights held against a manifest of their own. */
struct party {
	struct context ctx;
	struct tree *tree;
	struct manifest *manifest;
	struct weights *weights;
	struct forward *forward;
	struct backend *backend;
};

static void party_release(struct party *party)
{
	backend_close(&party->backend);
	forward_close(&party->forward);
	weights_close(&party->weights);
	manifest_free(&party->manifest);
	tree_close(&party->tree);
}

static int party_open(struct party *party, const char *folder, struct error *err)
{
	CLEANUP(source_close) struct source *config = NULL;
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, CONFIG_MAX_BYTES);
	return tree_open(folder, NULL, &party->tree, err) ||
			       tree_open_file(party->tree, "config.json", &config, err) ||
			       source_read_all(config, &text, err) ||
			       manifest_build(&party->ctx, party->tree, NULL, &party->manifest,
					      err) ||
			       weights_open(party->tree, &party->weights, err) ||
			       weights_expect(party->weights, party->manifest, err) ||
			       forward_open(&party->ctx, party->weights, buffer_view(&text),
					    &party->forward, err) ||
			       backend_open(NULL, NULL, &party->backend, err)
		       ? -1
		       : 0;
}

/* The record that both look at. */
struct recorded {
	struct probes probes;
	struct buffer outputs;
	struct digest root;
	struct kept kept;
};

static int record(struct party *party, const char *lines, struct recorded *recorded,
		  struct error *err)
{
	const struct model_config *config = forward_config(party->forward);
	struct boundary_sink sink = { &recorded->kept, keep };
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, PROBES_MAX_BYTES);
	buffer_init(&recorded->outputs, OUTPUTS_MAX_BYTES);
	if (file_read(lines, &text, err) ||
	    probes_read_lines(buffer_view(&text), &recorded->probes, err))
		return -1;
	recorded->kept.hidden = config->hidden;
	recorded->kept.tokens = probes_tokens(&recorded->probes);
	recorded->kept.values = calloc(((size_t)config->layers + 1) * recorded->kept.tokens,
				       config->hidden * sizeof(float));
	if (!recorded->kept.values)
		return error_set(err, ERROR_SYSTEM, "no memory for the states");
	return record_make_kept(&party->ctx, party->forward, party->backend, &recorded->probes,
				&sink, &recorded->outputs, &recorded->root, err);
}

static int hear(struct party *party, struct recorded *recorded, const struct dispute_place *place,
		struct dispute *out_dispute, struct error *err)
{
	struct boundary_source states = { &recorded->kept, give };

	return dispute_run(&party->ctx, party->forward, party->backend, &recorded->probes,
			   buffer_view(&recorded->outputs), &recorded->root, &states, place,
			   out_dispute, err);
}

/* The first layer and probe on which the party disagrees with the record. */
static int place_find(struct party *party, struct recorded *recorded, struct dispute_place *out,
		      struct error *err)
{
	struct replay_report report;

	if (record_replay(&party->ctx, party->forward, party->backend, &recorded->probes,
			  buffer_view(&recorded->outputs), &recorded->root, &REPLAY_ALL, &report,
			  err))
		return -1;
	if (!report.boundary_differs || !report.first_boundary)
		return error_set(err, ERROR_USAGE, "no layer is in dispute");
	*out = (struct dispute_place){ .layer = report.first_boundary - 1,
				       .probe = report.first_boundary_probe };
	return 0;
}

static int print(const struct dispute *mine, const struct dispute *theirs,
		 const struct transcript_difference *difference, struct party *party,
		 struct error *err)
{
	CLEANUP(json_free) struct json *opened = NULL;
	CLEANUP(buffer_release) struct buffer text;
	float claimed =
		theirs->values[difference->step]
			      [difference->row * theirs->transcript.step[difference->step].cols +
			       difference->element];
	uint32_t bits;

	memcpy(&bits, &claimed, sizeof(bits));
	buffer_init(&text, 64u << 20);
	if (dispute_open(&party->ctx, party->weights, mine, difference->step, difference->row,
			 difference->element, &opened, err) ||
	    json_write_canonical(opened, &text, err))
		return -1;
	printf("{\"layer\":%u,\"probe\":%zu,\"claimed\":\"%08x\",\"opened\":%.*s}\n",
	       mine->transcript.layer, mine->transcript.probe, bits, (int)text.len,
	       (const char *)text.data);
	return 0;
}

static int run(char **argv, struct party *accused, struct party *verifier,
	       struct recorded *recorded, struct error *err)
{
	CLEANUP(dispute_release) struct dispute mine = { 0 };
	CLEANUP(dispute_release) struct dispute theirs = { 0 };
	struct transcript_difference difference;
	struct dispute_place place;

	if (party_open(accused, argv[1], err) || record(accused, argv[3], recorded, err) ||
	    party_open(verifier, argv[2], err) || place_find(verifier, recorded, &place, err) ||
	    hear(verifier, recorded, &place, &mine, err))
		return -1;
	place.row_known = true;
	place.row = mine.transcript.opened;
	if (hear(accused, recorded, &place, &theirs, err) ||
	    transcript_compare(&mine.transcript, &theirs.transcript, &difference, err))
		return -1;
	dispute_open_row(&mine, difference.row);
	dispute_open_row(&theirs, difference.row);
	if (transcript_compare(&mine.transcript, &theirs.transcript, &difference, err))
		return -1;
	if (!difference.opened)
		return error_set(err, ERROR_CORRUPT, "the transcripts do not part");
	return print(&mine, &theirs, &difference, verifier, err);
}

int main(int argc, char **argv)
{
	static struct recorded recorded;
	struct party accused = { 0 }, verifier = { 0 };
	struct error err = { 0 };
	int failed;

	if (argc != 4) {
		fprintf(stderr, "usage: dispute_dump RECORDED DISPUTED PROBES.jsonl\n");
		return 2;
	}
	failed = run(argv, &accused, &verifier, &recorded, &err);
	party_release(&accused);
	party_release(&verifier);
	probes_release(&recorded.probes);
	buffer_release(&recorded.outputs);
	free(recorded.kept.values);
	if (failed) {
		fprintf(stderr, "dispute_dump: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return 0;
}
