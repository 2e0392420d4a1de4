/* The subcommands of `akashi log` that have files of their own. */
#ifndef CLI_LOG_H
#define CLI_LOG_H

#include "cli/cli.h"

extern const struct command log_command_publish;
extern const struct command log_command_recover;
extern const struct command log_command_state;
extern const struct command log_command_fsck;
extern const struct command log_command_inspect;

/* What does not hold: how many, and the first of them as "items", a line each. */
MUST_CHECK int log_findings_set(struct json *object, uint64_t findings, char *const *finding,
				size_t count, struct error *err);
void log_findings_print(char *const *finding, size_t count);

/* The log in `where` (DIR or URL), or NULL: the registry's. The caller releases *out_source. */
MUST_CHECK int log_source_of(struct call *call, const char *where, struct log_source *out_source,
			     struct error *err);

#endif
