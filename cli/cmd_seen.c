/* seen: what a model had seen of its data by a step. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

#define NUMBER_MAX 32

/* `part` of `whole` with four decimals, by whole numbers. */
static void ratio_to_text(uint64_t part, uint64_t whole, char out_text[NUMBER_MAX])
{
	unsigned __int128 scaled = (unsigned __int128)part * 10000;

	scaled = whole ? (scaled + whole / 2) / whole : 0;
	snprintf(out_text, NUMBER_MAX, "%" PRIu64 ".%04" PRIu64, (uint64_t)(scaled / 10000),
		 (uint64_t)(scaled % 10000));
}

/* "48.60 %". */
static void percent_to_text(uint64_t part, uint64_t whole, char out_text[NUMBER_MAX])
{
	unsigned __int128 scaled = (unsigned __int128)part * 10000;

	scaled = whole ? (scaled + whole / 2) / whole : 0;
	snprintf(out_text, NUMBER_MAX, "%" PRIu64 ".%02" PRIu64 " %%", (uint64_t)(scaled / 100),
		 (uint64_t)(scaled % 100));
}

/* "2,072,488". */
static void number_to_text(uint64_t number, char out_text[NUMBER_MAX])
{
	char digits[NUMBER_MAX];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, number), at = 0;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out_text[at++] = ',';
		out_text[at++] = digits[i];
	}
	out_text[at] = '\0';
}

/* ---- JSON ---- */

static int source_json(struct json *list, const struct exposure *exposure,
		       const struct exposure_source *source, struct error *err)
{
	char text[NUMBER_MAX];
	struct json *item;

	ratio_to_text(source->samples, exposure->samples, text);
	if (json_add_object(list, &item, err) || json_set_text(item, "path", source->path, err) ||
	    json_set_size(item, "samples", source->samples, err) ||
	    (exposure->samples && json_set_text(item, "share", text, err)) ||
	    (exposure->tokens_known && json_set_size(item, "tokens", source->tokens, err)))
		return -1;
	if (!source->epoch_tokens || source->mixed)
		return 0;
	ratio_to_text(source->tokens, source->epoch_tokens, text);
	return json_set_size(item, "documents", source->documents, err) ||
			       json_set_size(item, "tokensPerEpoch", source->epoch_tokens, err) ||
			       (exposure->tokens_known && json_set_text(item, "epochs", text, err))
		       ? -1
		       : 0;
}

static int segment_json(struct json *list, const struct exposure_segment *segment,
			struct error *err)
{
	char name[NAME_TEXT_MAX];
	struct json *item, *sources, *source;

	name_to_text(&segment->run, name);
	if (json_add_object(list, &item, err) || json_set_text(item, "run", name, err) ||
	    json_set_digest(item, "statement", &segment->statement, err) ||
	    json_set_size(item, "from", segment->from, err) ||
	    json_set_size(item, "to", segment->to, err) ||
	    json_set_size(item, "samples", segment->samples, err) ||
	    json_set_bool(item, "exact", segment->exact, err) ||
	    (segment->why[0] && json_set_text(item, "reason", segment->why, err)) ||
	    (segment->ordered &&
	     json_set_text(item, "kind", data_order_kind_name(segment->order.kind), err)) ||
	    json_set_array(item, "sources", &sources, err))
		return -1;
	for (size_t i = 0; i < segment->order.count; i++) {
		const struct data_source *from = &segment->order.source[i];

		if (json_add_object(sources, &source, err) ||
		    json_set_text(source, "path", from->path, err) ||
		    (from->weight && json_set_text(source, "weight", from->weight, err)) ||
		    (segment->taken && json_set_size(source, "samples", segment->taken[i], err)))
			return -1;
	}
	return 0;
}

static int seen_json(const struct exposure *exposure, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items, *segments;
	char name[NAME_TEXT_MAX];

	name_to_text(&exposure->name, name);
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/seen/1", err) ||
	    json_set_text(object, "name", name, err) ||
	    json_set_size(object, "step", exposure->step, err) ||
	    json_set_bool(object, "exact", exposure->exact, err) ||
	    json_set_size(object, "samples", exposure->samples, err) ||
	    (exposure->tokens_known && json_set_size(object, "tokens", exposure->tokens, err)) ||
	    json_set_array(object, "items", &items, err) ||
	    json_set_array(object, "segments", &segments, err))
		return -1;
	for (size_t i = 0; i < exposure->source_count; i++)
		if (source_json(items, exposure, &exposure->source[i], err))
			return -1;
	for (size_t i = 0; i < exposure->segment_count; i++)
		if (segment_json(segments, &exposure->segment[i], err))
			return -1;
	return output_json(object, err);
}

/* ---- Text ---- */

static int source_row(struct table *table, const struct exposure *exposure,
		      const struct exposure_source *source, struct error *err)
{
	char share[NUMBER_MAX], samples[NUMBER_MAX], tokens[NUMBER_MAX], epochs[NUMBER_MAX];
	bool repeated = source->epoch_tokens && !source->mixed && exposure->tokens_known;

	percent_to_text(source->samples, exposure->samples, share);
	number_to_text(source->samples, samples);
	number_to_text(source->tokens, tokens);
	ratio_to_text(source->tokens, source->epoch_tokens, epochs);
	return table_add(table,
			 (const char *const[]){ source->path, exposure->samples ? share : "-",
						samples, exposure->tokens_known ? tokens : "-",
						repeated ? epochs : "-" },
			 err);
}

static void segment_line(const struct exposure_segment *segment)
{
	char name[NAME_TEXT_MAX], samples[NUMBER_MAX];

	name_to_text(&segment->run, name);
	number_to_text(segment->samples, samples);
	output_line(stdout, "steps %" PRIu64 " to %" PRIu64 " of %s, %s samples: %s%s",
		    segment->from, segment->to, name, samples,
		    segment->exact ? "exactly" : "as declared blend, because ",
		    segment->exact ? "" : segment->why);
}

static int seen_text(const struct call *call, const struct exposure *exposure, struct error *err)
{
	CLEANUP(table_release)
	struct table table = { .columns = 5,
			       .heading = { "SOURCE", "SHARE", "SAMPLES", "TOKENS", "EPOCHS" } };
	char samples[NUMBER_MAX], tokens[NUMBER_MAX];

	for (size_t i = 0; i < exposure->source_count; i++)
		if (source_row(&table, exposure, &exposure->source[i], err))
			return -1;
	table_print(&table, call);
	if (call->quiet)
		return 0;
	number_to_text(exposure->samples, samples);
	number_to_text(exposure->tokens, tokens);
	output_line(stdout, "by step %" PRIu64 ": %s samples%s%s%s, %s", exposure->step, samples,
		    exposure->tokens_known ? ", " : "", exposure->tokens_known ? tokens : "",
		    exposure->tokens_known ? " tokens" : "",
		    exposure->exact ? "exactly" : "in part as declared");
	for (size_t i = 0; i < exposure->segment_count; i++)
		segment_line(&exposure->segment[i]);
	return 0;
}

static int seen_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(exposure_release) struct exposure exposure = { .segment = NULL };
	struct exposure_wish wish = { .word = call->operand[0],
				      .has_step = call_has(call, "step"),
				      .sequences = call_value(call, "sequences") };

	if (call_number(call, "step", 0, &wish.step, err) || open_registry(call, &registry, err) ||
	    registry_exposure(registry, &wish, &exposure, err))
		return -1;
	return call->json ? seen_json(&exposure, err) : seen_text(call, &exposure, err);
}

static const struct option seen_options[] = {
	{ .name = "step",
	  .argument = "N",
	  .help = "by this step of the run; otherwise the one that the checkpoint's version "
		  "names" },
	{ .name = "sequences",
	  .argument = "FILE",
	  .help = "the file of sequences that the run was declared with, where the registry keeps "
		  "its digest only" },
	{ .name = NULL },
};

static const struct example seen_examples[] = {
	{ "akashi seen llm-x/base@iter_0100000", "by the step of a checkpoint" },
	{ "akashi seen llm-x/base-run@v1 --step 5000 --json", "by a step of a run, for a program" },
	{ NULL, NULL },
};

const struct command command_seen = {
	.name = "seen",
	.summary = "tell what a model had seen of its data by a step",
	.synopsis = "NAME@VERSION|NAME@STEP [--step N]",
	.description =
		"For each source of the run's data: its share, samples and tokens up to that step, "
		"and how often it was gone through (epochs, where its index was read). NAME@STEP "
		"is a checkpoint, or a step of the run NAME that was declared last. Runs that "
		"started from a checkpoint of another run, or went on with an earlier start, are "
		"added up, each with its own order.\n\n"
		"What comes when is determined by the blend of Megatron-LM and by a file of "
		"sequences: then the numbers are exact. Otherwise they follow the declared shares, "
		"and the reason is said.",
	.options = seen_options,
	.examples = seen_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = seen_run,
};
