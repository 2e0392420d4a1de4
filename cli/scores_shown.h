/* Scores of a checkpoint as items of JSON and as lines, by whom and from which file. */
#ifndef CLI_SCORES_SHOWN_H
#define CLI_SCORES_SHOWN_H

#include "registry/registry.h"

/* An index_visit_score whose `arg` is a JSON array: append what is known of the score. */
MUST_CHECK int scores_shown_take(void *arg, const struct index_score *score, struct error *err);

/* Print such an array: the publisher's own first, then those of other keys, each file under a line
 * that says whose it is. */
void scores_shown_print(const struct json *scores);

#endif
