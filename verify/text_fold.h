/* What people write: is it plain text, and how does a search compare it? */
#ifndef VERIFY_TEXT_FOLD_H
#define VERIFY_TEXT_FOLD_H

#include "kernels/kernels.h"

/*
 * Append `text` (UTF-8) so that spellings that people take for one are equal: compatibility forms
 * replaced (NFKC: full-width letters, half-width kana), lower case, white space as one blank.
 */
MUST_CHECK int text_fold(struct span text, struct buffer *out, struct error *err);

/* True for UTF-8 whose only control characters are tabs and line feeds; otherwise *out_line is the
 * line of the first thing that is not, from 1. */
bool text_is_prose(struct span text, size_t *out_line);

#endif
