/* sentencepiece: a tokenizer.model (sentencepiece_model.proto). Inside verify/tokenizer/ only. */
#ifndef VERIFY_TOKENIZER_SENTENCEPIECE_H
#define VERIFY_TOKENIZER_SENTENCEPIECE_H

#include "verify/tokenizer/charsmap.h"
#include "verify/tokenizer/inner.h"
#include "verify/tokenizer/trie.h"

/* ModelProto.SentencePiece.Type */
enum piece_type {
	PIECE_NORMAL = 1,
	PIECE_UNKNOWN = 2,
	PIECE_CONTROL = 3,
	PIECE_USER_DEFINED = 4,
	PIECE_UNUSED = 5,
	PIECE_BYTE = 6
};

/* TrainerSpec.ModelType */
enum sentencepiece_model { SENTENCEPIECE_UNIGRAM = 1, SENTENCEPIECE_BPE = 2 };

struct piece {
	struct span text; /* borrowed from `file` */
	float score;
	enum piece_type type;
};

struct sentencepiece {
	struct tokenizer head;
	struct buffer file;

	struct piece *piece; /* by id */
	size_t piece_count, piece_cap;
	uint32_t unknown;
	uint32_t byte_id[256]; /* only with byte_fallback */
	float least, greatest; /* score of a normal piece */
	bool has_unused;
	float *score;   /* of a piece in a sum, by id; NaN: it is not used */
	size_t longest; /* bytes of a piece, at least 4 */

	struct trie pieces;       /* normal, user-defined and unused: what a text may have */
	struct trie reserved;     /* control, unknown and byte pieces */
	struct trie user_defined; /* taken as they stand, not normalised, not cut */

	enum sentencepiece_model model;
	bool byte_fallback;
	bool whitespace_is_suffix;

	struct charsmap map;
	bool add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces;
};

/* What NormalizerSpec makes of `text`, appended to `out`. */
MUST_CHECK int sentencepiece_normalize(const struct sentencepiece *sp, struct span text,
				       struct buffer *out, struct error *err);

/* A piece of a normalised text. */
struct segment {
	struct span text;
	uint32_t id;
};

struct segments {
	struct segment *segment;
	size_t count, cap;
};

MUST_CHECK int segments_add(struct segments *segments, struct span text, uint32_t id,
			    struct error *err);

/* The pieces of a normalised text, which is not empty. */
MUST_CHECK int sentencepiece_unigram(const struct sentencepiece *sp, struct span text,
				     struct segments *out, struct error *err);
/* How many ids they come to. A window of the text is all that it remembers. */
MUST_CHECK int sentencepiece_unigram_count(const struct sentencepiece *sp, struct span text,
					   uint64_t *out_count, struct error *err);
/* Fill in `score` and `longest`. */
MUST_CHECK int sentencepiece_scores(struct sentencepiece *sp, struct error *err);
MUST_CHECK int sentencepiece_bpe(const struct sentencepiece *sp, struct span text,
				 struct segments *out, struct error *err);

#endif
