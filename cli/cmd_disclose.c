/* disclose: open one thing that a published checkpoint or record commits to. */
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

/* Does the word mean this opening: its commitment (the first digits do), its name, or what it is?
 */
static bool opening_is(const struct opening *opening, const char *word)
{
	const char *hex = strncmp(word, "sha256:", 7) == 0 ? word + 7 : word;
	const char *name = opening_name(opening);
	char commitment[DIGEST_HEX_SIZE];

	digest_to_hex(&opening->commitment, commitment);
	return (strlen(hex) >= 8 && strncmp(commitment, hex, strlen(hex)) == 0) ||
	       (name && strcmp(name, word) == 0) || strcmp(opening->what, word) == 0;
}

static int opening_choose(const struct openings *openings, const char *word,
			  const struct opening **out_opening, struct error *err)
{
	*out_opening = NULL;
	for (size_t i = 0; i < openings->count; i++) {
		if (!opening_is(&openings->item[i], word))
			continue;
		if (*out_opening)
			return error_set(err, ERROR_USAGE,
					 "'%s' means several commitments: give the first digits of "
					 "the one that is to be opened",
					 word);
		*out_opening = &openings->item[i];
	}
	return *out_opening ? 0
			    : error_set(err, ERROR_ABSENT,
					"nothing called '%s' is committed to: without it, the "
					"command lists what is",
					word);
}

static int list(const struct call *call, const char *of, const struct openings *openings,
		struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items, *item;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/commitments/1", err) ||
	    json_set_text(object, "of", of, err) ||
	    json_set_array(object, "commitments", &items, err))
		return -1;
	for (size_t i = 0; i < openings->count; i++) {
		const struct opening *opening = &openings->item[i];
		const char *name = opening_name(opening);
		size_t tokens = json_count(json_member(opening->value, "ids"));
		char hex[DIGEST_HEX_SIZE], length[48] = "";

		if (json_add_object(items, &item, err) ||
		    json_set_digest(item, "commitment", &opening->commitment, err) ||
		    json_set_text(item, "what", opening->what, err) ||
		    (name && json_set_text(item, "name", name, err)) ||
		    (tokens && json_set_size(item, "tokens", tokens, err)))
			return -1;
		digest_to_hex(&opening->commitment, hex);
		if (tokens)
			snprintf(length, sizeof(length), " of %zu tokens", tokens);
		if (!call->json)
			output_line(stdout, "sha256:%s  %s%s%s%s", hex, opening->what,
				    name ? " " : "", name ? name : "", length);
	}
	return call->json ? output_json(object, err) : 0;
}

static int opening_give(const struct call *call, const struct opening *opening, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const char *path = call_value(call, "out");

	buffer_init(&text, OPENING_MAX_BYTES);
	if (json_write_canonical(opening->json, &text, err) || buffer_add_text(&text, "\n", err))
		return -1;
	if (path && file_write(path, buffer_view(&text), 0600, FILE_REPLACE, err))
		return -1;
	if (!path || call->json)
		return output_json(opening->json, err);
	if (!call->quiet)
		output_line(stdout, "%s opens the %s: whoever has it can show it to anybody", path,
			    opening->what);
	return 0;
}

static int disclose_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(openings_release) struct openings openings = { 0 };
	const struct opening *opening;
	char text[NAME_TEXT_MAX];
	struct digest identity;
	struct name name;

	if (open_registry(call, &registry, err) ||
	    registry_resolve(registry, call->operand[0], STATEMENT_checkpoint, text, &identity,
			     err) ||
	    name_parse(text, &name, err) || openings_read(registry, &name, &openings, err))
		return error_prefix(err, "'%s' commits to nothing that can be opened here",
				    call->operand[0]);
	if (call->operand_count == 1)
		return list(call, text, &openings, err);
	return opening_choose(&openings, call->operand[1], &opening, err) ||
			       opening_give(call, opening, err)
		       ? -1
		       : 0;
}

static const struct option disclose_options[] = {
	{ .name = "out",
	  .letter = 'o',
	  .argument = "FILE",
	  .help = "write the opening here, readable for you alone, instead of to standard output" },
	{ .name = NULL },
};

static const struct example disclose_examples[] = {
	{ "akashi disclose llm-x/base@v1", "list what was committed to, for your own eyes" },
	{ "akashi disclose llm-x/base@v1 llm-x/raw-web@2 -o raw-web.opening.json",
	  "open that one dataset: akashi verify DIR --opening raw-web.opening.json" },
	{ "akashi disclose llm-x/base@v1 sha256:9f86d081 -o probe.json",
	  "one private probe, with what was computed on it" },
	{ NULL, NULL },
};

const struct command command_disclose = {
	.name = "disclose",
	.summary = "open one thing that a published checkpoint or record commits to",
	.synopsis = "NAME@VERSION [COMMITMENT|NAME|WHAT] [-o FILE]",
	.description =
		"After akashi publish --private, or akashi record --private-probes: the salt and "
		"the value behind one commitment, for "
		"whom you choose. It opens that one and tells nothing of the others. The salts are "
		"in this registry only: what is lost with it can never be opened again.",
	.options = disclose_options,
	.examples = disclose_examples,
	.operands_min = 1,
	.operands_max = 2,
	.run = disclose_run,
};
