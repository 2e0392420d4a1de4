/* One statement that was said about a name: printed alike. */
#ifndef CLI_SAID_H
#define CLI_SAID_H

#include "cli/cli.h"

/* "did NAME (entry N)"; with --json an object of schema akashi/said/1. */
MUST_CHECK int said_print(const struct call *call, const char *did, const char *name,
			  const struct statement_made *made, struct error *err);

/* Open the key that --key names, else the registry's user.key. */
MUST_CHECK int said_key(const struct call *call, const struct registry *registry,
			struct signing_key **out_key, struct error *err);

#endif
