/*
 * Words and texts of strangers as they may stand in YAML and Markdown, and numbers as people write
 * them. Inside registry/ only.
 */
#ifndef REGISTRY_CARD_MARKUP_H
#define REGISTRY_CARD_MARKUP_H

#include "verify/verify.h"

#define CARD_SHOWN_MAX                                                                             \
	400u /* bytes of a text of strangers in a cell; a longer one is cut, and ends              \
		with an ellipsis */

/*
 * Append a scalar that YAML 1.1 and 1.2 read as this very text: plain where nothing can take it for
 * anything else, else in double quotes with every control character, line separator and
 * bidirectional mark escaped, and what begins a tag or a link of Markdown. It never leaves its
 * line.
 */
MUST_CHECK int yaml_text(struct buffer *out, const char *text, struct error *err);

/*
 * Append a decimal (as signed: digits, point, exponent) in a spelling that both take for a number:
 * 1e-05 becomes 1.0e-05, 007 becomes 007.0. Anything else is a text.
 */
MUST_CHECK int yaml_decimal(struct buffer *out, const char *text, struct error *err);

/*
 * Append a text so that Markdown (GitHub's) shows it and does nothing else: no markup, link, HTML,
 * table cell or line of its own. Control characters come out as \xHH.
 */
MUST_CHECK int markdown_text(struct buffer *out, const char *text, struct error *err);

/* The same in the type of code, where it holds nothing that would end it. */
MUST_CHECK int markdown_code(struct buffer *out, const char *text, struct error *err);

/* Append a link where the address is a plain http(s) one, else the text alone. */
MUST_CHECK int markdown_link(struct buffer *out, const char *text, const char *url,
			     struct error *err);

/* Append a text with what HTML and XML take for markup written as entities. */
MUST_CHECK int markup_entities(struct buffer *out, const char *text, struct error *err);

/* "2072488058295" is "2,072,488,058,295"; anything but digits stays as it is. */
MUST_CHECK int markdown_digits(struct buffer *out, const char *digits, struct error *err);

/* A count as facts have it: an integer, or its digits as text. False: it is none. */
#define COUNT_TEXT_SIZE 32
bool count_digits(const struct json *value, char out_digits[COUNT_TEXT_SIZE]);

/* Seconds as hours with two decimals, rounded half up: "1,234.50". */
MUST_CHECK int markdown_hours(struct buffer *out, uint64_t seconds, struct error *err);

/*
 * Where a commit is to be seen: `remote` as git has it (https or git@) at hosts whose addresses are
 * known, "https://github.com/OWNER/NAME/tree/COMMIT". False: not known.
 */
#define COMMIT_URL_SIZE 512
bool commit_url(const char *remote, const char *commit, char out_url[COMMIT_URL_SIZE]);

#endif
