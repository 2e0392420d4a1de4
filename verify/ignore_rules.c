/* ignore_rules: which paths are left out, as .gitignore says it. */
#include "verify/ignore_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/path_glob.h"

void ignore_rules_release(struct ignore_rules *rules)
{
	free(rules->rule);
	*rules = (struct ignore_rules){ .rule = NULL };
}

int ignore_rules_add(struct ignore_rules *rules, struct arena *arena, const char *from,
		     const char *pattern, struct error *err)
{
	char reason[IGNORE_PATTERN_MAX + 64];
	struct ignore_rule rule = { .kept = pattern[0] == '!' };
	void *array = rules->rule;

	if (strlen(pattern) > IGNORE_PATTERN_MAX)
		return error_set(err, ERROR_USAGE, "%s: a pattern of more than %u bytes", from,
				 IGNORE_PATTERN_MAX);
	if (rules->count >= IGNORE_RULES_MAX)
		return error_set(err, ERROR_USAGE, "%s: more than %u patterns", from,
				 IGNORE_RULES_MAX);
	snprintf(reason, sizeof(reason), "%s %s", from, pattern);
	if (array_room(&array, rules->count, &rules->cap, sizeof(rule), err))
		return -1;
	rules->rule = array;
	if (arena_text(arena, span_of(pattern + rule.kept), &rule.pattern, err) ||
	    arena_text(arena, span_of(reason), &rule.reason, err))
		return -1;
	rules->rule[rules->count++] = rule;
	return 0;
}

/* A line without the blanks at its end, but for one behind a backslash. */
static size_t line_len(const char *line, size_t len)
{
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\r') &&
	       !(len > 1 && line[len - 1] == ' ' && line[len - 2] == '\\'))
		len--;
	return len;
}

int ignore_rules_parse(struct ignore_rules *rules, struct arena *arena, const char *from,
		       struct span text, struct error *err)
{
	const char *at = (const char *)text.data, *end = at + text.len;

	if (text.len && memchr(at, '\0', text.len))
		return error_set(err, ERROR_USAGE, "%s is no text: it holds a NUL", from);
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t whole = (size_t)((stop ? stop : end) - at), len = line_len(at, whole);
		char pattern[IGNORE_PATTERN_MAX + 1];

		if (len > IGNORE_PATTERN_MAX)
			return error_set(err, ERROR_USAGE, "%s: a pattern of more than %u bytes",
					 from, IGNORE_PATTERN_MAX);
		memcpy(pattern, at, len);
		pattern[len] = '\0';
		if (len && pattern[0] != '#' && ignore_rules_add(rules, arena, from, pattern, err))
			return -1;
		at += whole + (stop != NULL);
	}
	return 0;
}

const char *ignore_rules_reason(const struct ignore_rules *rules, const char *path, bool folder)
{
	for (size_t i = rules->count; i-- > 0;)
		if (path_glob_matches(rules->rule[i].pattern, path, folder))
			return rules->rule[i].kept ? NULL : rules->rule[i].reason;
	return NULL;
}
