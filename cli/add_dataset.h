/* add_dataset: the command `add dataset`. */
#ifndef CLI_ADD_DATASET_H
#define CLI_ADD_DATASET_H

#include "cli/cli.h"

extern const struct command add_dataset_command;

#endif
