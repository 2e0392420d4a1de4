/* Lists of logs that a witness is told to cosign. */
#include <string.h>

#include "registry/witness/inner.h"

/* Up to the next white space, which is taken too. */
static struct span word_take(struct span *line)
{
	struct span word = { line->data, 0 };

	while (word.len < line->len && word.data[word.len] != ' ' && word.data[word.len] != '\t')
		word.len++;
	line->data += word.len;
	line->len -= word.len;
	while (line->len && (line->data[0] == ' ' || line->data[0] == '\t')) {
		line->data++;
		line->len--;
	}
	return word;
}

static bool is(struct span word, const char *text)
{
	return span_equal(word, span_of(text));
}

/* `origin NAME` says under which origin the log before it signs: for us, the name of its key. */
static int origin_check(const struct witness_state *state, struct span name, struct error *err)
{
	if (state->log_count && is(name, state->log[state->log_count - 1].name))
		return 0;
	return error_set(err, ERROR_UNTRUSTED,
			 "a log whose origin '%.*s' is not the name of its key is not cosigned "
			 "here",
			 (int)(name.len < 256 ? name.len : 256), (const char *)name.data);
}

static int line_accept(struct witness_state *state, struct span line, struct error *err)
{
	struct span word;

	while (line.len && (line.data[0] == ' ' || line.data[0] == '\t')) {
		line.data++;
		line.len--;
	}
	if (!line.len || line.data[0] == '#')
		return 0;
	word = word_take(&line);
	if (is(word, "logs/v0") || is(word, "qpd") || is(word, "contact"))
		return 0;
	if (is(word, "origin"))
		return origin_check(state, word_take(&line), err);
	if (is(word, "log") || is(word, "vkey"))
		word = word_take(&line);
	return witness_accept(state, word, err);
}

int witness_accept_list(struct witness_state *state, struct span text, struct error *err)
{
	size_t number = 0;

	while (text.len) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		struct span line = { text.data, end ? (size_t)(end - text.data) : text.len };

		number++;
		text.data += line.len + (end ? 1 : 0);
		text.len -= line.len + (end ? 1 : 0);
		if (line.len && line.data[line.len - 1] == '\r')
			line.len--;
		if (line_accept(state, line, err))
			return error_prefix(err, "line %zu of the list of logs", number);
	}
	return 0;
}
