/* note: write down beside a run or a version what the next team needs to know, and find it again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/said.h"

/* ---- Telling ---- */

struct telling {
	const struct call *call;
	struct json *items; /* NULL: as text */
	uint64_t told;
};

static int telling_json(struct telling *telling, const struct remark *note, struct error *err)
{
	struct json *item;

	if (json_add_object(telling->items, &item, err) ||
	    json_set_size(item, "index", note->log_index, err) ||
	    json_set_text(item, "declared", note->declared, err) ||
	    json_set_text(item, "of", note->subject, err) ||
	    json_set_text(item, "text", note->text, err) ||
	    json_set_text(item, "statement", note->statement, err) ||
	    json_set_text(item, "key", note->key, err))
		return -1;
	return note->replaces ? json_set_text(item, "replaces", note->replaces, err) : 0;
}

static int telling_take(void *arg, const struct remark *note, struct error *err)
{
	struct telling *telling = arg;

	telling->told++;
	if (telling->items)
		return telling_json(telling, note, err);
	if (telling->told > 1)
		puts("");
	output_line(stdout, "%s  %s  sha256:%.12s%s", note->declared, note->subject,
		    note->statement, note->replaces ? "  (takes another's place)" : "");
	output_wrapped(stdout, note->text, 2);
	return 0;
}

static int tell(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *object = NULL;
	struct telling telling = { .call = call };
	struct remarks_wish wish = { .search = call_value(call, "search"),
				     .replaced = call_has(call, "all") };
	struct name name;

	if (call->operand_count) {
		if (strchr(call->operand[0], '@') ? name_parse(call->operand[0], &name, err)
						  : name_parse_family(call->operand[0], &name, err))
			return -1;
		wish.about = &name;
	}
	if (open_registry(call, &registry, err) ||
	    (call->json && (json_object_new(&object, err) ||
			    json_set_text(object, "schema", "akashi/notes/1", err) ||
			    json_set_array(object, "items", &telling.items, err))) ||
	    registry_remarks(registry, &wish, telling_take, &telling, err))
		return -1;
	if (call->json)
		return output_json(object, err);
	if (!telling.told && !call->quiet)
		output_line(stderr, "no notes%s%s", wish.search ? " with " : "",
			    wish.search ? wish.search : "");
	return 0;
}

/* ---- Saying ---- */

static int text_read(const struct call *call, struct buffer *out, struct error *err)
{
	const char *file = call_value(call, "file");

	if (!file)
		return buffer_add_text(out, call->operand[1], err);
	if (strcmp(file, "-") != 0)
		return file_read(file, out, err);
	for (;;) {
		uint8_t step[4096];
		size_t got = fread(step, 1, sizeof(step), stdin);

		if (!got)
			return ferror(stdin)
				       ? error_set(err, ERROR_SYSTEM, "cannot read standard input")
				       : 0;
		if (buffer_add(out, (struct span){ step, got }, err))
			return -1;
	}
}

/* The note that --replaces means. */
static int replaced_find(const struct call *call, struct registry *registry,
			 struct digest *out_digest, const struct digest **out_replaces,
			 struct error *err)
{
	const char *word = call_value(call, "replaces");
	struct name ignored;

	*out_replaces = NULL;
	if (!word)
		return 0;
	*out_replaces = out_digest;
	return argument_resolve(registry, word, &ignored, out_digest, err);
}

static int say(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(buffer_release) struct buffer text;
	const struct digest *replaces;
	struct statement_made made;
	struct digest digest;
	struct name name;

	buffer_init(&text, REMARK_MAX_BYTES + (1u << 16));
	if (name_parse(call->operand[0], &name, err) || text_read(call, &text, err) ||
	    open_registry(call, &registry, err) ||
	    replaced_find(call, registry, &digest, &replaces, err))
		return -1;
	if (call_has(call, "dry-run")) {
		if (remark_allowed(buffer_view(&text), err))
			return -1;
		output_line(stdout, "would note %zu bytes about %s", text.len, call->operand[0]);
		return 0;
	}
	return said_key(call, registry, &key, err) ||
			       registry_remark(registry, key, &name, buffer_view(&text), replaces,
					       &made, err) ||
			       said_print(call, "noted", call->operand[0], &made, err)
		       ? -1
		       : 0;
}

static int note_run(struct call *call, struct error *err)
{
	bool text = call->operand_count > 1, file = call_has(call, "file");

	if (text && file)
		return error_set(err, ERROR_USAGE, "give the text, or --file, not both");
	if (file && !call->operand_count)
		return error_set(err, ERROR_USAGE,
				 "what is the note about? NAME@VERSION is needed");
	if ((text || file) && (call_has(call, "search") || call_has(call, "all")))
		return error_set(err, ERROR_USAGE,
				 "--search and --all are for reading notes, without a text");
	if (!text && !file && call_has(call, "replaces"))
		return error_set(err, ERROR_USAGE, "--replaces wants the new text beside it");
	return text || file ? say(call, err) : tell(call, err);
}

static const struct option note_options[] = {
	{ .name = "file",
	  .argument = "FILE",
	  .help = "read the text from this file; - is standard input" },
	{ .name = "replaces",
	  .argument = "DIGEST",
	  .help = "the earlier note about the same whose place this one takes; it stays in the "
		  "log, and --all shows it" },
	{ .name = "search",
	  .argument = "WORDS",
	  .help = "only notes in which all these words occur, in any case and width of letters" },
	{ .name = "all", .help = "also notes whose place a later one took" },
	OPTION_KEY,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example note_examples[] = {
	{ "akashi note llm-x/base-run@1 'loss spike at 3,200, restarted from 3,000 with lr 0.8x'",
	  "signed and logged beside the run" },
	{ "akashi note llm-x/base@step-3000", "what is known of it" },
	{ "akashi note --search 'loss spike'", "everything that was ever noted about those" },
	{ NULL, NULL },
};

const struct command command_note = {
	.name = "note",
	.summary = "keep incidents, decisions and lessons beside a run or a version",
	.synopsis = "[NAME[@VERSION] [TEXT]]",
	.description =
		"With a TEXT, or --file, it is signed and logged as a statement about the run, "
		"checkpoint or dataset. Its body stays in the registry: the public log shows a "
		"digest, "
		"releases do not carry it, and akashi withhold takes it away. Without a text, "
		"notes are told, oldest first; akashi show and akashi history name them too.",
	.options = note_options,
	.examples = note_examples,
	.operands_min = 0,
	.operands_max = 2,
	.run = note_run,
};
