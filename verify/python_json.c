/* python_json: JSON in which numbers that are none are spelled out. */
#include "verify/python_json.h"

#include <string.h>

/* Bytes of the word that no number is, at the beginning of `text`; 0: there is none. */
static size_t word_at(struct span text)
{
	static const char *const word[] = { "NaN", "Infinity", "-Infinity" };

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
		size_t len = strlen(word[i]);

		if (text.len >= len && memcmp(text.data, word[i], len) == 0)
			return len;
	}
	return 0;
}

/* The place of the next such word at or behind `at` that is in no text; `text.len`: none. */
static size_t word_find(struct span text, size_t at, size_t *out_len)
{
	bool quoted = false;

	for (; at < text.len; at++) {
		uint8_t c = text.data[at];

		if (quoted && c == '\\')
			at++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == 'N' || c == 'I' || c == '-') &&
			 (*out_len = word_at((struct span){ text.data + at, text.len - at })))
			return at;
	}
	return text.len;
}

int python_json_parse(struct span text, const struct json_limits *limits, struct json **out_value,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer plain;
	size_t len = 0, at = 0, next = word_find(text, 0, &len);

	buffer_init(&plain, text.len + text.len / 3 + 8);
	if (next >= text.len)
		return json_parse(text, limits, out_value, err);
	for (; next < text.len; next = word_find(text, at, &len)) {
		if (buffer_add(&plain, (struct span){ text.data + at, next - at }, err) ||
		    buffer_add(&plain, span_of("null"), err))
			return -1;
		at = next + len;
	}
	return buffer_add(&plain, (struct span){ text.data + at, text.len - at }, err) ||
			       json_parse(buffer_view(&plain), limits, out_value, err)
		       ? -1
		       : 0;
}
