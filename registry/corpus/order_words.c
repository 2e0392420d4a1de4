/* order_words: what stands in a script, as far as it stands there. */
#include "registry/corpus/order_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void list_release(struct order_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->word[i].text);
	free(list->word);
	*list = (struct order_list){ .word = NULL };
}

void order_words_release(struct order_words *words)
{
	list_release(&words->list);
	for (size_t i = 0; i < words->variable_count; i++) {
		list_release(&words->variable[i].list);
		free(words->variable[i].name);
	}
	free(words->variable);
	*words = (struct order_words){ .variable = NULL };
}

void order_word_place(const struct order_word *word, char out_text[ORDER_PLACE_SIZE])
{
	if (word->file)
		snprintf(out_text, ORDER_PLACE_SIZE, "%.120s, line %u", word->file, word->line);
	else
		snprintf(out_text, ORDER_PLACE_SIZE, "the command");
}

static int room(void **array, size_t count, size_t *cap, size_t size, struct error *err)
{
	size_t wanted = *cap ? 2 * *cap : 16;
	void *more;

	if (count < *cap)
		return 0;
	more = realloc(*array, wanted * size);
	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for the words of a script");
	*array = more;
	*cap = wanted;
	return 0;
}

/* Where we read. */
struct reading {
	struct order_words *words;
	const char *file;
	unsigned line;
};

static int refuse(const struct reading *reading, const char *what, struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "%s, line %u: %s", reading->file, reading->line, what);
}

static int word_add(struct order_words *words, struct order_list *list, struct span text,
		    const char *file, unsigned line, struct error *err)
{
	char *copy;

	if (++words->words > ORDER_WORDS_MAX || (words->bytes += text.len) > ORDER_WORDS_BYTES_MAX)
		return error_set(err, ERROR_CORRUPT, "%s: more words than a command has",
				 file ? file : "the command");
	if (room((void **)&list->word, list->count, &list->room, sizeof(*list->word), err))
		return -1;
	copy = strndup((const char *)text.data, text.len);
	if (!copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for the words of a script");
	list->word[list->count++] = (struct order_word){ .text = copy, .file = file, .line = line };
	return 0;
}

int order_words_command(struct order_words *words, const char *const *word, size_t count,
			struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (word_add(words, &words->list, span_of(word[i]), NULL, 0, err))
			return -1;
	return 0;
}

/* ---- Variables ---- */

static struct order_variable *variable_find(const struct order_words *words, struct span name)
{
	for (size_t i = 0; i < words->variable_count; i++)
		if (span_equal(span_of(words->variable[i].name), name))
			return &words->variable[i];
	return NULL;
}

const struct order_list *order_words_variable(const struct order_words *words, const char *name)
{
	const struct order_variable *variable = variable_find(words, span_of(name));

	return variable ? &variable->list : NULL;
}

static int variable_set(struct order_words *words, struct span name, bool append,
			struct order_list *list, struct error *err)
{
	struct order_variable *variable = variable_find(words, name);

	if (!variable) {
		char *copy = strndup((const char *)name.data, name.len);

		if (!copy)
			return error_set(err, ERROR_SYSTEM, "out of memory for a variable");
		if (room((void **)&words->variable, words->variable_count, &words->variable_room,
			 sizeof(*words->variable), err)) {
			free(copy);
			return -1;
		}
		variable = &words->variable[words->variable_count++];
		*variable = (struct order_variable){ .name = copy };
	}
	if (!append) {
		for (size_t i = 0; i < variable->list.count; i++)
			words->bytes -= strlen(variable->list.word[i].text);
		words->words -= variable->list.count;
		list_release(&variable->list);
	}
	for (size_t i = 0; i < list->count; i++) {
		if (room((void **)&variable->list.word, variable->list.count, &variable->list.room,
			 sizeof(*list->word), err))
			return -1;
		variable->list.word[variable->list.count++] = list->word[i];
		list->word[i].text = NULL; /* handed over */
	}
	return 0;
}

static bool name_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* `$A`, `${A}`, `${A[@]}` at the front: its name and how long it is; 0: none that is followed. */
static size_t reference_at(struct span text, struct span *out_name)
{
	size_t at = 1, begin, end;
	bool braces = text.len > 1 && text.data[1] == '{';

	if (text.len < 2 || text.data[0] != '$')
		return 0;
	at += braces;
	begin = at;
	while (at < text.len && name_byte(text.data[at]))
		at++;
	end = at;
	if (begin == end)
		return 0;
	*out_name = (struct span){ text.data + begin, end - begin };
	if (!braces)
		return at;
	if (text.len - at >= 3 && text.data[at] == '[' &&
	    (text.data[at + 1] == '@' || text.data[at + 1] == '*') && text.data[at + 2] == ']')
		at += 3;
	return at < text.len && text.data[at] == '}' ? at + 1 : 0;
}

/* Variables of one word within another. */
static int inner_expand(const struct reading *reading, struct span text, struct buffer *out,
			struct error *err)
{
	while (text.len) {
		struct span name;
		size_t len = reference_at(text, &name);
		const struct order_variable *variable =
			len ? variable_find(reading->words, name) : NULL;

		if (variable && variable->list.count == 1) {
			if (buffer_add_text(out, variable->list.word[0].text, err))
				return -1;
		} else {
			len = len ? len : 1;
			if (buffer_add(out, (struct span){ text.data, len }, err))
				return -1;
		}
		text.data += len;
		text.len -= len;
	}
	return 0;
}

/* Add a word, with what is known of variables in their place. */
static int expand(const struct reading *reading, struct order_list *list, struct span word,
		  struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const struct order_variable *variable;
	struct span name;

	buffer_init(&text, ORDER_WORDS_BYTES_MAX);
	if (reference_at(word, &name) == word.len &&
	    (variable = variable_find(reading->words, name))) {
		for (size_t i = 0; i < variable->list.count; i++) {
			const struct order_word *known = &variable->list.word[i];

			if (word_add(reading->words, list, span_of(known->text), known->file,
				     known->line, err))
				return -1;
		}
		return 0;
	}
	return inner_expand(reading, word, &text, err) ||
			       word_add(reading->words, list, buffer_view(&text), reading->file,
					reading->line, err)
		       ? -1
		       : 0;
}

/* ---- Scripts ---- */

static bool is_between(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '\\' || c == '\r' ||
	       c == '\n';
}

/*
 * Take a word off the rest, which is a line and those behind it; quotes are blanks here. A comment
 * ends the line. False: the line (`within` a list: the text) ends first.
 */
static bool word_take(struct reading *reading, struct span *rest, bool within,
		      struct span *out_word)
{
	size_t at = 0, end;

	while (at < rest->len) {
		uint8_t c = rest->data[at];

		if (c == '\n') {
			bool goes_on = at && rest->data[at - 1] == '\\';

			if (!within && !goes_on)
				break;
			reading->line++;
		} else if (c == '#') {
			while (at < rest->len && rest->data[at] != '\n')
				at++;
			continue;
		} else if (!is_between(c) && c != ';') {
			break;
		}
		at++;
	}
	if (at == rest->len || rest->data[at] == '\n') {
		rest->data += at;
		rest->len -= at;
		return false;
	}
	for (end = at; end < rest->len && !is_between(rest->data[end]) && rest->data[end] != ';' &&
		       !(within && rest->data[end] == ')');)
		end++;
	end += within && end == at; /* the bracket that closes it */
	*out_word = (struct span){ rest->data + at, end - at };
	rest->data += end;
	rest->len -= end;
	return true;
}

/* `NAME=` or `NAME+=` at the front of a word; its length, or 0. */
static size_t assignment(struct span word, struct span *out_name, bool *out_append)
{
	size_t at = 0;

	while (at < word.len && name_byte(word.data[at]))
		at++;
	*out_name = (struct span){ word.data, at };
	*out_append = at < word.len && word.data[at] == '+';
	if (*out_append)
		at++;
	return out_name->len && at < word.len && word.data[at] == '=' ? at + 1 : 0;
}

/* Words up to the end of the line, or of the brackets. */
static int words_take(struct reading *reading, struct span *rest, bool within,
		      struct order_list *list, struct error *err)
{
	struct span word;

	while (word_take(reading, rest, within, &word)) {
		if (within && span_equal(word, span_of(")")))
			return 0;
		if (expand(reading, list, word, err))
			return -1;
	}
	return within ? refuse(reading, "the list does not end", err) : 0;
}

static int line_take(struct reading *reading, struct span *rest, struct error *err)
{
	struct order_list list = { .word = NULL };
	struct span word, name;
	bool append, within;
	size_t len;
	int failed;

	do {
		if (!word_take(reading, rest, false, &word))
			return 0;
	} while (span_equal(word, span_of("export")) || span_equal(word, span_of("local")) ||
		 span_equal(word, span_of("declare")) || span_equal(word, span_of("-a")));
	len = assignment(word, &name, &append);
	if (!len)
		return expand(reading, &reading->words->list, word, err) ||
				       words_take(reading, rest, false, &reading->words->list, err)
			       ? -1
			       : 0;
	rest->len += word.len - len; /* what is behind the sign again */
	rest->data -= word.len - len;
	within = rest->len && rest->data[0] == '(';
	rest->data += within;
	rest->len -= within;
	failed = words_take(reading, rest, within, &list, err) ||
		 variable_set(reading->words, name, append, &list, err);
	list_release(&list);
	return failed ? -1 : 0;
}

int order_words_script(struct order_words *words, const char *file, struct span text,
		       struct error *err)
{
	struct reading reading = { .words = words, .file = file, .line = 1 };

	if (text.len > ORDER_SCRIPT_MAX_BYTES)
		return refuse(&reading, "a script is at most 1 MiB", err);
	if (text.len && memchr(text.data, '\0', text.len))
		return refuse(&reading, "this is no script: it has a NUL in it", err);
	while (text.len) {
		if (line_take(&reading, &text, err))
			return -1;
		if (text.len && text.data[0] == '\n') {
			text.data++;
			text.len--;
			reading.line++;
		}
	}
	return 0;
}
