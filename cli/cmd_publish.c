/* publish: make a release directory that strangers can check. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

static void print_items(const struct json *report, const char *key)
{
	const struct json *items = json_member(report, key);

	for (size_t i = 0; i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		const char *text = json_text(item);

		if (!text)
			text = json_text(json_member(item, "name"));
		if (!text)
			text = json_text(json_member(item, "subject"));
		if (!text)
			text = json_text(json_member(item, "what"));
		if (text)
			output_line(stdout, "  %s", text);
	}
}

/* What stays, for its owner's eyes. */
static void print_private(const struct json *report, bool dry_run)
{
	const struct json *items = json_member(report, "private");

	if (!items)
		return;
	printf("%zu things %s in the house and %s committed to\n", json_count(items),
	       dry_run ? "would stay" : "stayed", dry_run ? "would be" : "are");
	for (size_t i = 0; i < json_count(items); i++) {
		const char *name = json_text(json_member(json_at(items, i), "name"));
		const char *commitment = json_text(json_member(json_at(items, i), "commitment"));

		output_line(stdout, "  %s%s%s%s%s",
			    json_text(json_member(json_at(items, i), "what")), name ? " " : "",
			    name ? name : "", commitment ? ": " : "", commitment ? commitment : "");
	}
}

static int print_report(const struct call *call, struct json *report, struct error *err)
{
	static const char *const part[] = { "files", "statements", "objects" };
	bool dry_run = call_has(call, "dry-run");
	const char *folder = json_text(json_member(report, "folder"));
	const char *name = json_text(json_member(report, "name"));
	const char *pin = json_text(json_member(report, "pin"));

	if (call->json) {
		if (!json_member(report, "schema") &&
		    json_set_text(report, "schema", "akashi/published/1", err))
			return -1;
		if (!json_member(report, "dryRun") && json_set_bool(report, "dryRun", dry_run, err))
			return -1;
		return output_json(report, err);
	}
	output_line(stdout, "%s %s in %s", dry_run ? "would publish" : "published",
		    name ? name : call->operand[0], folder ? folder : call->operand[1]);
	for (size_t i = 0; i < 3; i++) {
		const struct json *items = json_member(report, part[i]);

		printf("%zu %s %s the house\n", json_count(items), part[i],
		       dry_run ? "would leave" : "left");
		if (dry_run || (i == 0 && !call->quiet))
			print_items(report, part[i]);
	}
	if (dry_run || !call->quiet)
		print_private(report, dry_run);
	if (pin && !call->quiet)
		puts("Checked by: akashi verify DIR --trust FILE, with this line in FILE:");
	if (pin)
		output_line(stdout, "%s", pin);
	return 0;
}

static int publish_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *report = NULL;
	CLEANUP(texts_free) const char **private = NULL;
	struct publish_request request = {
		.name = call->operand[0],
		.folder = call->operand[1],
		.as = call_value(call, "as"),
		.key = call_value(call, "key"),
		.no_boundaries = call_has(call, "no-boundaries"),
		.dry_run = call_has(call, "dry-run"),
		.private = { .run = call_has(call, "private-run"),
			     .git = call_has(call, "private-git"),
			     .diff = call_has(call, "private-diff") },
	};

	if (call_values(call, "private", &private, &request.private.glob_count, err))
		return -1;
	request.private.glob = private;
	if (open_registry(call, &registry, err) || environment_threads(call->ctx, err) ||
	    registry_publish(call->ctx, registry, &request, &report, err))
		return -1;
	return print_report(call, report, err);
}

static const struct option publish_options[] = {
	{ .name = "as",
	  .argument = "NAME@VERSION",
	  .help = "the release's own name; otherwise it is the checkpoint's" },
	{ .name = "private",
	  .argument = "GLOB",
	  .repeatable = true,
	  .help = "do not tell of registered names that match (owner/name or owner/name@version; * "
		  "matches / too): say the checkpoint again as --as, with a salted commitment in "
		  "place of each; beside those of the registry's publish.private" },
	{ .name = "private-run", .help = "commit to the run instead of telling of it" },
	{ .name = "private-git",
	  .help = "commit to commit, remote, branch, tags and diff instead of telling them" },
	{ .name = "private-diff", .help = "commit to the diff alone" },
	{ .name = "no-boundaries",
	  .help = "leave out the boundary activations of records, with which strangers can check "
		  "single layers" },
	OPTION_KEY,
	OPTION_TIMESTAMP,
	{ .name = "dry-run",
	  .letter = 'n',
	  .help = "list what would be written and what would leave the house, and stop" },
	{ .name = NULL },
};

static const struct example publish_examples[] = {
	{ "akashi publish llm-x/base@step-500 release/ --as llm-x/base@v1",
	  "a directory that can be uploaded to the Hub as it is" },
	{ "akashi publish x/raw@5 release/ --as x/base@v1 --private 'x/raw*' --private-run",
	  "without telling which raw data and which run; akashi disclose opens them one by one" },
	{ NULL, NULL },
};

const struct command command_publish = {
	.name = "publish",
	.summary = "make a release directory that strangers can check",
	.synopsis = "NAME@VERSION OUT [--as NAME@VERSION] [--private GLOB]",
	.description =
		"Writes the model's files as they were, README.md, model.sig (OpenSSF Model "
		"Signing), "
		"SHA256SUMS, and akashi/ with the signed statements, their log proofs and recorded "
		"outputs. OUT must not exist or be empty; it appears whole or not at all. Says "
		"what "
		"leaves the house.",
	.options = publish_options,
	.examples = publish_examples,
	.operands_min = 2,
	.operands_max = 2,
	.run = publish_run,
};
