/*
 * sentencepiece_unigram: the segmentation with the greatest sum of scores, as
 * SentencePiece finds it (unigram_model.cc, EncodeOptimized).
 *
 * Sums are kept in binary32, as the reference keeps them; of equal sums the one
 * that was found first stays, which is the one whose last piece is the longest.
 */
#include <stdlib.h>

#include "verify/tokenizer/sentencepiece.h"

#define UNKNOWN_PENALTY 10.0f
#define NOWHERE UINT32_MAX

/* The best way to reach a byte of the text. */
struct best {
	uint32_t start; /* of its last piece; NOWHERE: none is known */
	uint32_t id;
	float score;
};

static void best_release(struct best **best)
{
	free(*best);
}

static void offer(struct best *best, float score, uint32_t start, uint32_t id)
{
	if (best->start == NOWHERE || score > best->score)
		*best = (struct best){ .start = start, .id = id, .score = score };
}

/* A user-defined piece gets a bonus that lets it win against anything else. */
static float piece_score(const struct sentencepiece *sp, uint32_t id, size_t len)
{
	if (sp->piece[id].type == PIECE_USER_DEFINED)
		return (float)((double)((float)len * sp->greatest) - 0.1);
	return sp->piece[id].score;
}

/* Offer every piece that begins at `start`, and the unknown piece where no single character does.
 */
static void extend(const struct sentencepiece *sp, struct span text, uint32_t start, size_t width,
		   struct best *best)
{
	uint32_t node = TRIE_ROOT;
	bool single = false;

	for (size_t end = start; end < text.len;) {
		uint32_t id;

		node = trie_step(&sp->pieces, node, text.data[end++]);
		if (node == TRIE_NONE)
			break;
		id = sp->pieces.node[node].value;
		if (id == TRIE_NONE || sp->piece[id].type == PIECE_UNUSED)
			continue;
		offer(&best[end], piece_score(sp, id, end - start) + best[start].score, start, id);
		single |= end - start == width;
	}
	if (!single) {
		float unknown = sp->least - UNKNOWN_PENALTY;

		offer(&best[start + width], unknown + best[start].score, start, sp->unknown);
	}
}

int sentencepiece_unigram(const struct sentencepiece *sp, struct span text, struct segments *out,
			  struct error *err)
{
	CLEANUP(best_release) struct best *best = malloc((text.len + 1) * sizeof(*best));
	size_t first = out->count;

	if (!best)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	for (size_t i = 0; i <= text.len; i++)
		best[i] = (struct best){ .start = NOWHERE };
	for (size_t start = 0; start < text.len;) {
		size_t width = utf8_len(span_from(text, start));

		extend(sp, text, (uint32_t)start, width, best);
		start += width;
	}
	for (size_t end = text.len; end; end = best[end].start)
		if (segments_add(
			    out,
			    (struct span){ text.data + best[end].start, end - best[end].start },
			    best[end].id, err))
			return -1;
	for (size_t low = first, high = out->count; low + 1 < high;) {
		struct segment swap = out->segment[low];

		out->segment[low++] = out->segment[--high];
		out->segment[high] = swap;
	}
	return 0;
}
