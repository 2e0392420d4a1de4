/* help: what a command says about itself on a terminal. */
#include "cli/help.h"

#include <string.h>

#include "cli/output.h"

const struct help_pair help_exit_statuses[] = {
	{ "0", "what was asked holds" },
	{ "1", "it does not: bytes, proofs or outputs contradict what was signed" },
	{ "2", "the command line makes no sense" },
	{ "3", "not trusted, or it cannot be decided" },
	{ "4", "not found" },
	{ "5", "the system or the network refused" },
	{ NULL, NULL },
};

const struct help_pair help_variables[] = {
	{ "AKASHI_REGISTRY", "the registry to work on, where --registry is not given" },
	{ "AKASHI_LEASE_SECONDS",
	  "how long a silent process of another host keeps what it has under way to itself, before "
	  "it is taken to be dead; unset, 30" },
	{ "AKASHI_PASSPHRASE_FILE",
	  "a file whose first line is the passphrase of the signing key; without it the "
	  "passphrase is asked for on the terminal, and it is never taken from the command line" },
	{ "AKASHI_PKCS11_MODULE",
	  "the PKCS#11 module through which keys in tokens (pkcs11: URIs) are signed with; unset, "
	  "p11-kit's, which knows all that are configured" },
	{ "AKASHI_THREADS", "how many threads compute; unset, one for each core that may be used" },
	{ "XDG_CONFIG_HOME",
	  "keys lie in akashi/keys/ and pins in akashi/pins below it; unset, below ~/.config" },
	{ "NO_COLOR", "when it is not empty, nothing is coloured" },
	{ NULL, NULL },
};

void command_words(const struct command *parent, const struct command *command,
		   char out_words[COMMAND_WORDS_MAX])
{
	if (command == &command_root)
		snprintf(out_words, COMMAND_WORDS_MAX, "akashi");
	else if (!parent || parent == &command_root)
		snprintf(out_words, COMMAND_WORDS_MAX, "akashi %s", command->name);
	else
		snprintf(out_words, COMMAND_WORDS_MAX, "akashi %s %s", parent->name, command->name);
}

/* "-s, --long ARG" */
static void option_words(const struct option *option, char *out, size_t size)
{
	snprintf(out, size, "%s--%s%s%s",
		 option->letter ? (char[]){ '-', option->letter, ',', ' ', 0 } : "    ",
		 option->name, option->argument ? " " : "",
		 option->argument ? option->argument : "");
}

static void print_options(FILE *stream, const struct option *table)
{
	for (; table && table->name; table++) {
		char words[64], says[512];

		option_words(table, words, sizeof(words));
		snprintf(says, sizeof(says), "%s%s%s%s%s", table->help,
			 table->choices ? " (one of: " : "", table->choices ? table->choices : "",
			 table->choices ? ")" : "",
			 table->repeatable ? "; may be given again" : "");
		fprintf(stream, "  %s\n", words);
		output_wrapped(stream, says, 10);
	}
}

static void print_subcommands(FILE *stream, const struct command *command)
{
	for (const struct command *const *sub = command->subcommands; *sub; sub++)
		if (!(*sub)->hidden)
			fprintf(stream, "  %-10s %s\n", (*sub)->name, (*sub)->summary);
}

static void print_pairs(FILE *stream, const struct help_pair *pairs)
{
	for (; pairs->word; pairs++)
		fprintf(stream, "  %s  %s\n", pairs->word, pairs->says);
}

void help_print(FILE *stream, const struct command *parent, const struct command *command)
{
	char words[COMMAND_WORDS_MAX];

	command_words(parent, command, words);
	fprintf(stream, "%s - %s\n\nUsage:\n", words, command->summary);
	if (command->run || !command->subcommands || command == &command_root)
		fprintf(stream, "  %s%s%s\n", words, command->synopsis[0] ? " " : "",
			command->synopsis);
	if (command->subcommands && command != &command_root)
		for (const struct command *const *sub = command->subcommands; *sub; sub++)
			if (!(*sub)->hidden)
				fprintf(stream, "  %s %s%s%s\n", words, (*sub)->name,
					(*sub)->synopsis[0] ? " " : "", (*sub)->synopsis);
	if (command->description) {
		fputc('\n', stream);
		output_wrapped(stream, command->description, 0);
	}
	if (command->subcommands) {
		fputs("\nCommands:\n", stream);
		print_subcommands(stream, command);
	}
	fputs("\nOptions:\n", stream);
	print_options(stream, command->options);
	print_options(stream, global_options);
	for (const struct example *e = command->examples; e && e->line; e++) {
		if (e == command->examples)
			fputs("\nExamples:\n", stream);
		fprintf(stream, "  %s\n", e->line);
		output_wrapped(stream, e->says, 6);
	}
	fputs("\nExit status:\n", stream);
	if (command->exit_notes)
		output_wrapped(stream, command->exit_notes, 2);
	print_pairs(stream, help_exit_statuses);
}
