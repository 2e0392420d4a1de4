/* A run that begins is held against the card that was registered for it. */
#ifndef CLI_RUN_CARD_H
#define CLI_RUN_CARD_H

#include "cli/run_job.h"

/*
 * Find the card (--card, else run.card, else one that was registered for the model that --as or the
 * run's own name names; `named`: it has a name of its own), hold the command and what is known of
 * the run against it, and put what came out into the details. Drift is noticed. Fails only where
 * --card names no card, and with --strict: where something drifted, or nothing can be compared.
 */
MUST_CHECK int run_card_hold(struct run_job *job, bool named, const char *const *command,
			     size_t command_count, struct error *err);

#endif
