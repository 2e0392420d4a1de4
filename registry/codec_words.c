/*
 * Words cut into planes, block by block, and each plane of a block stored as a part.
 *
 * Stored: how words are cut, how many bytes stand in front of the first word, those
 * bytes, the bytes behind the last word; then for each block of BLOCK_WORDS words,
 * the last one shorter, its planes from the highest bytes to the lowest.
 */
#include "registry/codec_inner.h"

#include <string.h>

enum {
	SAMPLE_RUN = 64,   /* words that are looked at together */
	SAMPLE_RUNS = 128, /* of them */
	SAMPLE_WORDS = SAMPLE_RUN * SAMPLE_RUNS,
	F16_MANTISSA_BITS = 3 /* in the high byte of a turned word, below its exponent */
};

size_t words_size(enum words_cut cut)
{
	return cut == CUT_F16 ? 2 : (size_t)cut;
}

static void cut_again(uint8_t *restrict high, uint8_t *restrict exponent, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		exponent[i] = high[i] >> F16_MANTISSA_BITS;
		high[i] &= (1 << F16_MANTISSA_BITS) - 1;
	}
}

static void join_again(const uint8_t *restrict mantissa, const uint8_t *restrict exponent,
		       size_t count, uint8_t *restrict high)
{
	for (size_t i = 0; i < count; i++)
		high[i] = (uint8_t)(exponent[i] << F16_MANTISSA_BITS | mantissa[i]);
}

/* Cut words; those of one byte are their own plane. */
static void cut_words(const struct words_plan *plan, const uint8_t *words, const uint8_t *base,
		      size_t count, uint8_t *const plane[PLANES_MAX])
{
	if (plan->cut == CUT_BYTES)
		memcpy(plane[0], words, count);
	else
		planes_split(plan->change, words_size(plan->cut), words, base, count, plane);
	if (plan->cut == CUT_F16)
		cut_again(plane[1], plane[2], count);
}

static void planes_of(struct codec_work *work, uint8_t *out_plane[PLANES_MAX])
{
	for (size_t i = 0; i < PLANES_MAX; i++)
		out_plane[i] = work->plane[i];
}

static void count_symbols(const uint8_t *symbols, size_t count, uint32_t histogram[SYMBOL_VALUES])
{
	uint32_t other[SYMBOL_VALUES] = {
		0
	}; /* so that equal neighbours do not wait for each other */
	size_t i = 0;

	memset(histogram, 0, SYMBOL_VALUES * sizeof(histogram[0]));
	for (; i + 1 < count; i += 2) {
		histogram[symbols[i]]++;
		other[symbols[i + 1]]++;
	}
	if (i < count)
		histogram[symbols[i]]++;
	for (i = 0; i < SYMBOL_VALUES; i++)
		histogram[i] += other[i];
}

/* Put planes of a sample of `count` words into work->plane; returns how many words it has. */
static size_t cut_sample(struct codec_work *work, const struct words_plan *plan,
			 const uint8_t *words, const uint8_t *base, size_t count)
{
	size_t runs = count <= SAMPLE_WORDS ? 1 : SAMPLE_RUNS;
	size_t run = count <= SAMPLE_WORDS ? count : SAMPLE_RUN;

	for (size_t i = 0; i < runs; i++) {
		size_t at = runs > 1 ? (count - run) / (runs - 1) * i * words_size(plan->cut) : 0;
		uint8_t *plane[PLANES_MAX];

		for (size_t p = 0; p < PLANES_MAX; p++)
			plane[p] = work->plane[p] + i * run;
		cut_words(plan, words + at, base ? base + at : NULL, run, plane);
	}
	return runs * run;
}

struct words_plan words_plan_of(struct codec_work *work, enum words_cut cut, size_t lead,
				struct span raw, struct span base, enum codec_effort effort,
				double worth)
{
	struct words_plan plan = {
		.change = base.len ? PLANES_LESS : PLANES_TURN, .cut = cut, .lead = lead, .bits = 8
	};
	size_t bytes = words_size(cut), count = raw.len < lead ? 0 : (raw.len - lead) / bytes,
	       sampled;
	uint32_t histogram[PLANES_MAX][SYMBOL_VALUES];
	double least = 0;

	if (!count)
		return plan;
	sampled =
		cut_sample(work, &plan, raw.data + lead, base.len ? base.data + lead : NULL, count);
	for (size_t p = 0; p < (size_t)cut; p++) {
		count_symbols(work->plane[p], sampled, histogram[p]);
		least += symbols_entropy(histogram[p]) / (double)bytes;
	}
	if (least >= worth)
		return plan;
	plan.bits = 0;
	for (size_t p = 0; p < (size_t)cut; p++) {
		plan.plane[p] = part_plan_of(histogram[p], effort,
					     count < BLOCK_WORDS ? count : BLOCK_WORDS);
		plan.bits += plan.plane[p].bits / (double)bytes;
	}
	return plan;
}

int words_encode(struct codec_work *work, const struct words_plan *plan, struct span raw,
		 struct span base, struct stored_room *room, struct error *err)
{
	size_t bytes = words_size(plan->cut), count = (raw.len - plan->lead) / bytes;
	uint8_t head[2] = { (uint8_t)plan->cut, (uint8_t)plan->lead }, *plane[PLANES_MAX];
	const uint8_t *words = raw.data + plan->lead, *end = words + count * bytes;
	const uint8_t *before = base.len ? base.data + plan->lead : NULL;

	planes_of(work, plane);
	stored_add(room, (struct span){ head, sizeof(head) });
	stored_add(room, (struct span){ raw.data, plan->lead });
	stored_add(room, (struct span){ end, (size_t)(raw.data + raw.len - end) });
	while (count && !room->full) {
		size_t now = count < BLOCK_WORDS ? count : BLOCK_WORDS;

		cut_words(plan, words, before, now, plane);
		for (size_t p = (size_t)plan->cut; p-- > 0;)
			if (part_encode(work, &plan->plane[p], plane[p], now, room, err))
				return -1;
		words += now * bytes;
		if (before)
			before += now * bytes;
		count -= now;
	}
	return 0;
}

void words_join(enum words_cut cut, const uint8_t *const plane[PLANES_MAX], const uint8_t *base,
		size_t count, uint8_t *high, uint8_t *out)
{
	const uint8_t *const of_f16[PLANES_MAX] = { plane[0], high };

	if (cut == CUT_BYTES) {
		memcpy(out, plane[0], count);
		return;
	}
	if (cut == CUT_F16)
		join_again(plane[1], plane[2], count, high);
	planes_join(base ? PLANES_LESS : PLANES_TURN, words_size(cut),
		    cut == CUT_F16 ? of_f16 : plane, base, count, out);
}

/* One block back. */
static int block_decode(struct codec_work *work, struct reader *r, enum words_cut cut,
			const uint8_t *base, size_t count, uint8_t *out, struct error *err)
{
	const uint8_t *plane[PLANES_MAX] = { NULL };

	for (size_t p = (size_t)cut; p-- > 0;)
		if (part_decode(work, r, count, work->plane[p], &plane[p], err))
			return -1;
	words_join(cut, plane, base, count, work->symbols[0], out);
	return 0;
}

int words_decode(struct codec_work *work, struct span base, struct span stored, uint8_t *out,
		 size_t raw_len, struct error *err)
{
	struct reader r = reader_over(stored);
	unsigned cut = reader_u8(&r), lead = reader_u8(&r);
	size_t bytes, count, behind;
	struct span first, last;

	if (reader_failed(&r, "a stored piece", err))
		return -1;
	if (cut < CUT_BYTES || cut > CUT_32 || lead >= PLANES_MAX || lead > raw_len ||
	    (base.len && cut != CUT_16 && cut != CUT_32))
		return error_set(err, ERROR_CORRUPT,
				 "a stored piece is cut in way %u behind %u bytes", cut, lead);
	bytes = words_size((enum words_cut)cut);
	count = (raw_len - lead) / bytes;
	behind = (raw_len - lead) % bytes;
	first = reader_take(&r, lead);
	last = reader_take(&r, behind);
	if (reader_failed(&r, "a stored piece", err))
		return -1;
	if (lead)
		memcpy(out, first.data, lead);
	if (behind)
		memcpy(out + raw_len - behind, last.data, behind);
	for (size_t at = lead; count;) {
		size_t now = count < BLOCK_WORDS ? count : BLOCK_WORDS;

		if (block_decode(work, &r, (enum words_cut)cut, base.len ? base.data + at : NULL,
				 now, out + at, err))
			return -1;
		at += now * bytes;
		count -= now;
	}
	if (r.rest.len)
		return error_set(err, ERROR_CORRUPT, "a stored piece ends too late");
	return 0;
}
