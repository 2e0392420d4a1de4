/* Lossless compression of the pieces of models: chosen for each piece, never larger than it was. */
#ifndef REGISTRY_CODEC_H
#define REGISTRY_CODEC_H

#include "verify/verify.h"

/* What a piece holds, as far as is known. It helps to choose; every codec takes any bytes. */
enum codec_content { CONTENT_BYTES, CONTENT_TEXT, CONTENT_BF16, CONTENT_F16, CONTENT_F32 };

/* How much work a piece is worth (config `store.compression`). */
enum codec_effort {
	EFFORT_NONE, /* keep the bytes as they are */
	EFFORT_FAST, /* weights only by what runs at several GB/s on one core; texts by zstd 1 */
	EFFORT_FULL
};

/* "none", "fast", "full". ERROR_USAGE otherwise. */
MUST_CHECK int codec_effort_parse(const char *text, enum codec_effort *out_effort,
				  struct error *err);
const char *codec_effort_name(enum codec_effort effort); /* static */

/* What to choose from. Spans are borrowed. */
struct codec_wish {
	enum codec_content content;
	enum codec_effort effort;
	struct span base;       /* bytes that may differ little, exactly as many; or empty */
	struct span dictionary; /* for small texts, as zstd trains them; or empty */
	size_t offset;          /* with codec_encode_part: of the bytes in what was looked at */
	struct span similar;    /* for texts: bytes, of any number, that may have much in common; or
				   empty */
};

/* The scratch memory of one thread. */
struct codec_work;
MUST_CHECK int codec_work_new(struct codec_work **out_work, struct error *err);
void codec_work_free(struct codec_work **work);

/* A way to store bytes. A codec's file fills it in. */
struct codec {
	const char *name;
	unsigned number; /* stands in what was stored */
	bool needs_base, needs_dictionary;
	bool base_any_length; /* the base need not be as long as the piece */

	/*
	 * Write the `raw_len` bytes whose stored form is `stored` to `out`. `base` is
	 * as long as raw where the codec needs one of its length. Nothing is believed of `stored`:
	 * ERROR_CORRUPT unless it stands for exactly that many bytes; then what is
	 * written to `out` means nothing.
	 */
	int (*decode)(struct codec_work *work, struct span base, struct span dictionary,
		      struct span stored, uint8_t *out, size_t raw_len, struct error *err);
};

#define CODEC(name, number) extern const struct codec codec_##name;
#include "registry/codecs.def"
#undef CODEC

/*
 * Append the stored form of `raw` to `out`, never more bytes than raw has, and
 * say in *out_codec what decodes it. Which codec it is a look at a sample of
 * `raw` decides. ERROR_SYSTEM without memory, ERROR_CORRUPT when `out` may not
 * grow so far, ERROR_USAGE for a base of another length; then `out` is as it was.
 */
MUST_CHECK int codec_encode(struct codec_work *work, const struct codec_wish *wish, struct span raw,
			    struct buffer *out, const struct codec **out_codec, struct error *err);

/*
 * The same in two steps, for bytes that are stored in small parts: look at all of them, and then
 * encode each part as was chosen then, or as it is. wish->offset: where the part begins. `base`,
 * `similar` and `dictionary` are not thought of.
 */
MUST_CHECK int codec_choose(struct codec_work *work, const struct codec_wish *wish, struct span raw,
			    struct error *err);
MUST_CHECK int codec_encode_part(struct codec_work *work, const struct codec_wish *wish,
				 struct span raw, struct buffer *out,
				 const struct codec **out_codec, struct error *err);

/*
 * See codec.decode. `base` and `dictionary` are what the piece was encoded with,
 * and looked at only by codecs that need them: ERROR_CORRUPT for a base of
 * another length than raw_len, unless the codec takes any. `out` overlaps nothing else. The result
 * is only as good as the stored bytes: hold it against its digest.
 */
MUST_CHECK int codec_decode(struct codec_work *work, const struct codec *codec, struct span base,
			    struct span dictionary, struct span stored, uint8_t *out,
			    size_t raw_len, struct error *err);

/*
 * Train a dictionary of at most `max` bytes for texts like `samples`, which are `sample_len` bytes
 * each but the last, and append it to `out`. Nothing is appended where zstd makes none of them
 * (too few, or all alike). ERROR_SYSTEM.
 */
MUST_CHECK int codec_dictionary_train(struct span samples, size_t sample_len, size_t max,
				      struct buffer *out, struct error *err);

/* The codec with this number, or NULL: stored by a later version, or not at all. */
const struct codec *codec_of(unsigned number);

#endif
