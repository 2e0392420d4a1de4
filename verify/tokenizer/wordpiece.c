/* wordpiece: the longest token from the left, again and again (`tokenizers`, models/wordpiece). */
#include <stdio.h>
#include <stdlib.h>

#include "verify/tokenizer/parts.h"
#include "verify/tokenizer/trie.h"

struct wordpiece {
	struct json_model head;
	struct trie vocab;
	uint32_t inner; /* node behind the prefix of what does not begin a word, or TRIE_NONE */
	uint32_t unknown_id;
	uint64_t characters_max; /* of a word; longer ones are unknown */
};

/* The longest entry from this node on: how many bytes, 0 for none. */
static size_t longest_from(const struct trie *trie, uint32_t node, struct span text,
			   uint32_t *out_id)
{
	size_t longest = 0;

	for (size_t i = 0; i < text.len && node != TRIE_NONE; i++) {
		node = trie_step(trie, node, text.data[i]);
		if (node != TRIE_NONE && trie->node[node].value != TRIE_NONE) {
			longest = i + 1;
			*out_id = trie->node[node].value;
		}
	}
	return longest;
}

static int unknown(const struct wordpiece *wordpiece, struct ids *out, size_t first,
		   struct error *err)
{
	out->count = first;
	if (wordpiece->unknown_id == TRIE_NONE)
		return error_set(err, ERROR_UNTRUSTED,
				 "a word has no token, and the token for such is none");
	return ids_add(out, wordpiece->unknown_id, err);
}

static int wordpiece_encode(const struct json_model *model, struct span text, struct ids *out,
			    struct error *err)
{
	const struct wordpiece *wordpiece = (const struct wordpiece *)model;
	size_t first = out->count, characters = 0;

	for (size_t i = 0; i < text.len; i++)
		characters += (text.data[i] & 0xc0) != 0x80;
	if (characters > wordpiece->characters_max)
		return unknown(wordpiece, out, first, err);
	for (size_t at = 0; at < text.len;) {
		uint32_t id;
		size_t len = longest_from(&wordpiece->vocab, at ? wordpiece->inner : TRIE_ROOT,
					  span_from(text, at), &id);

		if (!len)
			return unknown(wordpiece, out, first, err);
		if (ids_add(out, id, err))
			return -1;
		at += len;
	}
	return 0;
}

static uint32_t wordpiece_find(const struct json_model *model, struct span token)
{
	return trie_find(&((const struct wordpiece *)model)->vocab, token);
}

static void wordpiece_free(struct json_model *model)
{
	struct wordpiece *wordpiece = (struct wordpiece *)model;

	trie_release(&wordpiece->vocab);
	free(wordpiece);
}

static int read_options(struct wordpiece *wordpiece, const struct json *json, struct error *err)
{
	static const char *const known[] = {
		"type",  "unk_token", "continuing_subword_prefix", "max_input_chars_per_word",
		"vocab", NULL
	};
	const char *text;
	struct span prefix;
	uint32_t node = TRIE_ROOT;

	if (members_known(json, "the WordPiece model", known, err) ||
	    json_need_string(json, "unk_token", &text, err))
		return -1;
	wordpiece->unknown_id = trie_find(&wordpiece->vocab, span_of(text));
	if (json_need_string(json, "continuing_subword_prefix", &text, err) ||
	    json_need_size(json, "max_input_chars_per_word", &wordpiece->characters_max, err))
		return -1;
	prefix = span_of(text);
	for (size_t i = 0; i < prefix.len && node != TRIE_NONE; i++)
		node = trie_step(&wordpiece->vocab, node, prefix.data[i]);
	wordpiece->inner = node;
	return 0;
}

int wordpiece_read(const struct json *json, struct json_model **out_model, struct error *err)
{
	static const struct json_model_type type = { wordpiece_encode, wordpiece_find,
						     wordpiece_free };
	struct wordpiece *wordpiece = calloc(1, sizeof(*wordpiece));

	if (!wordpiece)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	wordpiece->head.type = &type;
	if (vocabulary_read(json, &wordpiece->head, &wordpiece->vocab, err) ||
	    read_options(wordpiece, json, err)) {
		wordpiece_free(&wordpiece->head);
		return -1;
	}
	snprintf(wordpiece->head.description, sizeof(wordpiece->head.description),
		 "WordPiece, %u tokens", wordpiece->head.count);
	*out_model = &wordpiece->head;
	return 0;
}
