/* ignore_rules: which paths are left out, as .gitignore says it. Inside verify/ only. */
#ifndef VERIFY_IGNORE_RULES_H
#define VERIFY_IGNORE_RULES_H

#include "kernels/kernels.h"

#define IGNORE_FILE_MAX_BYTES (1u << 20)
#define IGNORE_RULES_MAX 10000u
#define IGNORE_PATTERN_MAX 1000u /* bytes */

struct arena;

struct ignore_rule {
	const char *pattern; /* for path_glob_matches */
	const char *reason;  /* for people: ".akashiignore: *.log" */
	bool kept;           /* "!": what matches is not left out after all */
};

/* In order: the last that matches decides. */
struct ignore_rules {
	struct ignore_rule *rule;
	size_t count, cap;
};

void ignore_rules_release(struct ignore_rules *rules);

/*
 * Add one pattern, which may begin with "!"; `from` says in its reason where it
 * stands. Texts go into `arena`. ERROR_USAGE: too long, or too many.
 */
MUST_CHECK int ignore_rules_add(struct ignore_rules *rules, struct arena *arena, const char *from,
				const char *pattern, struct error *err);

/*
 * Add the lines of a file: empty ones and those that begin with "#" say nothing,
 * blanks at the end count only behind a backslash. ERROR_USAGE, also for a NUL.
 */
MUST_CHECK int ignore_rules_parse(struct ignore_rules *rules, struct arena *arena, const char *from,
				  struct span text, struct error *err);

/* Why the file or folder is left out, or NULL. What lies in such a folder is not asked for. */
const char *ignore_rules_reason(const struct ignore_rules *rules, const char *path, bool folder);

#endif
