/* What an examination of a registry found (registry/examine.h): for people, and as JSON. */
#ifndef CLI_EXAMINED_H
#define CLI_EXAMINED_H

#include "cli/cli.h"

void examined_print(const struct examine_report *report);
/*
 * Of how many statements it is remembered that they held, and since when (registry/remembered.h):
 * for people where there are any, and as "remembered" and "rememberedSince".
 */
void examined_since_print(uint64_t statements, uint64_t remembered, int64_t since_s);
MUST_CHECK int examined_since_set(struct json *object, uint64_t remembered, int64_t since_s,
				  struct error *err);

/* "status", counts and "items". */
MUST_CHECK int examined_set(struct json *object, const struct examine_report *report,
			    struct error *err);

#endif
