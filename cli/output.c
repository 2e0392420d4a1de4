/* output: what people and machines read. */
#include "cli/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_COLUMNS 80

/* The largest JSON text that a command prints. */
#define JSON_TEXT_MAX (256u << 20)

bool output_wants_colour(const struct context *ctx, FILE *stream)
{
	const char *no_color = context_environment(ctx, "NO_COLOR");
	const char *term = context_environment(ctx, "TERM");

	if (no_color && no_color[0])
		return false;
	return isatty(fileno(stream)) && term && strcmp(term, "dumb") != 0;
}

const char *colour_begin(bool on, enum colour colour)
{
	if (!on)
		return "";
	switch (colour) {
	case COLOUR_GOOD:
		return "\033[32m";
	case COLOUR_BAD:
		return "\033[1;31m";
	case COLOUR_FAINT:
		return "\033[2m";
	case COLOUR_STRONG:
		return "\033[1m";
	case COLOUR_NONE:
		break;
	}
	return "";
}

const char *colour_end(bool on, enum colour colour)
{
	return on && colour != COLOUR_NONE ? "\033[0m" : "";
}

void output_text(FILE *stream, const char *text)
{
	size_t size = 4 * strlen(text) + 1;
	char *plain = malloc(size);

	if (!plain)
		return;
	text_escape(plain, size, text);
	fputs(plain, stream);
	free(plain);
}

void output_line(FILE *stream, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	output_text(stream, text);
	fputc('\n', stream);
	free(text);
}

int output_json(const struct json *object, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, JSON_TEXT_MAX);
	if (json_write_pretty(object, &text, err))
		return -1;
	fwrite(text.data, 1, text.len, stdout);
	return 0;
}

void output_wrapped(FILE *stream, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		size_t spaces = strspn(text, " \n");
		size_t breaks = 0;
		size_t word;

		for (size_t i = 0; i < spaces; i++)
			breaks += text[i] == '\n';
		text += spaces;
		word = strcspn(text, " \n");
		if (!word)
			break;
		if (breaks > 1)
			fputc('\n', stream);
		if (column && (breaks || column + 1 + word > LINE_COLUMNS)) {
			fputc('\n', stream);
			column = 0;
		}
		if (!column)
			column = (size_t)fprintf(stream, "%*s", (int)indent, "");
		else
			column += (size_t)fprintf(stream, " ");
		column += (size_t)fprintf(stream, "%.*s", (int)word, text);
		text += word;
	}
	fputc('\n', stream);
}

/* Columns that a text takes on a terminal, near enough: one for each character. */
static size_t text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += (*text & 0xc0) != 0x80;
	return columns;
}

int table_add(struct table *table, const char *const *cells, struct error *err)
{
	if (table->rows == table->room) {
		size_t room = table->room ? 2 * table->room : 16;
		char **cell = reallocarray(table->cell, room, table->columns * sizeof(*cell));

		if (!cell)
			return error_system(err, ENOMEM, "cannot lay out a table");
		table->cell = cell;
		table->room = room;
	}
	for (size_t c = 0; c < table->columns; c++) {
		const char *text = cells[c] ? cells[c] : "";
		size_t size = 4 * strlen(text) + 1;
		char *plain = malloc(size);

		if (!plain) {
			while (c--)
				free(table->cell[table->rows * table->columns + c]);
			return error_system(err, ENOMEM, "cannot lay out a table");
		}
		text_escape(plain, size, text);
		table->cell[table->rows * table->columns + c] = plain;
	}
	table->rows++;
	return 0;
}

static void table_row(const struct table *table, char *const *cells, const size_t *width)
{
	for (size_t c = 0; c < table->columns; c++) {
		size_t columns = text_columns(cells[c]);

		fputs(cells[c], stdout);
		if (c + 1 < table->columns)
			printf("%*s", (int)(width[c] - columns + 2), "");
	}
	putchar('\n');
}

void table_print(const struct table *table, const struct call *call)
{
	size_t width[TABLE_COLUMNS_MAX] = { 0 };
	char *heading[TABLE_COLUMNS_MAX];
	bool head = table->heading[0] && table->rows && !call->quiet && isatty(STDOUT_FILENO);

	for (size_t c = 0; c < table->columns; c++) {
		heading[c] = (char *)(uintptr_t)table->heading[c];
		if (head)
			width[c] = text_columns(heading[c]);
		for (size_t r = 0; r < table->rows; r++) {
			size_t columns = text_columns(table->cell[r * table->columns + c]);

			if (columns > width[c])
				width[c] = columns;
		}
	}
	if (head) {
		fputs(colour_begin(call->colour, COLOUR_FAINT), stdout);
		table_row(table, heading, width);
		fputs(colour_end(call->colour, COLOUR_FAINT), stdout);
	}
	for (size_t r = 0; r < table->rows; r++)
		table_row(table, table->cell + r * table->columns, width);
}

void table_release(struct table *table)
{
	for (size_t i = 0; i < table->rows * table->columns; i++)
		free(table->cell[i]);
	free(table->cell);
	table->cell = NULL;
	table->rows = table->room = 0;
}

void size_to_text(uint64_t bytes, char out_text[SIZE_TEXT_MAX])
{
	static const char *const unit[] = { "bytes", "kB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t scaled = bytes;
	uint64_t tenths = 0;
	size_t u = 0;

	if (bytes < 10000) {
		snprintf(out_text, SIZE_TEXT_MAX, "%" PRIu64 " bytes", bytes);
		return;
	}
	for (; scaled >= 1000; u++) {
		tenths = scaled % 1000 / 100;
		scaled /= 1000;
	}
	snprintf(out_text, SIZE_TEXT_MAX, "%" PRIu64 ".%" PRIu64 " %s", scaled, tenths, unit[u]);
}

void time_to_text(int64_t unix_s, char out_text[TIME_TEXT_MAX])
{
	time_t when = unix_s;
	struct tm utc;

	if (!gmtime_r(&when, &utc) ||
	    !strftime(out_text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc))
		snprintf(out_text, TIME_TEXT_MAX, "@%" PRId64, unix_s);
}

void age_to_text(int64_t seconds, char out_text[TIME_TEXT_MAX])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} unit[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	size_t u = 0;
	int64_t count;

	while (u < 3 && seconds < 2 * unit[u].seconds)
		u++;
	count = seconds / unit[u].seconds;
	snprintf(out_text, TIME_TEXT_MAX, "%" PRId64 " %s%s", count, unit[u].name,
		 count == 1 ? "" : "s");
}
