/*
 * unicode: what the package `tokenizers` knows of a character. For verify/tokenizer/, and for
 * search (verify/text_fold.c).
 *
 * Its parts follow different versions of Unicode, and so do these tables (see
 * tests/tools/unicode_tables.py, which made them); that is why no library of ours is asked.
 */
#ifndef VERIFY_TOKENIZER_UNICODE_H
#define VERIFY_TOKENIZER_UNICODE_H

#include "kernels/kernels.h"

/* General categories, as the regular expressions see them. */
enum unicode_category_of {
	UNICODE_LU,
	UNICODE_LL,
	UNICODE_LT,
	UNICODE_LM,
	UNICODE_LO,
	UNICODE_MN,
	UNICODE_MC,
	UNICODE_ME,
	UNICODE_ND,
	UNICODE_NL,
	UNICODE_NO,
	UNICODE_PC,
	UNICODE_PD,
	UNICODE_PS,
	UNICODE_PE,
	UNICODE_PI,
	UNICODE_PF,
	UNICODE_PO,
	UNICODE_SM,
	UNICODE_SC,
	UNICODE_SK,
	UNICODE_SO,
	UNICODE_ZS,
	UNICODE_ZL,
	UNICODE_ZP,
	UNICODE_CC,
	UNICODE_CF,
	UNICODE_CO,
	UNICODE_CN
};
enum unicode_category_of unicode_category_at(uint32_t point);

bool unicode_is_space(uint32_t point);       /* White_Space */
bool unicode_is_word(uint32_t point);        /* \w of the crate regex */
bool unicode_is_numeric(uint32_t point);     /* char::is_numeric */
bool unicode_is_punctuation(uint32_t point); /* ASCII's and category P */
bool unicode_is_mark(uint32_t point);        /* is_combining_mark */
bool unicode_is_nonspacing(uint32_t point);  /* is_mark_nonspacing */
bool unicode_is_other(uint32_t point); /* is_other but for tab and line ends; U+0000, U+FFFD */

/* char::to_lowercase but for U+0130, which becomes U+0069 U+0307. */
uint32_t unicode_lower_of(uint32_t point);

/* Append the UTF-8 of a code point. */
MUST_CHECK int unicode_add(struct buffer *out, uint32_t point, struct error *err);

enum unicode_form { UNICODE_NFD, UNICODE_NFKD, UNICODE_NFC, UNICODE_NFKC };

/* Append the normalisation form of `text`, which is UTF-8. */
MUST_CHECK int unicode_normalize(enum unicode_form form, struct span text, struct buffer *out,
				 struct error *err);

/* How many bytes the extended grapheme cluster at `at` takes; `text` is UTF-8, at < text.len. */
size_t unicode_grapheme_len(struct span text, size_t at);

#endif
