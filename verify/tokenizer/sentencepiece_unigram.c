/*
 * sentencepiece_unigram: the segmentation with the greatest sum of scores, as
 * SentencePiece finds it (unigram_model.cc, EncodeOptimized).
 *
 * Sums are kept in binary32, as the reference keeps them; of equal sums the one
 * that was found first stays, which is the one whose last piece is the longest.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
static float piece_score(const struct sentencepiece *sp, const struct piece *piece)
{
	if (piece->type == PIECE_USER_DEFINED)
		return (float)((double)((float)piece->text.len * sp->greatest) - 0.1);
	return piece->type == PIECE_UNUSED ? NAN : piece->score;
}

int sentencepiece_scores(struct sentencepiece *sp, struct error *err)
{
	sp->score = malloc((sp->piece_count + 1) * sizeof(*sp->score));
	if (!sp->score)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	sp->longest = 4; /* bytes of an unknown character */
	for (size_t i = 0; i < sp->piece_count; i++) {
		sp->score[i] = piece_score(sp, &sp->piece[i]);
		if (sp->piece[i].text.len > sp->longest)
			sp->longest = sp->piece[i].text.len;
	}
	return 0;
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
		if (id == TRIE_NONE || isnan(sp->score[id]))
			continue;
		offer(&best[end], sp->score[id] + best[start].score, start, id);
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

/* ---- Only how many ---- */

/* The best way to reach a byte of the window. */
struct reach {
	float score;
	bool known;
	bool unknown;   /* its last piece is the unknown one */
	uint64_t count; /* of ids so far */
};

/* A ring: the byte `at` of the text is at index at & mask. */
struct window {
	struct reach *reach;
	size_t mask;
};

static void window_release(struct window *window)
{
	free(window->reach);
}

static int window_make(const struct sentencepiece *sp, struct window *out_window, struct error *err)
{
	size_t size = 8;

	while (size <= sp->longest)
		size *= 2;
	out_window->reach = calloc(size, sizeof(*out_window->reach));
	out_window->mask = size - 1;
	return out_window->reach ? 0 : error_set(err, ERROR_SYSTEM, "out of memory");
}

static void reach_unknown(const struct sentencepiece *sp, const struct reach *from, size_t width,
			  struct reach *to)
{
	float score = sp->least - UNKNOWN_PENALTY + from->score;

	if (to->known && !(score > to->score))
		return;
	*to = (struct reach){ .score = score, .known = true, .unknown = true };
	to->count = from->count;
	if (sp->byte_fallback)
		to->count += width;
	else if (!from->unknown) /* a run of them is one */
		to->count++;
}

/* As extend. */
static void reach_extend(const struct sentencepiece *sp, struct span text, size_t start,
			 size_t width, struct window *window)
{
	const struct reach from = window->reach[start & window->mask];
	const struct trie *trie = &sp->pieces;
	uint32_t node = TRIE_ROOT;
	bool single = false;

	for (size_t end = start; end < text.len;) {
		struct reach *to;
		uint32_t id;
		float score;

		node = trie_step(trie, node, text.data[end++]);
		if (node == TRIE_NONE)
			break;
		id = trie->node[node].value;
		if (id == TRIE_NONE || isnan(sp->score[id]))
			continue;
		score = sp->score[id] + from.score;
		to = &window->reach[end & window->mask];
		if (!to->known || score > to->score)
			*to = (struct reach){ .score = score,
					      .known = true,
					      .count = from.count + 1 };
		single |= end - start == width;
	}
	if (!single)
		reach_unknown(sp, &from, width, &window->reach[(start + width) & window->mask]);
}

int sentencepiece_unigram_count(const struct sentencepiece *sp, struct span text,
				uint64_t *out_count, struct error *err)
{
	CLEANUP(window_release) struct window window = { .reach = NULL };

	if (window_make(sp, &window, err))
		return -1;
	window.reach[0].known = true;
	for (size_t start = 0; start < text.len;) {
		size_t width = utf8_len(span_from(text, start));

		reach_extend(sp, text, start, width, &window);
		/* What was gone through is free for what comes a window later. */
		for (size_t i = 0; i < width; i++)
			window.reach[(start + i) & window.mask].known = false;
		start += width;
	}
	*out_count = window.reach[text.len & window.mask].count;
	return 0;
}
