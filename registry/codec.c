/* Which codec a piece is stored by, and which reads it. */
#include "registry/codec_inner.h"

#include "registry/codec/zstd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * From these on it is worth it: bits of a byte that are left, and of what the way
 * before it would leave, for Huffman-coded planes (which are slower), for a base
 * (which must be kept, and read) and for zstd (which takes many times as long).
 */
#define WORTH_BITS 7.8
#define HUFFMAN_GAIN 0.985
#define BASE_GAIN 0.95
#define ZSTD_GAIN 0.93

/* A text beside one that it resembles takes this part of its bytes at most. */
#define FOUND_SHARE 4

enum {
	SMALLEST = 64, /* pieces are stored as they are */
	SAMPLE_RUN = 16384,
	SAMPLE_RUNS = 4
};

static const struct codec *const codecs[] = {
#define CODEC(name, number) [number] = &codec_##name,
#include "registry/codecs.def"
#undef CODEC
};

enum { CODECS = sizeof(codecs) / sizeof(codecs[0]) };

static const char *const effort_names[] = {
	[EFFORT_NONE] = "none",
	[EFFORT_FAST] = "fast",
	[EFFORT_FULL] = "full",
};

int codec_effort_parse(const char *text, enum codec_effort *out_effort, struct error *err)
{
	for (size_t i = 0; i < sizeof(effort_names) / sizeof(effort_names[0]); i++) {
		if (strcmp(effort_names[i], text) != 0)
			continue;
		*out_effort = (enum codec_effort)i;
		return 0;
	}
	return error_set(err, ERROR_USAGE, "'%s' is no compression: use none, fast or full", text);
}

const char *codec_effort_name(enum codec_effort effort)
{
	return effort_names[effort];
}

const struct codec *codec_of(unsigned number)
{
	return number < CODECS ? codecs[number] : NULL;
}

int codec_work_new(struct codec_work **out_work, struct error *err)
{
	CLEANUP(codec_work_free)
	struct codec_work *work = aligned_alloc(_Alignof(struct codec_work), sizeof(*work));

	if (!work)
		return error_set(err, ERROR_SYSTEM, "out of memory for a codec");
	memset(work, 0, sizeof(*work));
	if (zstd_work_new(&work->zstd, err))
		return -1;
	*out_work = work;
	work = NULL;
	return 0;
}

void codec_work_free(struct codec_work **work)
{
	if (!*work)
		return;
	zstd_work_free(&(*work)->zstd);
	free(*work);
	*work = NULL;
}

static bool has_huffman(const struct words_plan *plan)
{
	for (size_t p = 0; p < (size_t)plan->cut; p++)
		if (plan->plane[p].method == PART_ZSTD)
			return true;
	return false;
}

/*
 * Words cut in this way from `lead` on, against the base where that is better by more than it
 * costs to have one; not where they cost `worth` bits of a byte or more.
 */
static void consider_words(struct codec_work *work, const struct codec_wish *wish, struct span raw,
			   enum words_cut cut, size_t lead, double worth, struct choice *choice)
{
	const struct span none = { NULL, 0 };
	struct words_plan plan =
		words_plan_of(work, cut, lead, raw, none, wish->effort, fmin(worth, choice->bits));

	if (plan.bits < (has_huffman(&plan) ? HUFFMAN_GAIN : 1) * choice->bits)
		*choice = (struct choice){ &codec_planes, plan, 0, plan.bits };
	if (!wish->base.len || (cut != CUT_16 && cut != CUT_32))
		return;
	plan = words_plan_of(work, cut, lead, raw, wish->base, wish->effort,
			     fmin(worth, choice->bits));
	if (plan.bits < BASE_GAIN * choice->bits)
		*choice = (struct choice){ &codec_difference, plan, 0, plan.bits };
}

static struct choice choice_of_zstd(const struct codec_wish *wish, double bits)
{
	return (struct choice){
		.codec = wish->dictionary.len ? &codec_zstd_dictionary : &codec_zstd,
		.way = wish->effort != EFFORT_FULL ? ZSTD_WAY_QUICK
		       : wish->dictionary.len      ? ZSTD_WAY_SMALL
						   : ZSTD_WAY_USUAL,
		.bits = bits,
	};
}

/* What zstd makes of a few runs of bytes, in bits of a byte. */
static int zstd_try(struct codec_work *work, const struct codec_wish *wish, struct span raw,
		    double *out_bits, struct error *err)
{
	uint8_t *sample = work->plane[0], *room = work->plane[1];
	size_t len = raw.len < SAMPLE_RUNS * SAMPLE_RUN ? raw.len : SAMPLE_RUNS * SAMPLE_RUN,
	       packed;

	if (len == raw.len)
		memcpy(sample, raw.data, len);
	else
		for (size_t i = 0; i < SAMPLE_RUNS; i++)
			memcpy(sample + i * SAMPLE_RUN,
			       raw.data + (raw.len - SAMPLE_RUN) / (SAMPLE_RUNS - 1) * i,
			       SAMPLE_RUN);
	if (zstd_pack(work->zstd, ZSTD_WAY_QUICK, wish->dictionary, (struct span){ sample, len },
		      room, len, &packed, err))
		return -1;
	*out_bits = packed ? 8.0 * (double)packed / (double)len : 8;
	return 0;
}

/*
 * What holds nobody said what: words of any size at any place, or a pattern, or neither. Words that
 * zstd beats anyway are not looked at closely: with small texts that would be most of the work.
 */
static int choose_for_bytes(struct codec_work *work, const struct codec_wish *wish, struct span raw,
			    struct choice *choice, struct error *err)
{
	static const struct {
		enum words_cut cut;
		size_t leads;
	} ways[] = { { CUT_BYTES, 1 }, { CUT_F16, 2 }, { CUT_16, 2 }, { CUT_32, 4 } };

	double zstd;

	if (zstd_try(work, wish, raw, &zstd, err))
		return -1;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		for (size_t lead = 0; lead < ways[i].leads; lead++)
			consider_words(work, wish, raw, ways[i].cut, lead, zstd / ZSTD_GAIN,
				       choice);
	if (zstd < ZSTD_GAIN * choice->bits)
		*choice = choice_of_zstd(wish, zstd);
	return 0;
}

static int choose(struct codec_work *work, const struct codec_wish *wish, struct span raw,
		  struct choice *choice, struct error *err)
{
	*choice = (struct choice){ .codec = &codec_raw, .bits = WORTH_BITS };
	if (wish->effort == EFFORT_NONE || raw.len < SMALLEST)
		return 0;
	switch (wish->content) {
	case CONTENT_F16:
		consider_words(work, wish, raw, CUT_F16, 0, WORTH_BITS, choice);
		consider_words(work, wish, raw, CUT_16, 0, WORTH_BITS, choice);
		return 0;
	case CONTENT_BF16:
		consider_words(work, wish, raw, CUT_16, 0, WORTH_BITS, choice);
		return 0;
	case CONTENT_F32:
		consider_words(work, wish, raw, CUT_32, 0, WORTH_BITS, choice);
		return 0;
	case CONTENT_TEXT:
		*choice = choice_of_zstd(wish, WORTH_BITS);
		return 0;
	case CONTENT_BYTES:
		break;
	}
	return choose_for_bytes(work, wish, raw, choice, err);
}

/* Store it as chosen; *out_len is 0 where that is not shorter than raw. */
static int encode_as(struct codec_work *work, const struct codec_wish *wish,
		     const struct choice *choice, struct span raw, uint8_t *out, size_t *out_len,
		     struct error *err)
{
	struct stored_room room = { out, out + raw.len - 1, false };
	struct span none = { NULL, 0 };

	if (choice->codec == &codec_zstd || choice->codec == &codec_zstd_dictionary)
		return zstd_pack(work->zstd, choice->way,
				 choice->codec->needs_dictionary ? wish->dictionary : none, raw,
				 out, raw.len - 1, out_len, err);
	if (words_encode(work, &choice->plan, raw, choice->codec->needs_base ? wish->base : none,
			 &room, err))
		return -1;
	*out_len = room.full ? 0 : (size_t)(room.at - out);
	return 0;
}

/*
 * A text beside one that has much in common with it; *out_len is 0 where it is not found in it
 * again so well that nothing else need be tried.
 */
static int encode_beside(struct codec_work *work, const struct codec_wish *wish, struct span raw,
			 struct choice *choice, uint8_t *out, size_t *out_len, struct error *err)
{
	*out_len = 0;
	if (choice->codec == &codec_raw || wish->content != CONTENT_TEXT || !wish->similar.len)
		return 0;
	if (zstd_pack_beside(work->zstd, choice->way, wish->similar, raw, out,
			     raw.len / FOUND_SHARE, out_len, err))
		return -1;
	if (*out_len)
		choice->codec = &codec_zstd_base;
	return 0;
}

/* Append `raw` as chosen; raw where that is not shorter. */
static int encode_chosen(struct codec_work *work, const struct codec_wish *wish,
			 struct choice *choice, struct span raw, struct buffer *out,
			 const struct codec **out_codec, struct error *err)
{
	size_t before = out->len, len = 0;
	uint8_t *room;

	if (buffer_extend(out, raw.len, &room, err))
		return -1;
	if (encode_beside(work, wish, raw, choice, room, &len, err) ||
	    (!len && choice->codec != &codec_raw &&
	     encode_as(work, wish, choice, raw, room, &len, err))) {
		out->len = before;
		return -1;
	}
	if (!len) {
		choice->codec = &codec_raw;
		len = raw.len;
		if (len)
			memcpy(room, raw.data, len);
	}
	out->len = before + len;
	*out_codec = choice->codec;
	return 0;
}

int codec_encode(struct codec_work *work, const struct codec_wish *wish, struct span raw,
		 struct buffer *out, const struct codec **out_codec, struct error *err)
{
	struct choice choice;

	if (wish->base.len && wish->base.len != raw.len)
		return error_set(err, ERROR_USAGE, "a base of %zu bytes for a piece of %zu",
				 wish->base.len, raw.len);
	return choose(work, wish, raw, &choice, err) ||
			       encode_chosen(work, wish, &choice, raw, out, out_codec, err)
		       ? -1
		       : 0;
}

int codec_choose(struct codec_work *work, const struct codec_wish *wish, struct span raw,
		 struct error *err)
{
	const struct codec_wish alone = { .content = wish->content, .effort = wish->effort };

	return choose(work, &alone, raw, &work->chosen, err);
}

int codec_encode_part(struct codec_work *work, const struct codec_wish *wish, struct span raw,
		      struct buffer *out, const struct codec **out_codec, struct error *err)
{
	const struct codec_wish alone = { .content = wish->content, .effort = wish->effort };
	struct choice choice = work->chosen;
	size_t word;

	if (!choice.codec || raw.len < SMALLEST)
		choice.codec = &codec_raw;
	if (choice.codec == &codec_planes) {
		/* Words go on in step with those in front of the part. */
		word = words_size(choice.plan.cut);
		choice.plan.lead = (choice.plan.lead + word - wish->offset % word) % word;
	}
	return encode_chosen(work, &alone, &choice, raw, out, out_codec, err);
}

int codec_decode(struct codec_work *work, const struct codec *codec, struct span base,
		 struct span dictionary, struct span stored, uint8_t *out, size_t raw_len,
		 struct error *err)
{
	if (codec->needs_base && !codec->base_any_length && base.len != raw_len)
		return error_set(err, ERROR_CORRUPT,
				 "the piece's base has %zu bytes, the piece has %zu", base.len,
				 raw_len);
	return codec->decode(work, base, dictionary, stored, out, raw_len, err);
}

int codec_dictionary_train(struct span samples, size_t sample_len, size_t max, struct buffer *out,
			   struct error *err)
{
	size_t before = out->len, len;
	uint8_t *room;

	if (buffer_extend(out, max, &room, err))
		return -1;
	if (zstd_train(samples, sample_len, room, max, &len, err)) {
		out->len = before;
		return -1;
	}
	out->len = before + len;
	return 0;
}
