/* What an examination of a registry found (registry/examine.h): for people, and as JSON. */
#ifndef CLI_EXAMINED_H
#define CLI_EXAMINED_H

#include "cli/cli.h"

void examined_print(const struct examine_report *report);
/* "status", counts and "items". */
MUST_CHECK int examined_set(struct json *object, const struct examine_report *report,
			    struct error *err);

#endif
