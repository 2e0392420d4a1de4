/* What people and machines read: text, tables, JSON, verdicts. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdio.h>

#include "cli/cli.h"

enum colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_BAD, COLOUR_FAINT, COLOUR_STRONG };

/* The bytes that switch a colour on and off: empty unless `on`. */
const char *colour_begin(bool on, enum colour colour);
const char *colour_end(bool on, enum colour colour);

/* May colours go to this stream? A terminal, no NO_COLOR, no TERM=dumb. */
bool output_wants_colour(const struct context *ctx, FILE *stream);

/* Write a text that others made: control characters come out as \xHH. */
void output_text(FILE *stream, const char *text);
PRINTF_LIKE(2, 3) void output_line(FILE *stream, const char *fmt, ...);

/* One JSON object on stdout. */
MUST_CHECK int output_json(const struct json *object, struct error *err);

/* Words wrapped at 80 columns, each line behind `indent` spaces; empty lines kept. */
void output_wrapped(FILE *stream, const char *text, size_t indent);

/*
 * A table whose columns are as wide as their longest cell. Cells are copied;
 * NULL is an empty one. The heading is printed on a terminal only, so that
 * `akashi list | while read` sees rows.
 */
#define TABLE_COLUMNS_MAX 8
struct table {
	size_t columns;
	const char *heading[TABLE_COLUMNS_MAX];
	char **cell; /* rows × columns */
	size_t rows, room;
};

MUST_CHECK int table_add(struct table *table, const char *const *cells, struct error *err);
void table_print(const struct table *table, const struct call *call);
void table_release(struct table *table);

/* "3.4 MB"; "1,234". */
#define SIZE_TEXT_MAX 32
void size_to_text(uint64_t bytes, char out_text[SIZE_TEXT_MAX]);

/* "2026-11-24T18:00:00Z". */
#define TIME_TEXT_MAX 32
void time_to_text(int64_t unix_s, char out_text[TIME_TEXT_MAX]);

/* "5 seconds", "3 hours", "12 days". */
void age_to_text(int64_t seconds, char out_text[TIME_TEXT_MAX]);

#endif
