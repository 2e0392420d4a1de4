/* record: write down what a checkpoint computes, and sign it. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

static int result_json(const struct call *call, const struct record_result *result,
		       struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	bool dry_run = call_has(call, "dry-run");

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/recorded/1", err) ||
	    json_set_bool(object, "dryRun", dry_run, err) ||
	    json_set_text(object, "of", call->operand[0], err) ||
	    json_set_size(object, "probes", result->probes, err) ||
	    json_set_size(object, "tokens", result->tokens, err) ||
	    json_set_size(object, "flop", (uint64_t)result->flop, err) ||
	    json_set_size(object, "readBytes", result->read_bytes, err) ||
	    json_set_size(object, "memoryBytes", result->memory_bytes, err) ||
	    (result->boundary_bytes &&
	     json_set_size(object, "boundaryBytes", result->boundary_bytes, err)))
		return -1;
	if (!dry_run && (json_set_hex(object, "root", &result->root, err) ||
			 json_set_digest(object, "statement", &result->made.identity, err) ||
			 json_set_size(object, "logIndex", result->made.log_index, err) ||
			 json_set_bool(object, "existed", result->made.existed, err)))
		return -1;
	return output_json(object, err);
}

static void result_text(const struct call *call, const struct record_result *result)
{
	char read[SIZE_TEXT_MAX], memory[SIZE_TEXT_MAX], hex[DIGEST_HEX_SIZE];

	size_to_text(result->read_bytes, read);
	size_to_text(result->memory_bytes, memory);
	if (call_has(call, "dry-run")) {
		output_line(stdout,
			    "would record %zu probes of %s, %zu tokens: %.3g floating-point "
			    "operations, %s read, %s of memory",
			    result->probes, call->operand[0], result->tokens, result->flop, read,
			    memory);
		return;
	}
	digest_to_hex(&result->made.identity, hex);
	output_line(stdout, "%s %zu probes of %s, %zu tokens, %s %" PRIu64 ", sha256:%s",
		    result->made.existed ? "had recorded" : "recorded", result->probes,
		    call->operand[0], result->tokens,
		    result->made.existed ? "logged before at" : "logged at", result->made.log_index,
		    hex);
}

static int record_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct record_request request = {
		.name = call->operand[0],
		.probes_file = call_value(call, "probes"),
		.random = call_value(call, "random"),
		.key = call_value(call, "key"),
		.boundaries = call_has(call, "boundaries"),
		.dry_run = call_has(call, "dry-run"),
	};
	struct record_result result = { .probes = 0 };

	if (request.probes_file && request.random)
		return error_set(err, ERROR_USAGE, "--probes and --random exclude each other");
	if (open_registry(call, &registry, err) || environment_threads(call->ctx, err) ||
	    registry_record(registry, &request, &result, err))
		return -1;
	if (call->json)
		return result_json(call, &result, err);
	result_text(call, &result);
	return 0;
}

static const struct option record_options[] = {
	{ .name = "probes",
	  .argument = "FILE.jsonl",
	  .help = "token sequences to run: lines {\"ids\":[...]}" },
	{ .name = "random",
	  .argument = "COUNT:LENGTH[:SEED]",
	  .help = "draw token sequences; without either option 16:128, cut to the model's context, "
		  "seeded by the checkpoint's statement" },
	{ .name = "boundaries",
	  .help = "keep the hidden states at every layer boundary as well, so that others can "
		  "check single layers (verify --spot); says how many bytes that takes" },
	OPTION_KEY,
	{ .name = "dry-run", .letter = 'n', .help = "say what it would cost, and stop" },
	{ .name = NULL },
};

static const struct example record_examples[] = {
	{ "akashi record llm-x/base@step-500", "sixteen drawn probes of 128 tokens" },
	{ "akashi record llm-x/base@step-500 --probes prompts.jsonl", "probes of your own" },
	{ "akashi record llm-x/base@step-500 --boundaries", "with what a spot check needs" },
	{ NULL, NULL },
};

const struct command command_record = {
	.name = "record",
	.summary = "record what a checkpoint computes, and sign it",
	.synopsis =
		"NAME@VERSION [--probes FILE.jsonl | --random COUNT:LENGTH[:SEED]] [--boundaries]",
	.description =
		"Runs the probes through the stored weights under the exact arithmetic of "
		"akashi-exact/1, so that anyone gets the same bits on other hardware, and logs a "
		"signed record of logits, top tokens, likelihoods and layer boundaries by digest. "
		"Says "
		"what it costs before it starts; needs the memory of about two layers.",
	.options = record_options,
	.examples = record_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = record_run,
};
