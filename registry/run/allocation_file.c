/* allocation_file: JSON, or a table of comma-separated values as spreadsheets write them. */
#include <stdio.h>
#include <string.h>

#include "registry/allocation.h"

enum { COLUMNS_MAX = 32, FIELD_MAX = 1024 };

struct reading {
	const char *path;
	struct span rest;
	size_t line;
	char name[COLUMNS_MAX][32]; /* of the columns */
	size_t columns;
};

/* ---- Fields ---- */

static bool next_line(struct reading *reading, struct span *out_line)
{
	const uint8_t *end;

	if (!reading->rest.len)
		return false;
	end = memchr(reading->rest.data, '\n', reading->rest.len);
	out_line->data = reading->rest.data;
	out_line->len = end ? (size_t)(end - reading->rest.data) : reading->rest.len;
	reading->rest.data += out_line->len + (end ? 1 : 0);
	reading->rest.len -= out_line->len + (end ? 1 : 0);
	if (out_line->len && out_line->data[out_line->len - 1] == '\r')
		out_line->len--;
	reading->line++;
	return true;
}

/*
 * The next field of a line into out_text, without quotes and blanks around it (RFC 4180, but for
 * line ends within quotes). *out_last: none is left behind it.
 */
static int next_field(const struct reading *reading, struct span *line, char out_text[FIELD_MAX],
		      bool *out_last, struct error *err)
{
	const uint8_t *at = line->data, *end = line->data + line->len;
	size_t len = 0;
	bool quoted;

	while (at < end && *at == ' ')
		at++;
	quoted = at < end && *at == '"';
	at += quoted;
	for (; at < end && (quoted || *at != ','); at++) {
		if (quoted && *at == '"') {
			if (at + 1 == end || at[1] != '"')
				break;
			at++;
		}
		if (len + 1 >= FIELD_MAX)
			return error_set(err, ERROR_CORRUPT, "'%s':%zu: a field is too long",
					 reading->path, reading->line);
		out_text[len++] = (char)*at;
	}
	if (quoted) {
		if (at == end)
			return error_set(err, ERROR_CORRUPT,
					 "'%s':%zu: a quote is opened and not closed",
					 reading->path, reading->line);
		at++;
	}
	while (at < end && *at == ' ')
		at++;
	if (at < end && *at != ',')
		return error_set(err, ERROR_CORRUPT, "'%s':%zu: text stands behind a quote",
				 reading->path, reading->line);
	while (!quoted && len && out_text[len - 1] == ' ')
		len--;
	out_text[len] = '\0';
	*out_last = at == end;
	line->len = *out_last ? 0 : (size_t)(end - at) - 1;
	line->data = *out_last ? end : at + 1;
	return 0;
}

static bool is_blank(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] != ' ' && line.data[i] != ',')
			return false;
	return true;
}

static int head_read(struct reading *reading, struct error *err)
{
	char field[FIELD_MAX];
	struct span line;
	bool last = false;

	if (!next_line(reading, &line))
		return error_set(err, ERROR_CORRUPT, "'%s' is empty", reading->path);
	while (!last) {
		if (next_field(reading, &line, field, &last, err))
			return -1;
		if (reading->columns == COLUMNS_MAX || strlen(field) >= sizeof(reading->name[0]))
			return error_set(
				err, ERROR_CORRUPT,
				"'%s':1: these are no names of columns: site, from, to and "
				"nodes or nodeHours are needed",
				reading->path);
		snprintf(reading->name[reading->columns++], sizeof(reading->name[0]), "%s", field);
	}
	return 0;
}

/* ---- Values ---- */

static bool is_number(const char *text)
{
	return *text && strlen(text) < 16 && strspn(text, "0123456789") == strlen(text);
}

/* As the column wants it: a number, a list parted by blanks, or text. */
static int field_set(struct json *item, const char *name, const char *text, struct error *err)
{
	struct span rest = span_of(text), word;
	struct json *list;
	size_t at;

	if (is_number(text) &&
	    (!strcmp(name, "nodes") || !strcmp(name, "gpusPerNode") || !strcmp(name, "cost"))) {
		int64_t number = 0;

		for (; *text; text++)
			number = 10 * number + (*text - '0');
		return json_set_integer(item, name, number, err);
	}
	if (strcmp(name, "runs") != 0)
		return json_set_text(item, name, text, err);
	if (json_set_array(item, name, &list, err))
		return -1;
	while (rest.len) {
		char run[NAME_TEXT_MAX];

		for (at = 0; at < rest.len && rest.data[at] != ' '; at++)
			;
		word = (struct span){ rest.data, at };
		rest.data += at + (at < rest.len);
		rest.len -= at + (at < rest.len);
		if (word.len >= sizeof(run))
			return error_set(err, ERROR_CORRUPT, "a name of a run is too long");
		snprintf(run, sizeof(run), "%.*s", (int)word.len, (const char *)word.data);
		if (word.len && json_add_text(list, run, err))
			return -1;
	}
	return 0;
}

static int row_read(struct reading *reading, struct span line, struct json *item, struct error *err)
{
	struct error why = { 0 };
	char field[FIELD_MAX];
	bool last = false;

	for (size_t column = 0; !last; column++) {
		if (next_field(reading, &line, field, &last, err))
			return -1;
		if (column >= reading->columns)
			return error_set(err, ERROR_CORRUPT,
					 "'%s':%zu: more fields than the first line has names",
					 reading->path, reading->line);
		if (*field && field_set(item, reading->name[column], field, &why))
			return error_set(err, ERROR_CORRUPT, "'%s':%zu: %s", reading->path,
					 reading->line, why.text);
	}
	return 0;
}

/* ---- Files ---- */

static int item_check(const struct json *item, const char *path, const char *what, size_t number,
		      struct error *err)
{
	struct allocation_item ignored;
	struct error why = { 0 };

	if (allocation_item_read(item, &ignored, &why))
		return error_set(err, why.code, "'%s'%s%zu: %s", path, what, number, why.text);
	return 0;
}

static int table_parse(struct span text, const char *path, struct json *items, struct error *err)
{
	struct reading reading = { .path = path, .rest = text };
	struct span line;
	struct json *item;

	if (head_read(&reading, err))
		return -1;
	while (next_line(&reading, &line)) {
		if (is_blank(line))
			continue;
		if (json_count(items) == ALLOCATION_ITEMS_MAX)
			return error_set(err, ERROR_CORRUPT,
					 "'%s':%zu: more than %d allocations: part the file", path,
					 reading.line, ALLOCATION_ITEMS_MAX);
		if (json_add_object(items, &item, err) || row_read(&reading, line, item, err) ||
		    item_check(item, path, ":", reading.line, err))
			return -1;
	}
	return 0;
}

/* An item of a JSON file as statements have it: hours are text. `whole`: the file is nothing else.
 */
static int json_item(const struct json *from, bool whole, struct json *items, struct error *err)
{
	struct json_members at = { 0 };
	struct json *item;

	if (json_kind(from) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT, "it is no JSON object");
	if (json_add_object(items, &item, err))
		return -1;
	while (json_next(from, &at)) {
		char number[32];

		if (whole && strcmp(at.key, "name") == 0)
			continue;
		if (json_number_text(at.value) && strlen(json_number_text(at.value)) < 32)
			snprintf(number, sizeof(number), "%s", json_number_text(at.value));
		else if (strcmp(at.key, "nodeHours") == 0 &&
			 json_kind(at.value) == JSON_KIND_INTEGER)
			snprintf(number, sizeof(number), "%lld",
				 (long long)json_integer_of(at.value));
		else
			number[0] = '\0';
		if (number[0] ? json_set_text(item, at.key, number, err)
			      : json_set_clone(item, at.key, at.value, err))
			return -1;
	}
	return 0;
}

static int tree_parse(struct span text, const char *path, struct json *items,
		      char out_name[NAME_TEXT_MAX], struct error *err)
{
	const struct json_limits limits = { .max_bytes = ALLOCATION_FILE_MAX_BYTES,
					    .max_depth = 8 };
	CLEANUP(json_free) struct json *file = NULL;
	const struct json *list;
	const char *name;
	size_t count;

	if (json_parse(text, &limits, &file, err) || json_maybe_string(file, "name", &name, err) ||
	    json_maybe_array(file, "items", &list, err))
		return error_prefix(err, "'%s'", path);
	if (name && strlen(name) < NAME_TEXT_MAX)
		snprintf(out_name, NAME_TEXT_MAX, "%s", name);
	if (json_kind(file) == JSON_KIND_ARRAY)
		list = file;
	else if (list && json_count(file) != (name ? 2u : 1u))
		return error_set(
			err, ERROR_CORRUPT,
			"'%s': only 'name' stands beside 'items', and what is known of each "
			"is in it",
			path);
	count = list ? json_count(list) : 1;
	if (count > ALLOCATION_ITEMS_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "'%s': more than %d allocations: part the file", path,
				 ALLOCATION_ITEMS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct error why = { 0 };

		if (json_item(list ? json_at(list, i) : file, !list, items, &why))
			return error_set(err, why.code, "'%s' item %zu: %s", path, i + 1, why.text);
		if (item_check(json_at(items, i), path, " item ", i + 1, err))
			return -1;
	}
	return 0;
}

int allocation_file_parse(struct span text, const char *path, struct json **out_items,
			  char out_name[NAME_TEXT_MAX], struct error *err)
{
	CLEANUP(json_free) struct json *items = NULL;
	size_t at = 0;

	out_name[0] = '\0';
	if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
		text.data += 3;
		text.len -= 3;
	}
	if (!text_is_utf8(text))
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is not UTF-8: save it as \"CSV UTF-8\", or as JSON", path);
	while (at < text.len && strchr(" \t\r\n", text.data[at]) && text.data[at])
		at++;
	if (json_array_new(&items, err) ||
	    (at < text.len && (text.data[at] == '{' || text.data[at] == '[')
		     ? tree_parse(text, path, items, out_name, err)
		     : table_parse(text, path, items, err)))
		return -1;
	if (!json_count(items))
		return error_set(err, ERROR_CORRUPT, "'%s' holds no allocation", path);
	*out_items = items;
	items = NULL; /* handed over */
	return 0;
}
