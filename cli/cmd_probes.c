/* probes: make token sequences to record. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

#define LENGTH_MAX (1u << 20)

/* What it is called, its ids, where it comes from. */
static int probe_set(struct json *object, const struct probe *probe, struct error *err)
{
	struct digest identity = probe_identity(probe);
	struct json *ids;

	if (json_set_digest(object, "identity", &identity, err) ||
	    json_set_array(object, "ids", &ids, err) ||
	    json_set_text(object, "source", probe->source, err))
		return -1;
	for (size_t i = 0; i < probe->count; i++)
		if (json_add_integer(ids, probe->ids[i], err))
			return -1;
	return 0;
}

static int line_add(const struct probe *probe, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	return json_object_new(&object, err) || probe_set(object, probe, err) ||
			       json_write_canonical(object, out, err) ||
			       buffer_add_text(out, "\n", err)
		       ? -1
		       : 0;
}

static int result_json(const struct call *call, const struct sampling_result *result,
		       struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items, *item;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/sampled/1", err) ||
	    json_set_bool(object, "dryRun", call_has(call, "dry-run"), err) ||
	    json_set_text(object, "of", call->operand[0], err) ||
	    json_set_size(object, "documents", result->documents, err) ||
	    json_set_size(object, "tokens", probes_tokens(&result->probes), err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < result->probes.count; i++) {
		const struct probe *probe = &result->probes.probe[i];

		if (json_add_object(items, &item, err) || probe_set(item, probe, err) ||
		    json_set_size(item, "tokens", probe->count, err))
			return -1;
	}
	return output_json(object, err);
}

static int result_write(const struct call *call, const struct sampling_result *result,
			struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const char *path = call_value(call, "out");
	bool dry_run = call_has(call, "dry-run");

	buffer_init(&text, PROBES_MAX_BYTES);
	for (size_t i = 0; i < result->probes.count; i++)
		if (line_add(&result->probes.probe[i], &text, err))
			return -1;
	if (path && !dry_run && file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err))
		return -1;
	if (call->json)
		return result_json(call, result, err);
	if (path || dry_run)
		output_line(stdout, "%s %zu probes, %zu tokens, to %s",
			    dry_run ? "would write" : "wrote", result->probes.count,
			    probes_tokens(&result->probes), path ? path : "standard output");
	else
		fwrite(text.data, 1, text.len, stdout); /* checked at exit */
	return 0;
}

static int request_read(const struct call *call, struct sampling_request *request,
			struct error *err)
{
	const char *random = call_value(call, "random"), *draw = call_value(call, "draw");
	uint64_t length;

	if (!!request->dataset + !!request->text + !!random != 1)
		return error_set(err, ERROR_USAGE,
				 "probes come from one of --from-dataset, --text and --random");
	if (!!request->dataset != !!draw)
		return error_set(err, ERROR_USAGE, "--from-dataset and --draw belong together");
	if (request->data && !request->dataset)
		return error_set(err, ERROR_USAGE, "--data is for --from-dataset");
	if (call_has(call, "length") && !request->text)
		return error_set(err, ERROR_USAGE, "--length is for --text");
	if (request->special && random)
		return error_set(err, ERROR_USAGE,
				 "--special is for texts, and --random draws ids");
	if (call_number(call, "length", 0, &length, err))
		return -1;
	if (call_has(call, "length") && (!length || length > LENGTH_MAX))
		return error_set(err, ERROR_USAGE, "--length takes 1 to %u tokens", LENGTH_MAX);
	request->length = (uint32_t)length;
	request->draw = random ? random : draw;
	return 0;
}

static int probes_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct sampling_request request = {
		.name = call->operand[0],
		.dataset = call_value(call, "from-dataset"),
		.data = call_value(call, "data"),
		.text = call_value(call, "text"),
		.special = call_has(call, "special"),
	};
	struct sampling_result result = { .documents = 0 };
	int failed;

	if (request_read(call, &request, err) || open_registry(call, &registry, err) ||
	    environment_threads(call->ctx, err) ||
	    registry_sample_probes(registry, &request, &result, err))
		return -1;
	failed = result_write(call, &result, err);
	probes_release(&result.probes);
	return failed;
}

static const struct option probes_options[] = {
	{ .name = "from-dataset",
	  .argument = "NAME@VERSION",
	  .help = "draw documents of a registered dataset: the \"text\" of its .jsonl files, the "
		  "lines of its .txt files" },
	{ .name = "draw",
	  .argument = "COUNT:LENGTH[:SEED]",
	  .help = "how many documents, and how many tokens of each at most; without a seed, the "
		  "model's statement is one" },
	{ .name = "data",
	  .argument = "DIR",
	  .help = "the dataset's files are here; each is held against its registered digest" },
	{ .name = "text",
	  .argument = "FILE",
	  .help = "prompts instead, one a line, or lines {\"text\":...} in a .jsonl file" },
	{ .name = "length", .argument = "N", .help = "cut prompts to N tokens" },
	{ .name = "random",
	  .argument = "COUNT:LENGTH[:SEED]",
	  .help = "ids drawn from the vocabulary instead" },
	{ .name = "special",
	  .help = "with the tokens that the tokenizer's file puts around a text; otherwise its own "
		  "only" },
	{ .name = "out",
	  .letter = 'o',
	  .argument = "FILE.jsonl",
	  .help = "write them here instead of to standard output" },
	{ .name = "dry-run", .letter = 'n', .help = "say how many there are, and write nothing" },
	{ .name = NULL },
};

static const struct example probes_examples[] = {
	{ "akashi probes llm-x/base@step-500 --from-dataset llm-x/corpus@v1 --draw 16:128 -o "
	  "p.jsonl",
	  "sixteen windows of documents; then akashi record llm-x/base@step-500 --probes p.jsonl" },
	{ "akashi probes llm-x/base@step-500 --text prompts.txt", "prompts of your own" },
	{ NULL, NULL },
};

const struct command command_probes = {
	.name = "probes",
	.summary = "make token sequences to record, and say where they come from",
	.synopsis = "NAME@VERSION --from-dataset NAME@VERSION --draw COUNT:LENGTH[:SEED]",
	.description =
		"Tokenises with the model's own tokenizer and prints lines with the ids, the "
		"identity and the source of each probe, for akashi record --probes. The same seed "
		"gives the same probes; the source says which document of which file they are "
		"from.",
	.options = probes_options,
	.examples = probes_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = probes_run,
};
