/* parts: a text on its way to tokens, in parts. Inside verify/tokenizer/ only. */
#ifndef VERIFY_TOKENIZER_PARTS_H
#define VERIFY_TOKENIZER_PARTS_H

#include "verify/json.h"
#include "verify/tokenizer/inner.h"
#include "verify/tokenizer/pattern.h"

#define PART_TEXT UINT32_MAX /* no token yet */

struct part {
	size_t start, len; /* in the bytes of `text` */
	uint32_t token;    /* of an added token, which nothing changes any more; else PART_TEXT */
	bool at_start;     /* it begins where the whole text begins */
};

struct parts {
	struct buffer text;
	struct part *part;
	size_t count, cap;
};

void parts_init(struct parts *parts);
void parts_release(struct parts *parts);
struct span parts_text(const struct parts *parts, size_t index); /* borrowed until the next add */

/* Append a part with a copy of its text. Text that is empty is left out. */
MUST_CHECK int parts_add(struct parts *parts, struct span text, uint32_t token, bool at_start,
			 struct error *err);

/* ---- What changes the text (tokenizer.json's "normalizer") ---- */

struct normalizer;

/* NULL for JSON null. ERROR_UNTRUSTED names what is not computed. */
MUST_CHECK int normalizer_read(const struct json *json, struct normalizer **out_normalizer,
			       struct error *err);
void normalizer_free(struct normalizer **normalizer);

/*
 * Append what `text` becomes; NULL changes nothing. *at_start is set to
 * false when something in front was taken away.
 */
MUST_CHECK int normalizer_apply(const struct normalizer *normalizer, struct span text,
				struct buffer *out, bool *at_start, struct error *err);

/* ---- What cuts it ("pre_tokenizer") ---- */

struct pre_tokenizer;

MUST_CHECK int pre_tokenizer_read(const struct json *json, struct pre_tokenizer **out_pre_tokenizer,
				  struct error *err);
void pre_tokenizer_free(struct pre_tokenizer **pre_tokenizer);

/* Cut the parts that are no tokens yet; `parts` is replaced. NULL cuts nothing. */
MUST_CHECK int pre_tokenizer_apply(const struct pre_tokenizer *pre_tokenizer, struct parts *parts,
				   struct error *err);

/* Append the characters by which byte-level models spell bytes (GPT-2's bytes_to_unicode). */
MUST_CHECK int byte_level_add(struct buffer *out, struct span bytes, struct error *err);

/* ---- What takes tokens out of it beforehand ("added_tokens") ---- */

struct added_tokens;

/*
 * `vocab_find` and `vocab_count` are the model's. ERROR_UNTRUSTED when a token
 * says another id than the reference package would give it.
 */
struct json_model;
MUST_CHECK int added_tokens_read(const struct json *json, const struct json_model *model,
				 const struct normalizer *normalizer,
				 struct added_tokens **out_added, struct error *err);
void added_tokens_free(struct added_tokens **added);

/* One above the greatest id of an added token; 0 when there is none. */
uint32_t added_tokens_limit(const struct added_tokens *added);

/* Cut `text` into added tokens and the rest, which is normalised. */
MUST_CHECK int added_tokens_cut(const struct added_tokens *added,
				const struct normalizer *normalizer, struct span text,
				struct parts *out, struct error *err);

/* ---- What gives it tokens ("model") ---- */

struct json_model_type {
	/* Append the ids of a part, which is not empty. */
	int (*encode)(const struct json_model *model, struct span text, struct ids *out,
		      struct error *err);
	uint32_t (*find)(const struct json_model *model, struct span token); /* or PART_TEXT */
	void (*free)(struct json_model *model);
};

struct json_model {
	const struct json_model_type *type;
	uint32_t count; /* of entries */
	uint32_t limit; /* one above the greatest id */
	char description[80];
};

MUST_CHECK int bpe_read(const struct json *json, struct json_model **out_model, struct error *err);
MUST_CHECK int unigram_read(const struct json *json, struct json_model **out_model,
			    struct error *err);
MUST_CHECK int wordpiece_read(const struct json *json, struct json_model **out_model,
			      struct error *err);

/* What the models share: a vocabulary that is an object of ids. */
struct trie;
MUST_CHECK int vocabulary_read(const struct json *json, struct json_model *model,
			       struct trie *out_trie, struct error *err);

/* ERROR_UNTRUSTED that names the first member of `json` that is none of `known`, up to NULL. */
MUST_CHECK int members_known(const struct json *json, const char *what, const char *const *known,
			     struct error *err);

/* A member that is a string, "" when absent or null, at most TOKENIZER_PIECE_MAX bytes. */
MUST_CHECK int member_text(const struct json *json, const char *key, struct span *out_text,
			   struct error *err);

/* {"String": ...} or {"Regex": ...} */
MUST_CHECK int pattern_read(const struct json *json, struct pattern **out_pattern,
			    struct error *err);

#endif
