/*
 * order_words: the words with which a training was started: of its command, and of the shell
 * scripts behind it, which are read as text and never run.
 *
 * Of a script the straight line is followed: assignments of words and of lists (`A=…`, `A+=(…)`,
 * also over several lines), and variables whose value they gave (`$A`, `${A}`, `${A[@]}`, also
 * within a word). Loops, conditions and functions are not: words in them are taken as they stand,
 * and what a variable is that comes from elsewhere stays unknown (the `$` stays in the word).
 */
#ifndef REGISTRY_CORPUS_ORDER_WORDS_H
#define REGISTRY_CORPUS_ORDER_WORDS_H

#include "kernels/kernels.h"

#define ORDER_WORDS_MAX 65536u            /* words, those of variables included */
#define ORDER_WORDS_BYTES_MAX (8u << 20)  /* of all of them */
#define ORDER_SCRIPT_MAX_BYTES (1u << 20) /* of a script */

struct order_word {
	char *text;
	const char *file; /* borrowed from who gave it; NULL: the command */
	unsigned line;    /* from 1; 0: the command */
};

struct order_list {
	struct order_word *word;
	size_t count, room;
};

struct order_variable {
	char *name;
	struct order_list list;
};

/* Start with {0}. */
struct order_words {
	struct order_list list; /* of the command, then those of scripts that are in no variable */
	struct order_variable *variable;
	size_t variable_count, variable_room;
	size_t words, bytes; /* of all */
};

void order_words_release(struct order_words *words);

MUST_CHECK int order_words_command(struct order_words *words, const char *const *word, size_t count,
				   struct error *err);

/* `file` is borrowed as long as the words. ERROR_CORRUPT with file and line: a list that
 * does not end, a NUL, more than the limits. */
MUST_CHECK int order_words_script(struct order_words *words, const char *file, struct span text,
				  struct error *err);

/* The list of a variable, or NULL. */
const struct order_list *order_words_variable(const struct order_words *words, const char *name);

/* "train.sh, line 3" or "the command". */
#define ORDER_PLACE_SIZE 160
void order_word_place(const struct order_word *word, char out_text[ORDER_PLACE_SIZE]);

#endif
