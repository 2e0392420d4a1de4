/* bpe: byte-pair encoding as `tokenizers` computes it (models/bpe). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/tokenizer/merges.h"
#include "verify/tokenizer/parts.h"
#include "verify/tokenizer/trie.h"

/* Two tokens that become one. */
struct bpe_merge {
	uint64_t pair; /* left << 32 | right */
	uint32_t rank, id;
};

struct bpe {
	struct json_model head;
	struct trie vocab;
	struct bpe_merge *merge; /* by pair */
	size_t merge_count;
	struct buffer unknown; /* token */
	bool has_unknown;      /* else characters without a token are left out */
	uint32_t unknown_id;
	struct buffer prefix; /* of every character but the first of a word */
	struct buffer suffix; /* of the last character of a word */
	bool fuse_unknown, byte_fallback, ignore_merges;
	uint32_t byte_id[256]; /* MERGES_NONE where the vocabulary has none */
};

/* ---- Texts ---- */

/* Characters that have no token, not yet written down. */
struct pending {
	uint32_t start, len;
};

static int flush(const struct bpe *bpe, struct pending *pending, struct merge_list *list,
		 struct error *err)
{
	if (!pending->len)
		return 0;
	if (merge_list_add(list, pending->start, pending->len, bpe->unknown_id, false, err))
		return -1;
	pending->len = 0;
	return 0;
}

/* A character without a token, as its bytes; *out_done is false when not all have one. */
static int add_bytes(const struct bpe *bpe, struct span spelled, uint32_t start,
		     struct merge_list *list, bool *out_done, struct error *err)
{
	*out_done = false;
	if (!bpe->byte_fallback)
		return 0;
	for (size_t i = 0; i < spelled.len; i++)
		if (bpe->byte_id[spelled.data[i]] == MERGES_NONE)
			return 0;
	for (size_t i = 0; i < spelled.len; i++)
		if (merge_list_add(list, start, 1, bpe->byte_id[spelled.data[i]], false, err))
			return -1;
	*out_done = true;
	return 0;
}

/* A character that stands at `start`; `spelled` is it with prefix and suffix. */
static int add_character(const struct bpe *bpe, struct span spelled, uint32_t start, uint32_t len,
			 struct pending *pending, struct merge_list *list, struct error *err)
{
	uint32_t id = trie_find(&bpe->vocab, spelled);
	bool done;

	if (id != TRIE_NONE)
		return flush(bpe, pending, list, err) ||
				       merge_list_add(list, start, len, id, false, err)
			       ? -1
			       : 0;
	if (add_bytes(bpe, spelled, start, list, &done, err))
		return -1;
	if (done || !bpe->has_unknown)
		return 0;
	if (bpe->unknown_id == MERGES_NONE)
		return error_set(err, ERROR_UNTRUSTED,
				 "a character has no token, and the token for such is none");
	if (!bpe->fuse_unknown && flush(bpe, pending, list, err))
		return -1;
	if (!pending->len)
		pending->start = start;
	pending->len += len;
	return 0;
}

static int add_characters(const struct bpe *bpe, struct span text, struct merge_list *list,
			  struct error *err)
{
	CLEANUP(buffer_release) struct buffer spelled;
	struct pending pending = { 0 };

	buffer_init(&spelled, 2 * TOKENIZER_PIECE_MAX + 8);
	for (size_t at = 0; at < text.len;) {
		size_t len = utf8_len(span_from(text, at));

		spelled.len = 0;
		if ((at && buffer_add(&spelled, buffer_view(&bpe->prefix), err)) ||
		    buffer_add(&spelled, (struct span){ text.data + at, len }, err) ||
		    (at + len == text.len &&
		     buffer_add(&spelled, buffer_view(&bpe->suffix), err)) ||
		    add_character(bpe, buffer_view(&spelled), (uint32_t)at, (uint32_t)len, &pending,
				  list, err))
			return -1;
		at += len;
	}
	return flush(bpe, &pending, list, err);
}

static bool find_merge(void *user, const struct merge_symbol *left,
		       const struct merge_symbol *right, uint32_t *out_rank, uint32_t *out_id)
{
	const struct bpe *bpe = user;
	uint64_t pair = (uint64_t)left->id << 32 | right->id;
	size_t low = 0, high = bpe->merge_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bpe->merge[middle].pair == pair) {
			*out_rank = bpe->merge[middle].rank;
			*out_id = bpe->merge[middle].id;
			return true;
		}
		if (bpe->merge[middle].pair < pair)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static int bpe_encode(const struct json_model *model, struct span text, struct ids *out,
		      struct error *err)
{
	const struct bpe *bpe = (const struct bpe *)model;
	CLEANUP(merge_list_release) struct merge_list list = { 0 };
	struct merge_rule rule = { .find = find_merge, .user = (void *)(uintptr_t)bpe };

	if (bpe->ignore_merges) {
		uint32_t id = trie_find(&bpe->vocab, text);

		if (id != TRIE_NONE)
			return ids_add(out, id, err);
	}
	if (add_characters(bpe, text, &list, err) || merge_all(&list, &rule, err))
		return -1;
	for (size_t i = 0; i < list.count; i++)
		if (list.symbol[i].len && ids_add(out, list.symbol[i].id, err))
			return -1;
	return 0;
}

static uint32_t bpe_find(const struct json_model *model, struct span token)
{
	return trie_find(&((const struct bpe *)model)->vocab, token);
}

static void bpe_free(struct json_model *model)
{
	struct bpe *bpe = (struct bpe *)model;

	trie_release(&bpe->vocab);
	free(bpe->merge);
	buffer_release(&bpe->unknown);
	buffer_release(&bpe->prefix);
	buffer_release(&bpe->suffix);
	free(bpe);
}

/* ---- The file ---- */

/* "a b" or ["a", "b"]. */
static int split_merge(const struct json *json, struct span *out_left, struct span *out_right,
		       struct error *err)
{
	const char *text = json_text(json), *space;

	if (json_kind(json) == JSON_KIND_ARRAY && json_count(json) == 2 &&
	    json_text(json_at(json, 0)) && json_text(json_at(json, 1))) {
		*out_left = span_of(json_text(json_at(json, 0)));
		*out_right = span_of(json_text(json_at(json, 1)));
		return 0;
	}
	space = text ? strchr(text, ' ') : NULL;
	if (!space || strchr(space + 1, ' '))
		return error_set(err, ERROR_CORRUPT, "it is no pair of tokens");
	*out_left = (struct span){ (const uint8_t *)text, (size_t)(space - text) };
	*out_right = span_of(space + 1);
	return 0;
}

static int read_merge(struct bpe *bpe, const struct json *json, struct error *err)
{
	struct span left, right;
	uint32_t left_id, right_id, id;

	if (split_merge(json, &left, &right, err))
		return -1;
	left_id = trie_find(&bpe->vocab, left);
	right_id = trie_find(&bpe->vocab, right);
	if (left_id == TRIE_NONE || right_id == TRIE_NONE || right.len < bpe->prefix.len)
		return error_set(err, ERROR_CORRUPT, "it is of tokens that are not there");
	id = trie_find_two(&bpe->vocab, left, span_from(right, bpe->prefix.len));
	if (id == TRIE_NONE)
		return error_set(err, ERROR_CORRUPT, "it makes a token that is not there");
	bpe->merge[bpe->merge_count] = (struct bpe_merge){
		.pair = (uint64_t)left_id << 32 | right_id,
		.rank = (uint32_t)bpe->merge_count,
		.id = id,
	};
	bpe->merge_count++;
	return 0;
}

static int compare_merges(const void *a, const void *b)
{
	const struct bpe_merge *left = a, *right = b;

	if (left->pair != right->pair)
		return left->pair < right->pair ? -1 : 1;
	return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* Of merges of the same pair the last holds. */
static void sort_merges(struct bpe *bpe)
{
	size_t kept = 0;

	if (bpe->merge_count)
		qsort(bpe->merge, bpe->merge_count, sizeof(*bpe->merge), compare_merges);
	for (size_t i = 0; i < bpe->merge_count; i++) {
		if (kept && bpe->merge[kept - 1].pair == bpe->merge[i].pair)
			kept--;
		bpe->merge[kept++] = bpe->merge[i];
	}
	bpe->merge_count = kept;
}

static int read_merges(struct bpe *bpe, const struct json *json, struct error *err)
{
	const struct json *merges;
	size_t count;

	if (json_need_array(json, "merges", &merges, err))
		return -1;
	count = json_count(merges);
	if (count > TOKENIZER_PIECES_MAX)
		return error_set(err, ERROR_UNTRUSTED, "there are more than %u merges",
				 TOKENIZER_PIECES_MAX);
	bpe->merge = calloc(count + 1, sizeof(*bpe->merge));
	if (!bpe->merge)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		const char *text = json_text(json_at(merges, i));

		if (text && !strncmp(text, "#version", 8))
			continue;
		if (read_merge(bpe, json_at(merges, i), err))
			return error_prefix(err, "merge %zu", i);
	}
	sort_merges(bpe);
	return 0;
}

static int read_affix(const struct json *json, const char *key, struct buffer *out,
		      struct error *err)
{
	struct span text;

	return member_text(json, key, &text, err) || buffer_add(out, text, err) ? -1 : 0;
}

static int read_options(struct bpe *bpe, const struct json *json, struct error *err)
{
	static const char *const known[] = { "type",
					     "dropout",
					     "unk_token",
					     "continuing_subword_prefix",
					     "end_of_word_suffix",
					     "fuse_unk",
					     "byte_fallback",
					     "ignore_merges",
					     "vocab",
					     "merges",
					     NULL };
	const struct json *dropout = json_member(json, "dropout");

	if (members_known(json, "the BPE model", known, err))
		return -1;
	bpe->has_unknown = json_text(json_member(json, "unk_token")) != NULL;
	if (json_kind(dropout) != JSON_KIND_NULL &&
	    !(json_number_text(dropout) && !strcmp(json_number_text(dropout), "0.0")))
		return error_set(err, ERROR_UNTRUSTED,
				 "the BPE model has a dropout: its tokens are drawn at random");
	return read_affix(json, "unk_token", &bpe->unknown, err) ||
			       read_affix(json, "continuing_subword_prefix", &bpe->prefix, err) ||
			       read_affix(json, "end_of_word_suffix", &bpe->suffix, err) ||
			       json_maybe_bool(json, "fuse_unk", false, &bpe->fuse_unknown, err) ||
			       json_maybe_bool(json, "byte_fallback", false, &bpe->byte_fallback,
					       err) ||
			       json_maybe_bool(json, "ignore_merges", false, &bpe->ignore_merges,
					       err)
		       ? -1
		       : 0;
}

static void find_byte_ids(struct bpe *bpe)
{
	char name[8];

	for (unsigned byte = 0; byte < 256; byte++) {
		snprintf(name, sizeof(name), "<0x%02X>", byte);
		bpe->byte_id[byte] = trie_find(&bpe->vocab, span_of(name));
	}
	bpe->unknown_id = trie_find(&bpe->vocab, buffer_view(&bpe->unknown));
}

int bpe_read(const struct json *json, struct json_model **out_model, struct error *err)
{
	static const struct json_model_type type = { bpe_encode, bpe_find, bpe_free };
	struct bpe *bpe = calloc(1, sizeof(*bpe));

	if (!bpe)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	bpe->head.type = &type;
	buffer_init(&bpe->unknown, TOKENIZER_PIECE_MAX);
	buffer_init(&bpe->prefix, TOKENIZER_PIECE_MAX);
	buffer_init(&bpe->suffix, TOKENIZER_PIECE_MAX);
	if (read_options(bpe, json, err) || vocabulary_read(json, &bpe->head, &bpe->vocab, err) ||
	    read_merges(bpe, json, err)) {
		bpe_free(&bpe->head);
		return -1;
	}
	find_byte_ids(bpe);
	snprintf(bpe->head.description, sizeof(bpe->head.description), "BPE, %u tokens, %zu merges",
		 bpe->head.count, bpe->merge_count);
	*out_model = &bpe->head;
	return 0;
}
