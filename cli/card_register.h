/* akashi card register: a card is signed and logged. */
#ifndef CLI_CARD_REGISTER_H
#define CLI_CARD_REGISTER_H

#include <stdio.h>

#include "cli/cli.h"

extern const struct command card_register_command;

/* The lines of line_diff_to_json, a few of them, each behind `indent` spaces. */
void card_changes_print(FILE *stream, const struct json *changes, size_t indent);

#endif
