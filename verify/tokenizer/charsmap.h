/*
 * charsmap: SentencePiece's precompiled character map, by which a text is normalised.
 *
 * A double-array trie (darts-clone) of byte strings, whose values are offsets of
 * NUL-terminated replacements. Inside verify/tokenizer/ only.
 */
#ifndef VERIFY_TOKENIZER_CHARSMAP_H
#define VERIFY_TOKENIZER_CHARSMAP_H

#include "kernels/kernels.h"

struct charsmap {
	struct buffer bytes; /* a copy of the file's */
	struct span units;   /* of the double array, u32 each */
	struct span texts;   /* what is put in place */
};

/*
 * Copy `bytes`: u32 length of the trie, the trie, the replacements. Empty bytes
 * are a map that changes nothing. ERROR_CORRUPT: the lengths do not fit.
 */
MUST_CHECK int charsmap_open(struct span bytes, struct charsmap *out_map, struct error *err);
void charsmap_release(struct charsmap *map);

enum charsmap_choice {
	CHARSMAP_SHORTEST, /* the crate spm_precompiled's choice */
	CHARSMAP_LONGEST   /* SentencePiece's */
};

/*
 * What the front of `text` becomes: *out_len bytes of it, 0 when no rule
 * applies, turn into *out_text, borrowed from the map. ERROR_CORRUPT when the map leads out of
 * itself, ERROR_UNTRUSTED when a rule takes or gives more than
 * TOKENIZER_PIECE_MAX bytes.
 */
MUST_CHECK int charsmap_look(const struct charsmap *map, struct span text,
			     enum charsmap_choice choice, size_t *out_len, struct span *out_text,
			     struct error *err);

#endif
