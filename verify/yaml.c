/* yaml: maps and lists by their indentation. Source: YAML 1.2.2, chapters 6 to 8. */
#include "verify/yaml/inner.h"

#include <stdlib.h>
#include <string.h>

#include "verify/utf8.h"

int yaml_refuse(const struct yaml_reading *reading, const char *what, struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "%s, line %u: %s", reading->file, reading->line, what);
}

/* ---- The cursor ---- */

uint8_t yaml_byte(const struct yaml_reading *reading, size_t ahead)
{
	return ahead < reading->text.len - reading->at ? reading->text.data[reading->at + ahead]
						       : 0;
}

bool yaml_is_space(uint8_t c)
{
	return !c || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void yaml_move(struct yaml_reading *reading, size_t bytes)
{
	reading->at += bytes;
	reading->column += bytes;
}

void yaml_blanks(struct yaml_reading *reading)
{
	while (yaml_byte(reading, 0) == ' ' || yaml_byte(reading, 0) == '\t')
		yaml_move(reading, 1);
}

void yaml_line_feed(struct yaml_reading *reading)
{
	reading->at++;
	reading->column = 0;
	reading->line++;
}

bool yaml_line_is_done(const struct yaml_reading *reading)
{
	uint8_t c = yaml_byte(reading, 0);

	if (c == '#')
		return !reading->column || yaml_is_space(reading->text.data[reading->at - 1]);
	return !c || c == '\n' || (c == '\r' && yaml_is_space(yaml_byte(reading, 1)));
}

static bool document_ends(const struct yaml_reading *reading)
{
	return yaml_byte(reading, 0) == '.' && yaml_byte(reading, 1) == '.' &&
	       yaml_byte(reading, 2) == '.' && yaml_is_space(yaml_byte(reading, 3));
}

int yaml_settle(struct yaml_reading *reading, struct error *err)
{
	const uint8_t *end;

	reading->last_line = reading->line;
	yaml_blanks(reading);
	while (reading->at < reading->text.len) {
		if (!yaml_line_is_done(reading))
			return yaml_refuse(reading, "more stands behind the value", err);
		end = memchr(reading->text.data + reading->at, '\n',
			     reading->text.len - reading->at);
		if (!end) {
			reading->at = reading->text.len;
			break;
		}
		reading->at = (size_t)(end - reading->text.data);
		yaml_line_feed(reading);
		while (yaml_byte(reading, 0) == ' ')
			yaml_move(reading, 1);
		if (yaml_line_is_done(reading))
			continue;
		if (!reading->column && document_ends(reading))
			reading->at = reading->text.len;
		if (yaml_byte(reading, 0) != '\t')
			break;
		yaml_blanks(reading);
		if (!yaml_line_is_done(reading))
			return yaml_refuse(reading, "a tab indents: use blanks", err);
	}
	return 0;
}

/* ---- Nodes ---- */

int yaml_add(struct yaml_reading *reading, size_t parent, size_t *out_node, struct error *err)
{
	struct yaml *yaml = reading->yaml;
	struct yaml_node *above;

	if (yaml->count == YAML_MAX_NODES)
		return yaml_refuse(reading, "more values than are read", err);
	if (yaml->count == yaml->room) {
		size_t room = yaml->room ? 2 * yaml->room : 32;
		struct yaml_node *more = realloc(yaml->node, room * sizeof(*more));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for '%s'",
					 reading->file);
		yaml->node = more;
		yaml->room = room;
	}
	yaml->node[yaml->count] =
		(struct yaml_node){ .line = reading->line, .last_line = reading->line };
	if (yaml->count) {
		above = &yaml->node[parent];
		if (above->last)
			yaml->node[above->last].next = (uint32_t)yaml->count;
		else
			above->first = (uint32_t)yaml->count;
		above->last = (uint32_t)yaml->count;
		above->count++;
	}
	*out_node = yaml->count++;
	return 0;
}

static bool dash_ahead(const struct yaml_reading *reading)
{
	return yaml_byte(reading, 0) == '-' && yaml_is_space(yaml_byte(reading, 1));
}

/* Does a key with its colon stand here? */
static bool key_ahead(const struct yaml_reading *reading)
{
	uint8_t quote = yaml_byte(reading, 0), c;
	size_t at = 1;

	if (quote == '[' || quote == '{')
		return false;
	if (quote != '"' && quote != '\'') {
		for (at = 0; (c = yaml_byte(reading, at)) && c != '\n'; at++)
			if (c == ':' && yaml_is_space(yaml_byte(reading, at + 1)))
				return true;
			else if (c == '#' && at && yaml_is_space(yaml_byte(reading, at - 1)))
				return false;
		return false;
	}
	while ((c = yaml_byte(reading, at)) && c != '\n' &&
	       (c != quote || (c == '\'' && yaml_byte(reading, at + 1) == c)))
		at += c == quote || (c == '\\' && quote == '"') ? 2 : 1;
	for (at += c == quote; yaml_byte(reading, at) == ' ';)
		at++;
	return c == quote && yaml_byte(reading, at) == ':' &&
	       yaml_is_space(yaml_byte(reading, at + 1));
}

static int plain_key(struct yaml_reading *reading, struct span *out_key, struct error *err)
{
	const char *why = yaml_not_plain(reading);
	const uint8_t *begin = reading->text.data + reading->at;
	size_t len = 0;

	if (why)
		return yaml_refuse(reading, why, err);
	while (begin[len] != ':' || !yaml_is_space(yaml_byte(reading, len + 1)))
		len++;
	yaml_move(reading, len);
	while (len && yaml_is_space(begin[len - 1]))
		len--;
	*out_key = (struct span){ begin, len };
	if (span_equal(*out_key, span_of("<<")))
		return yaml_refuse(reading, "merge keys are not taken", err);
	return 0;
}

/* `key:` at the cursor, which moves behind the colon. */
static int key_take(struct yaml_reading *reading, size_t map, size_t *out_node, struct error *err)
{
	const struct yaml *yaml = reading->yaml;
	uint8_t c = yaml_byte(reading, 0);
	struct span key;

	if (c == '"' || c == '\'' ? yaml_quoted(reading, true, &key, err)
				  : plain_key(reading, &key, err))
		return -1;
	yaml_blanks(reading);
	yaml_move(reading, 1);
	if (key.len > YAML_MAX_KEY)
		return yaml_refuse(reading, "a key is longer than 1,024 bytes", err);
	if (yaml->node[map].count == YAML_MAX_MEMBERS)
		return yaml_refuse(reading, "a map has more than 4,096 members", err);
	for (size_t i = yaml->node[map].first; i; i = yaml->node[i].next)
		if (span_equal(yaml->node[i].key, key))
			return error_set(err, ERROR_CORRUPT,
					 "%s, line %u: '%.*s' stands twice (also on line %u)",
					 reading->file, reading->line,
					 (int)(key.len < 64 ? key.len : 64), (const char *)key.data,
					 yaml->node[i].line);
	if (yaml_add(reading, map, out_node, err))
		return -1;
	yaml->node[*out_node].key = key;
	return 0;
}

/* ---- Blocks; they call one another, as deep as the limit lets them ---- */

static int block_take(struct yaml_reading *reading, long parent_column, size_t node,
		      struct error *err);

/* What stands behind `-` or `key:`: nothing, a block on the lines below, or a value here. */
static int entry_take(struct yaml_reading *reading, size_t column, bool of_map, size_t node,
		      struct error *err)
{
	int failed = 0;

	yaml_blanks(reading);
	if (!yaml_line_is_done(reading)) {
		if (!of_map)
			failed = block_take(reading, (long)column, node, err);
		else if (dash_ahead(reading))
			failed = yaml_refuse(reading, "a list begins on its key's line", err);
		else
			failed = yaml_value(reading, (long)column, node, err);
	} else if (yaml_settle(reading, err)) {
		return -1;
	} else if (reading->at < reading->text.len &&
		   (reading->column > column ||
		    (of_map && reading->column == column && dash_ahead(reading)))) {
		failed = block_take(reading, (long)column - (reading->column == column), node, err);
	}
	if (failed)
		return -1;
	reading->yaml->node[node].last_line = reading->last_line;
	if (reading->at < reading->text.len && reading->column > column)
		return yaml_refuse(reading, "this is indented as nothing above it", err);
	return 0;
}

static int list_take(struct yaml_reading *reading, size_t node, struct error *err)
{
	size_t column = reading->column, child;

	reading->yaml->node[node].kind = YAML_LIST;
	while (reading->at < reading->text.len && reading->column == column &&
	       dash_ahead(reading)) {
		if (yaml_add(reading, node, &child, err))
			return -1;
		yaml_move(reading, 1);
		if (entry_take(reading, column, false, child, err))
			return -1;
	}
	return 0;
}

static int map_take(struct yaml_reading *reading, size_t node, struct error *err)
{
	size_t column = reading->column, child;

	reading->yaml->node[node].kind = YAML_MAP;
	while (reading->at < reading->text.len && reading->column == column) {
		if (yaml_byte(reading, 0) == '?' && yaml_is_space(yaml_byte(reading, 1)))
			return yaml_refuse(reading, "explicit keys are not taken", err);
		if (dash_ahead(reading) || !key_ahead(reading))
			return yaml_refuse(reading, "here a key and its colon were expected", err);
		if (key_take(reading, node, &child, err) ||
		    entry_take(reading, column, true, child, err))
			return -1;
	}
	return 0;
}

static int block_take(struct yaml_reading *reading, long parent_column, size_t node,
		      struct error *err)
{
	int failed;

	if (reading->depth == YAML_MAX_DEPTH)
		return yaml_refuse(reading, "maps and lists are nested deeper than 16", err);
	reading->depth++;
	if (dash_ahead(reading))
		failed = list_take(reading, node, err);
	else if (key_ahead(reading))
		failed = map_take(reading, node, err);
	else
		failed = yaml_value(reading, parent_column, node, err);
	reading->depth--;
	reading->yaml->node[node].last_line = reading->last_line;
	return failed;
}

/* ---- Entry points ---- */

static int text_check(struct yaml_reading *reading, struct error *err)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };
	struct span rest = reading->text, line;

	if (reading->text.len > YAML_MAX_BYTES)
		return yaml_refuse(reading, "this is longer than 1 MiB", err);
	while (rest.len) {
		const uint8_t *end = memchr(rest.data, '\n', rest.len);

		line = (struct span){ rest.data, end ? (size_t)(end - rest.data) + 1 : rest.len };
		if (!utf8_text_ok(line))
			return yaml_refuse(reading, "this is no UTF-8 text", err);
		rest.data += line.len;
		rest.len -= line.len;
		reading->line++;
	}
	if (reading->text.len >= sizeof(mark) && !memcmp(reading->text.data, mark, sizeof(mark)))
		reading->text.data += sizeof(mark), reading->text.len -= sizeof(mark);
	return 0;
}

/* Over a `---` in front. */
static int document_begin(struct yaml_reading *reading, struct error *err)
{
	while (yaml_byte(reading, 0) == ' ')
		yaml_move(reading, 1);
	if (yaml_line_is_done(reading) && yaml_settle(reading, err))
		return -1;
	if (yaml_byte(reading, 0) == '\t')
		return yaml_refuse(reading, "a tab indents: use blanks", err);
	if (reading->column || yaml_byte(reading, 0) != '-' || yaml_byte(reading, 1) != '-' ||
	    yaml_byte(reading, 2) != '-' || !yaml_is_space(yaml_byte(reading, 3)))
		return 0;
	yaml_move(reading, 3);
	return yaml_settle(reading, err);
}

int yaml_parse(struct span text, const char *file, unsigned line, struct yaml *out,
	       struct error *err)
{
	struct yaml_reading reading = { .yaml = out, .file = file, .text = text, .line = line };
	size_t root;

	*out = (struct yaml){ .node = NULL };
	if (text_check(&reading, err))
		return -1;
	reading.line = line;
	if (document_begin(&reading, err) || yaml_add(&reading, 0, &root, err))
		return -1;
	if (reading.at == reading.text.len)
		return 0;
	if (block_take(&reading, -1, root, err))
		return -1;
	if (reading.at < reading.text.len)
		return yaml_refuse(&reading, "the document ends here, and more follows", err);
	return 0;
}

void yaml_release(struct yaml *yaml)
{
	free(yaml->node);
	free(yaml->decoded);
	*yaml = (struct yaml){ .node = NULL };
}

const struct yaml_node *yaml_root(const struct yaml *yaml)
{
	return yaml->count ? yaml->node : NULL;
}

const struct yaml_node *yaml_first(const struct yaml *yaml, const struct yaml_node *node)
{
	return node && node->first ? &yaml->node[node->first] : NULL;
}

const struct yaml_node *yaml_next(const struct yaml *yaml, const struct yaml_node *node)
{
	return node && node->next ? &yaml->node[node->next] : NULL;
}

const struct yaml_node *yaml_member(const struct yaml *yaml, const struct yaml_node *map,
				    const char *key)
{
	const struct yaml_node *at = map && map->kind == YAML_MAP ? yaml_first(yaml, map) : NULL;

	while (at && !span_equal(at->key, span_of(key)))
		at = yaml_next(yaml, at);
	return at;
}

bool yaml_is_null(const struct yaml_node *node)
{
	if (!node || node->kind != YAML_SCALAR || node->quoted)
		return !node;
	return !node->text.len || span_equal(node->text, span_of("~")) ||
	       span_equal(node->text, span_of("null"));
}
