/* yaml: lists and maps in brackets, and which kind of value stands here. Source: YAML 1.2.2,
 * chapter 7. */
#include "verify/yaml/inner.h"

#include <string.h>

/* Over blanks, line feeds and comments within brackets. */
static void flow_space(struct yaml_reading *reading)
{
	for (;;) {
		yaml_blanks(reading);
		if (!yaml_byte(reading, 0) || !yaml_line_is_done(reading))
			return;
		while (yaml_byte(reading, 0) && yaml_byte(reading, 0) != '\n')
			yaml_move(reading, 1);
		if (!yaml_byte(reading, 0))
			return;
		yaml_line_feed(reading);
	}
}

static int flow_take(struct yaml_reading *reading, size_t node, struct error *err);

static int flow_key(struct yaml_reading *reading, size_t map, struct span *out_key,
		    struct error *err)
{
	struct yaml *yaml = reading->yaml;
	const char *why = yaml_not_plain(reading);
	uint8_t c = yaml_byte(reading, 0);

	if (c == '"' || c == '\'') {
		if (yaml_quoted(reading, true, out_key, err))
			return -1;
	} else if (why) {
		return yaml_refuse(reading, why, err);
	} else if (yaml_plain_line(reading, true, out_key, err)) {
		return -1;
	}
	if (out_key->len > YAML_MAX_KEY || yaml->node[map].count == YAML_MAX_MEMBERS)
		return yaml_refuse(reading, "a longer key, or more members, than are read", err);
	if (span_equal(*out_key, span_of("<<")))
		return yaml_refuse(reading, "merge keys are not taken", err);
	for (size_t i = yaml->node[map].first; i; i = yaml->node[i].next)
		if (span_equal(yaml->node[i].key, *out_key))
			return yaml_refuse(reading, "a key stands twice in this map", err);
	return 0;
}

/* A plain value within brackets, which may go on below. */
static int flow_plain(struct yaml_reading *reading, struct span *out_text, struct error *err)
{
	struct yaml *yaml = reading->yaml;
	size_t begin = yaml->decoded_len;
	bool more = false;
	struct span line;

	if (yaml_plain_line(reading, true, out_text, err))
		return -1;
	while (yaml_byte(reading, 0) == '\n' || yaml_byte(reading, 0) == ' ') {
		flow_space(reading);
		if (!yaml_byte(reading, 0) || strchr(",[]{}:#", yaml_byte(reading, 0)))
			break;
		if (yaml_decoded_open(reading, err) || yaml_plain_line(reading, true, &line, err))
			return -1;
		if (!more)
			yaml_decoded_add(yaml, *out_text);
		more = true;
		yaml_decoded_put(yaml, ' ');
		yaml_decoded_add(yaml, line);
	}
	if (more)
		*out_text = yaml_decoded_since(yaml, begin);
	return 0;
}

/* A value, or a key and its value, within brackets. */
static int flow_entry(struct yaml_reading *reading, size_t parent, struct error *err)
{
	bool of_map = reading->yaml->node[parent].kind == YAML_MAP;
	struct span key = { NULL, 0 };
	size_t child;
	uint8_t c;

	if (of_map && flow_key(reading, parent, &key, err))
		return -1;
	if (yaml_add(reading, parent, &child, err))
		return -1;
	reading->yaml->node[child].key = key;
	if (of_map) {
		flow_space(reading);
		if (yaml_byte(reading, 0) != ':')
			return 0;
		yaml_move(reading, 1);
		flow_space(reading);
		c = yaml_byte(reading, 0);
		if (c == ',' || c == '}')
			return 0;
	}
	if (flow_take(reading, child, err))
		return -1;
	reading->yaml->node[child].last_line = reading->line;
	return 0;
}

static int flow_collection(struct yaml_reading *reading, size_t node, struct error *err)
{
	uint8_t close = yaml_byte(reading, 0) == '[' ? ']' : '}';
	struct yaml_reading start = *reading;

	if (reading->depth == YAML_MAX_DEPTH)
		return yaml_refuse(reading, "maps and lists are nested deeper than 16", err);
	reading->depth++;
	reading->yaml->node[node].kind = close == ']' ? YAML_LIST : YAML_MAP;
	yaml_move(reading, 1);
	for (;;) {
		flow_space(reading);
		if (yaml_byte(reading, 0) == close)
			break;
		if (!yaml_byte(reading, 0))
			return yaml_refuse(&start, "this bracket is not closed", err);
		if (flow_entry(reading, node, err))
			return -1;
		flow_space(reading);
		if (yaml_byte(reading, 0) == ',')
			yaml_move(reading, 1);
		else if (yaml_byte(reading, 0) != close)
			return yaml_byte(reading, 0)
				       ? yaml_refuse(reading,
						     "here a comma or a bracket was expected", err)
				       : yaml_refuse(&start, "this bracket is not closed", err);
	}
	yaml_move(reading, 1);
	reading->depth--;
	return 0;
}

static int flow_take(struct yaml_reading *reading, size_t node, struct error *err)
{
	uint8_t c = yaml_byte(reading, 0);
	const char *why;
	struct span text;

	if (c == '[' || c == '{')
		return flow_collection(reading, node, err);
	if (c == '"' || c == '\'') {
		if (yaml_quoted(reading, false, &text, err))
			return -1;
		reading->yaml->node[node].quoted = true;
	} else {
		why = yaml_not_plain(reading);
		if (why)
			return yaml_refuse(reading, why, err);
		if (flow_plain(reading, &text, err))
			return -1;
	}
	reading->yaml->node[node].text = text;
	return 0;
}

int yaml_value(struct yaml_reading *reading, long parent_column, size_t node, struct error *err)
{
	uint8_t c = yaml_byte(reading, 0);
	const char *why;
	struct span text;

	if (c == '|' || c == '>') {
		unsigned last;

		if (yaml_block(reading, parent_column, &text, err))
			return -1;
		reading->yaml->node[node].text = text;
		reading->yaml->node[node].quoted = true;
		last = reading->last_line;
		while (yaml_byte(reading, 0) == ' ')
			yaml_move(reading, 1);
		if (yaml_line_is_done(reading) && yaml_settle(reading, err))
			return -1;
		reading->last_line = last;
		return yaml_byte(reading, 0) == '\t'
			       ? yaml_refuse(reading, "a tab indents: use blanks", err)
			       : 0;
	}
	if (c == '[' || c == '{' || c == '"' || c == '\'') {
		if (flow_take(reading, node, err))
			return -1;
		return yaml_settle(reading, err);
	}
	why = yaml_not_plain(reading);
	if (why)
		return yaml_refuse(reading, why, err);
	if (yaml_plain(reading, parent_column, &text, err))
		return -1;
	reading->yaml->node[node].text = text;
	return yaml_settle(reading, err);
}
