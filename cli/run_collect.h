/* akashi run collect. */
#ifndef CLI_RUN_COLLECT_H
#define CLI_RUN_COLLECT_H

#include "cli/cli.h"

extern const struct command command_run_collect;

#endif
