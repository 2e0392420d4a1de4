/* completion: what the shells offer after TAB, from the same tables as --help. */
#include <string.h>

#include "cli/help.h"

/* The words "--a --b" of a table. */
static void option_list(FILE *stream, const struct option *table)
{
	for (; table && table->name; table++)
		fprintf(stream, " --%s", table->name);
}

static void subcommand_list(FILE *stream, const struct command *command)
{
	for (const struct command *const *sub = command->subcommands; sub && *sub; sub++)
		if (!(*sub)->hidden)
			fprintf(stream, " %s", (*sub)->name);
}

static void bash_case(FILE *stream, const struct command *parent, const struct command *command)
{
	if (parent == &command_root)
		fprintf(stream, "\t%s) words='", command->name);
	else
		fprintf(stream, "\t%s\\ %s) words='", parent->name, command->name);
	subcommand_list(stream, command);
	option_list(stream, command->options);
	option_list(stream, global_options);
	fputs("';;\n", stream);
}

/* The values of options that take one of a few. */
static void bash_choices(FILE *stream, const struct command *command)
{
	for (const struct option *o = command->options; o && o->name; o++)
		if (o->choices)
			fprintf(stream,
				"\t--%s) COMPREPLY=($(compgen -W '%s' -- \"$current\")); "
				"return;;\n",
				o->name, o->choices);
}

static void each_command(FILE *stream, void (*visit)(FILE *stream, const struct command *parent,
						     const struct command *command))
{
	for (const struct command *const *c = command_root.subcommands; *c; c++) {
		if ((*c)->hidden)
			continue;
		for (const struct command *const *sub = (*c)->subcommands; sub && *sub; sub++)
			visit(stream, *c, *sub);
		visit(stream, &command_root, *c);
	}
}

static void bash_choices_of(FILE *stream, const struct command *parent,
			    const struct command *command)
{
	(void)parent;
	bash_choices(stream, command);
}

static void bash_print(FILE *stream)
{
	fputs("# bash completion for akashi, made from the command's own tables\n"
	      "_akashi() {\n"
	      "\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal command= word words=\n"
	      "\tCOMPREPLY=()\n"
	      "\tcase $before in\n",
	      stream);
	each_command(stream, bash_choices_of);
	fputs("\tesac\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tcase $word in\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) command=${command:+$command }$word;;\n"
	      "\t\tesac\n"
	      "\t\tcase $command in *\\ *) break;; esac\n"
	      "\tdone\n"
	      "\tfor word in \"$command\" \"${command%% *}\"; do\n"
	      "\tcase $word in\n"
	      "\t'') words='",
	      stream);
	subcommand_list(stream, &command_root);
	option_list(stream, global_options);
	fputs("';;\n", stream);
	each_command(stream, bash_case);
	fputs("\tesac\n"
	      "\t[ -n \"$words\" ] && break\n"
	      "\tdone\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	      "}\n"
	      "complete -o default -F _akashi akashi\n",
	      stream);
}

/* A text inside single quotes of zsh or fish. */
static void quoted(FILE *stream, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stream);
		else if (*text == '[' || *text == ']' || *text == ':')
			fprintf(stream, "\\%c", *text);
		else
			fputc(*text, stream);
	}
}

static void zsh_options(FILE *stream, const struct option *table)
{
	for (; table && table->name; table++) {
		fprintf(stream, " \\\n\t\t'%s--%s%s[", table->repeatable ? "*" : "", table->name,
			table->argument ? "=" : "");
		quoted(stream, table->help);
		fputc(']', stream);
		if (table->choices)
			fprintf(stream, ":%s:(%s)", table->argument, table->choices);
		else if (table->argument)
			fprintf(stream, ":%s:_files", table->argument);
		fputc('\'', stream);
	}
}

static void zsh_case(FILE *stream, const struct command *parent, const struct command *command)
{
	if (command->subcommands && !command->run)
		return;
	fprintf(stream, "\t'%s%s%s') _arguments", parent == &command_root ? "" : parent->name,
		parent == &command_root ? "" : " ", command->name);
	zsh_options(stream, command->options);
	zsh_options(stream, global_options);
	fputs(" \\\n\t\t'*:file:_files';;\n", stream);
}

static void zsh_print(FILE *stream)
{
	fputs("#compdef akashi\n"
	      "# zsh completion for akashi, made from the command's own tables\n"
	      "_akashi() {\n"
	      "\tlocal -a plain\n"
	      "\tplain=(${(M)words[2,CURRENT-1]:#[a-z]*})\n"
	      "\tcase \"${plain[1,2]}\" in\n",
	      stream);
	each_command(stream, zsh_case);
	for (const struct command *const *c = command_root.subcommands; *c; c++) {
		if (!(*c)->subcommands || (*c)->hidden)
			continue;
		fprintf(stream, "\t'%s') compadd --", (*c)->name);
		subcommand_list(stream, *c);
		fputs(";;\n", stream);
	}
	for (const struct command *const *c = command_root.subcommands; *c; c++) {
		if ((*c)->subcommands || (*c)->hidden)
			continue;
		fprintf(stream, "\t'%s '*) _arguments", (*c)->name);
		zsh_options(stream, (*c)->options);
		fputs(" '*:file:_files';;\n", stream);
	}
	fputs("\t*) compadd --", stream);
	subcommand_list(stream, &command_root);
	option_list(stream, global_options);
	fputs(";;\n\tesac\n}\n_akashi \"$@\"\n", stream);
}

static void fish_options(FILE *stream, const struct option *table, const char *condition)
{
	for (; table && table->name; table++) {
		fprintf(stream, "complete -c akashi %s -l %s", condition, table->name);
		if (table->choices)
			fprintf(stream, " -x -a '%s'", table->choices);
		else if (table->argument)
			fputs(" -r", stream);
		fputs(" -d '", stream);
		for (const char *at = table->help; *at; at++)
			fprintf(stream, *at == '\'' ? "\\%c" : "%c", *at);
		fputs("'\n", stream);
	}
}

static void fish_command(FILE *stream, const struct command *parent, const struct command *command)
{
	char condition[160];

	if (parent == &command_root)
		snprintf(condition, sizeof(condition), "-n __fish_use_subcommand -x");
	else
		snprintf(condition, sizeof(condition), "-n '__fish_seen_subcommand_from %s' -x",
			 parent->name);
	fprintf(stream, "complete -c akashi %s -a %s -d '%s'\n", condition, command->name,
		command->summary);
	snprintf(condition, sizeof(condition), "-n '__fish_seen_subcommand_from %s'",
		 command->name);
	fish_options(stream, command->options, condition);
}

static void fish_print(FILE *stream)
{
	fputs("# fish completion for akashi, made from the command's own tables\n", stream);
	fish_options(stream, global_options, "");
	each_command(stream, fish_command);
}

int completion_print(FILE *stream, const char *shell, struct error *err)
{
	if (strcmp(shell, "bash") == 0)
		bash_print(stream);
	else if (strcmp(shell, "zsh") == 0)
		zsh_print(stream);
	else if (strcmp(shell, "fish") == 0)
		fish_print(stream);
	else
		return error_set(err, ERROR_USAGE,
				 "no completion for '%s', but for bash, zsh, fish", shell);
	return 0;
}
