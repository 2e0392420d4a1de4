/* card register: a card is signed and logged, of weights or before there are any. */
#include "cli/card_register.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

#define CHANGES_SHOWN 10u /* lines */

static int wish_make(const struct call *call, struct card_registration *wish, struct name names[2],
		     struct error *err)
{
	const char *of = call_value(call, "of"), *model = call_value(call, "for");

	wish->path = call->operand[0];
	if (name_parse(call->operand[1], &wish->name, err) ||
	    (of && name_parse(of, &names[0], err)) ||
	    (model && name_parse_family(model, &names[1], err)))
		return -1;
	wish->of = of ? &names[0] : NULL;
	wish->model = model ? &names[1] : NULL;
	return 0;
}

static int print_json(const struct call *call, const struct card_registered *made,
		      struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	const struct statement_made *said = &made->made;
	bool dry = call_has(call, "dry-run");

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/card-registered/1", err) ||
	    json_set_text(object, "name", call->operand[1], err) ||
	    json_set_text(object, call_has(call, "for") ? "for" : "of", made->about, err) ||
	    json_set_digest(object, "file", &made->file, err) ||
	    json_set_size(object, "size", made->bytes, err) ||
	    (!dry && (json_set_digest(object, "statement", &said->identity, err) ||
		      json_set_hex(object, "key", &said->key, err) ||
		      json_set_size(object, "index", said->log_index, err))) ||
	    json_set_bool(object, "existed", said->existed, err) ||
	    (made->previous[0] && json_set_text(object, "previous", made->previous, err)) ||
	    (made->changes && json_set_clone(object, "changes", made->changes, err)))
		return -1;
	return output_json(object, err);
}

void card_changes_print(FILE *stream, const struct json *changes, size_t indent)
{
	const struct json *lines = json_member(changes, "lines");
	size_t count = json_count(lines);
	uint64_t more = 0;
	struct error ignored = { 0 };

	if (json_maybe_size(changes, "more", 0, &more, &ignored))
		more = 0;
	for (size_t i = 0; i < count && i < CHANGES_SHOWN; i++) {
		const struct json *line = json_at(lines, i);
		const char *what = json_text(json_member(line, "what"));

		output_line(stream, "%*s%c%" PRId64 ": %s", (int)indent, "",
			    what && strcmp(what, "added") == 0 ? '+' : '-',
			    json_integer_of(json_member(line, "line")),
			    json_text(json_member(line, "text")));
	}
	if (count > CHANGES_SHOWN)
		more += count - CHANGES_SHOWN;
	if (more)
		output_line(stream, "%*s%" PRIu64 " more lines (--json has them)", (int)indent, "",
			    more);
}

static int register_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(card_registered_release) struct card_registered made = { .bytes = 0 };
	struct card_registration wish = { .path = NULL };
	struct name names[2];
	struct add_how how;

	if (wish_make(call, &wish, names, err) || open_registry(call, &registry, err) ||
	    open_add_how(call, registry, &how, err) ||
	    card_register(registry, &how, &wish, &made, err))
		return -1;
	if (call->json)
		return print_json(call, &made, err);
	if (call->quiet)
		return 0;
	if (how.dry_run)
		output_line(stdout, "would register the card %s %s %s", call->operand[1],
			    wish.model ? "for" : "of", made.about);
	else
		output_line(stdout, "card %s %s %s (entry %" PRIu64 "%s)", call->operand[1],
			    wish.model ? "for" : "of", made.about, made.made.log_index,
			    made.made.existed ? ", said before" : "");
	if (made.changes) {
		output_line(stdout, "changed since %s:", made.previous);
		card_changes_print(stdout, made.changes, 2);
	}
	return 0;
}

static const struct option register_options[] = {
	{ .name = "of",
	  .argument = "NAME@VERSION",
	  .help = "the registered weights that it describes; then NAME@VERSION is the card's own "
		  "name" },
	{ .name = "for",
	  .argument = "OWNER/NAME",
	  .help = "the model that shall be trained, before there are weights: runs of it are held "
		  "against the card" },
	OPTION_KEY,
	OPTION_TIMESTAMP,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example register_examples[] = {
	{ "akashi card register card.md llm-x/base-card@v1 --for llm-x/base",
	  "before the run: what shall be trained" },
	{ "akashi card register README.md llm-x/base@step-500",
	  "a card, or a corrected one, of registered weights" },
	{ NULL, NULL },
};

const struct command card_register_command = {
	.name = "register",
	.summary = "sign and log a model card",
	.synopsis = "FILE NAME@VERSION [--of NAME@VERSION | --for OWNER/NAME]",
	.description =
		"Keeps the card as it is, and signs and logs it. With --of or --for it has a name "
		"and a version of its own, as checkpoints have; without, NAME@VERSION is a "
		"checkpoint, and the card takes the place of those that were signed for it "
		"before. What changed since the card before it is told by lines. A card that "
		"holds what looks like a secret is refused, and so is one for a model that the "
		"policy does not let the key sign for.",
	.options = register_options,
	.examples = register_examples,
	.operands_min = 2,
	.operands_max = 2,
	.run = register_run,
};
