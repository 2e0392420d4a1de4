/* cite: a citation of a model or dataset, with its digest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

/* The array, not the words. */
static void words_free(const char ***words)
{
	free(*words);
}

static int citation_write(const struct call *call, const struct json *citation, struct error *err)
{
	const char *path = call_value(call, "output"), *format = call_value(call, "format");
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, 4 * CITE_MAX_BYTES);
	if (call->json ? json_write_pretty(citation, &text, err)
		       : buffer_add_text(
				 &text,
				 json_text(json_member(citation, format ? format : "bibtex")), err))
		return -1;
	if (path)
		return file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err);
	fwrite(text.data, 1, text.len, stdout);
	return 0;
}

static int cite_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *facts = NULL;
	CLEANUP(json_free) struct json *citation = NULL;
	CLEANUP(words_free) const char **author = NULL;
	struct cite_wish wish = { .asked = call->operand[0], .url = call_value(call, "url") };

	if (call_values(call, "author", &author, &wish.author_count, err) ||
	    open_registry(call, &registry, err) ||
	    facts_gather_cited(registry, call->ctx, call->operand[0], &facts, err))
		return -1;
	wish.facts = facts;
	wish.author = author;
	if (cite_make(&wish, &citation, err))
		return -1;
	if (json_member(citation, "retracted") && !call->quiet)
		output_line(stderr, "akashi: '%s' was retracted; the citation says so",
			    call->operand[0]);
	return citation_write(call, citation, err);
}

static const struct option cite_options[] = {
	{ .name = "format",
	  .argument = "FORMAT",
	  .choices = "bibtex cff",
	  .help = "bibtex: one entry (what is written unless you say otherwise); cff: a "
		  "CITATION.cff, Citation File Format 1.2.0" },
	{ .name = "author",
	  .argument = "NAME",
	  .repeatable = true,
	  .help = "who made it, once for each: 'FAMILY, GIVEN' is a person, anything else a group, "
		  "and '{NAME}' a group with a comma; otherwise the owner for whose names the "
		  "signer's key is listed, or the name's" },
	{ .name = "url",
	  .argument = "URL",
	  .help = "where it is to be had (http or https); otherwise the repository that its "
		  "statement names, or the address in a dataset's Croissant description" },
	{ .name = "output",
	  .letter = 'o',
	  .argument = "FILE",
	  .help = "write it there instead of to stdout" },
	{ .name = NULL },
};

static const struct example cite_examples[] = {
	{ "akashi cite llm-x/base@v1 --author 'Yamada, Taro' --author 'LLM-X team'",
	  "for a paper" },
	{ "akashi cite llm-x/base@v1 --format cff -o CITATION.cff", "beside a release" },
	{ "akashi cite llm-x/corpus@v1", "a dataset" },
	{ NULL, NULL },
};

const struct command command_cite = {
	.name = "cite",
	.summary = "write a citation of a model or dataset, with its digest",
	.synopsis = "NAME@VERSION [--format bibtex|cff] [-o FILE]",
	.description =
		"Writes a citation from what is signed about a checkpoint, release or dataset: "
		"name, "
		"version, date (of the release, the first one where a checkpoint is named), the "
		"digest of its manifest, the statements that say so, the log that has them, and "
		"the licence. Whoever has the digest can check that what they have is what was "
		"cited, whatever an address serves by then.\n\n"
		"The same facts give the same bytes. With --json: all of it as one object, with "
		"both formats.",
	.options = cite_options,
	.examples = cite_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = cite_run,
};
