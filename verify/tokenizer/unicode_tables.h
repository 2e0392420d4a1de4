/* unicode_tables: what tests/tools/unicode_tables.py found out. Read through unicode.h; inside
 * verify/tokenizer/ only. */
#ifndef VERIFY_TOKENIZER_UNICODE_TABLES_H
#define VERIFY_TOKENIZER_UNICODE_TABLES_H

#include <stddef.h>
#include <stdint.h>

/* Pairs of a first and a last code point, ascending. */
extern const uint32_t unicode_word[], unicode_numeric[], unicode_punctuation[], unicode_mark[],
	unicode_nonspacing[], unicode_other[], unicode_space[];
extern const size_t unicode_word_count, unicode_numeric_count, unicode_punctuation_count,
	unicode_mark_count, unicode_nonspacing_count, unicode_other_count, unicode_space_count;

/* From the code point in the upper bits on, the value in the lower 5 (unicode_combining: 8). */
extern const uint32_t unicode_category[], unicode_grapheme[], unicode_combining[];
extern const size_t unicode_category_count, unicode_grapheme_count, unicode_combining_count;

/* Pairs of a code point and its lower case, ascending. */
extern const uint32_t unicode_lower[];
extern const size_t unicode_lower_count;

/* Code point, first part, second part or 0; ascending. */
extern const uint32_t unicode_canonical[];
extern const size_t unicode_canonical_count;

/* First part, second part, what they compose; ascending. */
extern const uint32_t unicode_composition[];
extern const size_t unicode_composition_count;

/* Code point << 5 | length, where in the text it begins; ascending. Split at U+FE00. */
extern const uint32_t unicode_compatible[], unicode_presentation[];
extern const size_t unicode_compatible_count, unicode_presentation_count;
extern const uint32_t unicode_compatible_text[], unicode_presentation_text[];
extern const size_t unicode_compatible_text_count, unicode_presentation_text_count;

#endif
