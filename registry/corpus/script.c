/*
 * script: what a text is written in.
 *
 * Everything is told from single bytes, or a byte and the one behind it, so that
 * the loops are of the kind that a compiler turns into vector instructions.
 */
#include "registry/corpus/script.h"

#include <string.h>

enum {
	STEP = 240, /* bytes whose sums fit a byte */
	/* Of a text that has letters: */
	KANA_PERCENT = 5,        /* so many kana among them make it Japanese */
	LATIN_PERCENT = 80,      /* so many Latin ones make it English or code */
	ACCENTED_PER_MILLE = 10, /* more accented ones among those, and it is another language */
	SYMBOL_PERCENT = 12,     /* so many symbols among what is printed make it code */
};

const char *language_name(enum language language)
{
	static const char *const name[LANGUAGE_COUNT] = { "ja", "en", "code", "other" };

	return name[language];
}

int language_parse(const char *name, enum language *out_language, struct error *err)
{
	for (int i = 0; i < LANGUAGE_COUNT; i++) {
		if (strcmp(language_name((enum language)i), name) == 0) {
			*out_language = (enum language)i;
			return 0;
		}
	}
	return error_set(err, ERROR_USAGE, "'%s' is none of ja, en, code, other", name);
}

/* Every condition adds 1 to a byte; STEP of them do not overflow. */
#define TALLY(condition) ((uint8_t)(condition))

static uint8_t count_characters(const uint8_t *at, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + TALLY((int8_t)at[i] >= -64));
	return sum;
}

static uint8_t count_ascii(const uint8_t *at, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + TALLY((int8_t)at[i] > 0x20));
	return sum;
}

static uint8_t count_latin(const uint8_t *at, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + TALLY((uint8_t)((at[i] | 0x20) - 'a') < 26));
	return sum;
}

/* Bytes from `least` to `most`. */
static uint8_t count_range(const uint8_t *at, size_t len, uint8_t least, uint8_t most)
{
	uint8_t sum = 0, width = (uint8_t)(most - least + 1);

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + TALLY((uint8_t)(at[i] - least) < width));
	return sum;
}

/* # $ % & ( ) * + / : ; < = > @ [ \ ] ^ _ ` { | } ~: range by range, since of all of them at once
 * a compiler makes a table that is asked byte by byte. */
static uint8_t count_symbols(const uint8_t *at, size_t len)
{
	return (uint8_t)(count_range(at, len, '#', '&') + count_range(at, len, '(', '+') +
			 count_range(at, len, '/', '/') + count_range(at, len, ':', '>') +
			 count_range(at, len, '@', '@') + count_range(at, len, '[', '`') +
			 count_range(at, len, '{', '~'));
}

/* E3 and 81 to 83 behind it: U+3040 to U+30FF. at[len] may be read. */
static uint8_t count_kana(const uint8_t *at, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum +
				(TALLY(at[i] == 0xe3) & TALLY((uint8_t)(at[i + 1] - 0x81) < 3)));
	return sum;
}

/* E3 and 90 to BF behind it: U+3400 to U+3FFF. */
static uint8_t count_rare_han(const uint8_t *at, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum +
				(TALLY(at[i] == 0xe3) & TALLY((uint8_t)(at[i + 1] - 0x90) < 48)));
	return sum;
}

/* Letters by their first bytes. E1 begins U+1000 to U+1FFF, which are letters; EA to ED U+A000 to
 * U+D7FF; C9 to DF U+0240 to U+07FF, E0 U+0800 to U+0FFF. C3 to C8 are U+00C0 to U+023F. */
static void add_step(struct script_sums *sums, const uint8_t *at, size_t len, bool ascii_only)
{
	sums->ascii += count_ascii(at, len);
	sums->latin += count_latin(at, len);
	sums->symbols += count_symbols(at, len);
	if (ascii_only) {
		sums->characters += len;
		return;
	}
	sums->characters += count_characters(at, len);
	sums->accented += count_range(at, len, 0xc3, 0xc8);
	sums->foreign += count_range(at, len, 0xc9, 0xe1);
	sums->foreign += count_range(at, len, 0xea, 0xed);
	sums->han += count_range(at, len, 0xe4, 0xe9);
	sums->kana += count_kana(at, len);
	sums->han += count_rare_han(at, len);
}

static bool is_ascii(const uint8_t *at, size_t len)
{
	uint8_t all = 0;

	for (size_t i = 0; i < len; i++)
		all |= at[i];
	return all < 0x80;
}

void script_add(struct script_sums *sums, struct span text)
{
	uint8_t end[STEP + 1];

	for (size_t at = 0; at < text.len; at += STEP) {
		size_t len = text.len - at < STEP ? text.len - at : STEP;
		const uint8_t *from = text.data + at;

		if (at + len == text.len) { /* the byte behind is not ours to read */
			memcpy(end, from, len);
			end[len] = 0;
			from = end;
		}
		add_step(sums, from, len, is_ascii(from, len));
	}
}

enum language script_language(const struct script_sums *sums)
{
	uint64_t latin = sums->latin + sums->accented;
	uint64_t letters = latin + sums->kana + sums->han + sums->foreign;

	if (!letters)
		return LANGUAGE_OTHER;
	if (sums->kana * 100 >= letters * KANA_PERCENT && sums->kana)
		return LANGUAGE_JA;
	if (latin * 100 < letters * LATIN_PERCENT)
		return LANGUAGE_OTHER;
	if (sums->symbols * 100 >= sums->ascii * SYMBOL_PERCENT)
		return LANGUAGE_CODE;
	return sums->accented * 1000 > latin * ACCENTED_PER_MILLE ? LANGUAGE_OTHER : LANGUAGE_EN;
}

/* ---- UTF-8 ---- */

static bool follows(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* How many bytes the character at `at` takes, of `rest`; 0: it is none. */
static size_t character_len(const uint8_t *at, size_t rest)
{
	uint8_t lead = at[0];

	if (lead < 0x80)
		return 1;
	if (lead < 0xe0)
		return lead >= 0xc2 && rest >= 2 && follows(at[1]) ? 2 : 0;
	if (lead < 0xf0) {
		if (rest < 3 || !follows(at[1]) || !follows(at[2]))
			return 0;
		return (lead == 0xe0 && at[1] < 0xa0) || (lead == 0xed && at[1] >= 0xa0) ? 0 : 3;
	}
	if (lead > 0xf4 || rest < 4 || !follows(at[1]) || !follows(at[2]) || !follows(at[3]))
		return 0;
	return (lead == 0xf0 && at[1] < 0x90) || (lead == 0xf4 && at[1] >= 0x90) ? 0 : 4;
}

bool script_utf8(struct span text, size_t *out_at)
{
	const uint8_t *at = text.data, *end = text.data + text.len;

	while (at < end) {
		uint64_t word;
		size_t len;

		while (end - at >= 8 && (memcpy(&word, at, 8), !(word & 0x8080808080808080u)))
			at += 8;
		/* What most characters of Japanese are. */
		while (end - at >= 3 && (uint8_t)(at[0] - 0xe1) < 12 && follows(at[1]) &&
		       follows(at[2]))
			at += 3;
		if (at == end)
			break;
		len = character_len(at, (size_t)(end - at));
		if (!len) {
			*out_at = (size_t)(at - text.data);
			return false;
		}
		at += len;
	}
	return true;
}
