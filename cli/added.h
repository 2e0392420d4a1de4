/* What was registered, told alike by every command that registers. */
#ifndef CLI_ADDED_H
#define CLI_ADDED_H

#include "cli/cli.h"

/* Members of one thing that was registered, or would have been. */
MUST_CHECK int added_set(struct json *object, const char *kind, const char *name,
			 const struct add_result *result, bool dry_run, struct error *err);

/* The line that tells it to people. */
void added_line(const char *kind, const char *name, const struct add_result *result, bool dry_run);

/* `count` results; with --dry-run what would have been registered. */
MUST_CHECK int added_print(const struct call *call, const char *kind, const struct name *name,
			   const struct add_result *result, size_t count, struct error *err);

#endif
