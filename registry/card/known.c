/* card_known: candidates come from the index, and are believed before they count. */
#include "registry/card/known.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "registry/evidence.h"
#include "registry/index.h"
#include "registry/retract.h"
#include "registry/store.h"

void card_known_release(struct card_known *known)
{
	believed_release(&known->believed);
	*known = (struct card_known){ .name = "" };
}

int card_text_read(struct registry *registry, const struct digest *file, struct buffer *out,
		   struct error *err)
{
	return store_get(registry->store, file, out, err);
}

/* What is looked for; one of `weights`, `model` and `family`. */
struct wanted {
	const struct name *weights, *model, *family;
	struct digest statement; /* of the weights */
	bool registered;         /* not one that was written when a release was made */
	bool nameless;           /* in the name of the weights */
};

/* ---- Candidates ---- */

static int card_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct digest_list *list = arg;
	struct digest identity;

	if (!row->digest[0] || strcmp(row->kind, "card") != 0)
		return 0;
	return digest_from_hex(span_of(row->statement), &identity, err) ||
			       digest_list_add_once(list, &identity, err)
		       ? -1
		       : 0;
}

static int candidates_list(struct registry *registry, const struct wanted *wanted,
			   struct digest_list *list, struct error *err)
{
	const struct name *about = wanted->weights ? wanted->weights
				   : wanted->model ? wanted->model
						   : wanted->family;
	struct name family = *about;
	char text[NAME_TEXT_MAX];
	struct index *index;

	family.version[0] = '\0';
	family.alias = false;
	name_to_text(&family, text);
	if (registry_index(registry, &index, err))
		return -1;
	return wanted->family ? index_history(index, text, card_seen, list, err)
			      : index_cards(index, text, card_seen, list, err);
}

/* Is this card one of those that are looked for? */
static bool fits(const struct wanted *wanted, const struct statement *card)
{
	const char *family = json_text(json_member(card->predicate, "for"));
	struct error ignored = { 0 };
	struct reference of;
	struct name model;

	if (wanted->registered && !json_is_yes(json_member(card->predicate, "registered")))
		return false;
	if (wanted->nameless && json_member(card->predicate, "name"))
		return false;
	if (wanted->family)
		return json_member(card->predicate, "name") &&
		       strcasecmp(card->name.owner, wanted->family->owner) == 0 &&
		       strcasecmp(card->name.name, wanted->family->name) == 0;
	if (wanted->model)
		return family && name_parse_family(family, &model, &ignored) == 0 &&
		       strcasecmp(model.owner, wanted->model->owner) == 0 &&
		       strcasecmp(model.name, wanted->model->name) == 0;
	return !family && reference_need(card->predicate, "of", &of, &ignored) == 0 &&
	       digest_equal(&of.statement, &wanted->statement);
}

/* ---- Belief ---- */

/* Believe a candidate. *out_counts: it is believed, fits, and stands. */
static int candidate_try(struct registry *registry, const struct trust *trust,
			 const struct evidence *evidence, const struct wanted *wanted,
			 const struct digest *identity, struct card_known *card, bool *out_counts,
			 struct error *err)
{
	const struct expectation expected = { STATEMENT_card, NULL };
	CLEANUP(statement_release) struct statement said = { 0 };
	struct error why = { 0 };
	struct digest key;
	bool retracted;

	*out_counts = false;
	if (peek_statement(evidence, identity, &said, &key, &why) || !fits(wanted, &said))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	if (believe_statement(trust, evidence, identity, &expected, &card->believed, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
		context_notice(registry->ctx, "the card '%s' counts for nothing: %s", said.subject,
			       why.text);
		return 0;
	}
	if (registry_retracted(registry, identity, &retracted, &key, err))
		return -1;
	if (retracted)
		return 0;
	snprintf(card->name, sizeof(card->name), "%s", card->believed.statement.subject);
	*out_counts = true;
	return 0;
}

static int newest(struct registry *registry, const struct wanted *wanted,
		  struct card_known *out_card, bool *out_found, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list list = { 0 };
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };

	*out_found = false;
	if (candidates_list(registry, wanted, &list, err))
		return -1;
	if (!list.count)
		return 0;
	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	for (size_t i = list.count; i-- && !*out_found;) {
		CLEANUP(card_known_release) struct card_known card = { .name = "" };

		if (candidate_try(registry, &trust, evidence, wanted, &list.item[i], &card,
				  out_found, err))
			return -1;
		if (!*out_found)
			continue;
		*out_card = card;
		out_card->believed.anchor = NULL;         /* the trust goes */
		card = (struct card_known){ .name = "" }; /* handed over */
	}
	return 0;
}

int card_of_weights(struct registry *registry, const struct name *weights,
		    struct card_known *out_card, bool *out_found, struct error *err)
{
	struct wanted wanted = { .weights = weights };
	struct index *index;
	struct name found;

	*out_found = false;
	if (registry_index(registry, &index, err) ||
	    index_resolve(index, weights, &found, &wanted.statement, err))
		return -1;
	return newest(registry, &wanted, out_card, out_found, err);
}

int card_for_model(struct registry *registry, const struct name *model, struct card_known *out_card,
		   bool *out_found, struct error *err)
{
	return newest(registry, &(struct wanted){ .model = model }, out_card, out_found, err);
}

int card_of_family(struct registry *registry, const struct name *family,
		   struct card_known *out_card, bool *out_found, struct error *err)
{
	return newest(registry, &(struct wanted){ .family = family }, out_card, out_found, err);
}

int card_for_release(struct registry *registry, const struct name *weights,
		     const struct digest *statement, struct card_known *out_card, bool *out_found,
		     struct error *err)
{
	struct wanted wanted = {
		.weights = weights, .statement = *statement, .registered = true, .nameless = true
	};

	if (newest(registry, &wanted, out_card, out_found, err))
		return -1;
	wanted.nameless = false;
	return *out_found ? 0 : newest(registry, &wanted, out_card, out_found, err);
}

int card_by_name(struct registry *registry, const char *name, struct card_known *out_card,
		 struct error *err)
{
	CLEANUP(card_known_release) struct card_known card = { .name = "" };
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct digest identity;
	struct expectation expected = { STATEMENT_card, card.name };

	if (registry_resolve(registry, name, STATEMENT_card, card.name, &identity, err) ||
	    registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	if (believe_statement(&trust, evidence, &identity, &expected, &card.believed, err))
		return error_prefix(err, "the card '%s'", card.name);
	*out_card = card;
	out_card->believed.anchor = NULL;         /* the trust goes */
	card = (struct card_known){ .name = "" }; /* handed over */
	return 0;
}
