/* card_markup: texts that do nothing but be read. */
#include "registry/card/markup.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/address.h"

/* ---- YAML ---- */

/* What YAML 1.1 takes for something else than a text. */
static bool is_word_of_yaml(const char *text)
{
	static const char *const word[] = { "y",  "n",   "yes",   "no",  "true",
					    "on", "off", "false", "null" };

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		if (strcasecmp(text, word[i]) == 0)
			return true;
	return false;
}

static bool is_plain(const char *text)
{
	return isalpha((unsigned char)text[0]) &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-") ==
		       strlen(text) &&
	       !is_word_of_yaml(text);
}

/* One code point of valid UTF-8. */
static size_t point_at(const uint8_t *at, uint32_t *out_point)
{
	size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	*out_point = len == 1 ? at[0] : at[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++)
		*out_point = *out_point << 6 | (at[i] & 0x3fu);
	return len;
}

/* Not to be seen, or able to rewrite what is: written as an escape. */
static bool is_hidden(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad ||
	       (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || point == 0xfeff || point >= 0xe0000 ||
	       (point & 0xfffe) == 0xfffe || (point >= 0xfff9 && point <= 0xfffb);
}

/* Front matter is Markdown to a reader that knows none: no tag or link begins in it. */
static bool is_escaped(uint32_t point)
{
	return is_hidden(point) || point == '<' || point == '[';
}

int yaml_text(struct buffer *out, const char *text, struct error *err)
{
	const uint8_t *at = (const uint8_t *)text;
	uint32_t point;

	if (is_plain(text))
		return buffer_add_text(out, text, err);
	if (buffer_add_text(out, "\"", err))
		return -1;
	while (*at) {
		size_t len = point_at(at, &point);
		int failed;

		if (point == '"' || point == '\\')
			failed = buffer_printf(out, err, "\\%c", (int)point);
		else if (is_escaped(point) && point > 0xffff)
			failed = buffer_printf(out, err, "\\U%08" PRIX32, point);
		else if (is_escaped(point))
			failed = buffer_printf(out, err, "\\u%04" PRIX32, point);
		else
			failed = buffer_add(out, (struct span){ at, len }, err);
		if (failed)
			return -1;
		at += len;
	}
	return buffer_add_text(out, "\"", err);
}

static bool is_decimal(const char *text)
{
	const char *at = text + (text[0] == '-');
	size_t digits = strspn(at, "0123456789");

	at += digits;
	if (digits && *at == '.') {
		digits = strspn(at + 1, "0123456789");
		at += 1 + digits;
	}
	if (digits && (*at == 'e' || *at == 'E')) {
		at += 1 + (at[1] == '-' || at[1] == '+');
		digits = strspn(at, "0123456789");
		at += digits;
	}
	return digits && !*at && at - text < 64;
}

int yaml_decimal(struct buffer *out, const char *text, struct error *err)
{
	size_t mantissa = strcspn(text, "eE");
	const char *exponent = text + mantissa;
	bool zeros =
		text[text[0] == '-'] == '0' && isdigit((unsigned char)text[1 + (text[0] == '-')]);
	bool point = memchr(text, '.', mantissa) != NULL;

	if (!is_decimal(text))
		return yaml_text(out, text, err);
	if (buffer_printf(out, err, "%.*s%s", (int)mantissa, text,
			  !point && (*exponent || zeros) ? ".0" : ""))
		return -1;
	if (!*exponent)
		return 0;
	exponent++;
	return buffer_printf(out, err, "e%s%s", *exponent == '-' || *exponent == '+' ? "" : "+",
			     exponent);
}

/* ---- Markdown ---- */

/* The text with what cannot be seen escaped, cut where it is long. */
#define SHOWN_SIZE (4 * CARD_SHOWN_MAX + 8)
static void shown(const char *text, char out_text[SHOWN_SIZE])
{
	char cut[CARD_SHOWN_MAX + 1];
	size_t len = strlen(text);

	if (len <= CARD_SHOWN_MAX) {
		text_escape(out_text, SHOWN_SIZE, text);
		return;
	}
	len = CARD_SHOWN_MAX;
	while (len && ((uint8_t)text[len] & 0xc0) == 0x80)
		len--;
	memcpy(cut, text, len);
	cut[len] = '\0';
	text_escape(out_text, SHOWN_SIZE - 4, cut);
	len = strlen(out_text);
	memcpy(out_text + len, "…", sizeof("…"));
}

/* Does something of GitHub's Markdown begin at this character? */
static bool is_markup(const char *text, size_t at)
{
	if (strchr("\\`*_[]|~!#$", text[at]))
		return true;
	if (text[at] == ':')
		return text[at + 1] == '/';
	/* "www." is a link where it begins a word. */
	return text[at] == '.' && at >= 3 && strncasecmp(text + at - 3, "www", 3) == 0;
}

int markdown_text(struct buffer *out, const char *text, struct error *err)
{
	char safe[SHOWN_SIZE];

	shown(text, safe);
	for (size_t i = 0; safe[i]; i++) {
		/* Of two underscores or the like within a name, nobody makes markup. */
		bool inner = safe[i] == '_' && i && isalnum((unsigned char)safe[i - 1]) &&
			     isalnum((unsigned char)safe[i + 1]);

		if (strchr("<>&", safe[i])) { /* also where a reader knows no backslash */
			if (buffer_add_text(out,
					    safe[i] == '<'   ? "&lt;"
					    : safe[i] == '>' ? "&gt;"
							     : "&amp;",
					    err))
				return -1;
			continue;
		}
		if (is_markup(safe, i) && !inner && buffer_add_text(out, "\\", err))
			return -1;
		if (buffer_add(out, (struct span){ (const uint8_t *)safe + i, 1 }, err))
			return -1;
	}
	return 0;
}

int markdown_code(struct buffer *out, const char *text, struct error *err)
{
	char safe[SHOWN_SIZE];

	shown(text, safe);
	if (!safe[0] || strpbrk(safe, "`|") || safe[0] == ' ' || safe[strlen(safe) - 1] == ' ')
		return markdown_text(out, text, err);
	return buffer_printf(out, err, "`%s`", safe);
}

int markdown_link(struct buffer *out, const char *text, const char *url, struct error *err)
{
	if (!address_is(url, ADDRESS_IN_MARKDOWN) || strlen(url) > CARD_SHOWN_MAX)
		return markdown_text(out, text, err);
	return buffer_add_text(out, "[", err) || markdown_text(out, text, err) ||
			       buffer_printf(out, err, "](%s)", url)
		       ? -1
		       : 0;
}

/* ---- Numbers ---- */

int markdown_digits(struct buffer *out, const char *digits, struct error *err)
{
	size_t len = strlen(digits);

	if (strspn(digits, "0123456789") != len)
		return markdown_text(out, digits, err);
	for (size_t i = 0; i < len; i++)
		if (buffer_printf(out, err, "%s%c", i && (len - i) % 3 == 0 ? "," : "", digits[i]))
			return -1;
	return 0;
}

bool count_digits(const struct json *value, char out_digits[COUNT_TEXT_SIZE])
{
	const char *text = json_text(value);

	if (json_kind(value) == JSON_KIND_INTEGER && json_integer_of(value) >= 0) {
		snprintf(out_digits, COUNT_TEXT_SIZE, "%" PRId64, json_integer_of(value));
		return true;
	}
	if (!text || !text[0] || strlen(text) >= COUNT_TEXT_SIZE ||
	    strspn(text, "0123456789") != strlen(text))
		return false;
	snprintf(out_digits, COUNT_TEXT_SIZE, "%s", text);
	return true;
}

int markdown_hours(struct buffer *out, uint64_t seconds, struct error *err)
{
	uint64_t whole = seconds / 3600, rest = (seconds % 3600 * 100 + 1800) / 3600;
	char digits[COUNT_TEXT_SIZE];

	snprintf(digits, sizeof(digits), "%" PRIu64, whole + rest / 100);
	return markdown_digits(out, digits, err) ||
			       buffer_printf(out, err, ".%02" PRIu64, rest % 100)
		       ? -1
		       : 0;
}

/* ---- Commits ---- */

bool commit_url(const char *remote, const char *commit, char out_url[COMMIT_URL_SIZE])
{
	static const struct {
		const char *host, *tree;
	} known[] = {
		{ "github.com", "tree" },
		{ "gitlab.com", "-/tree" },
		{ "codeberg.org", "src/commit" },
		{ "huggingface.co", "tree" },
	};
	const char *at = remote;

	if (strncmp(at, "https://", 8) == 0)
		at += 8;
	else if (strncmp(at, "git@", 4) == 0)
		at += 4;
	else
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t host = strlen(known[i].host), len;
		int written;

		if (strncmp(at, known[i].host, host) != 0 || (at[host] != '/' && at[host] != ':'))
			continue;
		len = strlen(at + host + 1);
		if (text_ends_with(at, ".git") && len > 4)
			len -= 4;
		written = snprintf(out_url, COMMIT_URL_SIZE, "https://%s/%.*s/%s/%s", known[i].host,
				   (int)len, at + host + 1, known[i].tree, commit);
		return written > 0 && written < COMMIT_URL_SIZE;
	}
	return false;
}

int markup_entities(struct buffer *out, const char *text, struct error *err)
{
	int failed = 0;

	for (; *text && !failed; text++)
		failed = *text == '<'   ? buffer_add_text(out, "&lt;", err)
			 : *text == '>' ? buffer_add_text(out, "&gt;", err)
			 : *text == '&' ? buffer_add_text(out, "&amp;", err)
			 : *text == '"' ? buffer_add_text(out, "&quot;", err)
			 : *text == '\''
				 ? buffer_add_text(out, "&#39;", err)
				 : buffer_add(out, (struct span){ (const uint8_t *)text, 1 }, err);
	return failed;
}
