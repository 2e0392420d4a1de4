/*
 * listing: tokens that a list declares: num_tokens.tsv, and the weights in training scripts.
 *
 * A script is read as text and never run: pairs of a number and a path in `_PAIRS=( … )`,
 * `TRAIN_DATA_PATH=( … )`, `TRAIN_DATA_PATH="${TRAIN_DATA_PATH} NUMBER PATH"` and behind
 * --data-path.
 */
#ifndef REGISTRY_CORPUS_LISTING_H
#define REGISTRY_CORPUS_LISTING_H

#include "registry/corpus/counts.h"

/* The language that a path names; see below. */
enum language language_named(struct span path);

/* LISTING_PAIRS: lines of a number and a path, and nothing else but blank ones and comments. */
enum listing_kind { LISTING_TSV, LISTING_SCRIPT, LISTING_PAIRS };

/*
 * Add each entry as a source, with its tokens and the language that its path names (a folder ja,
 * en, code, or such a word in front of "_" or "-"; anything else is other). A source's name is the
 * last part of the path, behind the folder where that is two letters or "code". *out_lines are how
 * many there are: 0 for a script without a list, or a table of something else. ERROR_CORRUPT names
 * the line.
 */
MUST_CHECK int listing_read(enum listing_kind kind, struct span text, struct counts *out_counts,
			    uint64_t *out_lines, struct error *err);

#endif
