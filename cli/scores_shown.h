/* Scores of a checkpoint as items of JSON and as lines, by whom and from which file. */
#ifndef CLI_SCORES_SHOWN_H
#define CLI_SCORES_SHOWN_H

#include "registry/registry.h"

/* Append to the JSON array what is known of the score, and whose it is. */
MUST_CHECK int scores_shown_take(struct json *scores, const struct index_score *score,
				 const struct whose_said *whose, struct error *err);

/* Print such an array: the publisher's own first, then those of others, then what is not believed;
 * each file under a line that says whose it is. */
void scores_shown_print(const struct json *scores);

/* Say how many results are not shown since nobody is believed to say so; nothing of none. */
void left_out_print(size_t count);

#endif
