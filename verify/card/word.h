/* card_value: what its files share. */
#ifndef VERIFY_CARD_WORD_H
#define VERIFY_CARD_WORD_H

#include "verify/card/value.h"

enum card_kind {
	CARD_KIND_COUNT,
	CARD_KIND_REAL,
	CARD_KIND_FLAG,
	CARD_KIND_NAME,
	CARD_KIND_REFERENCE,
	CARD_KIND_SET,
	CARD_KIND_LANGUAGE,
	CARD_KIND_COMMIT,
	CARD_KIND_DATE
};

#define CARD_FOLDED_MAX (CARD_VALUE_MAX * 18u + 64u)

enum card_kind card_meaning_kind(enum card_meaning meaning);

/* Replace the buffer's content by the text folded; nothing where it is too long. */
MUST_CHECK int card_fold(struct span text, struct buffer *out, struct error *err);

/* A letter, a digit, '_'. */
static inline bool card_is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

#endif
