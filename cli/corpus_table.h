/* corpus_table: what was counted in a dataset, for people. */
#ifndef CLI_CORPUS_TABLE_H
#define CLI_CORPUS_TABLE_H

#include "cli/cli.h"

/* Print "corpus" and "weights" of a dataset's statement: a line for the whole, each language and
 * each source. Either may be NULL. */
void corpus_table_print(const struct json *corpus, const struct json *weights);

#endif
