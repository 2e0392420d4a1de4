/* What a model, dataset or run is called: owner/name@version. */
#include "verify/name.h"

#include <stdio.h>
#include <string.h>

static bool letter_or_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool name_part_ok(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > NAME_PART_MAX || !letter_or_digit(text[0]))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!letter_or_digit(text[i]) && !strchr("._-", text[i]))
			return false;
	return true;
}

static int part_take(const char *whole, const char *text, size_t len, const char *what,
		     char out_part[NAME_PART_MAX + 1], struct error *err)
{
	char part[NAME_PART_MAX + 1];

	if (len > NAME_PART_MAX)
		return error_set(err, ERROR_USAGE, "the %s of '%.300s' has more than %d characters",
				 what, whole, NAME_PART_MAX);
	memcpy(part, text, len);
	part[len] = '\0';
	if (!name_part_ok(part))
		return error_set(
			err, ERROR_USAGE,
			"the %s '%s' of '%.300s' must be letters, digits, '.', '_' or '-', "
			"a letter or digit first",
			what, part, whole);
	memcpy(out_part, part, len + 1);
	return 0;
}

static int family_take(const char *text, size_t len, struct name *out_name, struct error *err)
{
	const char *slash = memchr(text, '/', len);
	size_t owner = slash ? (size_t)(slash - text) : 0;

	if (!slash)
		return error_set(err, ERROR_USAGE,
				 "'%.300s' has no owner: names are owner/name@version", text);
	if (part_take(text, text, owner, "owner", out_name->owner, err))
		return -1;
	return part_take(text, slash + 1, len - owner - 1, "name", out_name->name, err);
}

int name_parse_family(const char *text, struct name *out_name, struct error *err)
{
	struct name name = { 0 };

	if (family_take(text, strlen(text), &name, err))
		return -1;
	*out_name = name;
	return 0;
}

int name_parse(const char *text, struct name *out_name, struct error *err)
{
	size_t family = strcspn(text, "@:");
	struct name name = { .alias = text[family] == ':' };

	if (!text[family])
		return error_set(err, ERROR_USAGE,
				 "'%.300s' has no version: names are owner/name@version", text);
	if (family_take(text, family, &name, err) ||
	    part_take(text, text + family + 1, strlen(text + family + 1),
		      name.alias ? "alias" : "version", name.version, err))
		return -1;
	*out_name = name;
	return 0;
}

void name_to_text(const struct name *name, char out_text[NAME_TEXT_MAX])
{
	snprintf(out_text, NAME_TEXT_MAX, "%s/%s%s%s", name->owner, name->name,
		 !name->version[0] ? ""
		 : name->alias     ? ":"
				   : "@",
		 name->version);
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool matches(const char *glob, const char *text, bool any_case)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*glob == '*') {
			star = ++glob;
			resume = text;
		} else if (*glob == *text || (any_case && fold(*glob) == fold(*text))) {
			glob++;
			text++;
		} else if (star) {
			glob = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

bool name_matches(const char *glob, const char *text)
{
	return matches(glob, text, false);
}

bool name_matches_any_case(const char *glob, const char *text)
{
	return matches(glob, text, true);
}
