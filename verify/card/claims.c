/* card_claims: what the lines of a card claim. */
#include "verify/card/claims_inner.h"

#include <stdlib.h>
#include <string.h>

#include "verify/card/number.h"
#include "verify/card/word.h"
#include "verify/text_fold.h"
#include "verify/utf8.h"

enum { LABEL_MAX = 100, FOLD_TIMES = 20 };

static int text_copy(struct span text, char **out_text, struct error *err)
{
	*out_text = text.len ? strndup((const char *)text.data, text.len) : NULL;
	return text.len && !*out_text ? error_set(err, ERROR_SYSTEM, "out of memory for a claim")
				      : 0;
}

int claim_add(struct claiming *claiming, const struct claim_words *words, struct error *err)
{
	struct card_claims *claims = claiming->claims;
	struct card_claim *claim;

	if (!words->value.len)
		return 0;
	if (claims->count == CARD_CLAIMS_MAX)
		return error_set(err, ERROR_CORRUPT, "line %u: a card has at most %u claims",
				 words->line, CARD_CLAIMS_MAX);
	if (claims->count == claims->room) {
		size_t room = claims->room ? 2 * claims->room : 64;
		struct card_claim *more = realloc(claims->claim, room * sizeof(*more));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for a claim");
		claims->claim = more;
		claims->room = room;
	}
	claim = &claims->claim[claims->count++];
	*claim = (struct card_claim){ .kind = words->kind,
				      .meaning = words->meaning,
				      .decides = words->decides,
				      .line = words->line,
				      .table = words->table,
				      .group = words->group,
				      .columns = words->columns };
	return text_copy(words->label, &claim->label, err) ||
			       text_copy(words->value, &claim->value, err) ||
			       text_copy(words->column, &claim->column, err) ||
			       text_copy(words->of, &claim->of, err)
		       ? -1
		       : 0;
}

int claim_plain(struct span text, struct buffer *out, struct error *err)
{
	out->len = 0;
	return card_plain(text, out, err);
}

static struct span trim(struct span text)
{
	while (text.len && text.data[0] == ' ')
		text.data++, text.len--;
	while (text.len && text.data[text.len - 1] == ' ')
		text.len--;
	return text;
}

/* Up to the next comma, full-width or not, or "and". */
static struct span item_take(struct span *rest)
{
	static const char *const marks[] = { ",", "\xe3\x80\x81", "\xef\xbc\x8c", ";", " and " };
	struct span item = { rest->data, 0 };

	while (rest->len) {
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
			if (prefix_take(rest, marks[i]))
				return trim(item);
		rest->data++;
		rest->len--;
		item.len++;
	}
	return trim(item);
}

int claim_value(struct claiming *claiming, const struct claim_words *words, struct error *err)
{
	struct claim_words one = *words;
	struct span rest = words->value;

	if (words->meaning != CARD_MEANING_language && words->meaning != CARD_MEANING_dataset)
		return claim_add(claiming, words, err);
	while (rest.len) {
		one.value = item_take(&rest);
		if (claim_add(claiming, &one, err))
			return -1;
	}
	return 0;
}

/* ---- Links and digests ---- */

static int links_take(struct claiming *claiming, const struct card_line *line, struct error *err)
{
	struct span rest = line->text;
	struct card_link link;

	while (card_link_next(&rest, &link)) {
		struct claim_words words = { .kind = CARD_CLAIM_LINK,
					     .line = line->line,
					     .label = link.text,
					     .value = link.url };

		if (link.url.len && link.url.data[0] != '#' && claim_add(claiming, &words, err))
			return -1;
	}
	return 0;
}

/* Hexadecimal digits at the front that are 40 or 64 and end there; 0: none. */
static size_t hash_len(struct span text)
{
	size_t len = 0;

	while (len < text.len && len < 65 &&
	       ((text.data[len] >= '0' && text.data[len] <= '9') ||
		(text.data[len] >= 'a' && text.data[len] <= 'f')))
		len++;
	return (len == 40 || len == 64) && (len == text.len || !card_is_word(text.data[len])) ? len
											      : 0;
}

/* ---- Numbers in sentences ---- */

static size_t word_len(struct span text)
{
	size_t len = 0;

	while (len < text.len && (card_is_word(text.data[len]) || text.data[len] == '.'))
		len++;
	return len;
}

/* What stands behind a number makes it no number: "80gb", "4.34.0", "2024-07", "7月". */
static bool spoils(struct span behind)
{
	static const char *const dates[] = { "\xe5\xb9\xb4", "\xe6\x9c\x88", "\xe6\x97\xa5" };
	uint8_t c = behind.len ? behind.data[0] : 0, next = behind.len > 1 ? behind.data[1] : 0;

	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		struct span rest = behind;

		if (prefix_take(&rest, dates[i]))
			return true;
	}
	return card_is_word(c) || (c && strchr("./-:x", c) && card_is_word(next));
}

/* Does `text`, with `before` in front of it, begin a number of its own? */
static bool begins_number(struct span text, uint8_t before)
{
	return text.data[0] >= '0' && text.data[0] <= '9' && !card_is_word(before) &&
	       !(before && strchr("./-@#+&\\^$", before));
}

/*
 * The number at the front of folded text and its unit, into *words; how many bytes it takes. Those
 * that are no numbers of their own are passed over, with *words without a value.
 */
static size_t number_words(struct span text, uint8_t before, struct claim_words *words)
{
	struct card_number number;
	size_t len, unit;

	words->value.len = 0;
	len = hash_len(text);
	if (len && !card_is_word(before)) {
		words->kind = CARD_CLAIM_HASH;
		words->value = (struct span){ text.data, len };
		return len;
	}
	if (!card_is_word(text.data[0]))
		return 1;
	len = begins_number(text, before) ? card_number_take(text, &number) : 0;
	if (!len)
		return word_len(text);
	unit = card_unit_take((struct span){ text.data + len, text.len - len }, &words->meaning,
			      &words->decides);
	if (!unit && spoils((struct span){ text.data + len, text.len - len })) {
		unit = word_len(text);
		return unit > len ? unit : len;
	}
	words->value = (struct span){ text.data, len + unit };
	return len + unit;
}

/*
 * Numbers and digests of a sentence. `as_written` is the text before it was folded: where both are
 * of one length, claims are told in its letters.
 */
static int numbers_take(struct claiming *claiming, unsigned line, struct span folded,
			struct span as_written, struct error *err)
{
	bool same = folded.len == as_written.len;

	for (size_t at = 0, len; at < folded.len; at += len) {
		struct claim_words words = { .kind = CARD_CLAIM_NUMBER, .line = line };

		len = number_words((struct span){ folded.data + at, folded.len - at },
				   at ? folded.data[at - 1] : 0, &words);
		if (same && words.value.len)
			words.value.data = as_written.data + at;
		if (claim_add(claiming, &words, err))
			return -1;
	}
	return 0;
}

/* ---- Lines ---- */

/* "Label: value"; false: there is no label. */
static bool label_take(struct span text, struct span *out_label, struct span *out_value)
{
	for (size_t i = 1; i < text.len && i < LABEL_MAX; i++) {
		struct span rest = { text.data + i, text.len - i };

		if (!prefix_take(&rest, ": ") && !prefix_take(&rest, "\xef\xbc\x9a"))
			continue;
		*out_label = trim((struct span){ text.data, i });
		*out_value = trim(rest);
		return out_value->len > 0;
	}
	return false;
}

static int text_take(struct claiming *claiming, const struct card_line *line, struct error *err)
{
	CLEANUP(buffer_release) struct buffer plain;
	CLEANUP(buffer_release) struct buffer folded;
	struct claim_words words = { .kind = CARD_CLAIM_VALUE, .line = line->line };

	buffer_init(&plain, line->text.len);
	buffer_init(&folded, line->text.len * FOLD_TIMES + 64);
	if (links_take(claiming, line, err) || claim_plain(line->text, &plain, err))
		return -1;
	if (label_take(buffer_view(&plain), &words.label, &words.value)) {
		if (card_meaning_of_label(words.label, &words.meaning, err))
			return -1;
		if (words.meaning && words.value.len <= CARD_VALUE_MAX)
			return claim_value(claiming, &words, err);
	}
	return text_fold(buffer_view(&plain), &folded, err) ||
			       numbers_take(claiming, line->line, buffer_view(&folded),
					    buffer_view(&plain), err)
		       ? -1
		       : 0;
}

static int heading_take(struct claiming *claiming, const struct card_line *line, struct error *err)
{
	CLEANUP(buffer_release) struct buffer plain;

	buffer_init(&plain, line->text.len);
	if (links_take(claiming, line, err))
		return -1;
	if (claiming->claims->title)
		return 0;
	return claim_plain(line->text, &plain, err) ||
			       text_copy(buffer_view(&plain), &claiming->claims->title, err)
		       ? -1
		       : 0;
}

static int rows_take(struct claiming *claiming, size_t begin, size_t *out_end, struct error *err)
{
	const struct card_text *card = claiming->card;
	size_t end = begin;

	while (end < card->count && card->line[end].kind == CARD_ROW &&
	       card->line[end].table == card->line[begin].table)
		if (links_take(claiming, &card->line[end++], err))
			return -1;
	*out_end = end;
	return claim_table(claiming, begin, end, err);
}

int card_claims_of(const struct card_text *card, struct card_claims *out, struct error *err)
{
	struct claiming claiming = { .card = card, .claims = out };

	*out = (struct card_claims){ .claim = NULL };
	if (claim_front(&claiming, err))
		return -1;
	for (size_t i = 0; i < card->count;) {
		const struct card_line *line = &card->line[i];
		int failed = 0;

		if (line->kind == CARD_ROW) {
			if (rows_take(&claiming, i, &i, err))
				return -1;
			continue;
		}
		if (line->kind == CARD_TEXT)
			failed = text_take(&claiming, line, err);
		else if (line->kind == CARD_HEADING)
			failed = heading_take(&claiming, line, err);
		if (failed)
			return -1;
		i++;
	}
	return 0;
}

void card_claims_release(struct card_claims *claims)
{
	for (size_t i = 0; i < claims->count; i++) {
		free(claims->claim[i].label);
		free(claims->claim[i].value);
		free(claims->claim[i].column);
		free(claims->claim[i].of);
	}
	free(claims->claim);
	free(claims->title);
	free(claims->name);
	*claims = (struct card_claims){ .claim = NULL };
}
