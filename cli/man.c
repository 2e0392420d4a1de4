/* man: the manual pages, from the same tables as --help. */
#include <ctype.h>
#include <string.h>

#include "cli/help.h"

/* Text as roff: backslashes and dashes escaped, no line that begins with a control character. */
static void roff(FILE *stream, const char *text)
{
	bool line_start = true;

	for (; *text; text++) {
		if (line_start && (*text == '.' || *text == '\''))
			fputs("\\&", stream);
		if (text[0] == '\n' && text[1] == '\n') {
			fputs("\n.PP\n", stream);
			text++;
			line_start = true;
			continue;
		}
		if (*text == '\\')
			fputs("\\e", stream);
		else if (*text == '-')
			fputs("\\-", stream);
		else
			fputc(*text, stream);
		line_start = *text == '\n';
	}
}

static void roff_line(FILE *stream, const char *text)
{
	roff(stream, text);
	fputc('\n', stream);
}

static void man_options(FILE *stream, const struct option *table)
{
	for (; table && table->name; table++) {
		fputs(".TP\n", stream);
		if (table->letter)
			fprintf(stream, "\\fB\\-%c\\fR, ", table->letter);
		fputs("\\fB\\-\\-", stream);
		roff(stream, table->name);
		fputs("\\fR", stream);
		if (table->argument) {
			fputs(" \\fI", stream);
			roff(stream, table->argument);
			fputs("\\fR", stream);
		}
		fputc('\n', stream);
		roff(stream, table->help);
		if (table->choices) {
			fputs(" (one of: ", stream);
			roff(stream, table->choices);
			fputc(')', stream);
		}
		fputs(table->repeatable ? "; may be given again\n" : "\n", stream);
	}
}

static void man_pairs(FILE *stream, const struct help_pair *pairs)
{
	for (; pairs->word; pairs++) {
		fputs(".TP\n.B ", stream);
		roff_line(stream, pairs->word);
		roff_line(stream, pairs->says);
	}
}

static void man_synopsis(FILE *stream, const struct command *parent, const struct command *command)
{
	char words[COMMAND_WORDS_MAX];

	command_words(parent, command, words);
	fputs("\\fB", stream);
	roff(stream, words);
	fputs("\\fR ", stream);
	roff_line(stream, command->synopsis);
}

static void man_examples(FILE *stream, const struct command *command)
{
	for (const struct example *e = command->examples; e && e->line; e++) {
		fputs(".PP\n", stream);
		roff_line(stream, e->says);
		fputs(".PP\n.nf\n.RS\n", stream);
		roff_line(stream, e->line);
		fputs(".RE\n.fi\n", stream);
	}
}

/* A subcommand's part of its parent's page. */
static void man_part(FILE *stream, const struct command *parent, const struct command *command)
{
	char words[COMMAND_WORDS_MAX];

	command_words(parent, command, words);
	fputs(".SS ", stream);
	roff_line(stream, words);
	roff_line(stream, command->summary);
	if (command->description) {
		fputs(".PP\n", stream);
		roff_line(stream, command->description);
	}
	man_options(stream, command->options);
	man_examples(stream, command);
	if (command->exit_notes) {
		fputs(".PP\n", stream);
		roff_line(stream, command->exit_notes);
	}
}

static void man_head(FILE *stream, const char *page, const char *summary)
{
	fputs(".TH \"", stream);
	for (const char *at = page; *at; at++)
		fputc(toupper((unsigned char)*at), stream);
	fputs("\" \"1\" \"\" \"akashi " AKASHI_VERSION "\" \"Akashi manual\"\n.nh\n.SH NAME\n",
	      stream);
	roff(stream, page);
	fputs(" \\- ", stream);
	roff_line(stream, summary);
}

void man_print(FILE *stream, const struct command *command)
{
	char page[COMMAND_WORDS_MAX];
	bool parts = command->subcommands && command != &command_root;

	command_words(NULL, command, page);
	if (strchr(page, ' '))
		*strchr(page, ' ') = '-';
	man_head(stream, page, command->summary);
	fputs(".SH SYNOPSIS\n", stream);
	if (!parts || command->run)
		man_synopsis(stream, NULL, command);
	for (const struct command *const *sub = command->subcommands; parts && *sub; sub++) {
		if (sub != command->subcommands || command->run)
			fputs(".br\n", stream);
		man_synopsis(stream, command, *sub);
	}
	fputs(".SH DESCRIPTION\n", stream);
	roff_line(stream, command->description ? command->description : command->summary);
	if (command == &command_root)
		fputs(".SH COMMANDS\n", stream);
	for (const struct command *const *sub = command->subcommands;
	     command == &command_root && *sub; sub++) {
		if ((*sub)->hidden)
			continue;
		fprintf(stream, ".TP\n\\fBakashi\\-%s\\fR(1)\n", (*sub)->name);
		roff_line(stream, (*sub)->summary);
	}
	for (const struct command *const *sub = command->subcommands; parts && *sub; sub++)
		man_part(stream, command, *sub);
	fputs(".SH OPTIONS\n", stream);
	man_options(stream, command->options);
	man_options(stream, global_options);
	if (command->examples)
		fputs(".SH EXAMPLES\n", stream);
	man_examples(stream, command);
	fputs(".SH EXIT STATUS\n", stream);
	if (command->exit_notes)
		roff_line(stream, command->exit_notes);
	man_pairs(stream, help_exit_statuses);
	fputs(".SH ENVIRONMENT\n", stream);
	man_pairs(stream, help_variables);
	if (command != &command_root)
		fputs(".SH SEE ALSO\n\\fBakashi\\fR(1)\n", stream);
}
