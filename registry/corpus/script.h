/*
 * script: what a text is written in, from its characters alone.
 *
 * Simple and the same everywhere, so that anybody can count again; it is no
 * detection of languages. docs/corpora.md states the rules, and what they get wrong.
 */
#ifndef REGISTRY_CORPUS_SCRIPT_H
#define REGISTRY_CORPUS_SCRIPT_H

#include "kernels/kernels.h"

#define SCRIPT_METHOD "akashi/script/1"

enum language { LANGUAGE_JA, LANGUAGE_EN, LANGUAGE_CODE, LANGUAGE_OTHER, LANGUAGE_COUNT };

const char *language_name(enum language language); /* "ja"; static */
/* ERROR_USAGE unless it is one of those names. */
MUST_CHECK int language_parse(const char *name, enum language *out_language, struct error *err);

/* How many there are of some kinds of characters. Start with {0}. */
struct script_sums {
	uint64_t characters; /* code points of every kind */
	uint64_t ascii;      /* that are neither blank nor control */
	uint64_t latin;      /* A to Z, a to z */
	uint64_t symbols;    /* of ASCII, as programs have them */
	uint64_t accented;   /* U+00C0 to U+024F */
	uint64_t kana;       /* U+3040 to U+30FF */
	uint64_t han;        /* U+3400 to U+9FFF, but for a few that are no letters */
	uint64_t foreign;    /* letters of other scripts: U+0250 to U+1FFF, U+A000 to U+D7FF */
};

/* Add the characters of `text`, which is UTF-8. */
void script_add(struct script_sums *sums, struct span text);

enum language script_language(const struct script_sums *sums);

/* Is it UTF-8? If not, *out_at is the first byte that is not. */
bool script_utf8(struct span text, size_t *out_at);

#endif
