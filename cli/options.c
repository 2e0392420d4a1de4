/* options: the words of a command line, read by the tables of the commands. */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 63

/* More switches than any command has. */
#define SWITCHES_MAX 64

/* A distance at which two words are still likely meant to be the same. */
#define DISTANCE_MAX 2

size_t word_distance(const char *a, const char *b)
{
	size_t row[3][WORD_MAX + 1] = { { 0 } };
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a > WORD_MAX || len_b > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= len_b; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		size_t *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			size_t least = before[j - 1] + (a[i - 1] != b[j - 1]);

			if (before[j] + 1 < least)
				least = before[j] + 1;
			if (now[j - 1] + 1 < least)
				least = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    earlier[j - 2] + 1 < least)
				least = earlier[j - 2] + 1;
			now[j] = least;
		}
	}
	return row[len_a % 3][len_b];
}

/* Keep the nearer of two words; `*best` starts at NULL. A word that begins with ours is near. */
static void nearer(const char *wanted, const char *word, const char **best, size_t *best_distance)
{
	size_t len = strlen(wanted);
	size_t distance = word_distance(wanted, word);

	if (len >= 2 && strncmp(word, wanted, len) == 0)
		distance = 1;
	if (distance > DISTANCE_MAX || distance >= strlen(word))
		return;
	if (*best && distance >= *best_distance)
		return;
	*best = word;
	*best_distance = distance;
}

static const struct option *option_find(const struct option *table, const char *name, size_t len)
{
	for (; table && table->name; table++)
		if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
			return table;
	return NULL;
}

static const struct option *option_letter(const struct option *table, char letter)
{
	for (; table && table->name; table++)
		if (table->letter == letter)
			return table;
	return NULL;
}

static int option_unknown(const struct command *command, const char *name, struct error *err)
{
	const struct option *tables[] = { command->options, global_options };
	const char *best = NULL;
	size_t distance = 0;

	for (size_t t = 0; t < 2; t++)
		for (const struct option *o = tables[t]; o && o->name; o++)
			nearer(name, o->name, &best, &distance);
	if (best)
		return error_set(err, ERROR_USAGE, "no option '--%s'; did you mean '--%s'?", name,
				 best);
	return error_set(err, ERROR_USAGE, "no option '--%s'; --help lists them", name);
}

static bool choice_ok(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *at = choices; *at;) {
		size_t word = strcspn(at, " ");

		if (word == len && memcmp(at, value, len) == 0)
			return true;
		at += word + (at[word] == ' ');
	}
	return false;
}

static int option_given(struct call *call, const struct option *option, const char *value,
			struct error *err)
{
	for (size_t i = 0; i < call->given_count && !option->repeatable; i++) {
		if (call->given[i].option != option)
			continue;
		if (option->argument)
			return error_set(err, ERROR_USAGE, "--%s was given twice", option->name);
		return 0; /* a switch stays switched on */
	}
	if (value && option->choices && !choice_ok(option->choices, value))
		return error_set(err, ERROR_USAGE, "--%s takes no '%s', but one of: %s",
				 option->name, value, option->choices);
	call->given[call->given_count++] = (struct given){ option, value };
	if (option == option_find(global_options, "json", 4))
		call->json = true;
	if (option == option_find(global_options, "quiet", 5))
		call->quiet = true;
	return 0;
}

/* "--name", "--name=value" or "--name value"; *index moves past a value that was used. */
static int parse_long(struct call *call, int argc, char **argv, int *index, struct error *err)
{
	const char *word = argv[*index] + 2;
	size_t len = strcspn(word, "=");
	const struct option *option = option_find(call->command->options, word, len);
	const char *value = word[len] ? word + len + 1 : NULL;

	if (!option)
		option = option_find(global_options, word, len);
	if (!option) {
		char name[WORD_MAX + 1] = { 0 };

		memcpy(name, word, len < WORD_MAX ? len : WORD_MAX);
		return option_unknown(call->command, name, err);
	}
	if (!option->argument && value)
		return error_set(err, ERROR_USAGE, "--%s takes no value", option->name);
	if (option->argument && !value) {
		if (*index + 1 >= argc || strncmp(argv[*index + 1], "--", 2) == 0)
			return error_set(err, ERROR_USAGE, "--%s wants a value: --%s=%s",
					 option->name, option->name, option->argument);
		value = argv[++*index];
	}
	return option_given(call, option, value, err);
}

/* "-x", "-xy" for switches, "-xVALUE" or "-x VALUE". */
static int parse_short(struct call *call, int argc, char **argv, int *index, struct error *err)
{
	for (const char *at = argv[*index] + 1; *at; at++) {
		const struct option *option = option_letter(call->command->options, *at);

		if (!option)
			option = option_letter(global_options, *at);
		if (!option)
			return error_set(err, ERROR_USAGE, "no option '-%c'; --help lists them",
					 *at);
		if (!option->argument) {
			if (option_given(call, option, NULL, err))
				return -1;
			continue;
		}
		if (at[1])
			return option_given(call, option, at + 1, err);
		if (*index + 1 >= argc)
			return error_set(err, ERROR_USAGE, "-%c wants a value: -%c %s", *at, *at,
					 option->argument);
		return option_given(call, option, argv[++*index], err);
	}
	return 0;
}

/* The word names a command of call->command: go down to it. */
static int descend(struct call *call, const char *word, struct error *err)
{
	const char *best = NULL;
	size_t distance = 0;

	for (const struct command *const *sub = call->command->subcommands; *sub; sub++) {
		if (strcmp((*sub)->name, word) == 0) {
			call->parent = call->command;
			call->command = *sub;
			return 0;
		}
		if (!(*sub)->hidden)
			nearer(word, (*sub)->name, &best, &distance);
	}
	if (best)
		return error_set(err, ERROR_USAGE, "no command '%s'; did you mean '%s'?", word,
				 best);
	return error_set(err, ERROR_USAGE, "no command '%s'; --help lists them", word);
}

/* Is the word an operand of a command that works without its subcommands, too? */
static bool stays(const struct call *call, const char *word, bool options_end)
{
	if (!call->command->run)
		return false;
	if (options_end || call->operand_count)
		return true;
	for (const struct command *const *sub = call->command->subcommands; *sub; sub++)
		if (strcmp((*sub)->name, word) == 0)
			return false;
	return true;
}

int options_parse(const struct command *root, int argc, char **argv, struct call *call,
		  struct error *err)
{
	bool options_end = false;
	size_t plain = SIZE_MAX;

	call->command = root;
	/* A word gives at most one value; beside these every switch can be there once. */
	call->given = calloc((size_t)argc + SWITCHES_MAX, sizeof(*call->given));
	call->operand = calloc((size_t)argc + 1, sizeof(*call->operand));
	if (!call->given || !call->operand)
		return error_system(err, ENOMEM, "cannot read the command line");
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		int failed = 0;

		if (!options_end && strcmp(word, "--") == 0) {
			options_end = true;
			plain = call->operand_count;
		} else if (!options_end && strncmp(word, "--", 2) == 0)
			failed = parse_long(call, argc, argv, &i, err);
		else if (!options_end && word[0] == '-' && word[1])
			failed = parse_short(call, argc, argv, &i, err);
		else if (call->command->subcommands && !stays(call, word, options_end))
			failed = descend(call, word, err);
		else
			call->operand[call->operand_count++] = word;
		if (failed)
			return -1;
	}
	call->operand_plain = plain < call->operand_count ? plain : call->operand_count;
	return 0;
}

void call_release(struct call *call)
{
	free(call->given);
	free(call->operand);
	call->given = NULL;
	call->operand = NULL;
}

int options_check_operands(const struct call *call, struct error *err)
{
	const struct command *command = call->command;

	if (call->operand_count < command->operands_min)
		return error_set(err, ERROR_USAGE, "missing argument: '%s %s'", command->name,
				 command->synopsis);
	if (call->operand_count > command->operands_max)
		return error_set(err, ERROR_USAGE, "too many arguments ('%s'): '%s%s%s'",
				 call->operand[command->operands_max], command->name,
				 command->synopsis[0] ? " " : "", command->synopsis);
	return 0;
}

bool call_has(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->given_count; i++)
		if (strcmp(call->given[i].option->name, name) == 0)
			return true;
	return false;
}

const char *call_value(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->given_count; i++)
		if (strcmp(call->given[i].option->name, name) == 0)
			return call->given[i].value;
	return NULL;
}

int call_values(const struct call *call, const char *name, const char ***out_values,
		size_t *out_count, struct error *err)
{
	const char **values = calloc(call->given_count + 1, sizeof(*values));
	size_t count = 0;

	if (!values)
		return error_system(err, ENOMEM, "cannot read the command line");
	for (size_t i = 0; i < call->given_count; i++)
		if (strcmp(call->given[i].option->name, name) == 0)
			values[count++] = call->given[i].value;
	*out_values = values;
	*out_count = count;
	return 0;
}

int call_number(const struct call *call, const char *name, uint64_t otherwise, uint64_t *out_number,
		struct error *err)
{
	const char *text = call_value(call, name);
	uint64_t number = 0;

	if (!text) {
		*out_number = otherwise;
		return 0;
	}
	for (const char *at = text; *at; at++)
		if (!isdigit((unsigned char)*at) || __builtin_mul_overflow(number, 10u, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
			return error_set(err, ERROR_USAGE, "--%s wants a whole number, not '%s'",
					 name, text);
	if (!text[0])
		return error_set(err, ERROR_USAGE, "--%s wants a whole number", name);
	*out_number = number;
	return 0;
}
