/* README.md against the cards that were signed: the signed one, an earlier one, or one that was
 * edited, and in which lines. */
#include "verify/check/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/line_diff.h"
#include "verify/manifest.h"
#include "verify/time_text.h"

#define CARD_FILE "README.md"
#define CARD_SIGNED_MAX (1u << 20) /* bytes: a longer one was never signed */
#define LINES_TOLD 6u              /* of what differs, in the verdict for people */
#define DATE_SIZE 16               /* "2026-11-24" */

/* A signed card of these weights. */
struct signed_card {
	struct digest identity, file, previous;
	bool has_previous;
	bool replaced; /* a later one takes its place */
	uint64_t index;
	char name[NAME_TEXT_MAX];      /* its own, or that of its weights */
	char declared[TIME_TEXT_SIZE]; /* "": it says none */
};

struct cards {
	struct signed_card *item;
	size_t count;
};

static void cards_release(struct cards *cards)
{
	free(cards->item);
}

static int visit_card(struct check *check, const struct believed *believed, void *arg,
		      struct error *err)
{
	struct cards *cards = arg;
	const struct json *predicate = believed->statement.predicate;
	const char *declared = json_text(json_member(predicate, "declared"));
	struct signed_card *more, *card;
	struct error ignored = { 0 };
	struct reference previous;
	int64_t when;

	(void)check;
	more = realloc(cards->item, (cards->count + 1) * sizeof(*more));
	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu cards", cards->count);
	cards->item = more;
	card = &cards->item[cards->count++];
	*card = (struct signed_card){ .identity = believed->identity,
				      .file = believed->statement.digest,
				      .index = believed->index };
	if (json_member(predicate, "previous") &&
	    reference_need(predicate, "previous", &previous, &ignored) == 0) {
		card->has_previous = true;
		card->previous = previous.statement;
	}
	name_to_text(&believed->statement.name, card->name);
	if (declared && time_parse(declared, &when, &ignored) == 0)
		time_format(when, card->declared);
	return 0;
}

/* owner/name alike, or both in the name of the weights. */
static bool same_row(const struct signed_card *a, const struct signed_card *b)
{
	const char *at = strchr(a->name, '@');
	size_t len = at ? (size_t)(at - a->name) : strlen(a->name);

	return strncmp(a->name, b->name, len + 1) == 0;
}

/* A card gives way to a later one of its row, and to the one that names it. */
static void cards_order(struct cards *cards)
{
	for (size_t i = 0; i < cards->count; i++)
		for (size_t j = 0; j < cards->count; j++) {
			const struct signed_card *later = &cards->item[j];
			struct signed_card *card = &cards->item[i];

			if (later->index > card->index &&
			    (same_row(card, later) ||
			     (later->has_previous &&
			      digest_equal(&later->previous, &card->identity))))
				card->replaced = true;
		}
}

/* The newest that stands, by the order of the log. */
static const struct signed_card *cards_newest(const struct cards *cards)
{
	const struct signed_card *newest = NULL;

	for (size_t i = 0; i < cards->count; i++)
		if (!cards->item[i].replaced && (!newest || cards->item[i].index > newest->index))
			newest = &cards->item[i];
	return newest;
}

/* The one with these bytes; one that stands before one that does not. */
static const struct signed_card *cards_find(const struct cards *cards, const struct digest *file)
{
	const struct signed_card *found = NULL;

	for (size_t i = 0; i < cards->count; i++)
		if (digest_equal(&cards->item[i].file, file) &&
		    (!found || !cards->item[i].replaced))
			found = &cards->item[i];
	return found;
}

static void date_of(const struct signed_card *card, char out_date[DATE_SIZE])
{
	if (card->declared[0])
		snprintf(out_date, DATE_SIZE, "%.10s", card->declared);
	else
		snprintf(out_date, DATE_SIZE, "an unknown day");
}

/* What differs from a signed card: lines of detail, and all that is told in the evidence. */
static int lines_tell(struct check *check, const struct signed_card *card, struct span text,
		      struct json *told, struct error *err)
{
	CLEANUP(line_diff_release) struct line_diff diff = { .change = NULL };
	CLEANUP(buffer_release) struct buffer before;
	CLEANUP(json_free) struct json *changes = NULL;
	char line[LINE_CHANGE_TEXT_SIZE];
	struct error why = { 0 };

	buffer_init(&before, CARD_SIGNED_MAX);
	if (text.len > CARD_SIGNED_MAX)
		return json_set_text(told, "notCompared", "it is longer than a card may be", err);
	if (evidence_object_read(check->evidence, &card->file, &before, &why))
		return why.code == ERROR_SYSTEM
			       ? error_set(err, why.code, "%s", why.text)
			       : json_set_text(told, "notCompared",
					       "the text that was signed is not here", err);
	if (line_diff_make(buffer_view(&before), text, &diff, err) ||
	    line_diff_to_json(&diff, &changes, err) ||
	    json_set_take(told, "changes", &changes, err))
		return -1;
	for (size_t i = 0; i < diff.count && i < LINES_TOLD; i++) {
		line_change_text(&diff.change[i], line);
		if (verdict_detail(check->verdict, STEP_CLAIMS, err, "%s %s", CARD_FILE, line))
			return -1;
	}
	return diff.count <= LINES_TOLD ? 0
					: verdict_detail(check->verdict, STEP_CLAIMS, err,
							 "%s: %zu more lines differ", CARD_FILE,
							 diff.count - LINES_TOLD);
}

static int card_told(const struct signed_card *card, const char *state, struct json *evidence,
		     struct json **out_told, struct error *err)
{
	return json_set_object(evidence, "card", out_told, err) ||
			       json_set_text(*out_told, "state", state, err) ||
			       json_set_text(*out_told, "name", card->name, err) ||
			       json_set_digest(*out_told, "statement", &card->identity, err) ||
			       json_set_size(*out_told, "index", card->index, err) ||
			       (card->declared[0] &&
				json_set_text(*out_told, "declared", card->declared, err))
		       ? -1
		       : 0;
}

/* Its bytes were signed: as the newest card, as an earlier one, or as a file of the checkpoint. */
static int card_holds(struct check *check, const struct signed_card *card,
		      const struct signed_card *newest, struct span text, struct json *evidence,
		      struct error *err)
{
	char date[DATE_SIZE], later[DATE_SIZE];
	struct json *told;

	if (card && !card->replaced)
		return card_told(card, "signed", evidence, &told, err) ||
				       verdict_detail(check->verdict, STEP_CLAIMS, err,
						      "README.md is the signed card (log entry "
						      "%llu)",
						      (unsigned long long)card->index)
			       ? -1
			       : 0;
	date_of(newest, later);
	date_of(card ? card : newest, date);
	if (card_told(newest, "replaced", evidence, &told, err) ||
	    (card && json_set_digest(told, "here", &card->identity, err)))
		return -1;
	if (card ? verdict_detail(check->verdict, STEP_CLAIMS, err,
				  "README.md is the card that was signed on %s (log entry %llu); "
				  "one of %s (log entry %llu) takes its place",
				  date, (unsigned long long)card->index, later,
				  (unsigned long long)newest->index)
		 : verdict_detail(check->verdict, STEP_CLAIMS, err,
				  "README.md is the checkpoint's own; the card of %s (log entry "
				  "%llu) takes its place",
				  later, (unsigned long long)newest->index))
		return -1;
	return lines_tell(check, newest, text, told, err);
}

static int card_edited(struct check *check, const struct signed_card *newest, struct span text,
		       struct json *evidence, struct error *err)
{
	const struct bytes_report *report = check->report;
	bool weights = report && (report->weights_hold || report->hold == report->file_count);
	struct json *told;
	char date[DATE_SIZE];

	date_of(newest, date);
	if (card_told(newest, "edited", evidence, &told, err) ||
	    verdict_undecided(check->verdict, err,
			      "README.md was edited after signing: what it says was not signed") ||
	    verdict_set(check->verdict, STEP_CLAIMS, STEP_NOT_POSSIBLE, err,
			"%scard edited since %s: README.md was edited after signing",
			weights ? "weights hold; " : "", date))
		return -1;
	return lines_tell(check, newest, text, told, err);
}

/* The bytes of README.md; of one that no card can be, its beginning. */
static int file_read_here(struct check *check, struct buffer *text, struct digest *out_digest,
			  struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	uint8_t *room;
	size_t len;

	if (tree_open_file(check->tree, CARD_FILE, &source, err) ||
	    source_sha256(check->ctx, source, out_digest, err))
		return -1;
	len = source->size > CARD_SIGNED_MAX ? CARD_SIGNED_MAX + 1 : (size_t)source->size;
	return buffer_extend(text, len, &room, err) || source_read_at(source, 0, room, len, err)
		       ? -1
		       : 0;
}

int check_cards(struct check *check, struct json *evidence, size_t *out_count, size_t *out_unknown,
		struct error *err)
{
	CLEANUP(cards_release) struct cards cards = { .item = NULL };
	CLEANUP(buffer_release) struct buffer text;
	const struct signed_card *newest, *here;
	const struct manifest_file *own;
	struct digest digest;

	buffer_init(&text, CARD_SIGNED_MAX + 1);
	if (check_each_about(check, STATEMENT_card, STEP_CLAIMS, visit_card, &cards, out_unknown,
			     err))
		return -1;
	*out_count = cards.count;
	cards_order(&cards);
	newest = cards_newest(&cards);
	if (!newest || !check->tree || !tree_find(check->tree, CARD_FILE))
		return 0;
	if (file_read_here(check, &text, &digest, err))
		return -1;
	here = cards_find(&cards, &digest);
	own = check->manifest ? manifest_find(check->manifest, CARD_FILE) : NULL;
	if (here || (own && digest_equal(&own->sha256, &digest)))
		return card_holds(check, here, newest, buffer_view(&text), evidence, err);
	return card_edited(check, newest, buffer_view(&text), evidence, err);
}
