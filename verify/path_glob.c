/* path_glob: does a pattern, as one writes them in .gitignore, cover a path? */
#include "verify/path_glob.h"

#include <stddef.h>
#include <string.h>

/* One character class at *pattern, which stands on "["; moves behind it. Unclosed: a plain "[". */
static bool class_matches(const char **pattern, char c)
{
	const char *at = *pattern + 1;
	bool negated = *at == '!' || *at == '^', found = false, first = true;

	if (negated)
		at++;
	for (; *at && *at != '/' && (first || *at != ']'); first = false, at++) {
		unsigned char low = (unsigned char)*at, high = low;

		if (at[1] == '-' && at[2] && at[2] != ']' && at[2] != '/') {
			high = (unsigned char)at[2];
			at += 2;
		}
		if ((unsigned char)c >= low && (unsigned char)c <= high)
			found = true;
	}
	if (*at != ']') {
		(*pattern)++;
		return c == '[';
	}
	*pattern = at + 1;
	return found != negated;
}

/* One character of the pattern against `c`; moves behind it. */
static bool one_matches(const char **pattern, char c)
{
	if (**pattern == '?') {
		(*pattern)++;
		return true;
	}
	if (**pattern == '[')
		return class_matches(pattern, c);
	if (**pattern == '\\' && (*pattern)[1])
		(*pattern)++;
	return *(*pattern)++ == c;
}

/* One part of a pattern against one part of a path, both without "/"; the last `*` is tried again
 * one character further whenever what follows it does not fit. */
static bool part_matches(const char *pattern, size_t pattern_len, const char *text, size_t text_len)
{
	const char *end = pattern + pattern_len, *text_end = text + text_len;
	const char *star = NULL, *retry = NULL;

	while (text < text_end) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			retry = text;
			continue;
		}
		if (pattern < end && one_matches(&pattern, *text)) {
			text++;
			continue;
		}
		if (!star)
			return false;
		pattern = star;
		text = ++retry;
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

static bool parts_match(const char *pattern, const char *path)
{
	const char *star = NULL, *retry = NULL;

	for (;;) {
		size_t pattern_len = strcspn(pattern, "/"), len = strcspn(path, "/");

		if (pattern_len == 2 && strncmp(pattern, "**", 2) == 0) {
			if (!pattern[2])
				return *path != '\0';
			star = pattern += 3;
			retry = path;
			continue;
		}
		if (*path && pattern_len && part_matches(pattern, pattern_len, path, len)) {
			pattern += pattern_len;
			path += len;
			if (!*pattern && !*path)
				return true;
			if (*pattern && *path) {
				pattern++;
				path++;
				continue;
			}
		}
		if (!star)
			return false;
		retry += strcspn(retry, "/");
		if (!*retry)
			return false;
		path = ++retry;
		pattern = star;
	}
}

bool path_glob_matches(const char *pattern, const char *path, bool folder)
{
	char text[1024];
	size_t len = strlen(pattern);
	const char *last = strrchr(path, '/');

	if (!len || len >= sizeof(text))
		return false;
	memcpy(text, pattern, len + 1);
	if (text[len - 1] == '/') {
		if (!folder)
			return false;
		text[--len] = '\0';
	}
	if (text[0] == '/')
		return parts_match(text + 1, path);
	return strchr(text, '/') ? parts_match(text, path)
				 : part_matches(text, len, last ? last + 1 : path,
						strlen(last ? last + 1 : path));
}
