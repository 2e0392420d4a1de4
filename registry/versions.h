/* Words that stand for many registered versions: NAME@{100..2000..100}, 'NAME@step-*'. */
#ifndef REGISTRY_VERSIONS_H
#define REGISTRY_VERSIONS_H

#include "registry/home.h"

#define VERSIONS_MAX 10000u

struct version {
	struct name name; /* as it was registered; empty owner: a digest of what has no name */
	struct digest statement;
};

struct versions {
	struct version *item;
	size_t count;
};

void versions_release(struct versions *versions);

/* Is this word a pattern: braces, or one of * ? [ behind the "@"? */
bool versions_is_pattern(const char *word);

/*
 * What each word stands for, in the order of the words, each statement once. A word is what
 * argument_resolve takes, or a pattern: braces as a shell's, "{a,b}", "{100..2000..100}"
 * (leading zeros kept), every one of which must be registered; or a shell's wildcards, which
 * match registered versions of one family, in the order of the numbers in them. ERROR_ABSENT,
 * ERROR_USAGE.
 */
MUST_CHECK int versions_expand(struct registry *registry, const char *const *word, size_t count,
			       struct versions *out_versions, struct error *err);

/* --- for tests --- */

/* The texts that braces make of `text`; malloced, freed by texts_release. ERROR_USAGE. */
struct texts {
	char **item;
	size_t count;
};
MUST_CHECK int braces_expand(const char *text, struct texts *out_texts, struct error *err);
void texts_release(struct texts *texts);

#endif
