/* tokenizer: what its readers share. Inside verify/tokenizer/ only. */
#ifndef VERIFY_TOKENIZER_INNER_H
#define VERIFY_TOKENIZER_INNER_H

#include "verify/tokenizer.h"

/* Ids that grow. Start with {0}. */
struct ids {
	uint32_t *id;
	size_t count, cap;
};

MUST_CHECK int ids_add(struct ids *ids, uint32_t id, struct error *err);
void ids_release(struct ids *ids);

struct tokenizer_work {
	struct ids ids;
	struct buffer normal; /* the text, normalised */
};

/* What a kind of tokenizer file fills in. */
struct tokenizer_type {
	/* Append the ids of `text`, which is UTF-8 of an allowed length. Any thread. */
	int (*encode)(const struct tokenizer *tokenizer, struct span text,
		      enum tokenizer_special special, struct ids *out, struct error *err);
	/* May be NULL. How many ids that would give, without special ones. */
	int (*count)(const struct tokenizer *tokenizer, struct tokenizer_work *work,
		     struct span text, uint64_t *out_count, struct error *err);
	void (*close)(struct tokenizer *tokenizer); /* frees `tokenizer` itself */
};

/* The head of every tokenizer; a kind embeds it first. */
struct tokenizer {
	const struct tokenizer_type *type;
	uint32_t vocab_size;
	char description[160];
};

/* The two readers; see tokenizer_open. */
MUST_CHECK int sentencepiece_open(struct span file, const char *name,
				  struct tokenizer **out_tokenizer, struct error *err);
MUST_CHECK int tokenizer_json_open(struct span file, const char *name,
				   struct tokenizer **out_tokenizer, struct error *err);

/* How many bytes the character at the front of `text` takes; `text` is not empty. Of what is no
 * UTF-8, as many as its first byte says and there are. */
size_t utf8_len(struct span text);

/* `text` without its first `len` bytes. */
struct span span_from(struct span text, size_t len);

/* True when `text` begins with `prefix`. */
bool span_begins(struct span text, struct span prefix);

#endif
