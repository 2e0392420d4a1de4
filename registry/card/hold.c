/* card_hold: sources are read, the card is checked against them, and what comes out is kept short.
 */
#include "registry/card/hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/card/check.h"
#include "registry/run/facts.h"
#include "registry/run/secrets.h"

/* One holding. */
struct holding {
	const struct card_hold_wish *wish;
	struct buffer text;
	struct card_text card;
	struct card_claims claims;
	struct card_sources sources;
	struct card_report report;
	struct json *held, *agreed, *drifted; /* the latter are borrowed from `held` */
	size_t more_agreed, more_drifted;
};

static void holding_release(struct holding *h)
{
	card_report_release(&h->report);
	card_sources_release(&h->sources);
	card_claims_release(&h->claims);
	card_text_release(&h->card);
	buffer_release(&h->text);
	json_free(&h->held);
}

/* ---- What a run says ---- */

/* A script or a settings file that cannot be read says nothing; that is noticed. */
static int file_take(struct holding *h, const char *path, struct error *err)
{
	struct error why = { 0 };

	if (card_source_file(&h->sources, path, &why) == 0)
		return 0;
	if (why.code == ERROR_SYSTEM && file_exists(path))
		return error_set(err, why.code, "%s", why.text);
	context_notice(h->wish->ctx, "not held against the card: %s", why.text);
	return 0;
}

static bool is_settings(const char *word)
{
	return text_ends_with(word, ".sh") || text_ends_with(word, ".yaml") ||
	       text_ends_with(word, ".yml");
}

static int command_take(struct holding *h, struct error *err)
{
	const struct card_hold_wish *wish = h->wish;

	if (order_words_command(&h->sources.words, wish->command, wish->command_count, err))
		return -1;
	for (size_t i = 0; i < wish->script_count; i++)
		if (is_settings(wish->script[i]) && file_take(h, wish->script[i], err))
			return -1;
	for (size_t i = 0; i < wish->command_count && !wish->words_only; i++)
		if (is_settings(wish->command[i]) && file_exists(wish->command[i]) &&
		    file_take(h, wish->command[i], err))
			return -1;
	return 0;
}

static int count_take(struct holding *h, const char *member, const char *option, struct error *err)
{
	const struct json *object = json_member(h->wish->details, member);
	const char *source = json_text(json_member(object, "source"));
	struct error ignored = { 0 };
	char digits[32], where[64];
	uint64_t count;

	/* Nobody said how many nodes there are: that is no fact. */
	if (!source || strcmp(source, "alone") == 0 ||
	    json_need_size(object, "count", &count, &ignored))
		return 0;
	snprintf(digits, sizeof(digits), "%" PRIu64, count);
	snprintf(where, sizeof(where), "the run's %.40s", source);
	return card_source_option(&h->sources, CARD_SOURCE_SIGNED, option, digits, where, err);
}

/* The commits: of several repositories one may be meant, and no other contradicts. */
static int commits_take(struct holding *h, struct error *err)
{
	const struct json *list = json_member(h->wish->details, "repositories");

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *git = json_member(json_at(list, i), "git");
		const char *commit = json_text(json_member(git, "commit"));
		struct card_fact fact = { .meaning = CARD_MEANING_commit,
					  .source = CARD_SOURCE_SIGNED,
					  .only_confirms = json_count(list) > 1,
					  .value = commit,
					  .name = "commit",
					  .where = "the run's repository" };

		if (commit && card_source_add(&h->sources, &fact, err))
			return -1;
	}
	return 0;
}

static int sources_take(struct holding *h, struct error *err)
{
	const struct card_hold_wish *wish = h->wish;
	struct error why = { 0 };
	bool found;

	if (wish->command_count && command_take(h, err))
		return -1;
	if (wish->details && (count_take(h, "nodes", "nodes", err) ||
			      count_take(h, "gpus", "num-gpus", err) || commits_take(h, err)))
		return -1;
	if (wish->folder && card_source_model(&h->sources, wish->folder, &found, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
		context_notice(wish->ctx, "not held against the card: %s", why.text);
	}
	return card_sources_finish(&h->sources, err);
}

/* ---- What came out ---- */

/* A value as it may be signed: no home folder, no secret, not long, on one line. */
static int value_set(struct holding *h, struct json *item, const char *key, const char *value,
		     struct error *err)
{
	CLEANUP(text_free) char *plain = NULL;
	struct secret_found found;
	size_t len;

	if (secrets_find(span_of(value), &found))
		return json_set_text(item, key, "[refused]", err);
	if (run_text_public(h->wish->ctx, value, &plain, err))
		return -1;
	len = strlen(plain);
	if (len > CARD_HELD_TEXT_MAX)
		len = CARD_HELD_TEXT_MAX;
	while (len && len < strlen(plain) && ((uint8_t)plain[len] & 0xc0) == 0x80)
		len--;
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)plain[i] < 0x20)
			plain[i] = ' ';
	return json_set_span(item, key, (struct span){ (const uint8_t *)plain, len }, err);
}

static int told_add(struct holding *h, bool drifted, const char *what, unsigned line,
		    const char *card, const char *found, const char *where, struct error *err)
{
	struct json *list = drifted ? h->drifted : h->agreed, *item;

	if (drifted)
		context_notice(h->wish->ctx,
			       "drift from the card %s, line %u: %s is %s there, and %s here (%s)",
			       h->wish->card->name, line, what, card, found, where);
	if (json_count(list) == CARD_HELD_MAX) {
		*(drifted ? &h->more_drifted : &h->more_agreed) += 1;
		return 0;
	}
	return json_add_object(list, &item, err) || json_set_text(item, "what", what, err) ||
			       json_set_size(item, "line", line, err) ||
			       value_set(h, item, "card", card, err) ||
			       value_set(h, item, "found", found, err) ||
			       value_set(h, item, "where", where, err)
		       ? -1
		       : 0;
}

/* What a claim is of: its meaning, else as the card calls it. */
static const char *what_of(const struct card_claim *claim)
{
	const char *meaning = card_meaning_name(claim->meaning);

	return meaning[0] ? meaning : claim->label ? claim->label : "address";
}

static int findings_tell(struct holding *h, struct error *err)
{
	for (size_t i = 0; i < h->report.count; i++) {
		const struct card_finding *finding = &h->report.finding[i];
		const struct card_claim *claim = finding->claim;

		if (!finding->fact || finding->verdict == CARD_UNSUPPORTED)
			continue;
		if (told_add(h, finding->verdict == CARD_CONTRADICTED, what_of(claim), claim->line,
			     claim->value, finding->fact->value, finding->fact->where, err))
			return -1;
	}
	return 0;
}

/* A step beyond the last one that the card names. */
static int step_tell(struct holding *h, struct error *err)
{
	char found[32];

	snprintf(found, sizeof(found), "%" PRIu64, h->wish->step);
	for (size_t i = 0; i < h->claims.count && h->wish->has_step; i++) {
		const struct card_claim *claim = &h->claims.claim[i];
		struct card_number number;
		uint64_t last;

		if (claim->meaning != CARD_MEANING_steps || claim->table || claim->of ||
		    !card_number_read(span_of(claim->value), &number) || number.negative ||
		    number.exponent < 0 || number.exponent > 18)
			continue;
		last = number.mantissa;
		for (int e = 0; e < number.exponent; e++)
			if (__builtin_mul_overflow(last, UINT64_C(10), &last))
				return 0;
		if (h->wish->step > last)
			return told_add(h, true, "steps", claim->line, claim->value, found,
					"the checkpoint's name", err);
	}
	return 0;
}

static int held_begin(struct holding *h, struct error *err)
{
	const struct believed *card = &h->wish->card->believed;
	const char *declared = json_text(json_member(card->statement.predicate, "declared"));

	return json_object_new(&h->held, err) ||
			       json_set_text(h->held, "name", h->wish->card->name, err) ||
			       json_set_digest(h->held, "statement", &card->identity, err) ||
			       (declared && json_set_text(h->held, "registered", declared, err)) ||
			       json_set_size(h->held, "index", card->index, err) ||
			       (h->wish->late && json_set_bool(h->held, "late", true, err)) ||
			       json_set_array(h->held, "agreed", &h->agreed, err) ||
			       json_set_array(h->held, "drifted", &h->drifted, err)
		       ? -1
		       : 0;
}

int card_hold(struct registry *registry, const struct card_hold_wish *wish, struct json **out_held,
	      struct error *err)
{
	CLEANUP(holding_release) struct holding h = { .wish = wish };

	buffer_init(&h.text, CARD_MAX_BYTES);
	if (card_text_read(registry, &wish->card->believed.statement.digest, &h.text, err) ||
	    card_text_parse(buffer_view(&h.text), wish->card->name, &h.card, err) ||
	    card_claims_of(&h.card, &h.claims, err) || sources_take(&h, err) ||
	    card_check(&h.claims, &h.sources, &h.report, err) || held_begin(&h, err) ||
	    findings_tell(&h, err) || step_tell(&h, err) ||
	    (h.more_agreed && json_set_size(h.held, "moreAgreed", h.more_agreed, err)) ||
	    (h.more_drifted && json_set_size(h.held, "moreDrifted", h.more_drifted, err)) ||
	    json_set_size(h.held, "unsupported", h.report.sum[CARD_UNSUPPORTED], err))
		return -1;
	*out_held = h.held;
	h.held = NULL; /* handed over */
	return 0;
}

int card_held_refuse(const struct json *held, struct error *err)
{
	const struct json *drifted = json_member(held, "drifted");
	const struct json *first = json_at(drifted, 0);

	if (!json_count(drifted))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "%zu values drifted from the card '%s', and --strict refuses that: %s is "
			 "%s there (line %" PRId64 "), and %s here",
			 json_count(drifted), json_text(json_member(held, "name")),
			 json_text(json_member(first, "what")),
			 json_text(json_member(first, "card")),
			 json_integer_of(json_member(first, "line")),
			 json_text(json_member(first, "found")));
}

int card_for_run(struct registry *registry, const char *named, const struct name *const *model,
		 size_t count, struct card_known *out_card, bool *out_found, struct error *err)
{
	*out_found = false;
	if (named) {
		if (card_by_name(registry, named, out_card, err))
			return -1;
		*out_found = true;
		return 0;
	}
	for (size_t i = 0; i < count && !*out_found; i++)
		if (model[i] && model[i]->name[0] &&
		    card_for_model(registry, model[i], out_card, out_found, err))
			return -1;
	return 0;
}

/* ---- Runs that arrive later ---- */

/* Borrowed words of the command, as far as they were kept. The caller frees the array. */
static int command_of(const struct json *details, const char ***out_word, size_t *out_count,
		      struct error *err)
{
	const struct json *command = json_member(details, "command");
	const char **word = calloc(json_count(command) + 1, sizeof(*word));

	if (!word)
		return error_set(err, ERROR_SYSTEM, "out of memory for a command");
	for (size_t i = 0; i < json_count(command); i++) {
		const char *text = json_text(json_at(command, i));

		word[i] = text ? text : "";
	}
	*out_word = word;
	*out_count = json_count(command);
	return 0;
}

/* By what both said themselves: the run's entry is still to be made. */
static bool is_late(const struct card_known *card, const struct json *details)
{
	const char *declared =
		json_text(json_member(card->believed.statement.predicate, "declared"));
	const char *began = json_text(json_member(details, "began"));
	struct error ignored = { 0 };
	int64_t declared_s, began_s;

	return !declared || !began || time_parse(declared, &declared_s, &ignored) ||
	       time_parse(began, &began_s, &ignored) || declared_s > began_s;
}

static int arrived_hold(struct registry *registry, const struct name *name,
			const struct json *details, struct json **out_held, struct error *err)
{
	CLEANUP(card_known_release) struct card_known card = { .name = "" };
	struct card_hold_wish wish = {
		.ctx = registry->ctx, .card = &card, .details = details, .words_only = true
	};
	const char **command = NULL;
	bool found;
	int failed;

	if (card_for_run(registry, settings_get(&registry->settings, SETTING_RUN_CARD, NULL), &name,
			 1, &card, &found, err))
		return -1;
	if (!found)
		return 0;
	wish.late = is_late(&card, details);
	if (command_of(details, &command, &wish.command_count, err))
		return -1;
	wish.command = command;
	failed = card_hold(registry, &wish, out_held, err);
	free(command);
	return failed;
}

int card_hold_arrived(struct registry *registry, const struct name *name,
		      const struct json *details, struct json **out_held, struct error *err)
{
	struct error why = { 0 };
	char text[NAME_TEXT_MAX];

	*out_held = NULL;
	if (!arrived_hold(registry, name, details, out_held, &why))
		return 0;
	if (why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	name_to_text(name, text);
	context_notice(registry->ctx, "the run %s is held against no card: %s", text, why.text);
	return 0;
}
