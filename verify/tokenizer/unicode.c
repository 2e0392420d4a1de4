/* unicode: what the package `tokenizers` knows of a character. */
#include "verify/tokenizer/unicode.h"

#include "verify/tokenizer/inner.h"
#include "verify/tokenizer/unicode_tables.h"
#include "verify/utf8.h"

/* Is the point in one of the ranges? */
static bool in_ranges(const uint32_t *pair, size_t count, uint32_t point)
{
	size_t low = 0, high = count / 2;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pair[2 * middle + 1] < point)
			low = middle + 1;
		else
			high = middle;
	}
	return 2 * low < count && pair[2 * low] <= point;
}

/* The value of the last row that begins at or before the point. */
static uint32_t in_rows(const uint32_t *row, size_t count, uint32_t point, unsigned bits)
{
	size_t low = 0, high = count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (row[middle] >> bits <= point)
			low = middle;
		else
			high = middle;
	}
	return row[low] & ((1u << bits) - 1);
}

enum unicode_category_of unicode_category_at(uint32_t point)
{
	return (enum unicode_category_of)in_rows(unicode_category, unicode_category_count, point,
						 5);
}

bool unicode_is_space(uint32_t point)
{
	if (point < 0x80)
		return point == ' ' || (point >= 9 && point <= 13);
	return in_ranges(unicode_space, unicode_space_count, point);
}

bool unicode_is_word(uint32_t point)
{
	return in_ranges(unicode_word, unicode_word_count, point);
}

bool unicode_is_numeric(uint32_t point)
{
	return in_ranges(unicode_numeric, unicode_numeric_count, point);
}

bool unicode_is_punctuation(uint32_t point)
{
	return in_ranges(unicode_punctuation, unicode_punctuation_count, point);
}

bool unicode_is_mark(uint32_t point)
{
	return in_ranges(unicode_mark, unicode_mark_count, point);
}

bool unicode_is_nonspacing(uint32_t point)
{
	return in_ranges(unicode_nonspacing, unicode_nonspacing_count, point);
}

bool unicode_is_other(uint32_t point)
{
	return in_ranges(unicode_other, unicode_other_count, point);
}

uint32_t unicode_lower_of(uint32_t point)
{
	size_t low = 0, high = unicode_lower_count / 2;

	if (point < 0x80)
		return point >= 'A' && point <= 'Z' ? point + 32 : point;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unicode_lower[2 * middle] == point)
			return unicode_lower[2 * middle + 1];
		if (unicode_lower[2 * middle] < point)
			low = middle + 1;
		else
			high = middle;
	}
	return point;
}

int unicode_add(struct buffer *out, uint32_t point, struct error *err)
{
	uint8_t byte[4];
	size_t len;

	if (point < 0x80) {
		byte[0] = (uint8_t)point;
		len = 1;
	} else if (point < 0x800) {
		byte[0] = (uint8_t)(0xc0 | point >> 6);
		byte[1] = (uint8_t)(0x80 | (point & 0x3f));
		len = 2;
	} else if (point < 0x10000) {
		byte[0] = (uint8_t)(0xe0 | point >> 12);
		byte[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		byte[2] = (uint8_t)(0x80 | (point & 0x3f));
		len = 3;
	} else {
		byte[0] = (uint8_t)(0xf0 | point >> 18);
		byte[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
		byte[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		byte[3] = (uint8_t)(0x80 | (point & 0x3f));
		len = 4;
	}
	return buffer_add(out, (struct span){ byte, len }, err);
}

/* ---- Extended grapheme clusters (UAX 29, Unicode 17.0) ---- */

enum grapheme {
	GRAPHEME_ANY,
	GRAPHEME_CR,
	GRAPHEME_CONTROL,
	GRAPHEME_EXTEND,
	GRAPHEME_PICTOGRAPHIC,
	GRAPHEME_CONSONANT,
	GRAPHEME_L,
	GRAPHEME_LF,
	GRAPHEME_LV,
	GRAPHEME_LVT,
	GRAPHEME_PREPEND,
	GRAPHEME_REGIONAL,
	GRAPHEME_SPACING_MARK,
	GRAPHEME_T,
	GRAPHEME_V,
	GRAPHEME_ZWJ
};

/* What a cluster's beginning says about its going on. */
struct cluster {
	enum grapheme last;
	size_t regionals;  /* at the end */
	bool pictographic; /* ends in a pictograph and what extends it */
	bool consonant;    /* ends in a consonant, linkers and what extends it */
	bool linked;       /* ... with a linker */
};

static enum grapheme grapheme_at(uint32_t point)
{
	return (enum grapheme)in_rows(unicode_grapheme, unicode_grapheme_count, point, 5);
}

/* InCB=Linker */
static bool is_linker(uint32_t point)
{
	static const uint32_t linker[] = { 0x94D,   0x9CD,   0xACD,   0xB4D,   0xC4D,
					   0xD4D,   0x1039,  0x17D2,  0x1A60,  0x1B44,
					   0x1BAB,  0xA9C0,  0xAAF6,  0x10A3F, 0x11133,
					   0x113D0, 0x1193E, 0x11A47, 0x11A99, 0x11F42 };

	for (size_t i = 0; i < sizeof(linker) / sizeof(linker[0]); i++)
		if (linker[i] == point)
			return true;
	return false;
}

static bool is_line(enum grapheme kind)
{
	return kind == GRAPHEME_CR || kind == GRAPHEME_LF || kind == GRAPHEME_CONTROL;
}

/* GB6 to GB8 */
static bool joins_hangul(enum grapheme a, enum grapheme b)
{
	if (a == GRAPHEME_L)
		return b == GRAPHEME_L || b == GRAPHEME_V || b == GRAPHEME_LV || b == GRAPHEME_LVT;
	if (a == GRAPHEME_LV || a == GRAPHEME_V)
		return b == GRAPHEME_V || b == GRAPHEME_T;
	return (a == GRAPHEME_LVT || a == GRAPHEME_T) && b == GRAPHEME_T;
}

static bool joins(const struct cluster *cluster, enum grapheme next)
{
	enum grapheme last = cluster->last;

	if (last == GRAPHEME_CR && next == GRAPHEME_LF)
		return true;
	if (is_line(last) || is_line(next))
		return false;
	if (joins_hangul(last, next) || next == GRAPHEME_EXTEND || next == GRAPHEME_ZWJ ||
	    next == GRAPHEME_SPACING_MARK || last == GRAPHEME_PREPEND)
		return true;
	if (next == GRAPHEME_CONSONANT)
		return cluster->consonant && cluster->linked;
	if (next == GRAPHEME_PICTOGRAPHIC)
		return last == GRAPHEME_ZWJ && cluster->pictographic;
	return next == GRAPHEME_REGIONAL && cluster->regionals % 2 == 1;
}

static void follow(struct cluster *cluster, uint32_t point, enum grapheme kind)
{
	bool extends = kind == GRAPHEME_EXTEND || kind == GRAPHEME_ZWJ;
	bool linker = is_linker(point);

	cluster->regionals = kind == GRAPHEME_REGIONAL ? cluster->regionals + 1 : 0;
	if (kind == GRAPHEME_PICTOGRAPHIC)
		cluster->pictographic = true;
	else if (!extends || cluster->last == GRAPHEME_ZWJ)
		cluster->pictographic = false;
	if (kind == GRAPHEME_CONSONANT) {
		cluster->consonant = true;
		cluster->linked = false;
	} else if (linker) {
		cluster->linked = true;
	} else if (!extends || point == 0x200c) {
		cluster->consonant = false;
	}
	cluster->last = kind;
}

size_t unicode_grapheme_len(struct span text, size_t at)
{
	struct cluster cluster = { 0 };
	size_t len = 0;

	while (at + len < text.len) {
		uint32_t point = 0;
		size_t width = utf8_point(span_from(text, at + len), &point);
		enum grapheme kind = grapheme_at(point);

		if (!width || (len && !joins(&cluster, kind)))
			break;
		follow(&cluster, point, kind);
		len += width;
	}
	return len ? len : 1;
}
