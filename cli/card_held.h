/* How runs and checkpoints stood to the card that was registered for them, as show tells it. */
#ifndef CLI_CARD_HELD_H
#define CLI_CARD_HELD_H

#include "cli/cli.h"

/* The member "card" of a run or a checkpoint: which card, how much agreed, and each drift. */
void card_held_print(const struct json *held);

/*
 * Cards for the model of a run, or later versions of the card that it was held against, that were
 * registered after it: appended to `list` [{"name","statement","registered","index"}].
 */
MUST_CHECK int card_later_find(struct registry *registry, const struct statement *run,
			       const struct digest *identity, struct json *list, struct error *err);
void card_later_print(const struct json *list);

#endif
