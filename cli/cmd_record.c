/* record: write down what a checkpoint computes, and sign it. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

/* What computed, and why no device did. */
static int device_json(struct json *object, const char *backend, const char *declined,
		       struct error *err)
{
	return (backend[0] && json_set_text(object, "backend", backend, err)) ||
			       (declined[0] &&
				json_set_text(object, "deviceDeclined", declined, err))
		       ? -1
		       : 0;
}

static int result_json(const struct call *call, const struct record_result *result,
		       struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	bool dry_run = call_has(call, "dry-run");

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/recorded/1", err) ||
	    json_set_bool(object, "dryRun", dry_run, err) ||
	    json_set_text(object, "of", call->operand[0], err) ||
	    json_set_bool(object, "private", call_has(call, "private-probes"), err) ||
	    json_set_size(object, "probes", result->probes, err) ||
	    json_set_size(object, "tokens", result->tokens, err) ||
	    json_set_size(object, "flop", (uint64_t)result->flop, err) ||
	    json_set_size(object, "readBytes", result->read_bytes, err) ||
	    json_set_bool(object, "readAtMost", result->read_at_most, err) ||
	    json_set_size(object, "memoryBytes", result->memory_bytes, err) ||
	    (result->boundary_bytes &&
	     json_set_size(object, "boundaryBytes", result->boundary_bytes, err)))
		return -1;
	if (device_json(object, result->backend, result->declined, err))
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
			    "operations, %s%s read, %s of memory",
			    result->probes, call->operand[0], result->tokens, result->flop,
			    result->read_at_most ? "at most " : "", read, memory);
		return;
	}
	digest_to_hex(&result->made.identity, hex);
	output_line(stdout, "%s %zu %sprobes of %s, %zu tokens, %s %" PRIu64 ", sha256:%s",
		    result->made.existed ? "had recorded" : "recorded", result->probes,
		    call_has(call, "private-probes") ? "private " : "", call->operand[0],
		    result->tokens, result->made.existed ? "logged before at" : "logged at",
		    result->made.log_index, hex);
}

static int foreign_json(const struct call *call, const struct foreign_result *result,
			struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	const struct foreign_report *report = &result->report;
	bool dry_run = call_has(call, "dry-run");
	struct json *compared;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/recorded-foreign/1", err) ||
	    json_set_bool(object, "dryRun", dry_run, err) ||
	    json_set_text(object, "of", call->operand[0], err) ||
	    json_set_text(object, "framework", result->framework, err) ||
	    json_set_text(object, "version", result->version, err) ||
	    json_set_text(object, "dtype", foreign_dtype_name(result->dtype), err) ||
	    json_set_size(object, "probes", result->probes, err) ||
	    json_set_size(object, "tokens", result->tokens, err) ||
	    json_set_size(object, "values", result->values, err) ||
	    json_set_size(object, "flop", (uint64_t)result->cost.flop, err) ||
	    json_set_size(object, "readBytes", result->cost.read_bytes, err) ||
	    json_set_size(object, "memoryBytes", result->cost.memory_bytes, err))
		return -1;
	if (result->compared &&
	    (json_set_object(object, "compared", &compared, err) ||
	     json_set_decimal(compared, "largestDifference", report->largest, err) ||
	     json_set_decimal(compared, "meanDifference", report->mean, err) ||
	     json_set_decimal(compared, "divergence", report->divergence, err) ||
	     json_set_size(compared, "likeliestAgree", report->top_agree, err) ||
	     json_set_size(compared, "likeliestCompared", report->top_compared, err)))
		return -1;
	if (device_json(object, result->backend, result->declined, err))
		return -1;
	if (!dry_run && (json_set_digest(object, "file", &result->file, err) ||
			 json_set_digest(object, "statement", &result->made.identity, err) ||
			 json_set_size(object, "logIndex", result->made.log_index, err) ||
			 json_set_bool(object, "existed", result->made.existed, err)))
		return -1;
	return output_json(object, err);
}

static void foreign_text(const struct call *call, const struct foreign_result *result)
{
	const struct foreign_report *report = &result->report;
	char hex[DIGEST_HEX_SIZE];

	if (result->compared)
		output_line(stdout,
			    "%zu log-probabilities differ by at most %.2g and %.2g on average "
			    "(nats); likeliest token equal at %zu of %zu positions; KL divergence "
			    "%.2g",
			    report->values_compared, report->largest, report->mean,
			    report->top_agree, report->top_compared, report->divergence);
	if (call_has(call, "dry-run")) {
		output_line(stdout,
			    "would record %zu log-probabilities that %s %s wrote in %s, of %zu "
			    "probes of %s",
			    result->values, result->framework, result->version,
			    foreign_dtype_name(result->dtype), result->probes, call->operand[0]);
		return;
	}
	digest_to_hex(&result->made.identity, hex);
	output_line(
		stdout,
		"%s what %s %s wrote in %s about %zu probes of %s (class foreign%s), %s %" PRIu64
		", sha256:%s",
		result->made.existed ? "had recorded" : "recorded", result->framework,
		result->version, foreign_dtype_name(result->dtype), result->probes,
		call->operand[0], result->compared ? "" : "; not compared",
		result->made.existed ? "logged before at" : "logged at", result->made.log_index,
		hex);
}

static int record_foreign(const struct call *call, struct registry *registry, struct error *err)
{
	struct foreign_request request = {
		.name = call->operand[0],
		.file = call_value(call, "from"),
		.key = call_value(call, "key"),
		.unchecked = call_has(call, "unchecked"),
		.dry_run = call_has(call, "dry-run"),
		.device = call_value(call, "device"),
		.hash_on_device = open_hash_on_device(call),
	};
	struct foreign_result result = { .probes = 0 };

	if (registry_record_foreign(registry, &request, &result, err))
		return -1;
	if (call->json)
		return foreign_json(call, &result, err);
	foreign_text(call, &result);
	return 0;
}

static int record_run(struct call *call, struct error *err)
{
	bool foreign = call_has(call, "from");
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct record_request request = {
		.name = call->operand[0],
		.probes_file = call_value(call, "probes"),
		.random = call_value(call, "random"),
		.key = call_value(call, "key"),
		.private = call_has(call, "private-probes"),
		.boundaries = call_has(call, "boundaries"),
		.dry_run = call_has(call, "dry-run"),
		.device = call_value(call, "device"),
		.hash_on_device = open_hash_on_device(call),
	};
	struct record_result result = { .probes = 0 };

	if (request.probes_file && request.random)
		return error_set(err, ERROR_USAGE, "--probes and --random exclude each other");
	if (foreign &&
	    (request.probes_file || request.random || request.boundaries || request.private))
		return error_set(err, ERROR_USAGE,
				 "--from brings its own probes, which are public, and no layer "
				 "boundaries");
	if (!foreign && call_has(call, "unchecked"))
		return error_set(err, ERROR_USAGE, "--unchecked is for --from");
	if (device_wish_check(request.device, err) || open_registry(call, &registry, err) ||
	    environment_threads(call->ctx, err))
		return -1;
	if (foreign)
		return record_foreign(call, registry, err);
	if (registry_record(registry, &request, &result, err))
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
	{ .name = "private-probes",
	  .help = "commit to the probes and to what is computed on them instead of telling them: "
		  "whom you choose gets what opens single ones (akashi disclose)" },
	{ .name = "boundaries",
	  .help = "keep the hidden states at every layer boundary as well, so that others can "
		  "check single layers (verify --spot); says how many bytes that takes" },
	{ .name = "from",
	  .argument = "OUTPUTS.jsonl",
	  .help = "record what a training or serving framework wrote instead: log-probabilities in "
		  "the format of docs/formats.md; they are compared with the weights first" },
	{ .name = "unchecked", .help = "with --from: sign without comparing first" },
	OPTION_DEVICE,
	OPTION_HASH_ON,
	OPTION_KEY,
	OPTION_TIMESTAMP,
	{ .name = "dry-run", .letter = 'n', .help = "say what it would cost, and stop" },
	{ .name = NULL },
};

static const struct example record_examples[] = {
	{ "akashi record llm-x/base@step-500", "sixteen drawn probes of 128 tokens" },
	{ "akashi record llm-x/base@step-500 --probes prompts.jsonl", "probes of your own" },
	{ "akashi record llm-x/base@step-500 --probes held-out.jsonl --private-probes",
	  "probes that stay in the house: akashi disclose opens one for whom you choose" },
	{ "akashi record llm-x/base@step-500 --boundaries", "with what a spot check needs" },
	{ "akashi record llm-x/base@step-500 --from outputs.jsonl",
	  "what vLLM or transformers gave, to be judged within a tolerance" },
	{ NULL, NULL },
};

const struct command command_record = {
	.name = "record",
	.summary = "record what a checkpoint computes, and sign it",
	.synopsis =
		"NAME@VERSION [--probes FILE | --random COUNT:LENGTH | --from FILE] [--boundaries]",
	.description =
		"Runs the probes through the stored weights under the exact arithmetic of "
		"akashi-exact/1, so that anyone gets the same bits on other hardware, and logs a "
		"signed record of logits, top tokens, likelihoods and layer boundaries by digest. "
		"Says "
		"what it costs before it starts; needs the memory of about two layers.\n\n"
		"With --from, what somebody else's software computed is recorded: such outputs are "
		"never exact, and are kept apart (class foreign).",
	.options = record_options,
	.examples = record_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = record_run,
};
