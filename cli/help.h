/* What a command says about itself, made from its table. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/cli.h"

/* "akashi key generate": the words that call `command`, whose parent may be the root. */
#define COMMAND_WORDS_MAX 64
void command_words(const struct command *parent, const struct command *command,
		   char out_words[COMMAND_WORDS_MAX]);

/* --help of a command, or of all of them for the root. */
void help_print(FILE *stream, const struct command *parent, const struct command *command);

/* The manual page akashi-NAME(1) of a command and its subcommands, akashi(1) for the root. */
void man_print(FILE *stream, const struct command *command);

/* Completion for "bash", "zsh" or "fish". ERROR_USAGE for another shell. */
MUST_CHECK int completion_print(FILE *stream, const char *shell, struct error *err);

/* The meaning of the exit statuses and the variables, for every page. */
struct help_pair {
	const char *word, *says;
};
extern const struct help_pair help_exit_statuses[];
extern const struct help_pair help_variables[];

#endif
