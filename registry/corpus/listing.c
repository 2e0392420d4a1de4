/* listing: tokens that a list declares. */
#include "registry/corpus/listing.h"

#include <inttypes.h>
#include <string.h>

struct listing {
	struct counts *counts;
	uint64_t line, entries;
	struct span number; /* that waits for its path; empty: none does */
	bool within;        /* the list that began in an earlier line */
};

/* Take the front line off, without its end. */
static bool front_take(struct span *rest, struct span *out_line)
{
	const uint8_t *stop = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	size_t len = stop ? (size_t)(stop - rest->data) : rest->len;

	if (!rest->len)
		return false;
	*out_line = (struct span){ rest->data, len };
	rest->data += len + (stop ? 1 : 0);
	rest->len -= len + (stop ? 1 : 0);
	if (len && out_line->data[len - 1] == '\r')
		out_line->len--;
	return true;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '"' || byte == '\'' || byte == '\\';
}

/* Take the front word off; quotes are blanks here. */
static bool word_take(struct span *rest, struct span *out_word)
{
	size_t at = 0, end;

	while (at < rest->len && is_blank(rest->data[at]))
		at++;
	for (end = at; end < rest->len && !is_blank(rest->data[end]);)
		end++;
	*out_word = (struct span){ rest->data + at, end - at };
	rest->data += end;
	rest->len -= end;
	return out_word->len > 0;
}

static bool begins(struct span text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && memcmp(text.data, with, len) == 0;
}

static bool number_read(struct span digits, uint64_t *out_number)
{
	uint64_t number = 0;

	if (!digits.len)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		uint8_t digit = (uint8_t)(digits.data[i] - '0');

		if (digit > 9 || __builtin_mul_overflow(number, 10u, &number) ||
		    __builtin_add_overflow(number, digit, &number))
			return false;
	}
	*out_number = number;
	return true;
}

/* ---- Entries ---- */

/* Does the path name this language: a folder of that name, or it in front of the last part? */
static bool names_language(struct span path, const char *word)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len < path.len; at++) {
		bool front = at == 0 || path.data[at - 1] == '/';
		uint8_t behind = path.data[at + len];

		if (front && memcmp(path.data + at, word, len) == 0 &&
		    (behind == '/' || behind == '_' || behind == '-'))
			return true;
	}
	return false;
}

enum language language_named(struct span path)
{
	for (int i = 0; i < LANGUAGE_OTHER; i++)
		if (names_language(path, language_name((enum language)i)))
			return (enum language)i;
	return LANGUAGE_OTHER;
}

/* Where the name of a file begins in a path: a folder ja, en, code belongs to it. */
static size_t name_begin(struct span path)
{
	const uint8_t *slash = memrchr(path.data, '/', path.len), *before;
	size_t begin = slash ? (size_t)(slash - path.data) + 1 : 0, folder, len;

	if (begin < 2)
		return begin;
	before = memrchr(path.data, '/', begin - 1);
	folder = before ? (size_t)(before - path.data) + 1 : 0;
	len = begin - 1 - folder;
	if (len == 4 && memcmp(path.data + folder, "code", 4) == 0)
		return folder;
	return len == 2 && path.data[folder] >= 'a' && path.data[folder] <= 'z' &&
			       path.data[folder + 1] >= 'a' && path.data[folder + 1] <= 'z'
		       ? folder
		       : begin;
}

/* That name, without what Megatron's tools put behind it. */
static struct span name_of(struct span path)
{
	struct span ending = span_of("_text_document");
	size_t begin = name_begin(path);

	path.data += begin;
	path.len -= begin;
	if (path.len > ending.len &&
	    memcmp(path.data + path.len - ending.len, ending.data, ending.len) == 0)
		path.len -= ending.len;
	return path;
}

static int entry_add(struct listing *listing, struct span number, struct span path,
		     struct error *err)
{
	struct counts_sum sum = { 0 };
	struct span name = name_of(path);

	if (!name.len)
		return error_set(err, ERROR_CORRUPT, "line %" PRIu64 ": '%.*s' names no file",
				 listing->line, (int)(path.len < 200 ? path.len : 200),
				 (const char *)path.data);
	if (!number_read(number, &sum.tokens) || listing->counts->all.tokens > INT64_MAX ||
	    sum.tokens > INT64_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "line %" PRIu64 ": '%.*s' is no number of tokens", listing->line,
				 (int)(number.len < 40 ? number.len : 40),
				 (const char *)number.data);
	if (counts_document(listing->counts, language_named(path), name, &sum, err))
		return error_prefix(err, "line %" PRIu64, listing->line);
	listing->entries++;
	return 0;
}

/* ---- Tables ---- */

static int table_read(struct listing *listing, struct span text, struct error *err)
{
	struct span line;

	listing->line = 1;
	if (!front_take(&text, &line) || !span_equal(line, span_of("filename\ttokens")))
		return 0;
	while (front_take(&text, &line)) {
		const uint8_t *tab = line.len ? memchr(line.data, '\t', line.len) : NULL;
		size_t first = tab ? (size_t)(tab - line.data) : 0;

		listing->line++;
		if (!line.len)
			continue;
		if (!first)
			return error_set(err, ERROR_CORRUPT,
					 "line %" PRIu64 ": it is no file, a tab and a number",
					 listing->line);
		if (entry_add(listing, (struct span){ tab + 1, line.len - first - 1 },
			      (struct span){ line.data, first }, err))
			return -1;
	}
	return 0;
}

/* ---- Lines of a number and a path ---- */

static int pairs_read(struct listing *listing, struct span text, struct error *err)
{
	struct span line, number, path, more;

	while (front_take(&text, &line)) {
		listing->line++;
		if (!word_take(&line, &number) || number.data[0] == '#')
			continue;
		if (!word_take(&line, &path) || (word_take(&line, &more) && more.data[0] != '#'))
			return error_set(err, ERROR_CORRUPT,
					 "line %" PRIu64 ": it is no number and a path",
					 listing->line);
		if (entry_add(listing, number, path, err))
			return -1;
	}
	return 0;
}

/* ---- Scripts ---- */

/* Does the list end with this word, as in `(--data-path)`? The parenthesis is cut off then. */
static bool word_closes(struct span *word)
{
	if (word->data[word->len - 1] != ')' || memchr(word->data, '(', word->len))
		return false;
	word->len--;
	return true;
}

static int pair_take(struct listing *listing, struct span word, struct error *err)
{
	uint64_t ignored;

	if (listing->number.len) {
		struct span number = listing->number;

		listing->number.len = 0;
		return entry_add(listing, number, word, err);
	}
	if (number_read(word, &ignored))
		listing->number = word;
	return 0;
}

/* Words of a list: pairs, and what stands between them. */
static int words_read(struct listing *listing, struct span words, struct error *err)
{
	struct span word;

	while (listing->within && word_take(&words, &word)) {
		if (word.data[0] == '#')
			return 0;
		listing->within = !word_closes(&word);
		if (word.len && pair_take(listing, word, err))
			return -1;
	}
	return 0;
}

/* `NAME=` or `NAME+=` of a variable that holds such a list; moves behind it. */
static bool variable_take(struct span *line)
{
	static const char *const names[] = { "_PAIRS", "TRAIN_DATA_PATH", "DATA_PATH" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i]);

		if (!begins(*line, names[i]))
			continue;
		if (line->len > len && line->data[len] == '+')
			len++;
		if (line->len <= len || line->data[len] != '=')
			continue;
		line->data += len + 1;
		line->len -= len + 1;
		return true;
	}
	return false;
}

static int line_read(struct listing *listing, struct span line, struct error *err)
{
	const uint8_t *option;
	bool opens = false;

	while (line.len && (line.data[0] == ' ' || line.data[0] == '\t')) {
		line.data++;
		line.len--;
	}
	if (listing->within)
		return words_read(listing, line, err);
	if (!line.len || line.data[0] == '#')
		return 0;
	option = memmem(line.data, line.len, "--data-path ", 12);
	if (variable_take(&line)) {
		opens = line.len && line.data[0] == '(';
		line.data += opens;
		line.len -= opens;
	} else if (option) {
		line.len -= (size_t)(option + 12 - line.data);
		line.data = option + 12;
	} else {
		return 0;
	}
	listing->within = true;
	if (words_read(listing, line, err))
		return -1;
	/* Without parentheses a list ends with its line. */
	listing->within = opens && listing->within;
	if (!opens)
		listing->number.len = 0;
	return 0;
}

static int script_read(struct listing *listing, struct span text, struct error *err)
{
	struct span line;

	while (front_take(&text, &line)) {
		listing->line++;
		if (line_read(listing, line, err))
			return -1;
	}
	if (listing->within)
		return error_set(err, ERROR_CORRUPT, "the list does not end");
	return 0;
}

int listing_read(enum listing_kind kind, struct span text, struct counts *out_counts,
		 uint64_t *out_lines, struct error *err)
{
	CLEANUP(counts_release) struct counts counts = { .source = NULL };
	struct listing listing = { .counts = &counts };

	if ((kind == LISTING_TSV      ? table_read
	     : kind == LISTING_SCRIPT ? script_read
				      : pairs_read)(&listing, text, err))
		return -1;
	*out_lines = listing.entries;
	*out_counts = counts;
	counts = (struct counts){ .source = NULL }; /* handed over */
	return 0;
}
