/* What a model, dataset or run is called: owner/name@version. */
#ifndef VERIFY_NAME_H
#define VERIFY_NAME_H

#include "kernels/kernels.h"

#define NAME_PART_MAX 96
#define NAME_TEXT_MAX (3 * NAME_PART_MAX + 3) /* "owner/name@version" and its NUL */

struct name {
	char owner[NAME_PART_MAX + 1];
	char name[NAME_PART_MAX + 1];
	char version[NAME_PART_MAX + 1]; /* empty where only owner/name was asked for */
	bool alias;                      /* written owner/name:alias; `version` holds the alias */
};

/* One part: [A-Za-z0-9][A-Za-z0-9._-]{0,95}. */
bool name_part_ok(const char *text);

/* "owner/name@version" or "owner/name:alias". ERROR_USAGE says which part is wrong and how. */
MUST_CHECK int name_parse(const char *text, struct name *out_name, struct error *err);

/* "owner/name", without a version. */
MUST_CHECK int name_parse_family(const char *text, struct name *out_name, struct error *err);

/* "owner/name@version", "owner/name:alias", or "owner/name" without a version. */
void name_to_text(const struct name *name, char out_text[NAME_TEXT_MAX]);

/*
 * Does a shell glob of the trust policy cover this text? `*` matches any run of bytes, `/` and
 * the empty one included; every other byte stands for itself.
 */
bool name_matches(const char *glob, const char *text);

/*
 * The same for what a policy asks of names, or hides: names are compared without case where they
 * are claimed, so nobody gets round a rule by another spelling. What a policy allows goes by
 * name_matches.
 */
bool name_matches_any_case(const char *glob, const char *text);

#endif
