/* card_value: what words mean, from the table in card_labels.def. */
#include "verify/card/value.h"

#include <string.h>

#include "verify/card/word.h"
#include "verify/text_fold.h"
#include "verify/utf8.h"

static const struct card_label {
	const char *name;
	enum card_kind kind;
	const char *sources, *cards; /* separated by '|' */
} labels[CARD_MEANING_COUNT] = {
	[CARD_MEANING_NONE] = { "", CARD_KIND_NAME, "", "" },
#define MEANING(name, kind, sources, cards)                                                        \
	[CARD_MEANING_##name] = { #name, CARD_KIND_##kind, sources, cards },
#define UNIT(meaning, decides, words)
#include "verify/card_labels.def"
#undef MEANING
#undef UNIT
};

static const struct card_unit {
	enum card_meaning meaning;
	bool decides;
	const char *words;
} units[] = {
#define MEANING(name, kind, sources, cards)
#define UNIT(meaning, decides, words) { CARD_MEANING_##meaning, decides, words },
#include "verify/card_labels.def"
#undef MEANING
#undef UNIT
};

const char *card_meaning_name(enum card_meaning meaning)
{
	return meaning < CARD_MEANING_COUNT ? labels[meaning].name : "";
}

enum card_kind card_meaning_kind(enum card_meaning meaning)
{
	return labels[meaning < CARD_MEANING_COUNT ? meaning : CARD_MEANING_NONE].kind;
}

/* What text_fold does to ASCII, without its tables: most of what is compared is that. */
static int ascii_fold(struct span text, struct buffer *out, struct error *err)
{
	uint8_t *room;
	size_t len = 0;

	if (!text.len || buffer_extend(out, text.len, &room, err))
		return text.len ? -1 : 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];
		bool blank = c == ' ' || (c >= '\t' && c <= '\r');

		if (blank && len && room[len - 1] == ' ')
			continue;
		room[len++] = blank ? ' ' : c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
	}
	out->len = len;
	return 0;
}

static bool is_ascii(struct span text)
{
	uint8_t all = 0;

	for (size_t i = 0; i < text.len; i++)
		all |= text.data[i];
	return all < 0x80;
}

int card_fold(struct span text, struct buffer *out, struct error *err)
{
	out->len = 0;
	if (text.len > CARD_VALUE_MAX)
		return 0;
	if (is_ascii(text) ? ascii_fold(text, out, err) : text_fold(text, out, err))
		return -1;
	while (out->len && out->data[out->len - 1] == ' ')
		out->len--;
	return 0;
}

/* The next of words that '|' separates. */
static bool choice_take(const char **words, struct span *out_word)
{
	size_t len = strcspn(*words, "|");

	if (!**words)
		return false;
	*out_word = (struct span){ (const uint8_t *)*words, len };
	*words += len + ((*words)[len] == '|');
	return true;
}

static bool listed(const char *words, struct span word, bool of_source)
{
	struct span choice;

	while (choice_take(&words, &choice)) {
		if (choice.data[0] == '=') {
			if (!of_source)
				continue;
			choice.data++, choice.len--;
		}
		if (span_equal(choice, word))
			return true;
	}
	return false;
}

static enum card_meaning meaning_find(struct span word, bool of_source)
{
	if (!word.len)
		return CARD_MEANING_NONE;
	for (enum card_meaning i = 1; i < CARD_MEANING_COUNT; i++)
		if (listed(labels[i].sources, word, of_source) ||
		    (!of_source && listed(labels[i].cards, word, false)))
			return i;
	return CARD_MEANING_NONE;
}

static struct span ends_off(struct span word)
{
	while (word.len && strchr(" :*\"'-", word.data[0]))
		word.data++, word.len--;
	while (word.len && strchr(" :*\"'-", word.data[word.len - 1]))
		word.len--;
	return word;
}

/* Folded, with '_' and '-' as blanks. Borrowed from `folded`. */
static int word_fold(struct span text, struct buffer *folded, struct span *out_word,
		     struct error *err)
{
	if (card_fold(text, folded, err))
		return -1;
	for (size_t i = 0; i < folded->len; i++)
		if (folded->data[i] == '_' || folded->data[i] == '-')
			folded->data[i] = ' ';
	*out_word = ends_off(buffer_view(folded));
	return 0;
}

int card_meaning_of_label(struct span label, enum card_meaning *out_meaning, struct error *err)
{
	CLEANUP(buffer_release) struct buffer folded;
	const uint8_t *open;
	struct span word, inner;

	buffer_init(&folded, CARD_FOLDED_MAX);
	if (word_fold(label, &folded, &word, err))
		return -1;
	*out_meaning = meaning_find(word, false);
	open = word.len ? memchr(word.data, '(', word.len) : NULL;
	if (*out_meaning || !open)
		return 0;
	inner = (struct span){ open + 1, word.len - (size_t)(open - word.data) - 1 };
	while (inner.len && inner.data[inner.len - 1] != ')')
		inner.len--;
	if (inner.len)
		inner.len--;
	*out_meaning = meaning_find(
		ends_off((struct span){ word.data, (size_t)(open - word.data) }), false);
	if (!*out_meaning)
		*out_meaning = meaning_find(ends_off(inner), false);
	return 0;
}

int card_meaning_of_key(struct span key, enum card_meaning *out_meaning, struct error *err)
{
	CLEANUP(buffer_release) struct buffer folded;
	struct span word;

	buffer_init(&folded, CARD_FOLDED_MAX);
	if (word_fold(key, &folded, &word, err))
		return -1;
	*out_meaning = meaning_find(word, true);
	return 0;
}

/* True when `text` begins with `word`, a '-' in it read as a blank, and the word ends there. */
static bool begins_with(struct span text, struct span word)
{
	if (text.len < word.len)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (text.data[i] != word.data[i] && !(text.data[i] == '-' && word.data[i] == ' '))
			return false;
	return text.len == word.len || word.data[word.len - 1] >= 0x80 ||
	       !card_is_word(text.data[word.len]);
}

size_t card_unit_take(struct span folded, enum card_meaning *out_meaning, bool *out_decides)
{
	struct span rest = folded;
	size_t longest = 0;

	if (!prefix_take(&rest, " "))
		prefix_take(&rest, "-");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const char *words = units[i].words;
		struct span word;

		while (choice_take(&words, &word)) {
			if (word.len <= longest || !begins_with(rest, word))
				continue;
			longest = word.len;
			*out_meaning = units[i].meaning;
			*out_decides = units[i].decides;
		}
	}
	return longest ? (size_t)(rest.data - folded.data) + longest : 0;
}
