/* bom: a bill of materials of a model. */
#include <stdio.h>

#include "cli/open.h"
#include "cli/output.h"

#define BOM_MAX (256u << 20)

static int bom_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *facts = NULL;
	CLEANUP(json_free) struct json *bom = NULL;
	CLEANUP(buffer_release) struct buffer text;
	const char *path = call_value(call, "output");

	buffer_init(&text, BOM_MAX);
	if (open_registry(call, &registry, err) ||
	    facts_gather(registry, call->ctx, call->operand[0], &facts, err) ||
	    bom_make(facts, &bom, err) || json_write_pretty(bom, &text, err))
		return -1;
	if (path)
		return file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err);
	fwrite(text.data, 1, text.len, stdout);
	return 0;
}

static const struct option bom_options[] = {
	{ .name = "output",
	  .letter = 'o',
	  .argument = "FILE",
	  .help = "write it there instead of to stdout" },
	{ .name = NULL },
};

static const struct example bom_examples[] = {
	{ "akashi bom llm-x/base@v1 -o base.cdx.json",
	  "beside a release, for those who ask for one" },
	{ NULL, NULL },
};

const struct command command_bom = {
	.name = "bom",
	.summary = "write a bill of materials of a model (CycloneDX 1.7)",
	.synopsis = "NAME@VERSION [-o FILE]",
	.description =
		"Writes a CycloneDX 1.7 ML-BOM from what is signed about a checkpoint or release "
		"(`akashi card NAME@VERSION --json` shows the same facts): the model with its "
		"files and their "
		"digests, architecture, scores and ancestors; its datasets; the runs that made it; "
		"the repository's commit. Properties named akashi:statement and akashi:signer say "
		"who stands for each part, and akashi:proof whether an ancestor is declared or was "
		"re-executed. What is not disclosed is named as such.\n\n"
		"The same facts give the same bytes. Always JSON, with --json as well.",
	.options = bom_options,
	.examples = bom_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = bom_run,
};
