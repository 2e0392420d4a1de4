/*
 * card_text: a model card as text: its front matter and the lines of its Markdown, each with its
 * number in the file.
 *
 * Of Markdown (GitHub's) is read what a card says its facts in: headings, tables, lines of
 * paragraphs and lists, fenced code, links, and comments, which are left out. What else HTML can
 * do is no matter of ours: tags are taken off, and nothing is ever rendered.
 */
#ifndef VERIFY_CARD_TEXT_H
#define VERIFY_CARD_TEXT_H

#include "verify/yaml.h"

#define CARD_TEXT_MAX_BYTES YAML_MAX_BYTES
#define CARD_TEXT_MAX_LINES 65536u
#define CARD_TEXT_MAX_COLUMNS 64u   /* of a table */
#define CARD_TEXT_MAX_CELLS 262144u /* of all of them */
#define CARD_TEXT_MAX_PARTS 64u     /* between markers */
#define CARD_TEXT_MAX_PART_NAME 64u

enum card_line_kind {
	CARD_HEADING,
	CARD_TEXT, /* of a paragraph, a list or a quotation */
	CARD_ROW,  /* of a table; the line of dashes is none */
	CARD_CODE
};

struct card_line {
	enum card_line_kind kind;
	unsigned line;    /* from 1 */
	unsigned level;   /* of a heading: 1 to 6 */
	unsigned table;   /* of a row: which table, from 1 */
	unsigned row;     /* of a row: 0 is the table's head */
	uint32_t cell;    /* of a row: the first of its cells */
	uint32_t cells;   /* of a row: how many */
	struct span text; /* as written, without marks of headings and lists and blanks around it */
};

/* What lies between `<!-- akashi:begin NAME -->` and `<!-- akashi:end NAME -->`. */
struct card_part {
	struct span name;         /* lower-case letters, digits, '-' */
	unsigned line, last_line; /* of the two markers */
	size_t begin, end; /* bytes of the file: from the first marker's line through the last's */
	size_t inner, inner_end; /* bytes between these lines */
};

/* Start with {0}. */
struct card_text {
	struct span bytes; /* borrowed */
	bool has_front;
	struct yaml front;  /* between the lines of `---` */
	size_t front_begin; /* bytes of the file: behind the first of these lines, */
	size_t front_end;   /* to the second, */
	size_t body;        /* and what follows it; 0: no front matter */
	unsigned body_line; /* its first line */
	struct card_line *line;
	size_t count, room;
	struct span *cell; /* of rows: without blanks around them */
	size_t cell_count, cell_room;
	struct card_part *part;
	size_t part_count;
};

/*
 * Read a card. `text` is borrowed as long as *out; `file` is named in messages. ERROR_CORRUPT
 * ("FILE, line N: …"): more than 1 MiB, no UTF-8 text, front matter that is refused (verify/yaml.h)
 * or does not end, markers that do not fit together, a limit passed. The caller releases *out, also
 * after an error.
 */
MUST_CHECK int card_text_parse(struct span text, const char *file, struct card_text *out,
			       struct error *err);
void card_text_release(struct card_text *card);

/* The part of that name, or NULL. */
const struct card_part *card_part_find(const struct card_text *card, const char *name);

/*
 * Append a line's or a cell's text as a reader sees it: emphasis, code marks and tags taken off,
 * links and pictures as their text, escapes and the common entities replaced, white space as one
 * blank.
 */
MUST_CHECK int card_plain(struct span text, struct buffer *out, struct error *err);

/* A link within a line: `[text](url)`, `<https://…>` or the bare address. */
struct card_link {
	struct span text; /* as written; of a bare address: the address */
	struct span url;
};

/* Take the next link off the front of *rest; false: there is none. Takes time linear in *rest. */
bool card_link_next(struct span *rest, struct card_link *out_link);

#endif
