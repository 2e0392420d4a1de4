/* trust: pin a log, show what is pinned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/trust.h"

/* Every line of `text` that is a pin, with its fingerprint. */
static int show_pins(const struct call *call, struct span text, struct json *items,
		     const char *where, struct error *err)
{
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };

	if (pins_parse(text, &pins, err))
		return error_prefix(err, "%s", where);
	for (size_t i = 0; i < pins.count; i++) {
		CLEANUP(buffer_release) struct buffer line;
		char fingerprint[PIN_FINGERPRINT_SIZE];
		struct json *item;

		buffer_init(&line, 1024);
		if (pin_format(&pins.pin[i], &line, err) ||
		    pin_fingerprint(&pins.pin[i], fingerprint, err))
			return -1;
		if (call->json) {
			if (json_add_object(items, &item, err) ||
			    json_set_text(item, "from", where, err) ||
			    json_set_text(item, "origin", pins.pin[i].log.name, err) ||
			    json_set_span(item, "pin", buffer_view(&line), err) ||
			    json_set_text(item, "fingerprint", fingerprint, err))
				return -1;
			continue;
		}
		output_line(stdout, "%.*s", (int)line.len, (const char *)line.data);
		if (!call->quiet)
			output_line(stdout, "  %s; fingerprint %s", where, fingerprint);
	}
	return 0;
}

static int join_operands(const struct call *call, char **out_line, struct error *err)
{
	if (asprintf(out_line, "%s%s%s", call->operand[0], call->operand_count > 1 ? " " : "",
		     call->operand_count > 1 ? call->operand[1] : "") < 0)
		return error_set(err, ERROR_SYSTEM, "cannot read the command line");
	return 0;
}

static int begin_items(const struct call *call, struct json **out_object, struct json **out_items,
		       struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (!call->json)
		return 0;
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/pins/1", err) ||
	    json_set_array(object, "items", out_items, err))
		return -1;
	*out_object = object;
	object = NULL;
	return 0;
}

/* The line that a release says of itself: believed because somebody asked for just that. */
static int release_line(const char *folder, char **out_line, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;
	const struct json *list;
	const char *line;

	buffer_init(&text, PINS_MAX_BYTES);
	if (release_dir_file(folder, "akashi/trust.json", PINS_MAX_BYTES, &text, err) ||
	    json_parse(buffer_view(&text), NULL, &json, err) ||
	    json_need_array(json, "pins", &list, err))
		return error_prefix(err, "'%s'", folder);
	line = json_text(json_at(list, 0));
	if (!line || json_count(list) != 1)
		return error_set(err, ERROR_CORRUPT, "'%s' does not name one pin", folder);
	*out_line = strdup(line);
	return *out_line ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a pin");
}

/* Likewise what a log says of itself, wherever it is served. */
static int first_use_line(const struct call *call, const char *where, char **out_line,
			  struct error *err)
{
	return http_is_url(where) ? trust_pin_of_log(call->ctx, where, out_line, err)
				  : release_line(where, out_line, err);
}

/* Remember that nobody compared this one. */
static int first_use_remember(const struct call *call, const char *line, const char *folder,
			      struct error *err)
{
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };
	CLEANUP(text_free) char *real = http_is_url(folder) ? NULL : realpath(folder, NULL);

	if (pins_parse(span_of(line), &pins, err))
		return -1;
	context_notice(call->ctx,
		       "trusted on first use: '%s' is believed because '%s' says so, and nobody "
		       "compared it; that shows nothing about this first contact: whoever %s "
		       "controls what you will believe",
		       pins.pin[0].log.name, folder, real ? "made that folder" : "answered there");
	return trust_store_first_use(call->ctx, pins.pin[0].log.name, real ? real : folder, err);
}

static int pin_run(struct call *call, struct error *err)
{
	bool first_use = call_has(call, "first-use");
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(text_free) char *line = NULL;
	struct json *items = NULL;
	bool known = false;

	if (!first_use && http_is_url(call->operand[0]))
		return error_set(err, ERROR_USAGE,
				 "'%s' is no pin: write the line that you compared, or, to take "
				 "what is served there unseen, --first-use",
				 call->operand[0]);
	if ((first_use ? first_use_line(call, call->operand[0], &line, err)
		       : join_operands(call, &line, err)) ||
	    begin_items(call, &object, &items, err))
		return -1;
	if (!call_has(call, "dry-run") &&
	    pins_add(call->ctx, line, call_has(call, "replace"), &known, err))
		return -1;
	if (first_use && !known && !call_has(call, "dry-run") &&
	    first_use_remember(call, line, call->operand[0], err))
		return -1;
	if (show_pins(call, span_of(line), items,
		      known       ? "pinned before"
		      : first_use ? "pinned on first use"
				  : "pinned",
		      err))
		return -1;
	if (call->json)
		return output_json(object, err);
	if (!call->quiet && !known)
		puts("Compare the fingerprint with the publisher's, over a channel that the files "
		     "did "
		     "not come through.");
	return 0;
}

static int show_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *own = NULL;
	struct json *items = NULL;

	buffer_init(&text, PINS_MAX_BYTES);
	if (begin_items(call, &object, &items, err) || open_registry_if_any(call, &registry, err) ||
	    pins_load(call->ctx, &text, err))
		return -1;
	if (registry && (registry_pin(registry, &own, err) ||
			 show_pins(call, span_of(own), items, "this registry", err)))
		return -1;
	if (show_pins(call, buffer_view(&text), items, "your pins", err))
		return -1;
	return call->json ? output_json(object, err) : 0;
}

static const struct option pin_options[] = {
	{ .name = "replace",
	  .help = "take the place of another pin of the same log: its key or policy changed, and "
		  "you "
		  "compared the fingerprint" },
	{ .name = "first-use",
	  .help = "take the line from a release directory, or from the log that is served at a "
		  "URL: "
		  "every later verdict says that nobody compared it" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example pin_examples[] = {
	{ "akashi trust pin 'hub.example.org/llm+1a2b3c4d+AWx5... sha256:9f86...'",
	  "trust that log, under that policy" },
	{ "akashi trust pin --first-use https://example.org/llm/log",
	  "trust whoever answers there now, as ssh does at a first login" },
	{ NULL, NULL },
};

static const struct command pin = {
	.name = "pin",
	.summary = "trust a log and its policy",
	.synopsis = "'VKEY sha256:POLICY'|--first-use DIR|URL",
	.description = "Keeps the line in $XDG_CONFIG_HOME/akashi/pins and shows its fingerprint "
		       "(SHA-256 of the line), to be compared out of band.",
	.options = pin_options,
	.examples = pin_examples,
	.operands_min = 1,
	.operands_max = 2,
	.run = pin_run,
};

static const struct command show = {
	.name = "show",
	.summary = "show what is pinned, and the pin line of this registry",
	.synopsis = "",
	.description = "The registry's line is what you hand to those who are to check what you "
		       "publish.",
	.run = show_run,
};

static const struct command *const subcommands[] = {
	&pin, &show, &trust_policy_command, &trust_sign_command, &trust_update_command, NULL
};

const struct command command_trust = {
	.name = "trust",
	.summary = "pin logs, show and change who may sign what",
	.synopsis = "pin|show|update|policy|sign",
	.subcommands = subcommands,
};
