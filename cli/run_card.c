/* run_card: the card of a run, found and held against it before the command starts. */
#include "cli/run_card.h"

#include <stdio.h>
#include <string.h>

#include "cli/open.h"

/* owner/name in front of the "@" of --as. */
static bool family_of_outputs(const struct call *call, struct name *out_family)
{
	const char *as = call_value(call, "as");
	const char *at = as ? strchr(as, '@') : NULL;
	char text[NAME_TEXT_MAX];
	struct error ignored = { 0 };

	if (!at || (size_t)(at - as) >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(at - as), as);
	return name_parse_family(text, out_family, &ignored) == 0;
}

static int find(const struct run_job *job, bool named, struct card_known *out_card, bool *out_found,
		struct error *err)
{
	const char *card = call_value(job->call, "card");
	struct name outputs;
	const struct name *model[2] = { NULL, named ? &job->name : NULL };

	if (!card)
		card = settings_get(&job->registry->settings, SETTING_RUN_CARD, NULL);
	if (family_of_outputs(job->call, &outputs))
		model[0] = &outputs;
	return card_for_run(job->registry, card, model, 2, out_card, out_found, err);
}

static int hold(struct run_job *job, const struct card_known *card, const char *const *command,
		size_t command_count, struct error *err)
{
	CLEANUP(json_free) struct json *held = NULL;
	CLEANUP(texts_free) const char **script = NULL;
	struct card_hold_wish wish = { .ctx = job->call->ctx,
				       .card = card,
				       .command = command,
				       .command_count = command_count,
				       .details = job->facts.details };
	const struct json *told;

	if (call_values(job->call, "order", &script, &wish.script_count, err))
		return -1;
	wish.script = script;
	if (card_hold(job->registry, &wish, &held, err) ||
	    json_set_take(job->facts.details, "card", &held, err))
		return -1;
	told = json_member(job->facts.details, "card");
	context_notice(job->call->ctx, "held against the card %s: %zu agree, %zu drifted",
		       card->name, json_count(json_member(told, "agreed")),
		       json_count(json_member(told, "drifted")));
	return 0;
}

int run_card_hold(struct run_job *job, bool named, const char *const *command, size_t command_count,
		  struct error *err)
{
	CLEANUP(card_known_release) struct card_known card = { .name = "" };
	bool strict = call_has(job->call, "strict"), found = false;
	struct error why = { 0 };

	if (!job->registry) {
		if (strict)
			return error_set(err, ERROR_SYSTEM,
					 "the registry is away, and --strict holds the run against "
					 "a card before it starts");
		if (call_has(job->call, "card"))
			context_notice(job->call->ctx,
				       "the registry is away: the run is held against no card");
		return 0;
	}
	if (find(job, named, &card, &found, &why)) {
		if (strict || call_has(job->call, "card"))
			return error_set(err, why.code, "%s", why.text);
		context_notice(job->call->ctx, "the run is held against no card: %s", why.text);
		return 0;
	}
	if (!found)
		return strict ? error_set(err, ERROR_ABSENT,
					  "no card is registered for this run (akashi card "
					  "register --for), and --strict wants one")
			      : 0;
	if (hold(job, &card, command, command_count, &why)) {
		if (strict)
			return error_set(err, why.code, "%s", why.text);
		context_notice(job->call->ctx, "the run is not held against the card %s: %s",
			       card.name, why.text);
		return 0;
	}
	return strict ? card_held_refuse(json_member(job->facts.details, "card"), err) : 0;
}
