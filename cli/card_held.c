/* card_held: how a run or a checkpoint stood to the card that was registered for it. */
#include "cli/card_held.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"

static void value_print(const struct json *item, const char *verb)
{
	const char *what = json_text(json_member(item, "what"));
	const char *card = json_text(json_member(item, "card"));
	const char *found = json_text(json_member(item, "found"));
	const char *where = json_text(json_member(item, "where"));

	output_line(stdout, "%-14s %s %s: %s in the card (line %" PRId64 "), %s (%s)", "", verb,
		    what ? what : "", card ? card : "", json_integer_of(json_member(item, "line")),
		    found ? found : "", where ? where : "");
}

void card_held_print(const struct json *held)
{
	const struct json *agreed = json_member(held, "agreed");
	const struct json *drifted = json_member(held, "drifted");
	const char *name = json_text(json_member(held, "name"));
	const char *registered = json_text(json_member(held, "registered"));

	output_line(stdout, "%-14s %s, registered %s%s: %zu agree, %zu drifted", "card",
		    name ? name : "", registered ? registered : "",
		    json_is_yes(json_member(held, "late")) ? " (after the run began)" : "",
		    json_count(agreed), json_count(drifted));
	for (size_t i = 0; i < json_count(drifted); i++)
		value_print(json_at(drifted, i), "drifted");
}

/* Cards that were registered before there were weights. */
struct later {
	struct registry *registry;
	struct json *list;
	uint64_t after; /* the run's entry */
};

/* Is this card for a model, and not of weights that came of it? Nothing is believed by this. */
static bool is_for_model(struct registry *registry, const struct digest *identity)
{
	CLEANUP(statement_release) struct statement card = { .json = NULL };
	CLEANUP(buffer_release) struct buffer payload;
	struct error ignored = { 0 };

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	return registry_payload(registry, identity, &payload, &ignored) == 0 &&
	       statement_parse(buffer_view(&payload), &card, &ignored) == 0 &&
	       json_member(card.predicate, "for");
}

static int later_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct later *later = arg;
	struct json *item;
	struct digest identity;

	if (row->log_index <= later->after || !row->digest[0] || strcmp(row->kind, "card") != 0)
		return 0;
	for (size_t i = 0; i < json_count(later->list); i++) {
		const char *told = json_text(json_member(json_at(later->list, i), "statement"));

		if (told && strcmp(told + strlen("sha256:"), row->statement) == 0)
			return 0;
	}
	if (digest_from_hex(span_of(row->statement), &identity, err))
		return -1;
	if (!is_for_model(later->registry, &identity))
		return 0;
	return json_add_object(later->list, &item, err) ||
			       json_set_text(item, "name", row->subject, err) ||
			       json_set_digest(item, "statement", &identity, err) ||
			       json_set_text(item, "registered", row->declared, err) ||
			       json_set_size(item, "index", row->log_index, err)
		       ? -1
		       : 0;
}

static int first_seen(void *arg, const struct index_row *row, struct error *err)
{
	uint64_t *lowest = arg;

	(void)err;
	*lowest = row->log_index < *lowest ? row->log_index : *lowest;
	return 0;
}

int card_later_find(struct registry *registry, const struct statement *run,
		    const struct digest *identity, struct json *list, struct error *err)
{
	struct later later = { .registry = registry, .list = list, .after = UINT64_MAX };
	const char *held = json_text(json_member(json_member(run->predicate, "card"), "name"));
	struct name family = run->name;
	char text[NAME_TEXT_MAX];
	struct index *index;

	family.version[0] = '\0';
	name_to_text(&family, text);
	if (registry_index(registry, &index, err) ||
	    index_statement(index, identity, first_seen, &later.after, err) ||
	    index_cards(index, text, later_seen, &later, err))
		return -1;
	/* And later versions of the card that it was held against. */
	if (!held || name_parse(held, &family, err))
		return held ? -1 : 0;
	family.version[0] = '\0';
	name_to_text(&family, text);
	return index_history(index, text, later_seen, &later, err);
}

void card_later_print(const struct json *list)
{
	for (size_t i = 0; i < json_count(list); i++)
		output_line(stdout,
			    "%-14s %s, registered %s, after the run began: it was not held "
			    "against it",
			    "later card", json_text(json_member(json_at(list, i), "name")),
			    json_text(json_member(json_at(list, i), "registered")));
}
