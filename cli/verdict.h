/* A verdict on a screen: one line a step, then what follows from them. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "cli/cli.h"

/* Print it, or its JSON, and make its exit status the command's. */
MUST_CHECK int verdict_print(struct call *call, const struct verdict *verdict, struct error *err);

#endif
