/* card: a model card from what is signed, or what is signed as one document. */
#include <stdio.h>
#include <string.h>

#include "cli/card_check.h"
#include "cli/card_register.h"
#include "cli/open.h"
#include "cli/output.h"

static void wish_options(const struct call *call, struct card_wish *wish)
{
	const char *language = call_value(call, "language");
	const char *template = call_value(call, "template");

	wish->language = CARD_LANGUAGE_AS_BEFORE;
	if (language)
		wish->language = strcmp(language, "ja") == 0 ? CARD_JAPANESE : CARD_ENGLISH;
	wish->force = call_has(call, "force");
	wish->template = CARD_AS_BEFORE;
	if (template)
		wish->template = strcmp(template, "hub") == 0 ? CARD_HUB : CARD_HUGGING_FACE;
}

static int written_print(const struct call *call, const char *path,
			 const struct card_written *written, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (!call->json) {
		if (!call->quiet)
			output_line(stdout, "%s %s (%zu bytes)",
				    written->updated ? "updated" : "wrote", path, written->bytes);
		return 0;
	}
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/card/1", err) ||
	    json_set_text(object, "file", path, err) ||
	    json_set_bool(object, "updated", written->updated, err) ||
	    json_set_size(object, "bytes", written->bytes, err) ||
	    json_set_digest(object, "sha256", &written->sha256, err))
		return -1;
	return output_json(object, err);
}

static int card_print(const struct card_wish *wish, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, CARD_MAX_BYTES);
	if (card_write(wish, &text, err))
		return -1;
	return fwrite(text.data, 1, text.len, stdout) == text.len
		       ? 0
		       : error_set(err, ERROR_SYSTEM, "the card cannot be written");
}

/* A page takes the place of a page: a card that somebody wrote is not lost by a wrong --format. */
static int page_place(const char *path, struct error *err)
{
	static const char begins[] = "<!DOCTYPE html>";
	CLEANUP(buffer_release) struct buffer old = { 0 };

	if (!file_exists(path))
		return 0;
	buffer_init(&old, PAGE_MAX_BYTES);
	if (file_read(path, &old, err))
		return -1;
	if (old.len >= sizeof(begins) - 1 && memcmp(old.data, begins, sizeof(begins) - 1) == 0)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'%s' is there and is no page of ours: name another file", path);
}

/* The page of what is proved and what is claimed: of now, and of the log as it stands. */
static int page_print(const struct call *call, struct registry *registry, const struct json *facts,
		      const char *pin, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const char *path = call_value(call, "output");
	struct page_wish wish = { .facts = facts, .pin = pin, .now_s = context_now(call->ctx) };
	struct index_counts counts;
	struct index *index;

	buffer_init(&text, PAGE_MAX_BYTES);
	if (registry_index(registry, &index, err) || index_count(index, &counts, err))
		return -1;
	wish.log_size = counts.entries;
	if (page_write(&wish, &text, err))
		return -1;
	if (path)
		return page_place(path, err)
			       ? -1
			       : file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err);
	return fwrite(text.data, 1, text.len, stdout) == text.len
		       ? 0
		       : error_set(err, ERROR_SYSTEM, "the page cannot be written");
}

static int card_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *facts = NULL;
	CLEANUP(text_free) char *pin = NULL;
	const char *path = call_value(call, "output");
	struct card_wish wish = { .ctx = call->ctx };
	struct card_written written;
	const char *format = call_value(call, "format");
	bool html = format && strcmp(format, "html") == 0;

	if (call_has(call, "check"))
		return card_check_run(call, call_value(call, "check"), call->operand[0], err);
	if (!call->operand_count)
		return error_set(err, ERROR_USAGE, "say of which model: NAME@VERSION");
	if (call_has(call, "force") && (!path || html))
		return error_set(err, ERROR_USAGE, "--force is about the card that --output names");
	if (html && (call->json || call_has(call, "template") || call_has(call, "language")))
		return error_set(err, ERROR_USAGE,
				 "--format html is one page in both languages: it takes no --json, "
				 "--template or --language");
	wish_options(call, &wish);
	if (open_registry(call, &registry, err) ||
	    facts_gather(registry, call->ctx, call->operand[0], &facts, err))
		return -1;
	if (call->json && !path)
		return output_json(facts, err);
	if (registry_pin(registry, &pin, err))
		return -1;
	if (html)
		return page_print(call, registry, facts, pin, err);
	wish.facts = facts;
	wish.pin = pin;
	if (!path)
		return card_print(&wish, err);
	return card_to_file(&wish, path, &written, err) || written_print(call, path, &written, err)
		       ? -1
		       : 0;
}

static const struct option card_options[] = {
	{ .name = "language",
	  .argument = "LANGUAGE",
	  .choices = "en ja",
	  .help = "English or Japanese; otherwise as the file was written, or English" },
	{ .name = "template",
	  .argument = "TEMPLATE",
	  .choices = "hf hub",
	  .help = "hf: a Hugging Face README.md, with front matter; hub: model, dataset, training "
		  "and environmental specs as tables, as hubs that register runs by their cards "
		  "have them. Otherwise as the file was written, or hf" },
	{ .name = "format",
	  .argument = "FORMAT",
	  .choices = "markdown html",
	  .help = "markdown: a card (what is written unless you say otherwise); html: a short "
		  "dated "
		  "page in English and Japanese, in one file that loads nothing: what is proved, "
		  "what is only claimed, and by whom" },
	{ .name = "output",
	  .argument = "FILE",
	  .help = "write there, at once or not at all; of a card that is there, make again what "
		  "was generated, and leave everything else as it is" },
	{ .name = "force",
	  .help = "also over a file that is no card (no front matter, nothing generated in it); "
		  "what it says stays" },
	{ .name = "check",
	  .argument = "FILE",
	  .help = "as 'akashi card check FILE': hold a card against what is signed, and the model "
		  "beside it" },
	{ .name = NULL },
};

static const struct example card_examples[] = {
	{ "akashi card llm-x/base@step-500 --output README.md",
	  "write its card, or bring the one that is there up to date" },
	{ "akashi card llm-x/base@step-500 --language ja", "print it in Japanese" },
	{ "akashi card llm-x/base@step-500 --template hub", "as tables of specs" },
	{ "akashi card llm-x/base@v1 --format html --output base.html",
	  "a page for people: what is proved, and what is claimed by whom" },
	{ "akashi card llm-x/base@step-500 --json", "everything signed about it, as one document" },
	{ NULL, NULL },
};

static const struct command *const subcommands[] = { &card_check_command, &card_register_command,
						     NULL };

const struct command command_card = {
	.name = "card",
	.summary = "write a model card from what is signed",
	.synopsis = "NAME@VERSION",
	.description =
		"Writes a model card in which everything comes from statements that are believed: "
		"specs, data with its tokens, training with its commit and settings, node-hours, "
		"evaluations (the publisher's own and others' apart), lineage, and how to verify "
		"it. What was generated stands between lines <!-- akashi:begin NAME --> and "
		"<!-- akashi:end NAME --> and is made again by the next --output; what stands "
		"outside of them is yours and stays. A line <!-- akashi:omit NAME --> keeps a "
		"part out. In the front matter, results and a signed licence are written anew, "
		"lists get what they lack, and everything else stays.\n\n"
		"With --json and no --output: all facts as one document, each with the statement "
		"that says so and its signer. What was only committed to is named as undisclosed; "
		"a statement that is not believed is named with the reason, and counts for "
		"nothing.",
	.options = card_options,
	.examples = card_examples,
	.operands_max = 1,
	.run = card_run,
	.subcommands = subcommands,
};
