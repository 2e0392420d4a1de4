/* sentencepiece_bpe: neighbours whose concatenation is a piece are merged, the greatest score
 * first (SentencePiece's bpe_model.cc). */
#include <stdlib.h>
#include <string.h>

#include "verify/tokenizer/merges.h"
#include "verify/tokenizer/sentencepiece.h"

/* One text on its way. */
struct bpe_run {
	const struct sentencepiece *sp;
	struct span text;

	/* For a model with unused pieces: the length of the left half of which each was last seen
	 * to be made. */
	uint32_t *left_len;
};

static void bpe_run_release(struct bpe_run *run)
{
	free(run->left_len);
}

/* Greater scores come first; equal ones, -0 and +0 too, are equal. */
static uint32_t score_rank(float score)
{
	uint32_t bits;

	score += 0.0f;
	memcpy(&bits, &score, sizeof(bits));
	bits = bits & 0x80000000 ? ~bits : bits | 0x80000000;
	return ~bits;
}

static struct span symbol_text(const struct bpe_run *run, const struct merge_symbol *symbol)
{
	return (struct span){ run->text.data + symbol->start, symbol->len };
}

static bool find_pair(void *user, const struct merge_symbol *left, const struct merge_symbol *right,
		      uint32_t *out_rank, uint32_t *out_id)
{
	struct bpe_run *run = user;
	uint32_t id = trie_find(&run->sp->pieces, (struct span){ run->text.data + left->start,
								 left->len + right->len });

	if (id == TRIE_NONE)
		return false;
	*out_rank = score_rank(run->sp->piece[id].score);
	*out_id = id;
	return true;
}

static void note_halves(void *user, const struct merge_symbol *left, uint32_t id)
{
	struct bpe_run *run = user;

	if (run->left_len)
		run->left_len[id] = left->len;
}

static uint32_t piece_id(const struct sentencepiece *sp, struct span text)
{
	uint32_t id = trie_find(&sp->reserved, text);

	if (id == TRIE_NONE)
		id = trie_find(&sp->pieces, text);
	return id == TRIE_NONE ? sp->unknown : id;
}

/* An unused piece falls into what it was made of. The halves are shorter: TOKENIZER_PIECE_MAX deep
 * at most. */
static int resegment(const struct bpe_run *run, struct span text, struct segments *out,
		     struct error *err)
{
	uint32_t id = piece_id(run->sp, text), left;

	if (run->sp->piece[id].type != PIECE_UNUSED || !run->left_len[id])
		return segments_add(out, text, id, err);
	left = run->left_len[id];
	return resegment(run, (struct span){ text.data, left }, out, err) ||
			       resegment(run, span_from(text, left), out, err)
		       ? -1
		       : 0;
}

static int split(struct bpe_run *run, struct merge_list *list, struct error *err)
{
	for (size_t at = 0; at < run->text.len;) {
		struct span rest = span_from(run->text, at);
		uint32_t id;
		size_t len = trie_longest(&run->sp->user_defined, rest, &id);
		bool frozen = len != 0;

		if (!len)
			len = utf8_len(rest);
		if (merge_list_add(list, (uint32_t)at, (uint32_t)len, MERGES_NONE, frozen, err))
			return -1;
		at += len;
	}
	return 0;
}

int sentencepiece_bpe(const struct sentencepiece *sp, struct span text, struct segments *out,
		      struct error *err)
{
	CLEANUP(bpe_run_release) struct bpe_run run = { .sp = sp, .text = text };
	CLEANUP(merge_list_release) struct merge_list list = { 0 };

	if (sp->has_unused) {
		run.left_len = calloc(sp->piece_count, sizeof(*run.left_len));
		if (!run.left_len)
			return error_set(err, ERROR_SYSTEM, "out of memory");
	}
	if (split(&run, &list, err) ||
	    merge_all(&list, &(struct merge_rule){ find_pair, note_halves, &run }, err))
		return -1;
	for (size_t i = 0; i < list.count; i++)
		if (list.symbol[i].len &&
		    resegment(&run, symbol_text(&run, &list.symbol[i]), out, err))
			return -1;
	return 0;
}
