/*
 * tokenizer: which token ids a text has, exactly as the reference packages
 * (`sentencepiece`, `tokenizers`) say.
 *
 * A tokenizer file is read as data: pieces, scores, merges and maps. What a file
 * asks for and this version does not compute is refused with ERROR_UNTRUSTED and
 * named; nothing is guessed. docs/tokenizers.md lists what is computed.
 */
#ifndef VERIFY_TOKENIZER_H
#define VERIFY_TOKENIZER_H

#include "kernels/kernels.h"

struct manifest;
struct tokenizer;
struct tree;

#define TOKENIZER_FILE_MAX (64u << 20)   /* bytes of tokenizer.model or tokenizer.json */
#define TOKENIZER_PIECES_MAX (1u << 21)  /* entries of a vocabulary; merges; added tokens */
#define TOKENIZER_PIECE_MAX 1024u        /* bytes of one entry */
#define TOKENIZER_TEXT_MAX (4u << 20)    /* bytes of a text */
#define TOKENIZER_NORMAL_MAX (32u << 20) /* bytes of what normalising makes of it */

enum tokenizer_special {
	TOKENIZER_PLAIN,       /* the text's own tokens (add_special_tokens=False) */
	TOKENIZER_WITH_SPECIAL /* also those that the file puts around every text */
};

/*
 * Read a tokenizer: SentencePiece's `tokenizer.model` (a protocol buffer) or
 * Hugging Face's `tokenizer.json`, told apart by the first byte (a line
 * feed, '{'). `name` stands in messages. The caller closes *out_tokenizer; `file` need not outlive
 * the call. ERROR_UNTRUSTED: a model, step, option or pattern that this version does not compute,
 * named; ERROR_CORRUPT: malformed, contradictory, or past a limit above.
 */
MUST_CHECK int tokenizer_open(struct span file, const char *name, struct tokenizer **out_tokenizer,
			      struct error *err);

/*
 * The tokenizer file at the top of a model's tree: tokenizer.json where there is one
 * (it says everything itself), else tokenizer.model, else tokenizer.model.v3; NULL
 * when there is none. Borrowed from the tree.
 */
const char *tokenizer_file_of(const struct tree *tree);

/*
 * tokenizer_open of that file, which must be one of `manifest` unless that is NULL. ERROR_ABSENT:
 * the tree has none; ERROR_UNTRUSTED: the manifest has none of that name; ERROR_CORRUPT: it is
 * another file.
 */
MUST_CHECK int tokenizer_open_tree(const struct tree *tree, const struct manifest *manifest,
				   struct tokenizer **out_tokenizer, struct error *err);

/* Set *tokenizer to NULL. NULL inside is fine. */
void tokenizer_close(struct tokenizer **tokenizer);

/*
 * The ids of `text` (UTF-8; NUL is a character like any other). *out_ids has
 * *out_count of them and is the caller's to free; it is never NULL, and
 * empty text may well have tokens. Any thread. ERROR_CORRUPT: no UTF-8, or longer than
 * TOKENIZER_TEXT_MAX; ERROR_UNTRUSTED: `special` asks for tokens that the file does not tell of
 * (tokenizer.model never does), or a character that the model has no token for and no way to say
 * so.
 */
MUST_CHECK int tokenizer_encode(const struct tokenizer *tokenizer, struct span text,
				enum tokenizer_special special, uint32_t **out_ids,
				size_t *out_count, struct error *err);

/* What one thread counts with: room that is used text after text. */
struct tokenizer_work;
MUST_CHECK int tokenizer_work_new(struct tokenizer_work **out_work, struct error *err);
void tokenizer_work_free(struct tokenizer_work **work);

#define TOKENIZER_COUNT_MAX (16u << 20) /* bytes of a text that is only counted */

/*
 * How many ids tokenizer_encode would give, plain, and errors as there; but texts may be longer,
 * and where the kind of tokenizer allows it no list is made.
 */
MUST_CHECK int tokenizer_count(const struct tokenizer *tokenizer, struct tokenizer_work *work,
			       struct span text, uint64_t *out_count, struct error *err);

/* One above the greatest id that can come out. */
uint32_t tokenizer_vocab_size(const struct tokenizer *tokenizer);

/* One line for people, without control characters: "SentencePiece Unigram, 99574 pieces". Borrowed.
 */
const char *tokenizer_description(const struct tokenizer *tokenizer);

#endif
