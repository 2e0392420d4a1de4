/* yaml: what its two files share. */
#ifndef VERIFY_YAML_INNER_H
#define VERIFY_YAML_INNER_H

#include "verify/yaml.h"

/* A cursor. Between values it stands at the first byte of what comes next, or at the end. */
struct yaml_reading {
	struct yaml *yaml;
	const char *file;
	struct span text;
	size_t at, column; /* column: of `at` in its line, bytes, from 0 */
	unsigned line;
	unsigned last_line; /* the last one on which something stood */
	unsigned depth;
};

MUST_CHECK int yaml_refuse(const struct yaml_reading *reading, const char *what, struct error *err);

/* The byte `ahead` of the cursor; 0 behind the end. */
uint8_t yaml_byte(const struct yaml_reading *reading, size_t ahead);
/* True for blanks, the end of a line and the end: what stands behind `-` and `:`. */
bool yaml_is_space(uint8_t c);
/* Move over bytes that hold no line feed. */
void yaml_move(struct yaml_reading *reading, size_t bytes);
/* Move over blanks and tabs. */
void yaml_blanks(struct yaml_reading *reading);
/* Move over a line feed. */
void yaml_line_feed(struct yaml_reading *reading);
/* True where the rest of the line is nothing or a comment. */
bool yaml_line_is_done(const struct yaml_reading *reading);
/* From the end of a value to what comes next; ERROR_CORRUPT when something else is on the line. */
MUST_CHECK int yaml_settle(struct yaml_reading *reading, struct error *err);

/* A new last child of `parent`. */
MUST_CHECK int yaml_add(struct yaml_reading *reading, size_t parent, size_t *out_node,
			struct error *err);

/* The quoted text at the cursor, which moves behind it. `within_line`: a line feed is refused. */
MUST_CHECK int yaml_quoted(struct yaml_reading *reading, bool within_line, struct span *out_text,
			   struct error *err);
/* Why a plain scalar or key cannot begin so, or NULL. */
const char *yaml_not_plain(const struct yaml_reading *reading);
/*
 * Where decoded text goes. Everything decoded is at most as long as what it stands for in the text
 * (\L and \P, which would not be, are refused), so the text's length is room for all of it.
 */
MUST_CHECK int yaml_decoded_open(struct yaml_reading *reading, struct error *err);
void yaml_decoded_put(struct yaml *yaml, uint8_t c);
void yaml_decoded_add(struct yaml *yaml, struct span text);
/* What was decoded since `begin`. */
struct span yaml_decoded_since(const struct yaml *yaml, size_t begin);

/* The plain text up to the end of the line or what ends it; of a flow list, its marks too. */
MUST_CHECK int yaml_plain_line(struct yaml_reading *reading, bool flow, struct span *out_text,
			       struct error *err);
/* A plain scalar with what goes on of it on the lines below. */
MUST_CHECK int yaml_plain(struct yaml_reading *reading, long parent_column, struct span *out_text,
			  struct error *err);
/* `|` or `>`, its indicators, and the lines below. */
MUST_CHECK int yaml_block(struct yaml_reading *reading, long parent_column, struct span *out_text,
			  struct error *err);
/* A scalar or a flow list or map into a node, and what comes next. `parent_column`: -1 at the top.
 */
MUST_CHECK int yaml_value(struct yaml_reading *reading, long parent_column, size_t node,
			  struct error *err);

#endif
