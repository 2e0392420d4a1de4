/* card_value: does what is written agree with a fact? */
#include "verify/card/value.h"

#include <string.h>

#include "verify/card/number.h"
#include "verify/card/word.h"
#include "verify/utf8.h"

enum { WORDS_MAX = 64, COMMIT_MIN = 7, COMMIT_LEN = 40 };

static struct span skip(struct span text, size_t len)
{
	return (struct span){ text.data + len, text.len - len };
}

static struct span blanks_off(struct span text)
{
	while (text.len && text.data[0] == ' ')
		text = skip(text, 1);
	while (text.len && text.data[text.len - 1] == ' ')
		text.len--;
	return text;
}

/* ---- Numbers ---- */

/* "about", "約", "~" and the like in front of a number. */
static bool about_take(struct span *text)
{
	static const char *const words[] = { "about ",
					     "approximately ",
					     "approx. ",
					     "approx ",
					     "around ",
					     "roughly ",
					     "\xe7\xb4\x84",                         /* 約 */
					     "\xe3\x81\x8a\xe3\x82\x88\xe3\x81\x9d", /* およそ */
					     "~",
					     "\xe2\x89\x88",
					     "\xe2\x88\xbc" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (prefix_take(text, words[i])) {
			*text = blanks_off(*text);
			return true;
		}
	return false;
}

/* May this stand behind a number of that meaning? A unit of another does not, nor further words. */
static bool behind_ok(enum card_meaning meaning, struct span rest)
{
	bool lengths = meaning == CARD_MEANING_context || meaning == CARD_MEANING_sequence_length;
	enum card_meaning unit;
	bool decides;
	size_t len = card_unit_take(rest, &unit, &decides);

	if (len) {
		if (unit != meaning && !(lengths && unit == CARD_MEANING_tokens))
			return false;
		rest = skip(rest, len);
	}
	rest = blanks_off(rest);
	return !rest.len || strchr("(,;/[", rest.data[0]) || (len && rest.data[0] != '-') ||
	       span_equal(rest, span_of("."));
}

static void number_compare(enum card_meaning meaning, struct span written, struct span fact,
			   enum card_agreement *out_agreement)
{
	bool counts = card_meaning_kind(meaning) == CARD_KIND_COUNT, about;
	struct card_number said, exact, binary;
	size_t len;

	*out_agreement = CARD_UNCLEAR;
	written = blanks_off(written);
	about = about_take(&written);
	len = card_number_take(written, &said);
	if (!len || !card_number_read(blanks_off(fact), &exact) ||
	    !behind_ok(meaning, skip(written, len)))
		return;
	*out_agreement = card_number_rounds(&exact, &said, about) ? CARD_AGREES : CARD_DIFFERS;
	if (*out_agreement == CARD_DIFFERS && counts && said.kilo && said.exponent == 3 &&
	    said.mantissa < 1u << 30) {
		binary = (struct card_number){ .mantissa = said.mantissa * 1024 };
		if (card_number_equal(&binary, &exact))
			*out_agreement = CARD_AGREES;
	}
}

int card_score_compare(const char *written, const char *fact, enum card_agreement *out_agreement,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer folded;
	struct card_number said, exact, hundredth;

	buffer_init(&folded, CARD_FOLDED_MAX);
	*out_agreement = CARD_UNCLEAR;
	if (card_fold(span_of(written), &folded, err))
		return -1;
	if (!card_number_read(blanks_off(buffer_view(&folded)), &said) ||
	    !card_number_read(span_of(fact), &exact))
		return 0;
	hundredth = said;
	hundredth.percent = true;
	*out_agreement = card_number_rounds(&exact, &said, false) ||
					 card_number_rounds(&exact, &hundredth, false)
				 ? CARD_AGREES
				 : CARD_DIFFERS;
	return 0;
}

/* ---- Names ---- */

/* Spellings of one thing, and words that say nothing of a name. */
static struct span word_canonical(struct span word)
{
	static const struct {
		const char *from, *to;
	} same[] = {
		{ "bfloat16", "bf16" }, { "float16", "fp16" }, { "half", "fp16" },
		{ "float32", "fp32" },  { "adamw", "adam" },   { "rotary", "rope" },
		{ "licence", "" },      { "license", "" },     { "the", "" },
		{ "version", "" },      { "optimizer", "" },   { "torch", "" },
		{ "nvidia", "" },
	};
	static const char causal[] = "forcausallm";

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (span_equal(word, span_of(same[i].from)))
			return span_of(same[i].to);
	if (word.len > sizeof(causal) - 1 &&
	    !memcmp(word.data + word.len - (sizeof(causal) - 1), causal, sizeof(causal) - 1))
		word.len -= sizeof(causal) - 1;
	return word;
}

struct words {
	struct span word[WORDS_MAX];
	size_t count;
	bool more; /* than are looked at */
};

/* Letters and digits; a point between digits is of the word. "llama-2" and "llama2" are two words.
 */
static void words_take(struct span text, bool split, struct words *words)
{
	*words = (struct words){ .count = 0 };
	for (size_t at = 0, len = 0; at < text.len; at += len ? len : 1) {
		struct span word;
		bool digit = false;

		for (len = 0; at + len < text.len; len++) {
			uint8_t c = text.data[at + len];
			bool now = c >= '0' && c <= '9';

			if (c == '.' && digit && at + len + 1 < text.len &&
			    text.data[at + len + 1] >= '0' && text.data[at + len + 1] <= '9')
				continue;
			if ((c < 0x80 && (!card_is_word(c) || c == '_')) ||
			    (split && len && now && !digit))
				break;
			digit = now;
		}
		word = word_canonical((struct span){ text.data + at, len });
		if (!word.len)
			continue;
		if (words->count == WORDS_MAX) {
			words->more = true;
			return;
		}
		words->word[words->count++] = word;
	}
}

static bool word_in(const struct words *words, struct span word)
{
	for (size_t i = 0; i < words->count; i++)
		if (span_equal(words->word[i], word))
			return true;
	return false;
}

/* Are there words in `some`, and all of them among those of `all`? */
static bool words_within(const struct words *some, const struct words *all)
{
	for (size_t i = 0; i < some->count; i++)
		if (!word_in(all, some->word[i]))
			return false;
	return some->count > 0;
}

static struct span last_part(struct span path)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.data[i - 1] == '/')
			return skip(path, i);
	return path;
}

static void name_compare(enum card_meaning meaning, struct span written, struct span fact,
			 enum card_agreement *out_agreement)
{
	enum card_kind kind = card_meaning_kind(meaning);
	bool of_path = meaning == CARD_MEANING_tokenizer || meaning == CARD_MEANING_base_model;
	bool split = meaning == CARD_MEANING_architecture;
	struct words said, exact;

	*out_agreement = CARD_UNCLEAR;
	if (of_path) {
		written = last_part(written);
		fact = last_part(fact);
	}
	words_take(written, split, &said);
	words_take(fact, split, &exact);
	if (!said.count || !exact.count || said.more || exact.more)
		return;
	if (kind == CARD_KIND_SET ? words_within(&said, &exact) && words_within(&exact, &said)
				  : words_within(&said, &exact) || words_within(&exact, &said))
		*out_agreement = CARD_AGREES;
	else if (kind != CARD_KIND_REFERENCE &&
		 !(of_path && memchr(written.data, ' ', written.len)))
		*out_agreement = CARD_DIFFERS; /* several words tell of a tokenizer: no name */
}

/* ---- Others ---- */

static int flag_read(struct span text)
{
	static const char *const yes[] = { "true",
					   "yes",
					   "on",
					   "1",
					   "\xe2\x9c\x85",
					   "\xe2\x9c\x93",
					   "\xe2\x9c\x94",
					   "\xe2\x97\x8b",
					   "\xe3\x81\x82\xe3\x82\x8a",
					   "\xe6\x9c\x89" };
	static const char *const no[] = { "false",        "no",
					  "off",          "0",
					  "\xe2\x9d\x8c", "\xe2\x9c\x97",
					  "\xc3\x97",     "\xe3\x81\xaa\xe3\x81\x97",
					  "\xe7\x84\xa1" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (span_equal(text, span_of(yes[i])))
			return 1;
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (span_equal(text, span_of(no[i])))
			return 0;
	return -1;
}

/* "ja" for whatever a card calls it; NULL: another language. */
static const char *language_code(struct span text)
{
	static const struct {
		const char *word, *code;
	} known[] = {
		{ "ja", "ja" },
		{ "jp", "ja" },
		{ "jpn", "ja" },
		{ "japanese", "ja" },
		{ "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "ja" }, /* 日本語 */
		{ "en", "en" },
		{ "eng", "en" },
		{ "english", "en" },
		{ "\xe8\x8b\xb1\xe8\xaa\x9e", "en" }, /* 英語 */
		{ "code", "code" },
		{ "programming languages", "code" },
		{ "\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89", "code" }, /* コード */
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_equal(text, span_of(known[i].word)))
			return known[i].code;
	return NULL;
}

static void language_compare(struct span written, struct span fact,
			     enum card_agreement *out_agreement)
{
	const char *said = language_code(written), *exact = language_code(fact);

	if (said && exact)
		*out_agreement = strcmp(said, exact) == 0 ? CARD_AGREES : CARD_DIFFERS;
	else if (span_equal(fact, span_of("other")))
		*out_agreement = said ? CARD_DIFFERS : CARD_UNCLEAR; /* it may be among these */
	else
		*out_agreement = span_equal(written, fact) ? CARD_AGREES : CARD_DIFFERS;
}

static struct span hex_take(struct span text)
{
	size_t len = 0;

	while (len < text.len && ((text.data[len] >= '0' && text.data[len] <= '9') ||
				  (text.data[len] >= 'a' && text.data[len] <= 'f')))
		len++;
	return (struct span){ text.data, len < text.len && card_is_word(text.data[len]) ? 0 : len };
}

static void commit_compare(struct span written, struct span fact,
			   enum card_agreement *out_agreement)
{
	struct span said = hex_take(written), exact = hex_take(fact);
	size_t len = said.len < exact.len ? said.len : exact.len;

	*out_agreement = CARD_UNCLEAR;
	if (len >= COMMIT_MIN && said.len <= COMMIT_LEN)
		*out_agreement =
			memcmp(said.data, exact.data, len) == 0 ? CARD_AGREES : CARD_DIFFERS;
}

/* Year, month and day, as many as are written; 0: no date. */
static unsigned date_read(struct span text, unsigned out_part[3])
{
	static const char *const marks[3][4] = { { "-", "/", ".", "\xe5\xb9\xb4" },
						 { "-", "/", ".", "\xe6\x9c\x88" },
						 { "\xe6\x97\xa5", "t", " ", "z" } };
	unsigned parts = 0;

	while (parts < 3) {
		size_t len = 0;
		unsigned value = 0;

		while (len < text.len && len < 4 && text.data[len] >= '0' && text.data[len] <= '9')
			value = 10 * value + (unsigned)(text.data[len++] - '0');
		if (!len || (!parts && (len != 4 || value < 1900)) || (parts && len > 2))
			return parts;
		text = skip(text, len);
		out_part[parts++] = value;
		if (!text.len)
			return parts;
		for (size_t i = 0; i < 4; i++)
			if (prefix_take(&text, marks[parts - 1][i]))
				break;
			else if (i == 3)
				return 0;
	}
	return parts;
}

static void date_compare(struct span written, struct span fact, enum card_agreement *out_agreement)
{
	unsigned said[3], exact[3], parts = date_read(blanks_off(written), said);

	*out_agreement = CARD_UNCLEAR;
	if (!parts || date_read(fact, exact) != 3)
		return;
	*out_agreement =
		memcmp(said, exact, parts * sizeof(*said)) == 0 ? CARD_AGREES : CARD_DIFFERS;
}

int card_value_compare(enum card_meaning meaning, const char *written, const char *fact,
		       enum card_agreement *out_agreement, struct error *err)
{
	CLEANUP(buffer_release) struct buffer said;
	CLEANUP(buffer_release) struct buffer exact;
	struct span a, b;

	buffer_init(&said, CARD_FOLDED_MAX);
	buffer_init(&exact, CARD_FOLDED_MAX);
	if (card_fold(span_of(written), &said, err) || card_fold(span_of(fact), &exact, err))
		return -1;
	a = blanks_off(buffer_view(&said));
	b = blanks_off(buffer_view(&exact));
	*out_agreement = CARD_UNCLEAR;
	if (!a.len || !b.len)
		return 0;
	switch (card_meaning_kind(meaning)) {
	case CARD_KIND_COUNT:
	case CARD_KIND_REAL:
		number_compare(meaning, a, b, out_agreement);
		break;
	case CARD_KIND_FLAG:
		if (flag_read(a) >= 0 && flag_read(b) >= 0)
			*out_agreement = flag_read(a) == flag_read(b) ? CARD_AGREES : CARD_DIFFERS;
		break;
	case CARD_KIND_NAME:
	case CARD_KIND_REFERENCE:
	case CARD_KIND_SET:
		name_compare(meaning, a, b, out_agreement);
		break;
	case CARD_KIND_LANGUAGE:
		language_compare(a, b, out_agreement);
		break;
	case CARD_KIND_COMMIT:
		commit_compare(a, b, out_agreement);
		break;
	case CARD_KIND_DATE:
		date_compare(a, b, out_agreement);
		break;
	}
	return 0;
}
