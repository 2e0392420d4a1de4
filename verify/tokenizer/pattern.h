/*
 * pattern: the regular expressions by which tokenizers split texts.
 *
 * Only patterns of a table are taken (pattern_known), each judged against the
 * reference. They are matched here and not by a library, since what a letter is
 * depends on the version of Unicode, and ids on what a letter is. What is
 * understood of Oniguruma's syntax: characters, escapes, classes, (?: ), (?i: ),
 * |, ? * + {m,n} of single characters, ?+ ++ *+, ? of groups, (?! ) of one
 * class, (?<! ) of one character, ^. Inside verify/tokenizer/ only.
 */
#ifndef VERIFY_TOKENIZER_PATTERN_H
#define VERIFY_TOKENIZER_PATTERN_H

#include "kernels/kernels.h"

struct pattern;

#define PATTERN_STEPS_PER_BYTE                                                                     \
	64u /* of a text, that matching may take; and as many more at all                          \
	     */

/* True when the table has this pattern. */
bool pattern_known(const char *text);

/* ERROR_UNTRUSTED when it is not in the table, or not understood. */
MUST_CHECK int pattern_new(const char *text, struct pattern **out_pattern, struct error *err);

/* A pattern that is this text and nothing else. */
MUST_CHECK int pattern_literal(struct span text, struct pattern **out_pattern, struct error *err);

/* As pattern_new without the table: for tests. */
MUST_CHECK int pattern_compile(const char *text, struct pattern **out_pattern, struct error *err);

void pattern_free(struct pattern **pattern);

/* A stretch of a text. */
struct match {
	uint32_t start, end;
	bool is_match; /* false: what lies between matches */
};

struct matches {
	struct match *match;
	size_t count, cap;
};

void matches_release(struct matches *matches);
MUST_CHECK int matches_add(struct matches *matches, size_t start, size_t end, bool is_match,
			   struct error *err);

/*
 * Cut `text`, UTF-8, at every match, from left to right: the stretches cover
 * it. Empty matches count, but not right behind another match. ERROR_UNTRUSTED
 * when it takes too many steps.
 */
MUST_CHECK int pattern_cut(const struct pattern *pattern, struct span text, struct matches *out,
			   struct error *err);

#endif
